"""The recordings' word: where both sides are on a recording, a person of ours has talked with the caller.

The controller may have been dead or deaf all the while: Asterisk's own queue connected them, or it was killed before
it could say that a phone was answered. Then the call was lost as far as the facts went, and the recording knows better.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from acd.call_facts import TalkRecorded
from acd.events import Event
from acd.model import CallId
from recordings import ledger
from recordings.arrival import has_both_sides
from recordings.recording import Recording

TOLD_AGAIN: Final = timedelta(minutes=10)
"""After a start: whoever took these in may have died before it was written that they were told."""


class TalksFound:
    """Give `note` every recording that was taken in; `tell_again` once, at the start."""

    def __init__(self, tell: Callable[[Event], None], database: AsyncEngine, now: Callable[[], datetime]) -> None:
        self._tell, self._database, self._now = tell, database, now

    def note(self, recording: Recording) -> None:
        """It is there."""
        if has_both_sides(recording):
            self._tell(TalkRecorded(at=self._now(), call=CallId(recording.call_id), attempt=recording.attempt))

    async def tell_again(self) -> None:
        """What was taken in last before this run; saying it twice changes nothing."""
        async with self._database.connect() as connection:
            recent = await ledger.taken_in_since(connection, self._now() - TOLD_AGAIN)
        for recording in recent:
            self.note(recording)
