"""Deadlines in the order in which they are due, most of which are moved or lifted long before that.

A calendar queue (R. Brown, "Calendar queues", CACM 31, 1988): time is cut into slots, and what is due in one lies there
unordered. So moving or lifting it costs the same whatever else is due, and leaves nothing behind to be cleared away
when somebody waits for it. Only the first slot is a heap as well, made when its turn comes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import Any, Final, Generic, TypeVar

Item = TypeVar("Item")

SLOT: Final = timedelta(milliseconds=125)
"""A province's hundred deadlines a second are a dozen in a slot."""
EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
SWEEP_SLACK: Final = 32


class Timers(Generic[Item]):
    """Items by the moment at which each is due, then by the item itself."""

    __slots__ = ("_at", "_due", "_first", "_order", "_slots")

    def __init__(self) -> None:
        self._due: dict[Item, datetime] = {}
        self._slots: dict[int, dict[Item, datetime]] = {}
        self._order: list[int] = []  # a heap of the slots that there are; some may have become empty
        self._at: int | None = None  # the first of them, if `_first` is made from it
        self._first: list[tuple[datetime, Any]] = []  # a heap; its first is the true one, behind it some may have left

    def first(self) -> tuple[datetime, Item] | None:
        """Return the moment that is due first, and whose it is."""
        return self._first[0] if self._first else None

    def push(self, item: Item, due: datetime) -> None:
        """Put `item` in, or move it to another moment."""
        before = self._due.get(item)
        if before is not None:
            del self._slots[(before - EPOCH) // SLOT][item]
        self._due[item] = due
        number = (due - EPOCH) // SLOT
        slot = self._slots.get(number)
        if slot is None:
            slot = self._slots[number] = {}
            heappush(self._order, number)
        slot[item] = due
        if number == self._at:
            heappush(self._first, (due, item))
        elif self._order[0] != self._at:  # it is due before all others
            self._at, self._first = None, []
        self._left(item)

    def discard(self, item: Item) -> None:
        """Take `item` out, if it is there."""
        due = self._due.pop(item, None)
        if due is not None:
            del self._slots[(due - EPOCH) // SLOT][item]
            self._left(item)

    def _left(self, item: Item) -> None:
        """The item has left its place, perhaps for another."""
        first = self._first
        if not first or first[0][1] == item:
            self._put_first_right()
        elif self._at is not None and len(first) > 2 * len(self._slots[self._at]) + SWEEP_SLACK:
            self._make_first(self._at)

    def _put_first_right(self) -> None:
        """Drop what has left from the top; when all has, the next slot has its turn."""
        while True:
            first = self._first
            while first and self._due.get(first[0][1]) != first[0][0]:
                heappop(first)
            if first:
                return
            if self._at is not None:
                del self._slots[heappop(self._order)]
                self._at = None
            if not self._order:
                return
            self._make_first(self._order[0])

    def _make_first(self, number: int) -> None:
        self._at = number
        self._first = [(due, item) for item, due in self._slots[number].items()]
        heapify(self._first)
