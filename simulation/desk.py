"""Who sits at a phone: comes, says ready, picks up or misses, writes up, takes breaks, leaves. They know their screen.

What an agent may press is what the console lets them: their state by the ACD, which they see, decides. A wish that is
not possible now (a break in the middle of a call) is tried again a little later.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from math import inf
from random import Random
from typing import Final, Protocol

from acd.events import AgentBecameReady, AgentLoggedOff, AgentLoggedOn, AgentWentOnBreak, Request
from acd.model import Agent, AgentState, BreakReason, RingFailure
from simulation.agenda import Agenda
from simulation.line import Line
from simulation.people import Worker

TRIES_AGAIN_S: Final = 5.0
_FREE_TO_GO: Final = frozenset({AgentState.READY, AgentState.WRAP_UP, AgentState.ON_BREAK})


class Console(Protocol):
    """What an agent sees and presses."""

    def screen(self, worker: Worker) -> Agent | None:
        """The agent as the ACD says, if it answers and knows them."""

    def ask(self, request: Request) -> bool:
        """Press a key; whether it was granted."""


class Person:
    """One agent for a whole run. Draws from dice of their own."""

    def __init__(self, worker: Worker, agenda: Agenda, console: Console, dice: Random) -> None:
        self.worker = worker
        self._agenda, self._console, self._dice = agenda, console, dice
        self._rests_until: datetime | None = None
        self.is_here = False

    def plan(self) -> None:
        """Put what they mean to do on the agenda."""
        worker = self.worker
        self._agenda.at(worker.comes, self._come)
        for moment, lasts in worker.breaks:
            self._agenda.at(moment, partial(self._want, partial(self._rest, lasts)))
        if worker.leaves is not None:
            self._agenda.at(worker.leaves, partial(self._want, self._leave))

    def _come(self) -> None:
        worker, now = self.worker, self._agenda.now
        self.is_here = self._console.ask(
            AgentLoggedOn(at=now, by=worker.agent, agent=worker.agent, seat=worker.seat, skills=worker.skills)
        )
        if not self.is_here:
            self._agenda.after(TRIES_AGAIN_S, self._come)
            return
        self.say_ready()
        if worker.habits.glances_s is not None:
            self._agenda.after(self._dice.uniform(0.0, worker.habits.glances_s), self._glance)

    def say_ready(self) -> None:
        """就绪, if that is the next thing to press; not while the screen says that the phone is gone."""
        agent = self._console.screen(self.worker)
        if not self.is_here or agent is None or agent.reason is BreakReason.PHONE_UNREACHABLE:
            return
        if agent.state in (AgentState.ON_BREAK, AgentState.WRAP_UP):
            worker = self.worker.agent
            self._console.ask(AgentBecameReady(at=self._agenda.now, by=worker, agent=worker))

    def _glance(self) -> None:
        """A look at the screen now and then: nobody stays on break for what they know nothing of."""
        if not self.is_here:
            return
        agent = self._console.screen(self.worker)
        if agent is not None and agent.state is AgentState.LOGGED_OFF:  # forgotten by a controller that died
            self._come()
            return
        if agent is not None and agent.state is AgentState.ON_BREAK and not self._rests:
            self.say_ready()
        self._agenda.after(self.worker.habits.glances_s or inf, self._glance)

    @property
    def _rests(self) -> bool:
        return self._rests_until is not None and self._agenda.now < self._rests_until

    # ---- wishes

    def _want(self, act: Callable[[], bool]) -> None:
        agent = self._console.screen(self.worker)
        if not self.is_here and agent is not None:
            return
        if agent is None or agent.state not in _FREE_TO_GO or not act():
            self._agenda.after(TRIES_AGAIN_S, partial(self._want, act))

    def _rest(self, lasts: timedelta) -> bool:
        now, agent = self._agenda.now, self.worker.agent
        if not self._console.ask(AgentWentOnBreak(at=now, by=agent, agent=agent, reason=BreakReason.REST)):
            return False
        self._rests_until = now + lasts
        self._agenda.at(now + lasts, self.say_ready)
        return True

    def _leave(self) -> bool:
        agent = self.worker.agent
        if not self._console.ask(AgentLoggedOff(at=self._agenda.now, by=agent, agent=agent)):
            return False
        self.is_here = False
        return True

    # ---- the phone: simulation.line.Desk

    def ring(self) -> tuple[float, RingFailure | None]:
        """Pick up, miss or refuse."""
        habits, luck = self.worker.habits, self._dice.random()
        after_s = habits.picks_up.seconds(self._dice)
        if luck < habits.misses:
            return inf, None
        return after_s, RingFailure.REFUSED if luck < habits.misses + habits.refuses else None

    def hangs_up_first(self) -> bool:
        """Whether the agent's side ends this conversation."""
        return self._dice.random() < self.worker.habits.hangs_up_first

    def missed(self) -> None:
        """Back after a while."""
        self._agenda.after(self.worker.habits.comes_back.seconds(self._dice), self._return)

    def _return(self) -> None:
        agent = self._console.screen(self.worker)
        if agent is not None and agent.state is AgentState.ON_BREAK and not self._rests:
            self.say_ready()

    def talk_over(self, line: Line) -> None:
        """Write the ticket; the queue's limit may be shorter."""
        self._agenda.after(line.own.wrap_up_s, partial(self._written, self._agenda.now))

    def _written(self, since: datetime) -> None:
        agent = self._console.screen(self.worker)
        if agent is not None and agent.state is AgentState.WRAP_UP and agent.since is not None and agent.since >= since:
            self.say_ready()
