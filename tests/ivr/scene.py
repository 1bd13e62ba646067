"""A telephone whose keys are pressed by a script, and a house that does what the script of a scene says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ivr.caller import CallBackTerms, TicketTold
from ivr.menu import Edge, Join


class HungUp(Exception):
    """The script is over: the other side hung up."""


@dataclass
class Phone:
    """Answers one question after the other; None is silence. What it heard is in `heard`. An `ivr.caller.Caller`."""

    presses: Iterable[str | None]
    greeted_with: str | None = None  # a key pressed during the first prompt that is played
    heard: list[str] = field(default_factory=list)
    passed_by: list[Edge] = field(default_factory=list)
    says: Iterable[bool] = ()  # at each tone: whether anything is said
    takes: list[str] = field(default_factory=list)  # of the message: "said", "kept"
    terms: dict[str, CallBackTerms] = field(default_factory=dict)  # by number
    promised: list[tuple[Join, str]] = field(default_factory=list)
    is_written: bool = True  # whether a call-back can be written down
    tickets: dict[tuple[str, str], TicketTold] = field(default_factory=dict)  # by number and check code
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._presses, self._says = iter(self.presses), iter(self.says)

    async def play(self, prompt: str) -> str | None:
        """Hears the prompt, or interrupts the first one."""
        self.heard.append(prompt)
        return self.greeted_with if len(self.heard) == 1 else None

    async def ask(self, prompt: str, wait_s: float) -> str | None:
        """Hears the question and gives the next answer, or hangs up when there is none."""
        self.heard.append(prompt)
        for key in self._presses:
            return key
        raise HungUp

    async def digits(self, prompt: str, wait_s: float, most: int) -> str:
        """As `ask`, but the answer may be a whole number."""
        return (await self.ask(prompt, wait_s) or "")[:most]

    async def passed(self, edge: Edge) -> None:
        """Remembers the way."""
        self.passed_by.append(edge)

    async def record(self, most_s: float) -> bool:
        """Says something, or nothing, or hangs up."""
        self.heard.append("beep")
        for says in self._says:
            self.takes += ["said"] if says else []
            return says
        raise HungUp

    async def hear_message(self) -> str | None:
        """Hears what was said."""
        self.heard.append("message")
        return None

    async def keep_message(self) -> None:
        """Remembers it."""
        self.takes.append("kept")

    async def call_back_terms(self, place: Join, number: str) -> CallBackTerms:
        """As the scene has it."""
        return self.terms.get(number, CallBackTerms())

    async def promise_call_back(self, place: Join, number: str) -> bool:
        """Remembers it."""
        self.promised.append((place, number))
        return self.is_written

    async def ticket_progress(self, number: str, check_code: str) -> TicketTold | None:
        """As the scene has it."""
        self.asked.append((number, check_code))
        return self.tickets.get((number, check_code))
