"""A heap whose members can leave from the middle, or move back: the entry stays where it is until it comes to the top.

An item has at most one entry that counts, and that stands at the item's key or before it. So moving an item to a later
key, as deadlines do again and again, is only a note: the entry is put right when it comes to the top.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush, heapreplace
from typing import Any, Generic, TypeVar

Key = TypeVar("Key")
Item = TypeVar("Item")

SWEEP_SLACK = 32


class LazyHeap(Generic[Key, Item]):
    """Items by least key, then by least item. Each operation is O(log n) on average, looking at the first is O(1).

    `entries[0]`, if there is one, is always the true first. `entries` stays the same list: keep it and read its first
    freely, change it never.
    """

    __slots__ = ("_keys", "_stands", "entries")

    def __init__(self) -> None:
        self.entries: list[tuple[Any, Any]] = []  # (key, item); behind the first, some may be too early, or forgotten
        self._keys: dict[Item, Any] = {}
        self._stands: dict[Item, Any] = {}  # the key of the item's entry, also of items that have left

    def __len__(self) -> int:
        return len(self._keys)

    def first(self) -> tuple[Key, Item] | None:
        """Return the least key and its item."""
        return self.entries[0] if self.entries else None

    def push(self, item: Item, key: Key) -> None:
        """Put `item` in, or move it to another key."""
        entries = self.entries
        self._keys[item] = key
        stands = self._stands.get(item)
        if stands is None or key < stands:
            self._stands[item] = key
            heappush(entries, (key, item))
        if stands is not None and entries[0][1] == item:  # it has left its place, and that was the first one
            self._put_first_right()
        if len(entries) > 2 * len(self._keys) + SWEEP_SLACK:
            self._sweep()

    def discard(self, item: Item) -> None:
        """Take `item` out, if it is there."""
        if self._keys.pop(item, None) is None:
            return
        entries = self.entries
        if entries[0][1] == item:
            self._put_first_right()
        if len(entries) > 2 * len(self._keys) + SWEEP_SLACK:
            self._sweep()

    def _sweep(self) -> None:
        """Too many entries count no more."""
        entries = self.entries
        entries[:] = [(key, item) for item, key in self._keys.items()]
        heapify(entries)
        self._stands = dict(self._keys)

    def _put_first_right(self) -> None:
        """Put the first entry right, and whichever comes to its place, until the first is the true one."""
        entries, keys, stands = self.entries, self._keys, self._stands
        while entries:
            stood, item = entries[0]
            key = keys.get(item)
            if key == stood:
                return
            if stands.get(item) != stood:  # another entry of the item's counts
                heappop(entries)
            elif key is None:
                heappop(entries)
                del stands[item]
            else:
                stands[item] = key
                heapreplace(entries, (key, item))
