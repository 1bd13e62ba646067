"""Who can serve whom, and who comes first: the index behind every offer. The rules in words: docs/acd.md.

**Which call.** The one with the least *rank*: `joined - priority x PRIORITY_CREDIT`, equal ones by id. A step of
priority is worth so much waiting. Nobody's rank ever changes, so waiting ages everybody alike and heaps stay heaps.

**Nobody starves.** Let a call have priority p and join at t. One that joins at u with priority q goes before it only if
u - q x CREDIT <= t - p x CREDIT, that is u <= t + (q - p) x CREDIT, and q is at most MOST. So whoever joins later than
`overtaken_until = t + (MOST - p) x CREDIT` never goes before it. Until then only finitely many calls join, and those
are the only ones ever served before it by agents who can serve it: while such agents go on becoming free and answer,
its turn comes. (A call that comes back to the waiting room with its old `joined` counts as having joined then; so does
a call-back, which stands in the line with its citizen's, and a caller who inherits that place: acd.call_back_line.)
Between equals the bound is 0 (first come, first served), one step apart it is one CREDIT. Relaxing (acd.recipe) lowers
what a call asks for as it waits. It changes no rank and only adds agents who can serve it, so the proof stands.

**Which agent.** The one idle longest among the *best-skilled*, equal ones by id. How well an agent is skilled for a
call is the sum of their levels in the skills it asks for (able_at: their own or the seat's, the higher): `mastery`. A
call that asks for no skill finds all equally skilled. Levels not asked for count neither way; a skill that has been
waived is asked for at level 0, so it keeps nobody out and still counts.

**Whom the citizen knows.** A call may prefer an agent, who served this citizen last: if free and able to serve it, they
come before everybody else. The queue may also have it wait for nobody else for a while (`held_until`): as long as they
are on duty and can serve it, so that they are free soon; a break, a log-off, other skills end that at once. A held call
keeps its rank, but while it is held it is passed over by choice: whoever joins later than both `overtaken_until` and
the end of the while never goes before it.

**What it costs.** Calls that ask for the same (queue and skills) wait in one heap; free agents who can do the same
(queues and skills) stand in another. Which heap can serve which, and how well, is worked out once, when a heap is new,
so that a decision looks only at the heads of the heaps that fit: O(number of different sets + log n), whoever waits.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any, Final, NamedTuple

from acd.lazyheap import LazyHeap
from acd.model import AgentId, CallId, QueueName, Seat, SkillLevel, Skills, WaitingCall

TIDY_AT = 1024  # different sets on one side before empty ones are forgotten

EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)

PRIORITY_CREDIT: Final = timedelta(minutes=5)
"""How much longer waiting one step of priority is worth."""

MOST: Final = 100
"""The highest priority; -MOST is the lowest. What lies beyond counts as these: the bound on starvation rests on it."""


class Ask(NamedTuple):
    """What a call asks for."""

    queue: QueueName
    skills: Skills


class Able(NamedTuple):
    """What an agent at a seat can do."""

    queues: frozenset[QueueName]
    skills: Skills


def able_at(skills: Skills, seat: Seat) -> Able:
    """Join an agent's skills with those of the seat; of two levels of one skill the higher counts."""
    best = dict(skills)
    for skill, level in seat.skills:
        best[skill] = max(level, best.get(skill, level))
    return Able(seat.queues, frozenset(SkillLevel(*pair) for pair in best.items()))


def can_serve(able: Able, ask: Ask) -> bool:
    """Tell whether the queue is served and every level asked for is reached."""
    levels = dict(able.skills)
    return ask.queue in able.queues and all(levels.get(skill, 0) >= level for skill, level in ask.skills)


def ask_of(call: WaitingCall) -> Ask:
    """Return what a call asks for now."""
    return Ask(call.queue, call.asks)


def mastery(able: Able, ask: Ask) -> int:
    """Return how well an agent is skilled for a call: the sum of their levels in what it asks for."""
    levels = dict(able.skills)
    return sum(levels.get(skill, 0) for skill, _ in ask.skills)


def rank(call: WaitingCall) -> tuple[datetime, CallId]:
    """Order calls: the least goes first; see above. It never changes while a call waits."""
    return (call.joined - _priority(call) * PRIORITY_CREDIT, call.id)


def overtaken_until(call: WaitingCall) -> datetime:
    """Return the moment after which nobody who joins can go before this call: the bound on starvation."""
    return call.joined + (MOST - _priority(call)) * PRIORITY_CREDIT


def _priority(call: WaitingCall) -> int:
    return max(-MOST, min(MOST, call.priority))


def _ticks(moment: datetime) -> int:
    """Whole microseconds, which compare several times as fast as moments: heads are compared by the dozen."""
    return (moment - EPOCH) // MICROSECOND


class _Group:
    """Those with equal sets, and the groups across that fit them."""

    __slots__ = ("_across", "heap", "sets")

    def __init__(self, sets: Any) -> None:
        self.sets = sets
        self.heap: LazyHeap[Any, Any] = LazyHeap()
        self._across: list[tuple[int, list[list[tuple[Any, Any]]]]] = []  # (score, heaps' entries), the best first

    def fits(self, partner: _Group, score: int) -> None:
        """Remember a group across. Its heap's entries are kept, not the group: looking at them is the hot path."""
        for known, tier in self._across:
            if known == score:
                tier.append(partner.heap.entries)
                return
        self._across.append((score, [partner.heap.entries]))
        self._across.sort(key=itemgetter(0), reverse=True)

    def keep(self, entries_kept: set[int]) -> None:
        """Forget the groups across that are gone."""
        tiers = ((score, [e for e in tier if id(e) in entries_kept]) for score, tier in self._across)
        self._across = [(score, tier) for score, tier in tiers if tier]

    def best_partner(self) -> tuple[Any, Any] | None:
        """Return the first (key, item) among the groups across that fit best."""
        for _, tier in self._across:
            heads = [entries[0] for entries in tier if entries]
            if heads:
                return min(heads)
        return None


class _Side:
    """All groups of one kind (of calls, or of agents)."""

    def __init__(self, fits: Callable[[Any, Any], bool], score: Callable[[Any, Any], int]) -> None:
        self.groups: dict[Any, _Group] = {}
        self.across: _Side = self
        self._fits, self.score = fits, score
        self._group_of: dict[Any, _Group] = {}
        self._tidy_at = TIDY_AT

    def put(self, item: Any, sets: Any, key: Any) -> None:
        group = self.groups.get(sets) or self._new_group(sets)
        before = self._group_of.get(item)
        if before is not None and before is not group:
            before.heap.discard(item)
        self._group_of[item] = group
        group.heap.push(item, key)

    def take(self, item: Any) -> None:
        group = self._group_of.pop(item, None)  # the group itself is kept, also empty: it will be needed again
        if group is not None:
            group.heap.discard(item)

    def has(self, item: Any) -> bool:
        return item in self._group_of

    def sets_of(self, item: Any) -> Any:
        return self._group_of[item].sets

    def best_across(self, item: Any) -> tuple[Any, Any] | None:
        return self._group_of[item].best_partner()

    def best_for(self, sets: Any) -> tuple[Any, Any] | None:
        return (self.groups.get(sets) or self._new_group(sets)).best_partner()

    def has_any(self) -> bool:
        return bool(self._group_of)

    def _new_group(self, sets: Any) -> _Group:
        if len(self.groups) >= self._tidy_at:
            self._tidy()
        group = self.groups[sets] = _Group(sets)
        for other, partner in self.across.groups.items():
            if self._fits(sets, other):
                group.fits(partner, self.score(sets, other))
                partner.fits(group, self.across.score(other, sets))
        return group

    def _tidy(self) -> None:
        """Forget empty groups. Sets come and go with edits of seats; without this they would pile up for months."""
        self.groups = {sets: group for sets, group in self.groups.items() if group.heap}
        kept = {id(group.heap.entries) for group in self.groups.values()}
        for group in self.across.groups.values():
            group.keep(kept)
        self._tidy_at = max(TIDY_AT, 2 * len(self.groups))


class Matching:
    """Calls that may be offered and agents who may be offered one."""

    def __init__(self) -> None:
        self._calls = _Side(lambda ask, able: can_serve(able, ask), lambda ask, able: mastery(able, ask))
        self._agents = _Side(can_serve, lambda _able, _ask: 0)  # among calls only the rank counts
        self._calls.across, self._agents.across = self._agents, self._calls
        self._prefers: dict[CallId, AgentId] = {}  # of calls that may be offered
        self._held: dict[AgentId, LazyHeap[int, CallId]] = {}  # calls that only this agent is waited for

    def add_call(self, call: WaitingCall) -> None:
        """The call may be offered, in the place that its priority and its joining gave it."""
        key = _ticks(rank(call)[0])
        if call.prefers is not None:
            self.remove_call(call.id)
            self._prefers[call.id] = call.prefers
            if call.held_until is not None:
                self._held.setdefault(call.prefers, LazyHeap()).push(call.id, key)
                return
        self._calls.put(call.id, ask_of(call), key)

    def remove_call(self, call: CallId) -> None:
        """The call may not be offered now."""
        self._calls.take(call)
        if call not in self._prefers:
            return
        preferred = self._prefers.pop(call)
        held = self._held.get(preferred)
        if held is not None:
            held.discard(call)
            if not held:
                del self._held[preferred]

    def add_agent(self, agent: AgentId, able: Able, idle_since: datetime) -> None:
        """The agent is free since `idle_since`."""
        self._agents.put(agent, able, _ticks(idle_since))

    def remove_agent(self, agent: AgentId) -> None:
        """The agent is not free."""
        self._agents.take(agent)

    def may_be_offered(self, call: CallId) -> bool:
        """Tell whether the call waits without an offer and does not rest."""
        return self._calls.has(call) or call in self._prefers

    def is_free(self, agent: AgentId) -> bool:
        """Tell whether the agent may be offered a call."""
        return self._agents.has(agent)

    @property
    def is_anybody_free(self) -> bool:
        """Tell whether there is an agent who may be offered a call."""
        return self._agents.has_any()

    def best_call(self, agent: AgentId, able: Able | None = None) -> CallId | None:
        """Return the call that this free agent should take next. `able`: of one who does not stand in the index yet."""
        best = self._agents.best_across(agent) if able is None else self._agents.best_for(able)
        if self._held and agent in self._held:
            held = self._held[agent].first()
            best = min(best, held) if best and held else best or held
        return None if best is None else best[1]

    def best_agent(self, call: CallId) -> AgentId | None:
        """Return the free agent who should take this call, which may be offered."""
        preferred = self._prefers.get(call)
        if preferred is not None and self._agents.has(preferred) and self._suits(call, preferred):
            return preferred
        if not self._calls.has(call):
            return None
        best = self._calls.best_across(call)
        return None if best is None else best[1]

    def _suits(self, call: CallId, preferred: AgentId) -> bool:
        if not self._calls.has(call):  # held for them, because they can serve it
            return True
        return can_serve(self._agents.sets_of(preferred), self._calls.sets_of(call))

    def set_counts(self) -> tuple[int, int]:
        """Return how many different sets calls ask for, and agents have: what a decision's cost grows with."""
        return len(self._calls.groups), len(self._agents.groups)
