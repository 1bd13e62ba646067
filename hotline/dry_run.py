"""试走一日的来电: the calls of a period, read from the journal, and where they would go by another version.

The journal has no caller's number, and none is needed: numbers dialled, times, and where each call went. The call book
is asked for nothing but the ways through menus.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from acd.call_back_facts import CallBackAsked
from acd.call_facts import CallTransferredOut, MessageBegun, VoiceMessageLeft
from acd.events import CallArrived, CallJoined, CallRefused, Event
from acd.journal import Journal
from acd.model import CallId
from city.city import City
from hotline.looking_back import TooMuch
from ivr.elsewhere import Both, Goal, Kind, PastCall, Place, Tally
from ivr.menu import Need
from recordings.calls import ways_of

CALLS_MOST: Final = 200_000
WALKED_WITHIN: Final = timedelta(minutes=10)
"""So long after a call came it is known where it went: longer than anybody may stay in a menu."""
KINDS: Final = (
    *(CallArrived, CallRefused, CallJoined, MessageBegun),
    *(VoiceMessageLeft, CallBackAsked, CallTransferredOut),
)


async def dry_run(database: AsyncEngine, old: City, new: City, since: datetime, until: datetime) -> Tally:
    """Calls that came from `since` up to before `until`. `old`: the version in force. looking_back.TooMuch."""
    day = _Day(until)
    async for event in Journal(database).events_of(KINDS, since=since, until=until + WALKED_WITHIN):
        day.note(event)
    async with database.connect() as connection:
        ways = await ways_of(connection, day.ids())
    both = Both(old, new)
    for call in day.calls(ways):
        both.tell(call)
    return both.tally


class _Day:
    """What is known of each call, from the first that is told of it on."""

    def __init__(self, until: datetime) -> None:
        self._until = until
        self._came: dict[CallId, CallArrived | CallRefused] = {}
        self._went: dict[CallId, Goal] = {}
        self._refused: set[CallId] = set()

    def note(self, event: Event) -> None:
        """Where a call went is what is told first."""
        if isinstance(event, CallArrived | CallRefused):
            self._arrive(event)
        elif (call := getattr(event, "call", None)) in self._came:
            self._went.setdefault(call, _goal(event))

    def _arrive(self, event: CallArrived | CallRefused) -> None:
        if event.at >= self._until and event.call not in self._came:
            return
        self._came.setdefault(event.call, event)
        if isinstance(event, CallRefused):
            self._refused.add(event.call)
        if len(self._came) > CALLS_MOST:
            raise TooMuch

    def ids(self) -> list[CallId]:
        """All."""
        return list(self._came)

    def calls(self, ways: Mapping[str, str]) -> list[PastCall]:
        """In the order in which they came. `ways`: as `recordings.calls` keeps them."""
        return [
            PastCall(
                dialled=came.hotline,
                at=came.at,
                went=self._went.get(call),
                refused=call in self._refused,
                done=json.loads(ways.get(call, "{}")),
            )
            for call, came in self._came.items()
        ]


def _goal(event: Event) -> Goal:
    match event:
        case CallJoined(queue=queue, skills=skills, priority=priority):
            return Goal(Place(Kind.QUEUE, queue), frozenset(Need(*each) for each in skills), priority)
        case CallBackAsked():
            return Goal(Place(Kind.CALL_BACK))
        case CallTransferredOut():
            return Goal(Place(Kind.TRANSFER))
    return Goal(Place(Kind.MESSAGE))
