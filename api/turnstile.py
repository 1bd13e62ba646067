"""旋转门: readers pass one at a time: who changes something, or is to be rung, never stands behind a crowd.

A loop serves whoever is ready in one turn, in the order they came: three hundred readers who ask in one moment would be
one long turn. Here AT_ONE_GO of them passes in a turn and the rest wait for the next ones, in their order; all else
that the process does gets its turn in between. A request that changes something does not pass here at all.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

AT_ONE_GO: Final = 1
"""Some 0.1 ms of processor time, or a page that is worked out anew."""


class Turnstile:
    """Await `passed()`. Belongs to one event loop."""

    def __init__(self) -> None:
        self._passed = 0  # in this turn
        self._line: deque[asyncio.Future[None]] = deque()
        self._turns = False  # whether the next turn is asked for

    async def passed(self) -> None:
        """Return in this turn of the loop if few have passed in it, else in one of the next."""
        if self._passed < AT_ONE_GO and not self._line:
            self._let_pass()
            return
        waits = asyncio.get_running_loop().create_future()
        self._line.append(waits)
        await waits

    def _let_pass(self) -> None:
        self._passed += 1
        if not self._turns:
            self._turns = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        self._passed, self._turns = 0, False
        while self._line and self._passed < AT_ONE_GO:
            first = self._line.popleft()
            if not first.done():  # who left is not in the way
                first.set_result(None)
                self._let_pass()
