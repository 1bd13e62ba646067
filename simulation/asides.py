"""What is said to callers who wait, on the virtual telephones: a prompt, the offer of a call-back, a message asked for.

Who is spoken to can be taken elsewhere by an order at any moment: then the rest is not said, and no key is pressed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from acd.call_back_facts import CallBackAsked
from acd.call_facts import MessageBegun
from acd.commands import Command, InviteMessage, ProposeCallBack, SayPosition, SayToCaller, SayWait
from acd.events import Event
from acd.model import CallId
from simulation.agenda import Agenda
from simulation.line import Line, Place, Wiring

Then = Callable[[Line], None]


class Asides:
    """Give it callers who have just been moved: they come `back` to the waiting room, or are let `go`."""

    def __init__(
        self, agenda: Agenda, wiring: Wiring, heard: Callable[[Event], None], *, back: Then, let_go: Then
    ) -> None:
        self.may_promise: Callable[[CallId], bool] = lambda _call: True
        self._agenda, self._wiring, self._heard, self._back, self._let_go = agenda, wiring, heard, back, let_go

    def take(self, line: Line, order: Command) -> None:
        """Say to the caller what is ordered."""
        wiring = self._wiring
        match order:
            case ProposeCallBack() if not self.may_promise(line.call):
                self._back(line)
            case ProposeCallBack() if line.own.wants_call_back:
                self._speak(line, Place.WAITING, wiring.key_s, self._promise)
            case SayToCaller() | SayWait() | SayPosition() | ProposeCallBack():
                self._speak(line, Place.WAITING, wiring.prompt_s, self._back)
            case InviteMessage():
                self._speak(line, Place.MESSAGE, wiring.prompt_s, self._record)
                self._heard(MessageBegun(at=self._agenda.now, call=line.call))

    def _speak(self, line: Line, place: Place, seconds: float, then: Then) -> None:
        line.place = place
        self._agenda.after(seconds, partial(self._go_on, line, line.moved, then))

    @staticmethod
    def _go_on(line: Line, moved: int, then: Then) -> None:
        if line.moved == moved:
            then(line)

    def _promise(self, line: Line) -> None:
        line.promised = True
        self._speak(line, Place.PROMISED, self._wiring.prompt_s, self._let_go)
        self._heard(CallBackAsked(at=self._agenda.now, call=line.call))

    def _record(self, line: Line) -> None:
        """Whoever means to leave a message speaks after the tone; the others hang up at it."""
        if line.own.message_s is None:
            self._let_go(line)
        else:
            line.left_message = True
            self._speak(line, Place.MESSAGE, line.own.message_s, self._let_go)
