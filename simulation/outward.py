"""Calls that we make, on the virtual telephones: the agent's phone first, then the citizen's, as by telephony.gate.

What it tells are the facts of such a call (acd.dial_facts), in the order in which the gate and the dialplan tell them.
An order to stop is a hang-up. Nothing is dialled twice. It knows no faults: simulation.trial makes no calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from acd.commands import Command, RingAgent, StopRinging
from acd.dial_facts import CitizenAnswered, CitizenDialled, DialOutcome, DialOutOver
from acd.dialling import OF_THE_AGENT
from acd.events import AgentAnswered, CallEnded, Event, PhoneDialled, RingFailed, RingStarted
from acd.model import CallId, RingFailure, SeatId
from simulation.agenda import Agenda
from simulation.line import BEING_RUNG, Desk, Line, Place, Wiring
from simulation.people import Kind, Try

RINGS_S: Final = 40.0
"""So long a citizen's phone rings (`ring_s` of dialling.toml)."""


class Outward:
    """Give `dial` to the exchange. `whom` says who is called, and how they are; None: nobody, and nothing is sent."""

    def __init__(
        self,
        agenda: Agenda,
        desks: Mapping[SeatId, Desk],
        occupied: dict[SeatId, CallId],
        wiring: Wiring,
        heard: Callable[[Event], None],
        whom: Callable[[CallId], tuple[Kind, Try] | None],
    ) -> None:
        """`occupied`: the phones that are rung or talk, the exchange's own."""
        self.lines: dict[CallId, Line] = {}
        self._agenda, self._desks, self._occupied, self._wiring = agenda, desks, occupied, wiring
        self._heard, self._whom = heard, whom

    def dial(self, order: Command) -> None:
        """Carry out an order about a call that we make."""
        if isinstance(order, RingAgent):
            self._ring_agent(order)
        elif isinstance(order, StopRinging) and (line := self.lines.get(order.call)):
            self._end(line, DialOutcome.AGENT_MISSED)

    def _ring_agent(self, order: RingAgent) -> None:
        citizen, now = self._whom(order.call), self._agenda.now
        if citizen is None:
            failure = RingFailure.NOT_CARRIED_OUT
            self._heard(RingFailed(at=now, call=order.call, attempt=order.attempt, failure=failure))
            return
        line = Line(order.call, *citizen, now, Place.DIALLED, attempt=order.attempt, seat=order.seat)
        self.lines[order.call] = line
        self._heard(PhoneDialled(at=now, call=line.call, attempt=line.attempt))
        if self._occupied.setdefault(order.seat, line.call) != line.call:
            self._fail(line, RingFailure.BUSY)
            return
        self._agenda.after(self._wiring.phone_s, partial(self._ring, line, order))

    def _ring(self, line: Line, order: RingAgent) -> None:
        if line.place not in BEING_RUNG:
            return
        line.place = Place.RINGING
        self._heard(RingStarted(at=self._agenda.now, call=line.call, attempt=line.attempt))
        after_s, failure = self._desks[order.seat].ring()
        ring_s = order.ring_time.total_seconds()
        if after_s > ring_s:
            after_s, failure = ring_s, RingFailure.NO_ANSWER
        if failure is None:
            self._agenda.after(after_s, partial(self._dial_citizen, line))
        else:
            self._agenda.after(after_s, partial(self._fail, line, failure))

    def _dial_citizen(self, line: Line) -> None:
        """The agent has picked up, and is busy from here on."""
        if line.place not in BEING_RUNG:
            return
        now, picks_up_s = self._agenda.now, line.own.picks_up_s
        line.place = Place.TALKING
        self._heard(AgentAnswered(at=now, call=line.call, attempt=line.attempt))
        self._heard(CitizenDialled(at=now, call=line.call))
        if picks_up_s is None or picks_up_s > RINGS_S:
            self._agenda.after(RINGS_S, partial(self._end, line, DialOutcome.NO_ANSWER))
        else:
            self._agenda.after(picks_up_s, partial(self._talk, line))

    def _talk(self, line: Line) -> None:
        line.answered, line.talked = self._agenda.now, True
        self._heard(CitizenAnswered(at=self._agenda.now, call=line.call))
        self._agenda.after(line.own.talk_s, partial(self._end, line, DialOutcome.ANSWERED))

    def _fail(self, line: Line, failure: RingFailure) -> None:
        if line.place not in BEING_RUNG:
            return
        desk = self._desks[line.seat] if line.seat is not None else None
        self._heard(RingFailed(at=self._agenda.now, call=line.call, attempt=line.attempt, failure=failure))
        self._end(line, OF_THE_AGENT[failure])
        if desk is not None and failure is not RingFailure.BUSY:
            desk.missed()

    def _end(self, line: Line, outcome: DialOutcome) -> None:
        """The leg is gone; what became of it is said first."""
        if self.lines.pop(line.call, None) is None:
            return
        was, now, seat = line.place, self._agenda.now, line.seat
        if seat is not None and self._occupied.get(seat) == line.call:
            del self._occupied[seat]
        line.place, line.ended = Place.GONE, now
        self._heard(DialOutOver(at=now, call=line.call, outcome=outcome))
        self._heard(CallEnded(at=now, call=line.call))
        if was is Place.TALKING and seat is not None:
            self._desks[seat].talk_over(line)
