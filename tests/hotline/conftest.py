"""The command is tried against a real HTTP face."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.address import write_address
from tests.api.face import NOW, Face, city_folder, database, face, house, open_book, webhooks
from tests.city.conftest import sample

__all__ = ["city_folder", "database", "face", "house", "open_book", "sample", "state", "webhooks"]


@pytest.fixture
async def state(face: Face, tmp_path: Path) -> Path:
    """A state folder as a running controller leaves it: address and token."""
    write_address(tmp_path, "127.0.0.1", int(face.url.rpartition(":")[2]))
    await face.services.tokens.put_first_token(tmp_path, now=NOW)
    return tmp_path
