"""试走: where calls of the past would go by another version of the city, told from where they did go. Pure.

Where the call went is kept and, of those that were through their menu, which keys chose the way. Of all ways through
the hotline's journey, by the version in force and with those keys, those count that end there; each is gone again in
the other version, node by node, with the same keys.
A key that means nothing there is a wrong one; at a node that is new anything may be pressed. If all end at one place,
so would the call. Otherwise it cannot be told, and is not guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from city.calendar import WorkCalendar
from city.city import City
from city.ways import Served, Way, served
from ivr.arrival import journey_at
from ivr.menu import GREETING, WRONG, CallBackPromised, Edge, End, Goto, Join, Journey, MessageLeft, Need

Done = Mapping[str, str]
"""What a caller did at each node (ivr.menu.Edge.by)."""
NOTHING_KNOWN: Final[Done] = {}


class Kind(StrEnum):
    """What becomes of a call once reception is done with it."""

    QUEUE = "queue"  # 排队
    TRANSFER = "transfer"  # 转出
    MESSAGE = "message"  # 留言
    CALL_BACK = "call_back"  # 回拨


class Place(NamedTuple):
    """Where a call goes: `name` is the queue, or the number outside."""

    kind: Kind
    name: str = ""


class Goal(NamedTuple):
    """A place, and what is asked for of who answers there."""

    place: Place
    skills: frozenset[Need] = frozenset()
    priority: int = 0


class Untold(StrEnum):
    """Why it cannot be told where a call would go."""

    REFUSED = "refused"  # 当时被拒: no line was free, or the number called too often
    GONE = "gone"  # 菜单中挂机: it ended before it went anywhere
    OTHERWISE_THEN = "otherwise_then"  # 当时按别的规则: by the version in force it could not have gone there
    KEYS_UNKNOWN = "keys_unknown"  # 按键不详: it depends on keys that are not known


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCall:
    """A call of the past. `went` None: nowhere; of a transfer the number is not known (name "").

    `done`: as far as it is known what the caller did.
    """

    dialled: str
    at: datetime
    went: Goal | None
    refused: bool = False
    done: Done = field(default_factory=dict)


class Move(NamedTuple):
    """From where to where calls of a hotline would go instead, and whether the hotline is open then."""

    hotline: str
    place: Place
    to_hotline: str
    to: Place
    was_open: bool
    is_open: bool


@dataclass(kw_only=True)
class Tally:
    """What would become of the calls told so far."""

    calls: int = 0
    same: int = 0
    """To the same place, asking for the same."""
    asking: int = 0
    """To the same place, with other skills or another priority."""
    moves: Counter[Move] = field(default_factory=Counter)
    untold: Counter[Untold] = field(default_factory=Counter)

    @property
    def elsewhere(self) -> int:
        """To another place, or as another hotline's calls."""
        return self.moves.total()


class Both:
    """The version in force, and another: tells calls, one after the other, and adds up."""

    def __init__(self, old: City, new: City) -> None:
        self._old, self._new = _Known(old), _Known(new)
        self.tally = Tally()

    def tell(self, call: PastCall) -> None:
        """Where it would go."""
        self.tally.calls += 1
        was, now = self._old.served(call), self._new.served(call)
        outcome = self._told(call, was, now)
        if isinstance(outcome, Untold):
            self.tally.untold[outcome] += 1
            return
        before, after = outcome
        if before.place != after.place or was.hotline.number != now.hotline.number:
            places = (was.hotline.number, before.place, now.hotline.number, after.place)
            self.tally.moves[Move(*places, was.is_usual, now.is_usual)] += 1
        elif before != after:
            self.tally.asking += 1
        else:
            self.tally.same += 1

    def _told(self, call: PastCall, was: Served, now: Served) -> tuple[Goal, Goal] | Untold:
        if call.went is None:
            return Untold.REFUSED if call.refused else Untold.GONE
        ways = [(done, goal) for done, goal in self._old.ways(was, call.done) if _could_be(call.went, goal, was)]
        if not ways:
            return Untold.OTHERWISE_THEN
        ends = {(goal, to) for done, goal in ways for _, to in self._new.ways(now, done)}
        return ends.pop() if len(ends) == 1 else Untold.KEYS_UNKNOWN


def _could_be(went: Goal, goal: Goal, way: Served) -> bool:
    """Whether a call whose journey ends there was found here: who is not put through waits in a queue."""
    if goal.place.kind is Kind.TRANSFER:
        return went.place in (Place(Kind.TRANSFER), Place(Kind.QUEUE, way.queue))
    return went == goal


class _Known:
    """A city, and what has been reckoned of it."""

    def __init__(self, city: City) -> None:
        self._city, self._calendar = city, city.calendar
        self._ways: dict[tuple[object, ...], list[tuple[Done, Goal]]] = {}

    def served(self, call: PastCall) -> Served:
        calendar: WorkCalendar = self._calendar
        return served(self._city, self._city.hotline_for(call.dialled).hotline, call.at, calendar)

    def ways(self, way: Served, done: Done = NOTHING_KNOWN) -> list[tuple[Done, Goal]]:
        key = (way.hotline.number, way.way, way.queue, way.transfer, way.is_usual, *sorted(done.items()))
        if key not in self._ways:
            ends = ways_through(journey_at(self._city, way), done)
            self._ways[key] = [(chosen, _goal(end, way)) for chosen, end in ends]
        return self._ways[key]


def _goal(end: End, way: Served) -> Goal:
    match end:
        case MessageLeft():
            return Goal(Place(Kind.MESSAGE))
        case CallBackPromised():
            return Goal(Place(Kind.CALL_BACK))
    if way.way is Way.TRANSFER and way.transfer is not None:
        return Goal(Place(Kind.TRANSFER, way.transfer))
    if way.way is not Way.QUEUE:
        return Goal(Place(Kind.MESSAGE))
    return Goal(Place(Kind.QUEUE, end.queue), end.skills, end.priority)


def ways_through(journey: Journey, known: Done = NOTHING_KNOWN) -> Iterator[tuple[Done, End]]:
    """Every way through a journey: what is done at each node, and where it ends, as `ivr.walk` would have it.

    `known`: what is done at some nodes; at the others anything may be.
    """
    ahead: list[tuple[dict[str, str], str, str]] = [({}, GREETING, "")]
    while ahead:
        done, name, language = ahead.pop()
        for edge in _possible(journey, name, known):
            chosen = done | {name: edge.by}
            match edge.to:
                case Goto(menu=menu) if menu not in chosen:
                    ahead.append((chosen, menu, edge.to.language or language))
                case Goto():
                    yield chosen, _spoken(journey.person, edge.to.language or language)
                case Join() as join:
                    yield chosen, _spoken(join, join.language or language)
                case end:
                    yield chosen, end


def _possible(journey: Journey, name: str, known: Done) -> tuple[Edge, ...]:
    """The edges by which a node may be left."""
    ways = journey.ways(name)
    if name not in known:
        return ways
    same = tuple(edge for edge in ways if edge.by == known[name])
    return same or tuple(edge for edge in ways if edge.by == WRONG) or ways


def _spoken(join: Join, language: str) -> Join:
    """Who answers speaks the language that was chosen."""
    known = {need.skill for need in join.skills}
    spoken = frozenset({Need(language, 1)} if language and language not in known else ())
    return Join(join.queue, join.skills | spoken, join.priority)
