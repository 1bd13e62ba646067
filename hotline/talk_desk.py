"""Holds, pauses and supervisors: what people ask for in a conversation, checked against the ACD and put to Asterisk."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from acd.asking import must_be_two
from acd.distributor import Distributor
from acd.engine import Engine
from acd.errors import NotNow, UnknownSeat
from acd.events import CallHeld, CallRetrieved, Event, RecordingPaused, RecordingResumed
from acd.journal import Journal
from acd.model import AgentId, CallId, Offer, SeatId, is_outward
from api.ports import CallMark
from hotline.told import until_told
from recordings import access
from telephony.talk import Beside, Talk, TalkCode

_WORDS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")

TOLD: Final[dict[TalkCode, type[Event]]] = {
    TalkCode.HOLD: CallHeld,
    TalkCode.RETRIEVE: CallRetrieved,
    TalkCode.PAUSE: RecordingPaused,
    TalkCode.RESUME: RecordingResumed,
}
"""The fact by which Asterisk says that a code was carried out."""


class TalkDesk:
    """The API's side of conversations."""

    def __init__(
        self,
        engine: Engine,
        distributor: Distributor,
        talk: Talk,
        database: AsyncEngine,
        journal: Journal,
        now: Callable[[], datetime],
    ) -> None:
        self._engine, self._distributor, self._talk = engine, distributor, talk
        self._database, self._journal, self._now = database, journal, now

    def agent_of(self, call: CallId) -> AgentId | None:
        """Who talks with this caller."""
        offer = self._distributor.talking.get(call)
        return offer.agent if offer else None

    async def press(self, call: CallId, code: TalkCode) -> None:
        """Key a code for the agent, and wait until Asterisk says that it was carried out.

        Raises NotNow, telephony's TelephonyError, or TimeoutError when Asterisk says nothing.
        """
        if is_outward(call) and code in (TalkCode.HOLD, TalkCode.RETRIEVE):
            raise NotNow("in a call that we made there is no hold", "外呼通话不能保持")
        talk = self._talking(call)
        must_be_two(talk)
        _must_fit(talk, code)
        await until_told(self._engine, call, (TOLD[code],), self._talk.press(call, code))

    async def stand_beside(self, call: CallId, seat: SeatId, manner: Beside, who: str) -> None:
        """Write down who does what to whom, then ring the supervisor's phone. Raises Refused, TelephonyError."""
        talk = self._talking(call)
        if seat not in self._distributor.seats:
            raise UnknownSeat(f"there is no seat {seat}", f"没有坐席 {seat}")
        if any(other.seat == seat for other in self._distributor.talking.values()):
            raise NotNow(f"the phone of seat {seat} is in a call", f"坐席 {seat} 的话机正在通话")
        detail = f"seat {seat} beside agent {talk.agent} at seat {talk.seat}"
        async with self._database.begin() as connection:
            await access.note(connection, at=self._now(), who=who, deed=f"call.{manner}", subject=call, detail=detail)
        await self._talk.stand_beside(call, seat, manner)

    async def happened(self, call: CallId) -> list[CallMark]:
        """What the journal knows of a call, in order."""
        return [
            CallMark(at=event.at, what=_WORDS.sub("_", type(event).__name__).lower(), attempt=_attempt(event))
            async for event in self._journal.events(call=call)
        ]

    def _talking(self, call: CallId) -> Offer:
        talk = self._distributor.talking.get(call)
        if talk is None:
            raise NotNow(f"call {call} is with no agent", "该来电没有在通话")
        return talk


def _attempt(event: Event) -> int | None:
    attempt: int | None = getattr(event, "attempt", None)
    return attempt


def _must_fit(talk: Offer, code: TalkCode) -> None:
    held, unrecorded = talk.held_since is not None, talk.unrecorded_since is not None
    wrong = {
        TalkCode.HOLD: (held, "the caller is on hold already", "来电人已在保持中"),
        TalkCode.RETRIEVE: (not held, "the caller is not on hold", "来电人没有在保持中"),
        TalkCode.PAUSE: (held or unrecorded, "the caller is on hold, or nothing is recorded", "正在保持,或已暂停录音"),
        TalkCode.RESUME: (held or not unrecorded, "on hold, or recorded already", "正在保持,或没有暂停录音"),
    }
    is_wrong, english, chinese = wrong[code]
    if is_wrong:
        raise NotNow(english, chinese)
