"""Watches a replay (acd.past) or a simulation, and recalls what another run of the period needs.

An agent's first conversation with a waiting call belongs to the call: in another run somebody else may have it. All
else that keeps an agent (calls that we make, callers handed on, colleagues who ask, phones that are out) stays the
agent's own, at its time. What began before the period is over in it: its agent is writing until really free.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from acd.agents import ON_DUTY
from acd.capacity_facts import CapacityChanged
from acd.commands import Command
from acd.distributor import Distributor
from acd.events import Event, GapMarked, QueuesLoaded, SeatClosed, SeatOpened
from acd.model import Agent, AgentId, AgentState, BreakReason, Snapshot, is_outward
from simulation.at_work import Occupancy
from simulation.calls_seen import CallsSeen
from simulation.recollection import Recollection, Wants, Wish, Writing

PLACE: Final = (SeatOpened, SeatClosed, QueuesLoaded, CapacityChanged)
ON_A_CALL: Final = frozenset({AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING})
TAIL: Final = timedelta(minutes=15)
"""So long after the period is looked at: for how its last calls went on, and what kept the agents busy meanwhile."""
_FOREVER: Final = timedelta(days=1)


@dataclass(slots=True)
class _AtWork:
    """What is known of an agent."""

    agent: Agent
    busy_since_before: bool  # with something that began before the period
    elsewhere: bool = False  # with something that is not a waiting call's first conversation
    wishes: list[Wish] = field(default_factory=list)
    free_at: datetime | None = None


class Recalling:
    """`begin` with the core as it is before the first fact of the period, `note` each fact, `close`."""

    def __init__(self, since: datetime, until: datetime) -> None:
        self.since, self.until = since, until
        self._calls = CallsSeen(since)
        self._people: dict[AgentId, _AtWork] = {}
        self._place: list[Event] = []
        self._begin: Snapshot | None = None
        self._missed_breaks_s: list[float] = []
        self._aside: set[AgentId] = set()  # busy with what no call of the period has to do with
        self._occupancy = Occupancy(since, until)

    @property
    def has_begun(self) -> bool:
        """Whether it was shown the core."""
        return self._begin is not None

    def begin(self, core: Distributor) -> None:
        """The next fact is the first of the period."""
        self._begin = core.snapshot()
        self._calls.begin(core)
        for agent in core.agents.values():
            busy = agent.state in ON_A_CALL or agent.state is AgentState.WRAP_UP
            self._people[agent.id] = one = _AtWork(agent, busy, elsewhere=busy)
            wish = _wish(agent, self.since, elsewhere=False)
            one.wishes.append(wish)
        self._occupancy.note(core, self.since, everybody=True)

    def note(self, core: Distributor, event: Event, orders: tuple[Command, ...]) -> None:
        """A fact was decided."""
        is_gap = isinstance(event, GapMarked)  # a restart: another core than before
        self._calls.note(event, orders)
        for agent in core.agents if is_gap else dict.fromkeys(core.touched):
            self._look_at(core, core.agents[agent], event)
        self._occupancy.note(core, event.at, everybody=is_gap, aside=self._aside)
        if isinstance(event, PLACE):
            self._place.append(event)

    def close(self, ends: datetime) -> Recollection:
        """Everything was told up to `ends`. ValueError: never begun."""
        if self._begin is None:
            raise ValueError("a recollection begins with a core")
        return Recollection(
            since=self.since,
            until=self.until,
            ends=ends,
            begin=self._at_rest(self._begin, ends),
            calls=self._calls.close(ends),
            wishes={agent: tuple(one.wishes) for agent, one in sorted(self._people.items())},
            place=tuple(self._place),
            rings=tuple(self._calls.rings),
            missed_breaks_s=tuple(self._missed_breaks_s),
            occupancy=self._occupancy.close(),
            unjoined=self._calls.unjoined(self.until),
        )

    # ---- people

    def _look_at(self, core: Distributor, after: Agent, event: Event) -> None:
        one = self._people.get(after.id)
        if one is None:
            one = self._people[after.id] = _AtWork(replace(after, state=AgentState.LOGGED_OFF, call=None), False)
            one.wishes.append(Wish(at=self.since, wants=Wants.AWAY))
        before, one.agent = one.agent, after
        if (before.state, before.call, before.seat) == (after.state, after.call, after.seat):
            return
        self._end_of(before, after, one, event)
        if after.state in ON_A_CALL and (before.call != after.call or before.state not in ON_A_CALL):
            one.elsewhere = _is_elsewhere(core, after, self._calls)
        aside = one.elsewhere and not one.busy_since_before
        (self._aside.add if aside else self._aside.discard)(after.id)
        wish = _wish(after, after.since or event.at, elsewhere=aside)
        last = one.wishes[-1]
        if (wish.wants, wish.seat, wish.skills) != (last.wants, last.seat, last.skills):
            one.wishes.append(wish)

    def _end_of(self, before: Agent, after: Agent, one: _AtWork, event: Event) -> None:
        """Tell the call how its conversation went on, once the agent does something else."""
        at = after.since or event.at
        if before.state is AgentState.TALKING and before.call and not one.elsewhere:
            self._calls.talk_over(before.call, after.id, at)
        if before.state is AgentState.WRAP_UP:
            self._calls.written(after.id, at, _why_written(before, after, at))
        if before.state is AgentState.ON_BREAK and before.reason is BreakReason.MISSED and before.since:
            self._missed_breaks_s.append((at - before.since).total_seconds())
        goes_on = after.state is AgentState.WRAP_UP or (after.state in ON_A_CALL and after.call == before.call)
        if goes_on:
            return
        one.elsewhere = False
        if one.busy_since_before:
            one.busy_since_before, one.free_at = False, at

    # ---- the state at the beginning

    def _at_rest(self, past: Snapshot, ends: datetime) -> Snapshot:
        """The same state without any call."""
        agents = tuple(self._without_call(agent, ends) for agent in past.agents)
        return Snapshot(
            agents=agents,
            seats=past.seats,
            queues=past.queues,
            waiting=(),
            offers=(),
            talking=(),
            vanished=past.vanished,
            rates=past.rates,
        )

    def _without_call(self, agent: Agent, ends: datetime) -> Agent:
        """Who is busy writes until they were free, or longer than anybody looks."""
        if agent.state not in ON_A_CALL and agent.state is not AgentState.WRAP_UP:
            return agent
        free_at = self._people[agent.id].free_at
        until = ends + _FOREVER if free_at is None else free_at
        return replace(agent, state=AgentState.WRAP_UP, call=None, attempt=0, idle_since=None, until=until)


def _why_written(before: Agent, after: Agent, at: datetime) -> Writing:
    """Why a wrap-up ended."""
    if before.until is not None and at >= before.until:
        return Writing.TIME_UP
    return Writing.DONE if after.state in ON_DUTY else Writing.BROKEN_OFF


def _is_elsewhere(core: Distributor, agent: Agent, calls: CallsSeen) -> bool:
    """Whether what the agent is busy with is anything but a waiting call's first conversation."""
    call = agent.call
    if call is None or is_outward(call) or not calls.awaits_answer(call, agent.id):
        return True
    return any(beside.get(call) is not None and beside[call].agent == agent.id for beside in (core.kept, core.asked))


def _wish(agent: Agent, at: datetime, *, elsewhere: bool) -> Wish:
    """What the agent means to do, by what they do."""
    wants = Wants.DUTY
    if agent.state is AgentState.LOGGED_OFF:
        return Wish(at=at, wants=Wants.AWAY)
    if elsewhere or (agent.state is AgentState.ON_BREAK and agent.reason is not BreakReason.MISSED):
        wants = Wants.REST
    return Wish(at=at, wants=wants, seat=agent.seat, skills=agent.skills)
