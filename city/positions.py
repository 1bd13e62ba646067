"""Where each key of a TOML text stands, because `tomllib` gives values without lines.

The text has been read by `tomllib` before it comes here, so everything below trusts it to be valid TOML and only
follows its outline: comments, tables, arrays of tables, dotted and quoted keys, inline tables, arrays, and strings
that hide brackets and newlines.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

KeyPath = tuple[str | int, ...]
"""A key from the top of the file: names of tables and keys, numbers (from 0) inside arrays."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'''"""(?:\\.|[^\\])*?"""(?:"{0,2})|\'\'\'.*?\'\'\'(?:'{0,2})|"(?:\\.|[^"\\\n])*"|'[^'\n]*\'''',
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]*")


class Position(NamedTuple):
    """A place in a text; line and column count from 1."""

    line: int
    column: int


TOP = Position(1, 1)


def positions(text: str) -> dict[KeyPath, Position]:
    """Every key, table and array element of a valid TOML text, and where it begins. Newlines must be `\\n`."""
    outline = _Outline(text)
    outline.follow()
    return outline.found


def nearest(found: Mapping[KeyPath, Position], path: KeyPath) -> Position:
    """The position of `path`, or of the innermost table around it that is written; the top of the file at worst."""
    for length in range(len(path), 0, -1):
        if position := found.get(path[:length]):
            return position
    return TOP


class _Outline:
    """One pass over one text; `found` grows as it goes."""

    def __init__(self, text: str) -> None:
        self.found: dict[KeyPath, Position] = {}
        self._text = text
        self._at = 0
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._elements: Counter[KeyPath] = Counter()  # of each array of tables, so far

    def follow(self) -> None:
        here: KeyPath = ()
        while not self._at_end():
            if self._eat("["):
                here = self._header()
            else:
                self._pair(here)

    def _header(self) -> KeyPath:
        """After the first bracket of `[table]` or `[[array of tables]]`: the path that following keys belong to."""
        repeated = self._eat("[")
        keys = self._keys()
        path: KeyPath = ()
        for number, (key, position) in enumerate(keys, start=1):
            path = (*path, key)
            self.found.setdefault(path, position)
            if repeated and number == len(keys):
                self._elements[path] += 1
            if count := self._elements[path]:
                path = (*path, count - 1)
                self.found.setdefault(path, position)
        self._eat("]")
        if repeated:
            self._eat("]")
        return path

    def _pair(self, here: KeyPath) -> None:
        path = here
        for key, position in self._keys():
            path = (*path, key)
            self.found.setdefault(path, position)
        self._eat("=")
        self._value(path)

    def _keys(self) -> list[tuple[str, Position]]:
        """A key with its dotted parts, each unquoted."""
        keys = [self._key()]
        while self._eat("."):
            keys.append(self._key())
        return keys

    def _key(self) -> tuple[str, Position]:
        self._skip_blank()
        position = self._position()
        if bare := self._take(_BARE_KEY):
            return bare, position
        return str(tomllib.loads(f"key = {self._take(_STRING)}")["key"]), position

    def _value(self, path: KeyPath) -> None:
        if self._eat("["):
            self._array(path)
        elif self._eat("{"):
            self._inline_table(path)
        elif not self._take(_STRING):
            self._take(_SCALAR)

    def _array(self, path: KeyPath) -> None:
        element = 0
        while not self._eat("]"):
            self.found[(*path, element)] = self._position()
            self._value((*path, element))
            self._eat(",")
            element += 1

    def _inline_table(self, path: KeyPath) -> None:
        while not self._eat("}"):
            self._pair(path)
            self._eat(",")

    def _at_end(self) -> bool:
        self._skip_blank()
        return self._at >= len(self._text)

    def _skip_blank(self) -> None:
        self._take(_BLANK)

    def _eat(self, sign: str) -> bool:
        """Step over `sign`, blanks and comments before it included, if it stands next."""
        self._skip_blank()
        if not self._text.startswith(sign, self._at):
            return False
        self._at += len(sign)
        return True

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            return ""
        self._at = match.end()
        return match.group()

    def _position(self) -> Position:
        line = bisect_right(self._line_starts, self._at)
        return Position(line, self._at - self._line_starts[line - 1] + 1)
