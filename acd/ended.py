"""Calls that are known to be over, the newest of them: news of one is stale, for ids are never used again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from acd.model import CallId

REMEMBERED: Final = 10_000


class Ended:
    """In the order in which it became known."""

    def __init__(self, calls: Iterable[CallId] = ()) -> None:
        self._calls: dict[CallId, None] = dict.fromkeys(calls)

    @property
    def calls(self) -> Collection[CallId]:
        """As far as that is remembered."""
        return self._calls.keys()

    def __contains__(self, call: CallId) -> bool:
        return call in self._calls

    def add(self, call: CallId) -> None:
        """One more; the oldest is forgotten."""
        self._calls[call] = None
        if len(self._calls) > REMEMBERED:
            del self._calls[next(iter(self._calls))]
