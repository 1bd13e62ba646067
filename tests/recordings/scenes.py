"""Small builders for tests of recordings, transcripts and tickets."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql import FromClause

from recordings.archive import Archive
from recordings.grants import GrantKind, allow, hear
from recordings.listen import StereoSound
from recordings.recording import Recording

T = TypeVar("T")
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def tone(seconds: float, hertz: float = 300.0) -> np.ndarray:
    """A sine of 8 kHz, 16 bits."""
    at = np.arange(int(8000 * seconds)) / 8000
    return np.asarray(8000 * np.sin(2 * np.pi * hertz * at), "<i2")


def write_wav(path: Path, samples: np.ndarray, rate_hz: int = 8000, channels: int = 1, width: int = 2) -> bytes:
    """A correct WAV file; gives its bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate_hz)
        file.writeframes(samples.astype("<i2").tobytes())
    return path.read_bytes()


def leave_call(
    spool: Path, call: str = "lx1-1732.1", attempt: int = 1, seconds: float = 1.0, *, done: bool = True
) -> None:
    """What the dialplan leaves after a connected attempt."""
    write_wav(spool / f"{call}-{attempt}-caller.wav", tone(seconds, 300))
    write_wav(spool / f"{call}-{attempt}-agent.wav", tone(seconds, 500))
    if done:
        (spool / f"{call}-{attempt}.done").touch()


async def count(engine: AsyncEngine, table: FromClause) -> int:
    """Number of rows."""
    async with engine.connect() as connection:
        return int(await connection.scalar(select(func.count()).select_from(table)) or 0)


async def until(condition: Callable[[], T], seconds: float = 10.0) -> T:
    """Wait for a condition, and return what it gave; TimeoutError when it does not come."""
    async with asyncio.timeout(seconds):
        while not (given := condition()):  # noqa: ASYNC110  # what is waited for may be a file or a process
            await asyncio.sleep(0.01)
    return given


async def heard(engine: AsyncEngine, archive: Archive, recording: Recording) -> StereoSound:
    """The recording, as 101 hears it by a grant."""
    async with engine.begin() as connection:
        how = {"person": "101", "kind": GrantKind.PLAY, "reason": "核对", "at": NOON}
        _, token = await allow(connection, recording.id, **how)
    return (await hear(engine, archive, recording.id, token, person="101", at=NOON))[0]


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of the WAV files under a folder, by name."""
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*.wav"))}


def tree(folder: Path) -> list[str]:
    """Names of the files under a folder."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())
