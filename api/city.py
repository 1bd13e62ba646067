"""城市版本: hotlines, menus, queues, prompts in force; the folder looked at, taken while calls go on, and back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from api.asked import Answer, Asked, Nothing, Reason, Wish
from api.errors import Wrong, wrong_lines
from city.snapshot import FileChange
from city.taking import Offer, Outcome, Proof, Waived
from plumbing.versions import Version

LINES_MOST = 400  # of one file's difference


class VersionSeen(Answer):
    """One version: `number` grows with every change, also back; `version` is the same when the content is."""

    number: int
    version: str
    taken_at: datetime
    taken_by: str
    why: str


class ChangeSeen(Answer):
    """A file that differs. `lines`: as `diff -u` shows them; `at_start`: in force only after the next start."""

    file: str
    lines: tuple[str, ...]
    at_start: bool


class ProofSeen(Answer):
    """The linter's warnings that nobody has accepted, and what its rehearsals found otherwise than expected."""

    warnings: tuple[Wrong, ...]
    accepted: int
    rehearsed: int
    failed: tuple[Wrong, ...]


class FolderSeen(Answer):
    """The folder: what would change, or what is wrong with it. `version`: to be named when it is taken.

    `proof`: null if there are mistakes.
    """

    at: datetime
    version: str
    changes: tuple[ChangeSeen, ...]
    mistakes: tuple[Wrong, ...]
    proof: ProofSeen | None


class CitySeen(VersionSeen):
    """The version in force. `folder`: the city's, which people edit; `offer`: what it says, if something else."""

    folder: str
    offer: FolderSeen | None


class VersionsWanted(Wish):
    """How many, the newest first."""

    limit: Annotated[int, Field(ge=1, le=500)] = 50


class VersionsSeen(Answer):
    """The newest first; the first is in force."""

    versions: tuple[VersionSeen, ...]


class VersionChanges(Answer):
    """What would change if it were in force again."""

    changes: tuple[ChangeSeen, ...]


class TakeCity(Wish):
    """`expected`: the number in force that was read; `offered`: the version of the folder that was looked at.

    `with_warnings`: also if nobody has accepted them; `without_rehearsals`: why it is taken although they fail. Both
    are written down beside `why` where they were needed.
    """

    why: Reason
    expected: Annotated[int, Field(ge=1)]
    offered: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")] | None = None
    with_warnings: bool = False
    without_rehearsals: Reason | None = None


class RollBackCity(Wish):
    """`expected`: the number in force that was read."""

    why: Reason
    expected: Annotated[int, Field(ge=1)]


class CityTaken(VersionSeen):
    """What is in force now, and what changed. `left_alone`: files of the folder that somebody edits otherwise."""

    changes: tuple[ChangeSeen, ...]
    left_alone: tuple[str, ...]


async def read(asked: Asked[Nothing]) -> CitySeen:
    """What is in force, and what the folder offers."""
    book = asked.services.city
    offer = None if book.offer is None else _offer(book.offer)
    return CitySeen(**_version(book.row), folder=str(book.folder), offer=offer)


async def check(asked: Asked[Nothing]) -> FolderSeen:
    """Look at the folder as it is now; nothing changes."""
    return _offer(await asked.services.city.check())


async def versions(asked: Asked[VersionsWanted]) -> VersionsSeen:
    """Who put what in force, and why."""
    rows = await asked.services.city.versions(asked.wish.limit)
    return VersionsSeen(versions=tuple(VersionSeen(**_version(row)) for row in rows))


async def compare(asked: Asked[Nothing]) -> VersionChanges:
    """What would change if a version were in force again."""
    return VersionChanges(changes=_changes(await asked.services.city.changes_to(asked.number("version"))))


async def take(asked: Asked[TakeCity]) -> CityTaken:
    """Put in force what the folder says; who and why is written down."""
    wish = asked.wish
    waived = Waived(warnings=wish.with_warnings, rehearsals=wish.without_rehearsals or "")
    outcome = await asked.services.city.take(
        by=str(asked.by), why=wish.why, expected=wish.expected, offered=wish.offered, waived=waived
    )
    return taken(outcome)


async def roll_back(asked: Asked[RollBackCity]) -> CityTaken:
    """Put an older version in force again; who and why is written down."""
    number, wish = asked.number("version"), asked.wish
    outcome = await asked.services.city.roll_back(number, by=str(asked.by), why=wish.why, expected=wish.expected)
    return taken(outcome)


def taken(outcome: Outcome) -> CityTaken:
    """What came of a change."""
    return CityTaken(**_version(outcome.row), changes=_changes(outcome.changes), left_alone=outcome.left_alone)


def _version(row: Version) -> dict[str, Any]:
    return {name: getattr(row, name) for name in VersionSeen.model_fields}


def _offer(offer: Offer) -> FolderSeen:
    return FolderSeen(
        at=offer.at,
        version=offer.version,
        changes=_changes(offer.changes),
        mistakes=tuple(wrong_lines(offer.mistakes)),
        proof=None if offer.proof is None else _proof(offer.proof),
    )


def _proof(proof: Proof) -> ProofSeen:
    return ProofSeen(
        warnings=tuple(wrong_lines(proof.warnings)),
        accepted=proof.accepted,
        rehearsed=proof.rehearsed,
        failed=tuple(wrong_lines(proof.failed)),
    )


def _changes(changes: Iterable[FileChange]) -> tuple[ChangeSeen, ...]:
    return tuple(ChangeSeen(file=one.file, lines=one.lines[:LINES_MOST], at_start=one.at_start) for one in changes)
