"""Somebody at work in another run of a period: does at each moment what the real one meant to do then.

Who went on break went at the end of a call, and the run's calls end at other moments: so who is busy goes at the end of
the call in hand, from half a call before the moment on, and stays as long as they did: people work as long as they
worked. Who meant to be on duty is, whatever the run made of their calls. How soon they pick up and what
they miss is drawn (simulation.guesses).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from acd.events import AgentBecameReady, AgentLoggedOff, AgentLoggedOn, AgentWentOnBreak, Request
from acd.model import Agent, AgentId, AgentState, BreakReason, CallId, RingFailure, SeatId
from simulation.agenda import Agenda
from simulation.controller import Controller
from simulation.draw import dice_named
from simulation.guesses import Guesses
from simulation.line import Desk, Line
from simulation.recollection import Wants, Wish

TRIES_AGAIN_S: Final = 2.0
JUST_BEFORE: Final = timedelta(seconds=0.01)
"""So long before the limit of the wrap-up whoever still writes looks up."""
_FREE: Final = frozenset({AgentState.READY, AgentState.ON_BREAK, AgentState.WRAP_UP})


class StandIn:
    """One agent for a whole run. Sits down in `desks`; `occupied` says for which call a phone rings."""

    def __init__(
        self,
        agent: AgentId,
        wishes: Sequence[Wish],
        *,
        agenda: Agenda,
        controller: Controller,
        desks: dict[SeatId, Desk],
        guesses: Guesses,
        seed: int,
        occupied: Mapping[SeatId, CallId],
    ) -> None:
        self.agent = agent
        self._wishes, self._agenda, self._controller, self._desks = wishes, agenda, controller, desks
        self._guesses, self._seed, self._occupied = guesses, seed, occupied
        self._dice = dice_named(seed, agent)
        self._wish = wishes[0]
        self._number = 0
        self._goes_after_call: int | None = None
        self._writes = self._is_away = self._tries = False
        self._is_late = False  # the rest that is wanted has not begun, and the next wish waits for its end

    def plan(self) -> None:
        """Put what they mean to do on the agenda; who writes already is done when the ACD says."""
        agent = self._screen()
        if agent is not None and agent.seat is not None:
            self._desks[agent.seat] = self
            if agent.state is AgentState.WRAP_UP and agent.until is not None:
                self._writes = True
                self._write_until(agent.until - JUST_BEFORE)
            if agent.state is AgentState.ON_BREAK and agent.reason is BreakReason.MISSED:
                self._rest_of_misses()
        self._agenda.at(self._wish.at, partial(self._want, 0))

    def _want(self, number: int) -> None:
        """The next wish; the one after it has its own time, but a rest that begins late ends as much later."""
        self._number, self._wish, self._is_late = number, self._wishes[number], False
        if number + 1 < len(self._wishes):
            following = self._wishes[number + 1]
            self._is_late = (self._wish.wants, following.wants) == (Wants.REST, Wants.DUTY)
            if not self._is_late:
                self._await(number + 1, following)
        self._follow()

    def _await(self, number: int, following: Wish) -> None:
        """Who leaves the duty may do so a little sooner, at the end of a call."""
        self._agenda.at(following.at, partial(self._begin, number))
        if self._wish.wants is Wants.DUTY:
            sooner = following.at - timedelta(seconds=self._guesses.half_a_call_s)
            if sooner > self._wish.at:
                self._agenda.at(sooner, partial(self._look_forward, number))

    def _begin(self, number: int) -> None:
        if self._number < number:
            self._want(number)

    def _look_forward(self, number: int) -> None:
        """Busy at this moment: the next wish begins with the end of the call."""
        agent = self._screen()
        if (agent is not None and agent.state not in _FREE | {AgentState.LOGGED_OFF}) or self._writes:
            self._goes_after_call = number

    def _begin_rest(self) -> None:
        """It is granted: from here on it lasts as long as it did."""
        self._is_late = False
        lasts = self._wishes[self._number + 1].at - self._wish.at
        self._agenda.at(self._agenda.now + lasts, partial(self._want, self._number + 1))

    def _follow(self) -> None:
        """Do what is wanted, or as much of it as is possible now; the rest a little later."""
        for _ in range(3):  # at most: leave one seat, sit down at another, say ready
            request = self._next()
            if self._is_done() or request is None or not self._controller.ask(request):
                break
            if isinstance(request, AgentLoggedOn):
                self._desks[request.seat] = self
        if self._is_done():
            if self._is_late:
                self._begin_rest()
        elif not self._tries:
            self._tries = True
            self._agenda.after(TRIES_AGAIN_S, self._try_again)

    def _try_again(self) -> None:
        self._tries = False
        self._follow()

    def _is_done(self) -> bool:
        agent, wish = self._screen(), self._wish
        if agent is None or agent.state is AgentState.LOGGED_OFF:
            return wish.wants is Wants.AWAY
        if wish.wants is Wants.AWAY or agent.seat != wish.seat:
            return False
        rests = agent.state is AgentState.ON_BREAK
        return rests if wish.wants is Wants.REST else (not rests or self._is_away)

    def _next(self) -> Request | None:
        """What to press next; None: nothing helps now."""
        agent, wish, now, me = self._screen(), self._wish, self._agenda.now, self.agent
        if agent is None or agent.state is AgentState.LOGGED_OFF:
            if wish.wants is Wants.AWAY or wish.seat is None:
                return None
            return AgentLoggedOn(at=now, by=me, agent=me, seat=wish.seat, skills=wish.skills)
        if agent.state not in _FREE or self._writes:
            return None
        if wish.wants is Wants.AWAY or agent.seat != wish.seat:
            return AgentLoggedOff(at=now, by=me, agent=me)
        if wish.wants is Wants.REST and agent.state is not AgentState.ON_BREAK:
            return AgentWentOnBreak(at=now, by=me, agent=me, reason=BreakReason.OTHER)
        if wish.wants is Wants.DUTY and agent.state is not AgentState.READY and not self._is_away:
            return AgentBecameReady(at=now, by=me, agent=me)
        return None

    def _screen(self) -> Agent | None:
        return self._controller.core.agents.get(self.agent)

    # ---- the phone: simulation.line.Desk

    def ring(self) -> tuple[float, RingFailure | None]:
        """Pick up, miss or refuse."""
        agent = self._screen()
        call = self._occupied.get(agent.seat) if agent is not None and agent.seat is not None else None
        return self._guesses.ring(self.agent, call or CallId(""), self._seed)

    def hangs_up_first(self) -> bool:
        """Which side ends a talk makes no difference here."""
        return False

    def missed(self) -> None:
        """The phone rang in vain; after too many the ACD has sent them on break."""
        agent = self._screen()
        if agent is not None and agent.reason is BreakReason.MISSED:
            self._rest_of_misses()
        self._follow()

    def _rest_of_misses(self) -> None:
        self._is_away = True
        self._agenda.after(self._guesses.comes_back_s(self._dice), self._return)

    def _return(self) -> None:
        self._is_away = False
        self._follow()

    def talk_over(self, line: Line) -> None:
        """Write, at most as long as the queue lets them."""
        agent, now = self._screen(), self._agenda.now
        if agent is None or agent.state is not AgentState.WRAP_UP:
            self._follow()
            return
        self._writes = True
        limit_s = (agent.until - now - JUST_BEFORE).total_seconds() if agent.until else line.own.wrap_up_s
        self._agenda.after(max(0.0, min(line.own.wrap_up_s, limit_s)), partial(self._written, agent.since))

    def _write_until(self, moment: datetime) -> None:
        agent = self._screen()
        self._agenda.at(moment, partial(self._written, agent.since if agent else None))

    def _written(self, since: datetime | None) -> None:
        agent = self._screen()
        if agent is None or agent.state is not AgentState.WRAP_UP or agent.since == since:
            self._writes = False
            if self._goes_after_call is not None and self._number < self._goes_after_call:
                self._want(self._goes_after_call)
                return
            if agent is not None and agent.state is AgentState.WRAP_UP and self._wish.wants is Wants.DUTY:
                self._controller.ask(AgentBecameReady(at=self._agenda.now, by=self.agent, agent=self.agent))
            self._follow()
