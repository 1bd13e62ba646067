"""A heap whose members can leave from the middle: they are forgotten at once and swept out later."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import Any, Generic, TypeVar

Key = TypeVar("Key")
Item = TypeVar("Item")

SWEEP_SLACK = 32


class LazyHeap(Generic[Key, Item]):
    """Items by least key, then by least item. Each operation is O(log n) on average, looking at the first is O(1).

    `entries[0]`, if there is one, is always the true first. `entries` stays the same list: keep it and read its first
    freely, change it never.
    """

    __slots__ = ("_keys", "entries")

    def __init__(self) -> None:
        self.entries: list[tuple[Any, Any]] = []  # (key, item); behind the first, some may have been forgotten
        self._keys: dict[Item, Key] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, item: Item) -> bool:
        return item in self._keys

    def first(self) -> tuple[Key, Item] | None:
        """Return the least key and its item."""
        return self.entries[0] if self.entries else None

    def push(self, item: Item, key: Key) -> None:
        """Put `item` in, or move it to another key."""
        self._keys[item] = key
        heappush(self.entries, (key, item))
        self._sweep()

    def discard(self, item: Item) -> None:
        """Take `item` out, if it is there."""
        if self._keys.pop(item, None) is not None:
            self._sweep()

    def _sweep(self) -> None:
        entries, keys = self.entries, self._keys
        while entries and keys.get(entries[0][1]) != entries[0][0]:
            heappop(entries)
        if len(entries) > 2 * len(keys) + SWEEP_SLACK:
            entries[:] = [(key, item) for item, key in keys.items()]
            heapify(entries)
