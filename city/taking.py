"""What becomes of a city's folder: looked at, and put in force. Shapes only; hotline.city_book does it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from city.mistakes import Mistake
from city.snapshot import FileChange
from plumbing.versions import Version

IN_VAIN: Final = "accepted_in_vain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the linter, and the folder's own rehearsals, say of a folder that can be loaded."""

    warnings: tuple[Mistake, ...] = ()  # that nobody has accepted
    accepted: int = 0  # warnings
    rehearsed: int = 0  # calls
    failed: tuple[Mistake, ...] = ()  # what was not as a rehearsal expects, at its line, with what was heard

    @property
    def open(self) -> tuple[Mistake, ...]:
        """Warnings that somebody has to answer for. What was accepted and is gone only has to be tidied up."""
        return tuple(warning for warning in self.warnings if warning.rule != IN_VAIN)

    @property
    def holds(self) -> bool:
        """Whether nobody has to take anything upon themselves."""
        return not (self.open or self.failed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """What whoever takes a folder takes upon themselves."""

    warnings: bool = False
    rehearsals: str = ""  # why it is taken though they fail; "": then it is not


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the folder says: what would change if it were put in force, or what is wrong with it.

    `proof`: None if there are mistakes.
    """

    at: datetime
    version: str
    changes: tuple[FileChange, ...]
    mistakes: tuple[Mistake, ...] = ()
    proof: Proof | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A change that was made. `left_alone`: files of the folder that somebody has edited otherwise meanwhile."""

    row: Version
    changes: tuple[FileChange, ...]
    left_alone: tuple[str, ...] = ()
