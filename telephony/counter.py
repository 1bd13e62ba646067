"""A caller in a menu, on a real line: what `ivr.walk` needs of them, and of the house.

A message is recorded by the dialplan (`[message-take]`), each take an attempt of its own: whatever dies, what was said
is in the spool and is found there. Takes that the caller spoke anew are deleted, when they have kept a later one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from acd.model import CallId
from city.hotline import Hotline
from ivr.caller import CallBackTerms, TicketTold
from ivr.menu import Edge, Goto, Join
from telephony.line import AgiLine

LINE_LIMIT_S: Final = 90
"""A caller who goes on gives us so long again: then the dialplan takes a caller away from a controller that hangs."""
HEADER_BYTES: Final = 44
BYTES_A_SECOND: Final = 16_000
SAID_S: Final = 0.5
"""A shorter sound is no message."""
SILENCE_KEPT_S: Final = 1.0
"""So much of the silence that ended a recording is left of it by Asterisk."""


NoteEdge = Callable[[CallId, Edge], None]


class House(Protocol):
    """What is done for a caller besides saying and hearing. `caller` is the number they call from, "" if hidden."""

    async def call_back_terms(self, hotline: Hotline, place: Join, caller: str, number: str) -> CallBackTerms:
        """`ivr.caller.Caller.call_back_terms`, asked from the number `caller`."""

    async def promise_call_back(self, call: CallId, place: Join, number: str) -> bool:
        """`ivr.caller.Caller.promise_call_back`."""

    async def ticket_progress(self, caller: str, number: str, check_code: str) -> TicketTold | None:
        """`ivr.caller.Caller.ticket_progress`."""

    async def note_keyed(self, call: CallId, keyed: Mapping[str, str]) -> None:
        """Keep what the caller keyed in, for who answers."""

    async def forget_take(self, call: CallId, attempt: int) -> None:
        """Delete what was recorded as this attempt."""


class AtTheCounter:
    """Satisfies `ivr.caller.Caller`. Raises what `telephony.line.AgiLine` raises."""

    def __init__(
        self,
        line: AgiLine,
        house: House,
        hotline: Hotline,
        number: str,
        note_edge: NoteEdge = lambda _call, _edge: None,
    ) -> None:
        """`number`: the caller's, as the dialplan tells it. `note_edge` is told of every edge that is passed."""
        self._note_edge = note_edge
        self._line, self._house, self._hotline, self._number = line, house, hotline, number
        self._call = CallId(line.call_id)
        self._takes: list[int] = []
        self.done: dict[str, str] = {}
        """By what each node was left, so far (ivr.menu.Edge)."""

    async def play(self, prompt: str) -> str | None:
        """A prompt."""
        return await self._line.play(prompt)

    async def ask(self, prompt: str, wait_s: float) -> str | None:
        """A question."""
        return await self._line.ask(prompt, wait_s)

    async def digits(self, prompt: str, wait_s: float, most: int) -> str:
        """A number is keyed in, which takes its time."""
        await self._line.wait_at_most(LINE_LIMIT_S)
        return await self._line.digits(prompt, wait_s, most)

    async def passed(self, edge: Edge) -> None:
        """A caller who goes on in the menu has all the time again."""
        self._note_edge(self._call, edge)
        self.done[edge.node] = edge.by
        if isinstance(edge.to, Goto):
            await self._line.wait_at_most(LINE_LIMIT_S)

    async def record(self, most_s: float) -> bool:
        """Another take."""
        await self._line.set_variable("MOST_S", str(round(most_s)))
        await self._line.run("message-take")
        take, size = await self._line.variable("TAKE"), await self._line.variable("TAKE_BYTES")
        ended_by = await self._line.variable("RECORD_STATUS")
        seconds = (_number(size) - HEADER_BYTES) / BYTES_A_SECOND
        if seconds > SAID_S + (SILENCE_KEPT_S if ended_by == "SILENCE" else 0.0):
            self._takes.append(_number(take))
            return True
        await self._line.run("message-take", "forget")
        await self._house.forget_take(self._call, _number(take))
        return False

    async def hear_message(self) -> str | None:
        """The last take."""
        await self._line.wait_at_most(LINE_LIMIT_S)
        return await self._line.play_file(f"{await self._line.variable('LEGS')}-caller")

    async def keep_message(self) -> None:
        """Close the last take, delete those before it."""
        for take in self._takes[:-1]:
            await self._house.forget_take(self._call, take)
        self._takes.clear()
        await self._line.run("record", "over")

    async def call_back_terms(self, place: Join, number: str) -> CallBackTerms:
        """By the rules of dialling, of a number that was keyed in or of the caller's own."""
        return await self._house.call_back_terms(self._hotline, place, self._number, number)

    async def promise_call_back(self, place: Join, number: str) -> bool:
        """In the caller's place."""
        return await self._house.promise_call_back(self._call, place, number)

    async def ticket_progress(self, number: str, check_code: str) -> TicketTold | None:
        """Told to the number of the ticket, or to who knows its code."""
        return await self._house.ticket_progress(self._number, number, check_code)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
