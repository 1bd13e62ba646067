"""A spool, an archive and a prepared database: what recordings, transcripts and tickets are tested on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

import asr.jobs
import recordings.access  # noqa: F401  # its table must exist
from plumbing.database import prepare
from tests.databases import impatient_engine


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """Where the dialplan leaves its files."""
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Where recordings are kept."""
    return tmp_path / "archive"


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """The database with its tables."""
    assert asr.jobs.jobs is not None
    engine = impatient_engine(database_url)
    await prepare(engine)
    yield engine
    await engine.dispose()
