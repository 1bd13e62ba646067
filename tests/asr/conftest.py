"""A spool, an archive and a prepared database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

import asr.jobs
import recordings.access  # noqa: F401  # its table must exist
from asr.decoder import Decoder, Patience
from plumbing.database import prepare
from recordings.recording import Leg
from tests.asr.talks import TALK, record_talk
from tests.recordings.scenes import impatient_engine


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
def database(tmp_path: Path) -> Path:
    """The SQLite file."""
    return tmp_path / "hotline.db"


@pytest.fixture
async def engine(database: Path) -> AsyncIterator[AsyncEngine]:
    """The database with its tables."""
    assert asr.jobs.jobs is not None
    engine = impatient_engine(database)
    await prepare(engine)
    yield engine
    await engine.dispose()


MODEL = Path(__file__).parents[2] / "sandbox" / "model"


@pytest.fixture
def legs(tmp_path: Path) -> dict[Leg, Path]:
    """A short talk as two legs: the agent asks, the caller says what is wrong."""
    return record_talk(tmp_path, TALK)


@pytest.fixture
async def decoder() -> AsyncIterator[Decoder]:
    """The real one, with the sandbox's model."""
    patience = Patience(constant_s=60.0)
    async with Decoder(MODEL, children=2, patience=patience) as decoder:
        yield decoder
