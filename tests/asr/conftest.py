"""The fixtures of this package."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from asr.decoder import Decoder, Patience
from recordings.recording import Leg
from tests.asr.talks import TALK, record_talk
from tests.recordings.stores import archive, engine, spool

__all__ = ["archive", "decoder", "engine", "legs", "spool"]

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
