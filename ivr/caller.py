"""A caller in a menu, as the walk sees them: a line, and what the house can do for them. Everything goes through this.

`telephony` speaks it on a real call, a rehearsal plays it. As with every line: when the caller hangs up, each of these
raises whatever the line raises.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Protocol

from ivr.line import Keypad
from ivr.menu import Edge, Join

NO_NUMBER_WOULD_DO: Final = "not_now"
"""The rule by which no call-back is promised at all, whichever number is keyed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackTerms:
    """What can be said of a call-back before it is promised."""

    refused_by: str = ""  # the rule, such as emergency_number, or NO_NUMBER_WOULD_DO; then nothing is promised
    keeps_place: bool = False  # whether a rule dials in the caller's turn; else a person sees to it


class State(StrEnum):
    """办理状态 of a ticket, as a citizen is told it."""

    IN_HAND = "in_hand"  # 办理中
    LATE = "late"  # 超过办理期限,督办中
    SETTLED = "settled"  # 已办结


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTold:
    """What may be told of a ticket to whom it concerns. Days are the city's."""

    state: State
    day: date  # until when it is to be settled; once it is, the day of that
    branch: tuple[str, ...] = ()  # its category, from the root


class Caller(Keypad, Protocol):
    """Somebody in a menu."""

    async def passed(self, edge: Edge) -> None:
        """The walk has passed this edge. Told of each, in order, before what lies behind it is begun."""

    async def record(self, most_s: float) -> bool:
        """Sound the tone and record until #, `most_s` seconds, or silence: whether anything was said.

        What was said is the caller's message from then on, also if they hang up, now or during the recording. The take
        before it stays one until `keep_message` says that this one is meant.
        """

    async def hear_message(self) -> str | None:
        """Play the last take to the caller. A key interrupts it and is returned; None when it was heard to the end."""

    async def keep_message(self) -> None:
        """The last take is the message. Earlier ones are forgotten."""

    async def call_back_terms(self, place: Join, number: str) -> CallBackTerms:
        """Whether a call-back to `number` could be promised to who would wait there. "": the number they call from."""

    async def promise_call_back(self, place: Join, number: str) -> bool:
        """Owe the call-back. False if that could not be written down: then nothing is promised."""

    async def ticket_progress(self, number: str, check_code: str) -> TicketTold | None:
        """How the ticket stands whose number was keyed in, digits only. None: not to be told, for whatever reason.

        It is told to who calls from its number, or knows the check code ("": none was keyed in). Nobody learns from a
        None whether there is such a ticket; who guesses too often hears None from then on.
        """
