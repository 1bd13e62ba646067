"""A recording is heard only after it has been written down who hears it."""

from __future__ import annotations

import asyncio
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from recordings import ledger
from recordings.access import note
from recordings.archive import Archive
from recordings.listen import StereoSound, open_stereo
from recordings.recording import Leg, Recording, RecordingId, RecordingState


class NothingToHear(LookupError):
    """The recording holds no sound: its `reason` says why."""

    def __init__(self, recording: Recording) -> None:
        super().__init__(recording.reason or recording.state)
        self.recording = recording


async def hear(engine: AsyncEngine, archive: Archive, recording: RecordingId, *, who: str, at: datetime) -> StereoSound:
    """Write down that `who` hears this recording, then open it. RecordingUnknown, NothingToHear (also written down)."""
    async with engine.begin() as connection:
        found = await ledger.read(connection, recording)
        await note(connection, at=at, who=who, deed="recording.heard", subject=recording)
    if found.state is not RecordingState.KEPT:
        raise NothingToHear(found)
    legs = archive.stored(recording)
    return await asyncio.to_thread(open_stereo, legs[Leg.CALLER], legs[Leg.AGENT])
