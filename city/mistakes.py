"""What can be wrong with a city folder, said so that the person who wrote the file finds the place at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mistake:
    """One thing to correct. `rule` is stable and machine-readable; `zh` and `message` say the same in two languages."""

    file: str  # inside the city's folder, for example "menus/health.toml"
    line: int  # from 1
    column: int  # from 1
    key: str  # dotted, array elements by number from 0: "hotlines.1.queue"; empty for the whole file
    rule: str
    zh: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: [{self.rule}] {self.key}: {self.zh} / {self.message}"


class CityInvalid(Exception):
    """The folder is not a city; nothing of it is taken. `mistakes` has all of them, sorted by file and line."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))
