"""看队: the lines as they are at one moment, and how long whoever stands or comes there waits. Pure.

Made for one look and then thrown away: agents and waiting calls are walked through once, put together by what they can
do and what they ask for, so that each further question costs only the number of different sets. What is worked out of
a waiting call alone is kept from look to look (Standers): most of a long line is the same a tenth of a second later.

**Agents who serve several queues.** Whoever is ready, rung, talking or writing serves, and counts fully in every line
whose calls they can take; in exchange every caller who goes before ours counts as ahead by the share of *their* agents
who are ours, too: whoever shares all agents with us counts as one, whoever has none in common as nothing, and a caller
whom sixty can serve, ten of them ours, as a sixth. That is how often such a caller takes one of ours, if all come free
equally often. A call-back that stands in the line counts as any caller, but never gives up. An agent comes free at the
rate of the queue whose call keeps them busy.

**Rates** are the queue's own (acd.rates), or while too little was seen there those of all queues together; while too
little was seen of those, nothing is said. Nothing is said either while facts are missing (acd.finding). Sums are
exactly rounded (fsum), so that they do not depend on who logged on first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from math import fsum
from typing import Final, NamedTuple

from acd.forecast import Ahead, Estimate, Line, Spread, at_once, estimate
from acd.hall import Hall
from acd.matching import Able, Ask, ask_of, can_serve, rank
from acd.model import AgentState, CallId, QueueName, Rates, WaitingCall, is_outward
from acd.rates import SECOND, handle_s, patience, pick_up

SERVING: Final = frozenset(
    {AgentState.READY, AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING, AgentState.WRAP_UP}
)
LAST_SAID: Final = 99
"""Nobody is told of more who stand before them."""
LAST: Final = CallId("\U0010ffff")  # behind every call that joined in the same microsecond


def asked(call: WaitingCall) -> Ask:
    """What a waiting call asks for now."""
    return ask_of(call)


def _is_later(call: WaitingCall) -> bool:
    """A call-back whose time has not come: it may stand there through the night."""
    return call.owed is not None and call.rests_until is not None


class Crew(NamedTuple):
    """Those who can serve somebody."""

    serving: int
    free: int


class Standing(NamedTuple):
    """Callers of one queue who are not talking yet, rung for or not."""

    waiting: int
    longest: datetime | None  # when the first of them joined


class _Stander(NamedTuple):
    """Who waits, as far as those behind are concerned."""

    place: tuple[datetime, CallId]
    joined: datetime
    ask: Ask
    stays: bool


class Standers:
    """Puts those who wait in their order; what it worked out of a call it remembers while that is as it was."""

    def __init__(self) -> None:
        self._known: dict[CallId, tuple[WaitingCall, _Stander]] = {}  # of the last look

    def line(self, calls: Iterable[WaitingCall]) -> list[_Stander]:
        """Return those of one look, the first first."""
        known, self._known = self._known, {}
        for call in calls:
            before = known.get(call.id)
            if before is None or before[0] is not call:  # a call that changes is another object
                before = call, _stander(call)
            self._known[call.id] = before
        return sorted(stander for _, stander in self._known.values())


def _stander(call: WaitingCall) -> _Stander:
    return _Stander(rank(call), call.joined, asked(call), is_outward(call.id))


class _Kind(NamedTuple):
    """Agents who can do the same and are busy for the same queue (None: for none)."""

    able: Able
    busy_for: QueueName | None


class Outlook:
    """The lines at one moment. It looks at the hall while it is made; later changes it does not see."""

    def __init__(self, hall: Hall, standers: Standers | None = None) -> None:
        """`standers` are those of the looks before, if any were taken."""
        self._is_blind = hall.blind_until is not None
        self._learning = hall.learning
        self._together = hall.learning.together()
        self._kinds: Counter[_Kind] = Counter()
        self._free: Counter[Able] = Counter()
        for agent in hall.agents.values():
            if agent.state in SERVING:
                able = hall.able(agent.id)
                self._kinds[_Kind(able, hall.learning.busy_with(agent.id))] += 1
                self._free[able] += hall.matching.is_free(agent.id)
        self._joined: dict[QueueName, list[datetime]] = {}
        for call in hall.waiting.values():
            if call.owed is None:  # nobody listens in a call-back
                self._joined.setdefault(call.queue, []).append(call.joined)
        # for whom somebody is being rung: that agent counts as busy, and the caller as served
        unoffered = (call for call in hall.waiting.values() if call.id not in hall.book.open and not _is_later(call))
        self._line = (standers or Standers()).line(unoffered)
        self._asks = frozenset(stander.ask for stander in self._line)
        self._crews: dict[Ask, Mapping[_Kind, int]] = {}

    # ---- who waits

    def standing(self, queue: QueueName) -> Standing:
        """Return how many wait in a queue, and since when."""
        joined = self._joined.get(queue, [])
        return Standing(len(joined), min(joined, default=None))

    def rates(self, queue: QueueName) -> Rates:
        """Return what was learnt of this queue itself."""
        return self._learning.rates(queue)

    def patience_s(self, queue: QueueName) -> float | None:
        """Return the mean patience of its callers; None if nobody was seen to give up."""
        return patience(self._learning.rates(queue), self._together).mean_s()

    def newcomer(self, ask: Ask, at: datetime, priority: int = 0) -> Estimate | None:
        """Return how long somebody who joins now would wait; None: not knowable."""
        return self.caller(WaitingCall(LAST, ask.queue, at, ask.skills, priority), at)

    def caller(self, call: WaitingCall, at: datetime) -> Estimate | None:
        """Return how long somebody who waits, unoffered, still has to; None: not knowable."""
        if self._is_blind:
            return None
        ask = asked(call)
        crew = self.crew(ask)
        if crew.free:
            return at_once(self._pick_up(ask.queue))
        return estimate(self.line(call, at)) if crew.serving else None

    def position(self, call: WaitingCall, at: datetime) -> int | None:
        """Return how many stand before somebody who waits, unoffered, and may take an agent of theirs; None: unsaid.

        That is so while facts are missing, while nobody serves such a call, beyond 99, and where most of those before
        are rather served by others, of whom they share few: their number would frighten without reason.
        """
        if self._is_blind or not self.crew(asked(call)).serving:
            return None
        shares = [ahead.share for ahead in self._ahead(call, at)]
        misleads = fsum(shares) < len(shares) / 2
        return None if misleads or len(shares) > LAST_SAID else len(shares)

    def line(self, call: WaitingCall, at: datetime) -> Line:
        """Return where a caller stands while nobody is free."""
        ask = asked(call)
        return Line(
            ahead=tuple(self._ahead(call, at)),
            freeing_per_s=self._freeing(ask),
            patience=patience(self._learning.rates(ask.queue), self._together),
            pick_up=self._pick_up(ask.queue),
            seen=self._learnt(ask.queue).handled,
        )

    def _ahead(self, ours: WaitingCall, at: datetime) -> Iterator[Ahead]:
        ask, place = asked(ours), rank(ours)
        shares = {theirs: self._share(theirs, ask) for theirs in self._asks}
        for stander in self._line if any(shares.values()) else ():
            if stander.place >= place:
                return
            if share := shares[stander.ask]:
                yield Ahead(max(0.0, (at - stander.joined) / SECOND), share, stander.stays)

    def crew(self, ask: Ask) -> Crew:
        """Return who can serve such a call."""
        free = sum(count for able, count in self._free.items() if can_serve(able, ask))
        return Crew(sum(self._crew(ask).values()), free)

    # ---- who serves

    def without(self, ask: Ask, other: QueueName) -> int:
        """Return how many serve another queue and cannot serve such a call."""
        theirs, ours = self._crew(Ask(other, frozenset())), self._crew(ask)
        return sum(count for kind, count in theirs.items() if kind not in ours)

    def _crew(self, ask: Ask) -> Mapping[_Kind, int]:
        crew = self._crews.get(ask)
        if crew is None:
            crew = {kind: count for kind, count in self._kinds.items() if can_serve(kind.able, ask)}
            self._crews[ask] = crew
        return crew

    def _share(self, theirs: Ask, ours: Ask) -> float:
        their_crew, our_crew = self._crew(theirs), self._crew(ours)
        of_theirs = sum(their_crew.values())
        return sum(count for kind, count in their_crew.items() if kind in our_crew) / of_theirs if of_theirs else 0.0

    def _freeing(self, ask: Ask) -> float:
        """How many of those who can serve come free in a second; 0.0 if that is not known."""
        handles = ((handle_s(self._learnt(kind.busy_for or ask.queue)), n) for kind, n in self._crew(ask).items())
        return fsum(n / handle for handle, n in handles if handle is not None)

    def _pick_up(self, queue: QueueName) -> Spread:
        return pick_up(self._learning.rates(queue)) or pick_up(self._together) or Spread(0.0, 0.0)

    def _learnt(self, queue: QueueName) -> Rates:
        own = self._learning.rates(queue)
        return own if handle_s(own) is not None else self._together
