"""A fresh database of either kind: a real SQLite file, a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_hex

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from plumbing.database import connect, prepare
from sandbox.postgresql import Postgresql


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def postgresql(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Postgresql]:
    """One server for the tests of a file."""
    async with Postgresql.start(tmp_path_factory.mktemp("postgresql")) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path, postgresql: Postgresql) -> str:
    """Where an empty database is."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/hotline.db"
    return await postgresql.create(f"test_{token_hex(8)}")


@pytest.fixture
async def prepared(url: str) -> str:
    """The same with today's schema."""
    engine = connect(url)
    await prepare(engine)
    await engine.dispose()
    return url


@pytest.fixture
async def either(prepared: str) -> AsyncIterator[AsyncEngine]:
    """An engine on it."""
    engine = connect(prepared)
    yield engine
    await engine.dispose()
