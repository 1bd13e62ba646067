"""How many children decode finished legs at once: as many as are asked for; fewer while memory is short, but one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from asr.admission import FIRST_CHILD_BYTES, bears_another


class Room:
    """`free_bytes`: memory that may still be taken. What a child takes of its own is measured when it has ended."""

    def __init__(self, children: int, free_bytes: Callable[[], int]) -> None:
        self._children, self._free_bytes = children, free_bytes
        self._changed = asyncio.Condition()
        self._at_work = 0
        self.child_bytes = 0  # the largest so far; 0: none has ended
        self.most_at_work = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Inside, there is room for one child."""
        async with self._changed:
            await self._changed.wait_for(self._has_place)
            self._at_work += 1
            self.most_at_work = max(self.most_at_work, self._at_work)
        try:
            yield
        finally:
            self._at_work -= 1
            async with self._changed:
                self._changed.notify_all()

    def note(self, own_bytes: int) -> None:
        """A child has ended, and had so much memory that it shared with nobody."""
        self.child_bytes = max(self.child_bytes, own_bytes)

    def _has_place(self) -> bool:
        if self._at_work == 0 or self._at_work >= self._children:
            return self._at_work == 0
        return bears_another(self._free_bytes(), self._at_work, self.child_bytes or FIRST_CHILD_BYTES)
