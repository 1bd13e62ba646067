"""A look at the virtual telephones, and what the real telephony.resync makes of it: the difference, as facts.

After a gap the look is exact: news is held back meanwhile. In between, a difference is believed when two looks see it,
as telephony.lookout does with the real ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple

from acd.distributor import Distributor
from acd.events import Event, GapClosed, GapMarked, Repaired
from acd.model import CallId
from simulation.exchange import Exchange
from simulation.line import BEING_RUNG, Line, Place
from telephony.lookout import Complaint, by_subject, complaint
from telephony.resync import difference
from telephony.telephones import LiveCall, Telephones, Where

WHERE: Final = {
    Place.GREETED: Where.GREETED,
    Place.WAITING: Where.WAITING,
    Place.DIALLED: Where.DIALLED,
    Place.RINGING: Where.RINGING,
    Place.TALKING: Where.TALKING,
    Place.MESSAGE: Where.MESSAGE,
    Place.PROMISED: Where.ELSEWHERE,
}


class Known(NamedTuple):
    """What the core knew when a look began: only that can be missing."""

    calls: Collection[CallId]
    codes: Collection[CallId]


def known_to(core: Distributor) -> Known:
    """At this moment."""
    return Known(core.calls, frozenset(use.use for use in core.in_use.values()))


def look(exchange: Exchange) -> Telephones:
    """What `Status` and `DeviceStateList` would say at this moment."""
    return Telephones(
        calls={call: _live(line) for call, line in exchange.lines.items()},
        phones={seat: seat not in exchange.unplugged for seat in exchange.seats},
        in_use={seat: frozenset({use}) for seat, use in exchange.codes.items()},
    )


def _live(line: Line) -> LiveCall:
    is_with_seat = line.place is Place.TALKING or line.place in BEING_RUNG
    kind = line.kind
    return LiveCall(
        call=line.call,
        where=WHERE[line.place],
        queue=kind.queue,
        skills=kind.skills,
        priority=line.priority,
        joined=line.joined,
        attempt=line.attempt,
        seat=line.seat,
        failure=line.failure,
        dnis=kind.hotline,
        seats=frozenset({line.seat}) if is_with_seat and line.seat is not None else frozenset(),
    )


def all_differences(telephones: Telephones, core: Distributor, at: datetime) -> tuple[Event, ...]:
    """After a gap: everything, and the gap's end."""
    facts = difference(telephones, core, at)
    return (*facts, GapClosed(at=at, differences=len(facts)))


class Reconciler:
    """Looks every few seconds, and mends what it sees twice."""

    def __init__(self) -> None:
        self.repairs = 0
        self._suspected: frozenset[Complaint] = frozenset()
        self._mended: Counter[Complaint] = Counter()

    def forget(self) -> None:
        """A resync has just looked at everything."""
        self._suspected = frozenset()
        self._mended.clear()

    def facts(self, telephones: Telephones, core: Distributor, at: datetime, known: Known) -> tuple[Event, ...]:
        """What is told because of this look: nothing, or a gap that is closed at once."""
        found = by_subject(difference(telephones, core, at, *known))
        complaints = {subject: complaint(subject, facts) for subject, facts in found.items()}
        sure = [subject for subject in found if complaints[subject] in self._suspected]
        self._suspected = frozenset(complaints[subject] for subject in found if subject not in sure)
        self._mended = Counter({grief: self._mended[grief] for grief in complaints.values()})
        self._mended.update(complaints[subject] for subject in sure)
        repairs: list[Event] = []
        for subject in sure:
            why = ", ".join(type(fact).__name__ for fact in found[subject])
            repairs += (Repaired(at=at, subject=subject, why=why, facts=len(found[subject])), *found[subject])
        if not repairs:
            return ()
        self.repairs += len(sure)
        return (GapMarked(at=at, why="repair"), *repairs, GapClosed(at=at, differences=len(repairs)))

    @property
    def suspects(self) -> bool:
        """Whether something was seen once: it is looked at again soon."""
        return bool(self._suspected)

    @property
    def stubborn(self) -> tuple[Complaint, ...]:
        """What was mended again and again and was seen by every look in between: it does not mend."""
        return tuple(grief for grief, times in self._mended.items() if times >= MENDED_AT_MOST)


MENDED_AT_MOST: Final = 3
"""Twice is chance: an agent whose phone is gone says ready again just after it was mended."""
