"""The sample city, and a copy of it that a test may spoil."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from city.city import City
from city.load import load_city
from city.mistakes import CityInvalid, Mistake

SAMPLE = Path(__file__).parent.parent.parent / "cities" / "sample"


@dataclass(frozen=True)
class Copy:
    """A city folder to write into."""

    folder: Path

    def replace(self, file: str, old: str, new: str) -> int:
        """Replace the first `old` in a file; the line on which it stood."""
        path = self.folder / file
        before, found, after = path.read_text(encoding="utf-8").partition(old)
        assert found, f"{old!r} is not in {file}"
        path.write_text(before + new + after, encoding="utf-8")
        return before.count("\n") + 1

    def append(self, file: str, text: str) -> int:
        """Write at the end of a file; the line on which the text begins."""
        path = self.folder / file
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(before + text, encoding="utf-8")
        return before.count("\n") + 1

    def load(self) -> City:
        """The city it describes now."""
        return load_city(self.folder)

    def mistakes(self) -> tuple[Mistake, ...]:
        """What is wrong with it; it must not load."""
        with pytest.raises(CityInvalid) as refused:
            self.load()
        return refused.value.mistakes

    def only_mistake(self) -> tuple[str, int, str]:
        """File, line and rule of the one thing that is wrong with it."""
        (mistake,) = self.mistakes()
        return mistake.file, mistake.line, mistake.rule


class Slip(NamedTuple):
    """Somebody writes `new` for `old`; the mistake is expected where `old` stood, or `below` lines further down."""

    rule: str
    file: str
    old: str
    new: str
    below: int = 0


def lend_the_other_way(copy: Copy) -> None:
    """The sample's level takes seats from the health queue; a crisis lane would not have that."""
    copy.replace("levels.toml", 'lender = "health"', 'lender = "general"')
    copy.replace("levels.toml", 'borrower = "general"', 'borrower = "health"')
