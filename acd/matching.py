"""Who can serve whom, and who comes first: the index behind every offer.

Calls that ask for the same (queue and skills) wait in one heap; free agents who can do the same (queues and skills)
stand in another. Which heap can serve which is worked out once, when a heap is new, so that a decision looks only at
the heads of the heaps that fit: O(number of different sets + log n), however many wait.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from acd.lazyheap import LazyHeap
from acd.model import AgentId, CallId, QueueName, Seat, SkillLevel, Skills, WaitingCall

TIDY_AT = 1024  # different sets on one side before empty ones are forgotten


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


def rank(call: WaitingCall) -> tuple[int, datetime, CallId]:
    """Order calls: highest priority, then longest waiting, then by id so that no tie is left to chance."""
    return (-call.priority, call.joined, call.id)


class _Group:
    """Those with equal sets, and the groups across that fit them."""

    __slots__ = ("across", "heap")

    def __init__(self, across: list[list[tuple[Any, Any]]]) -> None:
        self.heap: LazyHeap[Any, Any] = LazyHeap()
        self.across = across  # the fitting groups' heaps' entries themselves: this scan is the hot path

    def best_partner(self) -> Any:
        """Return the first item among all groups across, or None."""
        heads = [entries[0] for entries in self.across if entries]
        return min(heads)[-1] if heads else None


class _Side:
    """All groups of one kind (of calls, or of agents)."""

    def __init__(self, fits: Callable[[Any, Any], bool]) -> None:
        self.groups: dict[Any, _Group] = {}
        self.across: _Side = self
        self._fits = fits
        self._group_of: dict[Any, _Group] = {}
        self._tidy_at = TIDY_AT

    def put(self, item: Any, sets: Any, key: Any) -> None:
        self.take(item)
        group = self._group_of[item] = self.groups.get(sets) or self._new_group(sets)
        group.heap.push(item, key)

    def take(self, item: Any) -> None:
        group = self._group_of.pop(item, None)  # the group itself is kept, also empty: it will be needed again
        if group is not None:
            group.heap.discard(item)

    def has(self, item: Any) -> bool:
        return item in self._group_of

    def best_across(self, item: Any) -> Any:
        return self._group_of[item].best_partner()

    def _new_group(self, sets: Any) -> _Group:
        if len(self.groups) >= self._tidy_at:
            self._tidy()
        partners = [group for other, group in self.across.groups.items() if self._fits(sets, other)]
        group = self.groups[sets] = _Group([partner.heap.entries for partner in partners])
        for partner in partners:
            partner.across.append(group.heap.entries)
        return group

    def _tidy(self) -> None:
        """Forget empty groups. Sets come and go with edits of seats; without this they would pile up for months."""
        self.groups = {sets: group for sets, group in self.groups.items() if group.heap}
        kept = {id(group.heap.entries) for group in self.groups.values()}
        for group in self.across.groups.values():
            group.across = [entries for entries in group.across if id(entries) in kept]
        self._tidy_at = max(TIDY_AT, 2 * len(self.groups))


class Matching:
    """Calls that may be offered and agents who may be offered one."""

    def __init__(self) -> None:
        self._calls = _Side(lambda ask, able: can_serve(able, ask))
        self._agents = _Side(can_serve)
        self._calls.across, self._agents.across = self._agents, self._calls

    def add_call(self, call: WaitingCall) -> None:
        """The call may be offered, in the place that its priority and its joining gave it."""
        self._calls.put(call.id, Ask(call.queue, call.skills), rank(call)[:2])

    def remove_call(self, call: CallId) -> None:
        """The call may not be offered now."""
        self._calls.take(call)

    def add_agent(self, agent: AgentId, able: Able, idle_since: datetime) -> None:
        """The agent is free since `idle_since`."""
        self._agents.put(agent, able, idle_since)

    def remove_agent(self, agent: AgentId) -> None:
        """The agent is not free."""
        self._agents.take(agent)

    def may_be_offered(self, call: CallId) -> bool:
        """Tell whether the call waits without an offer and does not rest."""
        return self._calls.has(call)

    def is_free(self, agent: AgentId) -> bool:
        """Tell whether the agent may be offered a call."""
        return self._agents.has(agent)

    def best_call(self, agent: AgentId) -> CallId | None:
        """Return the call that this free agent should take next."""
        call: CallId | None = self._agents.best_across(agent)
        return call

    def longest_idle(self, call: CallId) -> AgentId | None:
        """Return the free agent who should take this call, which may be offered."""
        agent: AgentId | None = self._calls.best_across(call)
        return agent

    def set_counts(self) -> tuple[int, int]:
        """Return how many different sets calls ask for, and agents have: what a decision's cost grows with."""
        return len(self._calls.groups), len(self._agents.groups)
