"""One call as its phone saw it: its events, its end, what was heard."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from sandbox.diary import DEADLINE_S, ENDS, Diary, Kind, PhoneEvent
from sandbox.phone_errors import CallEnded, PhoneGone
from sandbox.sound import RATE_HZ, Samples, longest_silence_s, read_wav


class Call:
    """A call of a `Phone`. Its waits raise CallEnded when it ends first and TimeoutError when nothing happens."""

    def __init__(self, diary: Diary, call_id: str, heard: Path) -> None:
        self._diary = diary
        self.id = call_id
        self.file = heard
        """The WAV of what the phone hears: whole when `closed()` returns, growing by quarters of a second before."""
        self.written: asyncio.Future[str] | None = None
        """Set by the phone at the end of the call; done when `file` is whole."""

    @property
    def events(self) -> list[PhoneEvent]:
        """What happened in this call so far."""
        return [event for event in self._diary.events if event.call == self.id]

    @property
    def end(self) -> PhoneEvent | None:
        """How the call ended, if it has."""
        return self._diary.find(self._is_end)

    @property
    def peer(self) -> str:
        """The other side's SIP address as the phone was told it: hostile text."""
        return next((event.peer for event in self.events if event.peer), "")

    async def ringing(self, deadline_s: float = DEADLINE_S) -> PhoneEvent:
        """Wait until the other side rings."""
        return await self._until(Kind.RINGING, deadline_s)

    async def established(self, deadline_s: float = DEADLINE_S) -> PhoneEvent:
        """Wait until the call was answered."""
        return await self._until(Kind.ESTABLISHED, deadline_s)

    async def hearing(self, deadline_s: float = DEADLINE_S) -> PhoneEvent:
        """Wait for the first sound: until the PBX has bridged a called phone, what it says is lost."""
        return await self._until(Kind.HEARING, deadline_s)

    async def digits(self, count: int, deadline_s: float = DEADLINE_S) -> str:
        """Wait until the other side has pressed this many keys in all, and return them."""
        while len(pressed := self._pressed()) < count:
            since = len(self._diary.events)
            await self._until(Kind.DIGIT, deadline_s, since)
        return pressed

    async def closed(self, deadline_s: float = DEADLINE_S) -> PhoneEvent:
        """Wait for the end, and until `file` is whole."""
        end = await self._diary.wait_for(self._is_end, deadline_s)
        if self.written is not None:
            with suppress(PhoneGone):
                await self.written
        return end

    def heard(self, since: int = 0) -> Samples:
        """What the phone has heard since sample number `since`, so far."""
        return read_wav(self.file, since)

    def longest_silence_s(self) -> float:
        """The longest silence that the phone has heard in a call that is over, or all sound that never arrived."""
        moments = {event.kind: event.monotonic_s for event in self.events}
        sound = self.heard()
        missing_s = moments[Kind.CLOSED] - moments[Kind.ESTABLISHED] - len(sound) / RATE_HZ
        return max(longest_silence_s(sound), missing_s)

    async def _until(self, kind: Kind, deadline_s: float, since: int = 0) -> PhoneEvent:
        def wanted(event: PhoneEvent) -> bool:
            return event.call == self.id and event.kind in (kind, *ENDS)

        event = await self._diary.wait_for(wanted, deadline_s, since=since)
        if event.kind is not kind:
            raise CallEnded(event.detail)
        return event

    def _is_end(self, event: PhoneEvent) -> bool:
        return event.call == self.id and event.kind in ENDS

    def _pressed(self) -> str:
        return "".join(event.detail for event in self.events if event.kind is Kind.DIGIT)
