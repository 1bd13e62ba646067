"""流程图的布局: where the boxes and lines of a picture lie. In layers, left to right; no line crosses a box.

The layered drawing of Sugiyama, Tagawa and Toda (1981) in its plain form: each box stands one column behind the last
that leads to it, the ends in the last column; a line that passes a column has a slot of its own there, as if it were a
low box; a column is ordered by where its lines come from. All lengths are in pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

BOX_W: Final = 220
BOX_H: Final = 54
PITCH: Final = 20
"""From line to line where they leave a box: their words stand above them."""
GAP: Final = 22
BENDS: Final = 80
"""For lines to part, after their words."""
WIDE: Final = 12.5
NARROW: Final = 7.5


@dataclass(frozen=True, slots=True)
class Line:
    """A way from a box to another, and what is written on it."""

    source: str
    target: str
    words: str
    is_passed: bool


@dataclass(slots=True)
class Place:
    """Where a box, or a line's slot in a column, lies: its left upper corner and its height."""

    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Run:
    """A line as it is drawn: the level stretches it runs along, as left end, right end and height."""

    line: Line
    stretches: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A picture."""

    boxes: Mapping[str, Place]
    runs: tuple[Run, ...]
    width: float
    height: float


_Item = str | tuple[int, int]
"""A box by its name, or the slot of a line, by its number, in a column."""


def width_of(words: str, wide: float = WIDE, narrow: float = NARROW) -> float:
    """About how long some words are: a Chinese character is as wide as it is high."""
    return sum(narrow if sign.isascii() else wide for sign in words)


def lay_out(start: str, ends: Sequence[str], lines: Sequence[Line]) -> Layout:
    """Place everything that is reached from `start`; nothing leads back (docs/hotlines.md: menu_too_deep)."""
    columns = _columns(start, ends, lines)
    words = max((width_of(line.words) for line in lines), default=0.0) + 12
    step = BOX_W + words + BENDS
    places: dict[_Item, Place] = {}
    for column in range(max(columns.values()) + 1):
        _fill(column * step, _coming(column, columns, lines, places), places)
    boxes = {name: places[name] for name in columns}
    runs = tuple(
        Run(line, tuple(_stretches(number, line, columns, lines, places, words))) for number, line in enumerate(lines)
    )
    bottom = max(place.y + place.height for place in places.values())
    return Layout(boxes, runs, max(columns.values()) * step + BOX_W, bottom)


def _columns(start: str, ends: Sequence[str], lines: Sequence[Line]) -> dict[str, int]:
    columns = {start: 0}
    for _ in lines:  # one that leads back could push its box for ever
        for line in lines:
            if line.source in columns and line.target not in ends:
                columns[line.target] = max(columns.get(line.target, 0), columns[line.source] + 1)
    last = max(columns.values()) + 1
    return columns | dict.fromkeys(ends, last)


def _coming(
    column: int, columns: Mapping[str, int], lines: Sequence[Line], places: Mapping[_Item, Place]
) -> list[tuple[float, _Item, float]]:
    """What stands in a column: where its lines come from, on the average, and how high it is."""
    come_from: dict[_Item, list[float]] = {}
    for number, line in enumerate(lines):
        if columns[line.source] < column <= columns[line.target]:
            item: _Item = line.target if columns[line.target] == column else (number, column)
            come_from.setdefault(item, []).append(_leaves(number, line, column - 1, columns, lines, places))
    if not column:
        come_from = {name: [0.0] for name, level in columns.items() if level == 0}
    return [(sum(ys) / len(ys), item, _height(item, lines)) for item, ys in come_from.items()]


def _height(item: _Item, lines: Sequence[Line]) -> float:
    if isinstance(item, tuple):
        return PITCH
    return max(BOX_H, PITCH * (sum(line.source == item for line in lines) + 0.5))


def _leaves(
    number: int,
    line: Line,
    column: int,
    columns: Mapping[str, int],
    lines: Sequence[Line],
    places: Mapping[_Item, Place],
) -> float:
    """At which height a line leaves a column."""
    if columns[line.source] != column:
        slot = places[number, column]
        return slot.y + slot.height / 2
    turn = sum(other.source == line.source for other in lines[:number])
    return places[line.source].y + PITCH * (turn + 1)


def _fill(x: float, coming: list[tuple[float, _Item, float]], places: dict[_Item, Place]) -> None:
    """One below the other, each as near to where its lines come from as those above let it."""
    free = 0.0
    for centre, item, height in sorted(coming, key=lambda one: one[0]):
        y = max(free, centre - height / 2)
        places[item] = Place(x, y, height)
        free = y + height + (GAP if isinstance(item, str) else 4)


def _stretches(
    number: int,
    line: Line,
    columns: Mapping[str, int],
    lines: Sequence[Line],
    places: Mapping[_Item, Place],
    words: float,
) -> Iterator[tuple[float, float, float]]:
    first, last = columns[line.source], columns[line.target]
    y = _leaves(number, line, first, columns, lines, places)
    yield places[line.source].x + BOX_W, places[line.source].x + BOX_W + words, y
    for column in range(first + 1, last):
        slot = places[number, column]
        yield slot.x, slot.x + BOX_W + words, slot.y + slot.height / 2
    target = places[line.target]
    yield target.x, target.x, target.y + target.height / 2


def path_of(run: Run, left: float, top: float) -> str:
    """The line as SVG path data, of a picture that begins there."""
    (x, end, y), *_ = run.stretches
    parts = [f"M{left + x:.0f} {top + y:.0f}H{left + end:.0f}"]
    for (_, before, above), (begin, after, below) in pairwise(run.stretches):
        bend = (begin - before) / 2
        parts.append(
            f"C{left + before + bend:.0f} {top + above:.0f} {left + begin - bend:.0f} {top + below:.0f}"
            f" {left + begin:.0f} {top + below:.0f}H{left + after:.0f}"
        )
    return "".join(parts)
