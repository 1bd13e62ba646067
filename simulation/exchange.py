"""The virtual telephones: callers' legs and agents' phones, as the dialplan moves them, and the news that makes.

It knows where every caller really is. What it tells are the facts that telephony.translate makes of a real Asterisk's
events, in the same order: a phone is dialled, rings, is answered or not; a caller whom nobody answered is back in the
waiting room and says so. The newest order moves the caller wherever they are, also out of a conversation, as a Redirect
does; for one who is gone it is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from random import Random
from typing import Final

from acd.commands import BorrowSeats, Command, RingAgent, StopRinging
from acd.events import (
    AgentAnswered,
    CallArrived,
    CallEnded,
    CallJoined,
    Event,
    PhoneDialled,
    PhoneLost,
    PhoneRegistered,
    RingFailed,
    RingStarted,
    TalkEnded,
)
from acd.model import CallId, RingFailure, SeatId, is_outward
from acd.phone_facts import PhoneFreed, PhoneTaken
from simulation.agenda import Agenda
from simulation.asides import Asides
from simulation.line import BEING_RUNG, DONE_WAITING, Desk, Line, Place, Wiring
from simulation.people import Kind, Try

NO_SOUND_S: Final = 20.0
"""So long a conversation with a dead phone lasts."""


class Exchange:
    """Give it callers and orders; it tells `heard` what happens, and `over` when a caller's leg is gone."""

    def __init__(
        self,
        agenda: Agenda,
        desks: Mapping[SeatId, Desk],
        dice: Random,
        wiring: Wiring,
        heard: Callable[[Event], None],
        over: Callable[[Line], None],
    ) -> None:
        self.lines: dict[CallId, Line] = {}
        self.seats = desks.keys()
        self.occupied: dict[SeatId, CallId] = {}  # phones that are rung, talk or dial a code
        self.codes: dict[SeatId, CallId] = {}  # phones that dial a code, each with the PBX's id of that call
        self._dialled = 0
        self.unplugged: set[SeatId] = set()
        self.is_up = True
        self.clock_s = 0.0  # how far the PBX's own clock is ahead
        self.torn = 0  # conversations that an order ended
        self.dial_out: Callable[[Command], None] = lambda _order: None
        self._agenda, self._desks, self._dice, self._wiring = agenda, desks, dice, wiring
        self._heard, self._over = heard, over
        self.asides = Asides(agenda, wiring, heard, back=self._wait, let_go=lambda line: self.hang_up(line.call))

    # ---- callers

    def take(self, call: CallId, kind: Kind, own: Try) -> Line:
        """A citizen is answered and greeted."""
        now = self._agenda.now
        line = self.lines[call] = Line(call, kind, own, now, priority=kind.priority)
        self._heard(CallArrived(at=now, call=call, hotline=kind.hotline))
        greeted_s = own.greeted_s if own.greeted_s is not None else self._wiring.greeting.seconds(self._dice)
        self._agenda.after(greeted_s, partial(self._let_in, line))
        return line

    def _let_in(self, line: Line) -> None:
        if line.place is not Place.GREETED:
            return
        line.joined = line.own.waits_since or self._agenda.now + timedelta(seconds=self.clock_s)
        self._wait(line)
        self._agenda.after(line.own.patience_s, partial(self._lose_patience, line))

    def _wait(self, line: Line) -> None:
        self._leave_seat(line)
        line.place = Place.WAITING
        kind, now = line.kind, self._agenda.now
        self._heard(
            CallJoined(
                at=now,
                call=line.call,
                queue=kind.queue,
                skills=kind.skills,
                priority=line.priority,
                joined=line.joined,
                attempts=line.attempt,
                prefers=kind.prefers,
            )
        )

    def _lose_patience(self, line: Line) -> None:
        if line.answered is None and line.place not in DONE_WAITING:
            self.hang_up(line.call)

    def hang_up(self, call: CallId) -> None:
        """The caller's leg is gone, by whoever's will."""
        line = self.lines.pop(call, None)
        if line is None:
            return
        was, desk = line.place, self._desks.get(line.seat) if line.seat is not None else None
        self._leave_seat(line)
        line.place, line.ended = Place.GONE, self._agenda.now
        self._heard(CallEnded(at=self._agenda.now, call=call))
        if was is Place.TALKING and desk is not None:
            desk.talk_over(line)
        self._over(line)

    # ---- orders

    def carry_out(self, order: Command) -> None:
        """Schedule an order. `dial_out` carries out those for calls that we make; for seats: simulation.loans."""
        if isinstance(order, BorrowSeats):
            return
        obey = self.dial_out if is_outward(order.call) else self._obey
        self._agenda.after(self._wiring.order_s, partial(obey, order))

    def _obey(self, order: Command) -> None:
        line = self.lines.get(order.call)
        if line is None:  # gone, or the whole PBX is
            if isinstance(order, RingAgent):
                self.refuse(order)
            return
        if line.place is Place.TALKING:
            self._tear(line)
        if isinstance(order, RingAgent):
            self._dial(line, order)
        elif isinstance(order, StopRinging):
            self._wait(line)
        else:
            self._leave_seat(line)
            self.asides.take(line, order)

    def refuse(self, order: RingAgent) -> None:
        """The order cannot be carried out, and that is said."""
        failure, now = RingFailure.NOT_CARRIED_OUT, self._agenda.now
        self._heard(RingFailed(at=now, call=order.call, attempt=order.attempt, failure=failure))

    def _tear(self, line: Line) -> None:
        """The agent's leg goes, the caller's is moved; the dialplan has left Dial and says nothing of the talk."""
        self.torn += 1
        desk = self._desks[line.seat] if line.seat is not None else None
        self._leave_seat(line)
        if desk is not None:
            desk.talk_over(line)

    def _dial(self, line: Line, order: RingAgent) -> None:
        self._leave_seat(line)
        line.attempt, line.seat, line.place, line.failure = order.attempt, order.seat, Place.DIALLED, None
        self._heard(PhoneDialled(at=self._agenda.now, call=line.call, attempt=line.attempt))
        if self.occupied.setdefault(order.seat, line.call) != line.call:
            line.seat = None  # the phone is another call's
            self._fail(line, order.attempt, RingFailure.BUSY)
            return
        self._agenda.after(self._wiring.phone_s, partial(self._ring, line, order))

    def _is_rung(self, line: Line, attempt: int) -> bool:
        return line.attempt == attempt and line.place in BEING_RUNG

    def _ring(self, line: Line, order: RingAgent) -> None:
        attempt = order.attempt
        if not self._is_rung(line, attempt):
            return
        after_s, failure = self._desks[order.seat].ring()
        if order.seat in self.unplugged:
            after_s, failure = self._wiring.phone_s, RingFailure.UNREACHABLE
        if failure is not RingFailure.UNREACHABLE:
            line.place = Place.RINGING
            self._heard(RingStarted(at=self._agenda.now, call=line.call, attempt=attempt))
        ring_s = order.ring_time.total_seconds()
        if after_s > ring_s:
            after_s, failure = ring_s, RingFailure.NO_ANSWER
        if failure is None:
            self._agenda.after(after_s, partial(self._connect, line, attempt))
        else:
            self._agenda.after(after_s, partial(self._fail, line, attempt, failure))

    def _connect(self, line: Line, attempt: int) -> None:
        if not self._is_rung(line, attempt) or line.seat is None or line.seat in self.unplugged:
            return
        now = self._agenda.now
        line.place, line.answered, line.talked = Place.TALKING, line.answered or now, True
        self._heard(AgentAnswered(at=now, call=line.call, attempt=attempt))
        self._agenda.after(line.own.talk_s, partial(self._end_talk, line, attempt))

    def _end_talk(self, line: Line, attempt: int) -> None:
        if line.place is not Place.TALKING or line.attempt != attempt or line.seat is None:
            return
        if self._desks[line.seat].hangs_up_first():
            self._heard(TalkEnded(at=self._agenda.now, call=line.call, attempt=attempt))
        self.hang_up(line.call)

    def _fail(self, line: Line, attempt: int, failure: RingFailure) -> None:
        if not self._is_rung(line, attempt):
            return
        line.failure = failure
        desk = self._desks[line.seat] if line.seat is not None else None
        self._heard(RingFailed(at=self._agenda.now, call=line.call, attempt=attempt, failure=failure))
        self._wait(line)
        if desk is not None:
            desk.missed()

    def _leave_seat(self, line: Line) -> None:
        line.moved += 1
        if line.seat is not None and self.occupied.get(line.seat) == line.call:
            del self.occupied[line.seat]
        line.seat = None

    # ---- feature codes

    def dial_code(self, seat: SeatId, lasts_s: float) -> bool:
        """功能码: the phone calls us, if it can, and hears the confirmation for so long."""
        if not self.is_up or seat in self.unplugged or seat in self.occupied:
            return False
        self._dialled += 1
        use = self.occupied[seat] = self.codes[seat] = CallId(f"code-{self._dialled:06}")
        self._heard(PhoneTaken(at=self._agenda.now, seat=seat, use=use))
        self._agenda.after(lasts_s, partial(self._end_code, seat, use))
        return True

    def _end_code(self, seat: SeatId, use: CallId) -> None:
        if self.codes.get(seat) == use:
            del self.codes[seat], self.occupied[seat]
            self._heard(PhoneFreed(at=self._agenda.now, seat=seat, use=use))

    # ---- what breaks

    def unplug(self, seat: SeatId) -> None:
        """A phone loses its network. A talk on it is noticed after a while, and the caller waits again, first."""
        if seat in self.unplugged or not self.is_up:
            return
        self.unplugged.add(seat)
        self._heard(PhoneLost(at=self._agenda.now, seat=seat))
        line = self.lines.get(self.occupied.get(seat, CallId("")))
        if line is not None and line.place is Place.TALKING:
            self._agenda.after(NO_SOUND_S, partial(self._lose_agent, line, line.attempt))
        elif line is not None:
            self._agenda.after(NO_SOUND_S, partial(self._fail, line, line.attempt, RingFailure.NO_ANSWER))

    def plug_in(self, seat: SeatId) -> None:
        """It is back."""
        if seat in self.unplugged:
            self.unplugged.discard(seat)
            if self.is_up:
                self._heard(PhoneRegistered(at=self._agenda.now, seat=seat))

    def _lose_agent(self, line: Line, attempt: int) -> None:
        if line.place is not Place.TALKING or line.attempt != attempt or line.seat is None:
            return
        desk = self._desks[line.seat]
        self._heard(TalkEnded(at=self._agenda.now, call=line.call, attempt=attempt))
        line.priority += 1
        self._wait(line)
        desk.talk_over(line)

    def die(self) -> None:
        """The PBX is gone, with every call; nobody is told."""
        self.is_up = False
        for line in list(self.lines.values()):
            was, seat = line.place, line.seat
            self._leave_seat(line)
            line.place, line.ended, line.was_cut = Place.GONE, self._agenda.now, True
            if was is Place.TALKING and seat is not None:
                self._desks[seat].talk_over(line)
        for code in self.codes:
            del self.occupied[code]
        self.codes.clear()
        gone, self.lines = self.lines, {}
        for line in gone.values():
            self._over(line)

    def revive(self) -> None:
        """It is back, without calls."""
        self.is_up = True
