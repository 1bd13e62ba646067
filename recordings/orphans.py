"""Legs whose marker will never come: their recorder died, or its disk was full. Tells by how long they have not grown.

Nobody's wall clock is asked: not ours, which may be set, nor that of whoever stamps the files. A leg is an orphan when
it was seen unchanged, by the monotonic clock, for a short time if its call is known to be over, else for a long one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from recordings.recording import SpoolName

Shape = tuple[tuple[str, int], ...]
"""The files of an attempt and their sizes."""


@dataclass(frozen=True, slots=True)
class _Seen:
    shape: Shape
    since_s: float


class Orphans:
    """Show it every attempt without a marker at each look; it says which have none to wait for."""

    def __init__(
        self,
        is_over: Callable[[str], bool] = lambda _: False,  # a call's id; only what is certain
        *,
        over_after_s: float = 5.0,
        unknown_after_s: float = 900.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._is_over, self._monotonic = is_over, monotonic
        self.over_after_s, self._unknown_after_s = over_after_s, unknown_after_s
        self._seen: dict[SpoolName, _Seen] = {}

    def among(self, unmarked: Mapping[SpoolName, Shape]) -> list[SpoolName]:
        """The orphans among these."""
        now_s = self._monotonic()
        self._seen = {name: self._still(name, shape, now_s) for name, shape in unmarked.items()}
        return [name for name, seen in self._seen.items() if now_s - seen.since_s >= self._patience_s(name)]

    def _still(self, name: SpoolName, shape: Shape, now_s: float) -> _Seen:
        before = self._seen.get(name)
        return before if before is not None and before.shape == shape else _Seen(shape, now_s)

    def _patience_s(self, name: SpoolName) -> float:
        return self.over_after_s if self._is_over(name.call_id) else self._unknown_after_s

    @property
    def is_one_expected(self) -> bool:
        """Whether a look after `over_after_s` may find one."""
        return any(self._is_over(name.call_id) for name in self._seen)


def shape_of(files: Iterable[tuple[str, int]]) -> Shape:
    """What a change of shows that somebody still writes."""
    return tuple(sorted(files))
