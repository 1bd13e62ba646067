"""Watches agents while the journal is played again: what their time is spent on, by conversation. Pure.

The work per step is for the agents whom the step touched (acd.inquiry does the same). Formulas: acd.agent_kpi.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from acd.agent_kpi import NOTHING, Activity, Handled, Period, Row, Sheet, Spent
from acd.distributor import Distributor
from acd.events import CallArrived, CallEnded, Event, GapMarked
from acd.model import Agent, AgentId, AgentState, CallId, QueueName

_ACTIVITY: Final[Mapping[AgentState, Activity]] = {
    AgentState.READY: Activity.READY,
    AgentState.RESERVED: Activity.OFFERED,
    AgentState.RINGING: Activity.OFFERED,
    AgentState.TALKING: Activity.TALKING,
    AgentState.WRAP_UP: Activity.WRAP_UP,
    AgentState.ON_BREAK: Activity.ON_BREAK,
}
"""Logged off is no activity."""


class Doing(NamedTuple):
    """What an agent does, as far as the figures ask."""

    state: AgentState
    call: CallId | None
    queue: QueueName | None  # only in a conversation of their own: who is consulted has none
    holds: bool

    @property
    def activity(self) -> Activity | None:
        """None: nothing, logged off."""
        return Activity.HOLDING if self.holds else _ACTIVITY.get(self.state)


def doing(core: Distributor, agent: Agent) -> Doing:
    """Look at one agent now."""
    talk = core.talking.get(agent.call) if agent.state is AgentState.TALKING and agent.call else None
    if talk is None or talk.agent != agent.id:
        return Doing(agent.state, agent.call, None, False)
    return Doing(agent.state, agent.call, talk.queue, talk.held_since is not None)


@dataclass(slots=True)
class _Conversation:
    call: CallId | None
    queue: QueueName | None  # None: begun unseen
    dialled: str = ""  # the number that the citizen dialled; "": we dialled them, or it is not known
    spent: dict[Activity, timedelta] = field(default_factory=dict)


class AgentTime:
    """Show it the distributor with which the playing begins, then tell it every step after it was decided there;
    `close` gives the sheet.
    """

    def __init__(self, period: Period) -> None:
        self._period = period
        self._core: Distributor | None = None
        self._clock: datetime | None = None
        self._doing: dict[AgentId, tuple[Doing, datetime]] = {}
        self._open: dict[AgentId, _Conversation] = {}
        self._spent: dict[tuple[datetime, AgentId], Spent] = {}
        self._by_agent: dict[tuple[datetime, str], Handled] = {}
        self._by_queue: dict[tuple[datetime, str], Handled] = {}
        self._by_number: dict[tuple[datetime, str], Handled] = {}
        self._dialled: dict[CallId, str] = {}  # calls that go on

    def begin(self, core: Distributor) -> None:
        """The first step is next: what everybody does has lasted since they began it."""
        self._core = core
        for agent in core.agents.values():
            if agent.since is not None and self._period.whom in (None, agent.id):
                self._look(agent, doing(core, agent), agent.since, begins_unseen=True)

    def note(self, core: Distributor, event: Event) -> None:
        """The event was decided."""
        at = self._clock = self._time_of(event)
        self._note_number(event)
        is_anew, self._core = core is not self._core, core
        for agent in core.agents if is_anew else dict.fromkeys(_concerned(core, event)):
            if self._period.whom in (None, agent):
                self._look(core.agents[agent], doing(core, core.agents[agent]), at)

    @property
    def rows(self) -> int:
        """How long the sheet has become so far; an agent has time in every interval in which anything of theirs is."""
        return len(self._spent) + len(self._by_queue) + len(self._by_number)

    def close(self) -> Sheet:
        """Nothing more is played: what goes on lasts until the end of the period."""
        for agent, (now, begun) in self._doing.items():
            self._spend(agent, now, begun, max(begun, self._period.until))
            self._doing[agent] = now, max(begun, self._period.until)
        names = sorted(self._spent.keys() | self._by_agent.keys())
        agents = [
            Row(
                since=since,
                name=name,
                handled=self._by_agent.get((since, name), Handled()),
                spent=self._spent.get((since, AgentId(name)), Spent()),
            )
            for since, name in names
        ]
        return Sheet(
            agents=tuple(agents),
            queues=_rows(self._by_queue),
            hotlines=_rows(self._by_number),
            total=self._total(agents),
        )

    def _total(self, rows: list[Row]) -> Row:
        handled = sum((row.handled for row in rows), Handled())
        return Row(since=self._period.since, name="", handled=handled, spent=sum((row.spent for row in rows), Spent()))

    # ---- the clock

    def _time_of(self, event: Event) -> datetime:
        """The clock of a run never goes back (plumbing.steady): a fact dated earlier is late news, and counts now.

        A run after a restart may have a clock that was set far back: time goes on from there, and what lasts goes on.
        """
        if self._clock is None or event.at >= self._clock:
            return event.at
        if not (isinstance(event, GapMarked) and event.begun_after is not None):
            return self._clock
        for agent, (now, begun) in self._doing.items():
            self._spend(agent, now, begun, self._clock)
            self._doing[agent] = now, event.at
        return event.at

    def _note_number(self, event: Event) -> None:
        """Keep the numbers of the calls that go on."""
        match event:
            case CallArrived():
                self._dialled.setdefault(event.call, event.hotline)
            case CallEnded():
                self._dialled.pop(event.call, None)

    # ---- an agent changes

    def _look(self, agent: Agent, now: Doing, at: datetime, *, begins_unseen: bool = False) -> None:
        known = self._doing.get(agent.id)
        if known is None:
            begun = min(agent.since or at, at)
            self._doing[agent.id] = now, begun
            self._turn(agent.id, None, now, at, begins_unseen=begins_unseen or begun < at)
        elif known[0] != now:
            self._spend(agent.id, *known, at)
            self._doing[agent.id] = now, at
            self._turn(agent.id, known[0], now, at)

    def _turn(
        self, agent: AgentId, was: Doing | None, now: Doing, at: datetime, *, begins_unseen: bool = False
    ) -> None:
        talk = self._open.get(agent)
        if talk is not None:
            if _goes_on(talk, was, now):
                return
            self._end(agent, self._open.pop(agent), at)
        if now.queue is not None:
            dialled = self._dialled.get(now.call or CallId(""), "")
            self._open[agent] = _Conversation(now.call, None if begins_unseen else now.queue, dialled)
        elif now.state is AgentState.WRAP_UP and (was is None or was.state is not AgentState.TALKING):
            self._open[agent] = _Conversation(None, None)

    def _end(self, agent: AgentId, talk: _Conversation, at: datetime) -> None:
        if not self._period.since <= at < self._period.until:
            return
        if talk.queue is None:
            _add(self._by_agent, (self._begins(at), agent), Handled(unseen=1))
            return
        done = Handled(
            handled=1,
            talked=talk.spent.get(Activity.TALKING, NOTHING),
            held=talk.spent.get(Activity.HOLDING, NOTHING),
            wrapped_up=talk.spent.get(Activity.WRAP_UP, NOTHING),
        )
        _add(self._by_agent, (self._begins(at), agent), done)
        _add(self._by_queue, (self._begins(at), talk.queue), done)
        _add(self._by_number, (self._begins(at), talk.dialled), done)

    # ---- time

    def _spend(self, agent: AgentId, now: Doing, begun: datetime, at: datetime) -> None:
        activity = now.activity
        if activity is None:
            return
        if (talk := self._open.get(agent)) is not None:
            talk.spent[activity] = talk.spent.get(activity, NOTHING) + (at - begun)
        for begins, lasts in self._cut(begun, at):
            key = begins, agent
            self._spent[key] = self._spent.get(key, Spent()) + Spent(**{activity.value: lasts})

    def _cut(self, begun: datetime, at: datetime) -> Iterator[tuple[datetime, timedelta]]:
        """The part of a stretch that lies in the period, interval by interval."""
        begun, at, every = max(begun, self._period.since), min(at, self._period.until), self._period.every
        while begun < at:
            begins = self._begins(begun)
            end = min(at, begins + every) if every else at
            yield begins, end - begun
            begun = end

    def _begins(self, at: datetime) -> datetime:
        since, every = self._period.since, self._period.every
        return since + (at - since) // every * every if every else since


def _concerned(core: Distributor, event: Event) -> Iterator[AgentId]:
    """Whoever may do something else now: a hold or a finished transfer changes the conversation, not the agent."""
    yield from core.touched
    talk = core.talking.get(getattr(event, "call", CallId("")))
    if talk is not None:
        yield talk.agent


def _goes_on(talk: _Conversation, was: Doing | None, now: Doing) -> bool:
    """Until the wrap-up is over; being kept, and rung again after a transfer that failed, belong to it."""
    if was is None or was.state is AgentState.WRAP_UP:
        return False
    return now.state is AgentState.WRAP_UP or (now.call is not None and now.call == talk.call)


def _add(cells: dict[tuple[datetime, str], Handled], key: tuple[datetime, str], done: Handled) -> None:
    cells[key] = cells.get(key, Handled()) + done


def _rows(cells: Mapping[tuple[datetime, str], Handled]) -> tuple[Row, ...]:
    return tuple(Row(since=since, name=name, handled=done) for (since, name), done in sorted(cells.items()))
