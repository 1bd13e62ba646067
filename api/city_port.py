"""What the HTTP face needs of the city's versions: `hotline.city_book.CityBook`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from city.snapshot import FileChange
from city.taking import Offer, Outcome, Waived
from plumbing.versions import Version


class CityVersions(Protocol):
    """The city in force, and every one that was."""

    @property
    def folder(self) -> Path:
        """The city's, which people edit."""

    @property
    def row(self) -> Version:
        """The version in force."""

    @property
    def offer(self) -> Offer | None:
        """The folder as it was looked at last; None: it says what is in force."""

    async def check(self) -> Offer:
        """Look at the folder as it is now."""

    async def versions(self, limit: int) -> Sequence[Version]:
        """The newest first, without what is written in them."""

    async def changes_to(self, number: int) -> tuple[FileChange, ...]:
        """What would change if a version were in force again. city.refusals."""

    async def take(self, *, by: str, why: str, expected: int, offered: str | None, waived: Waived) -> Outcome:
        """Put in force what the folder says. city.refusals, acd.errors.Refused, ReasonMissing."""

    async def shelved(self, number: int | None) -> tuple[Path, Path]:
        """The folders of the version in force, and of another; None: of what the city's folder says now.

        They are to be read only. city.refusals.
        """

    async def roll_back(self, number: int, *, by: str, why: str, expected: int) -> Outcome:
        """Put an older version in force again. The same errors."""
