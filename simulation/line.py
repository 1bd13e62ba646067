"""One caller's leg on the virtual telephones: where it is, and everything that was on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from acd.model import CallId, RingFailure, SeatId
from simulation.draw import Draw, Exactly
from simulation.people import Kind, Try


class Place(StrEnum):
    """Where a caller is."""

    GREETED = "greeted"
    WAITING = "waiting"
    DIALLED = "dialled"
    RINGING = "ringing"
    TALKING = "talking"
    MESSAGE = "message"
    PROMISED = "promised"  # is told that we shall call back, and hangs up
    GONE = "gone"


@dataclass(slots=True)
class Line:
    """A caller's leg."""

    call: CallId
    kind: Kind
    own: Try
    came: datetime
    place: Place = Place.GREETED
    joined: datetime | None = None
    priority: int = 0
    attempt: int = 0
    seat: SeatId | None = None
    answered: datetime | None = None  # first
    ended: datetime | None = None
    failure: RingFailure | None = None  # what the last offer came to
    moved: int = 0  # how often an order, or news of one, took them elsewhere
    talked: bool = False  # there is a recording of it
    left_message: bool = False
    promised: bool = False  # asked to be called back
    was_cut: bool = False  # the PBX died under it


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """How quick the telephones are."""

    greeting: Draw = Exactly(4.0)  # from the answer to the waiting room; 0: no greeting
    order_s: float = 0.01  # until an order takes effect
    phone_s: float = 0.05  # until the phone says that it rings
    prompt_s: float = 5.0  # what is said to a caller lasts so long
    key_s: float = 4.0  # so long into an offer a key is pressed


BEING_RUNG: Final = frozenset({Place.DIALLED, Place.RINGING})
DONE_WAITING: Final = frozenset({Place.MESSAGE, Place.PROMISED})


class Desk(Protocol):
    """Who sits at a phone: simulation.desk."""

    def ring(self) -> tuple[float, RingFailure | None]:
        """So many seconds after the first ring the phone is picked up, or fails so; `inf`: it rings on."""

    def hangs_up_first(self) -> bool:
        """Whether the agent's side ends this conversation."""

    def missed(self) -> None:
        """The phone rang in vain."""

    def talk_over(self, line: Line) -> None:
        """The conversation is over."""
