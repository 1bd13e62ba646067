"""What the HTTP face needs from the rest of the house, as small Protocols. `hotline.controller` fits the parts in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from acd.events import Request
from acd.model import Agent, CallId, QueueName, Seat, SeatId, Skills
from acd.staff import StaffMember
from recordings.archive import Archive

if TYPE_CHECKING:
    from api.auth import Tokens
    from api.live import Board


class VersionConflict(Exception):
    """Somebody else changed it since it was read: read again, then decide."""


class Unknown(LookupError):
    """There is nothing with this name."""


class Floor(Protocol):
    """The ACD: who is logged on, and the one way to ask for a change."""

    def agents(self) -> Iterable[Agent]:
        """Everybody who is logged on, at this moment."""

    async def ask(self, request: Request) -> None:
        """Apply a request in its turn. acd.errors.Refused."""


class Directory(Protocol):
    """The persons who may log on: `acd.staff.Staff`."""

    async def add(self, member: StaffMember, pin: str) -> None:
        """Enter a person. acd.errors.Refused."""

    async def everybody(self) -> Sequence[StaffMember]:
        """All persons, by number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatOnFile:
    """A seat and the number of its last change."""

    seat: Seat
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatChange:
    """One line of the audit trail: what was before, what was after (None: not there), who and why."""

    number: int
    at: datetime
    by: str
    why: str
    seat: SeatId
    before: Seat | None
    after: Seat | None


class SeatDesk(Protocol):
    """Seat capacity: durable, audited, told to the engine. acd.errors.Refused, Unknown, VersionConflict."""

    async def seats(self) -> Sequence[SeatOnFile]:
        """All seats there are."""

    async def add(self, seat: Seat, *, by: str, why: str, at: datetime) -> SeatOnFile:
        """Open a seat."""

    async def change(
        self,
        seat: SeatId,
        *,
        queues: frozenset[QueueName] | None,
        skills: Skills | None,
        version: int,
        by: str,
        why: str,
        at: datetime,
    ) -> SeatOnFile:
        """Move a seat to other queues or give it other skills; None leaves as it is."""

    async def remove(self, seat: SeatId, *, by: str, why: str, at: datetime) -> None:
        """Close a seat."""

    async def undo(self, number: int, *, by: str, why: str, at: datetime) -> None:
        """Bring back what was before change `number`."""

    async def history(self, limit: int) -> Sequence[SeatChange]:
        """The last changes, newest first."""


class Callers(Protocol):
    """The register of calls, behind the masking gate."""

    async def masked(self, calls: Sequence[CallId]) -> Mapping[CallId, str]:
        """The callers' numbers, masked; a hidden or unknown one is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalSigns:
    """How the controller does. Made anew for each look."""

    engine_ticked_s_ago: float  # since the engine last went round
    pbx_connected: bool
    pbx_version: str | None  # as the PBX says it, for example "22.5.1"
    transcription: str  # the model in use; empty when transcription is off
    transcription_off: str  # why it is off, Chinese / English; empty when it is on
    jobs_waiting: int
    jobs_failed: int


class Vitals(Protocol):
    """Who can tell how the controller does."""

    async def signs(self) -> VitalSigns:
        """Look now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything the routes use, built in one visible place."""

    tokens: Tokens
    board: Board
    floor: Floor
    directory: Directory
    seats: SeatDesk
    callers: Callers
    vitals: Vitals
    database: AsyncEngine
    archive: Archive
