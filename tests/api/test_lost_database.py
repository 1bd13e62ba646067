"""A database that is killed behind the HTTP face: said, and forgotten when it is back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.postgresql import Postgresql
from tests.api.face import Face


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Postgresql]:
    """A PostgreSQL of the test's own, to be killed."""
    async with Postgresql.start(tmp_path / "postgresql") as server:
        yield server


@pytest.fixture
def database_url(server: Postgresql) -> str:
    """What the face stands on."""
    return server.url()


async def test_what_needs_a_lost_database_is_answered_503(face: Face, server: Postgresql) -> None:
    """Neither the client's mistake nor a trace; with the database back, the next request is served."""
    await server.kill()
    status, problem = await face.call("POST /api/seats", {"seat": "8001", "queues": ["general"], "why": "test"})
    assert (status, problem["rule"]) == (503, "database_away")

    await server.boot()
    status, _ = await face.call("POST /api/seats", {"seat": "8001", "queues": ["general"], "why": "test"})
    assert (status, list(face.house.seats())) == (200, ["8001"])
