"""Lifecycles nest: tasks that live exactly as long as a block, and fail it when they fail.

And what lives as long as the process is told to the collector of cycles, so that it need not look there.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Final

from plumbing.promptness import be_prompt

YOUNG: Final = 2_000
FULL: Final = 50
SWITCH_S: Final = 0.001


@asynccontextmanager
async def background(*works: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run `works` beside the block and cancel them when it is left.

    One that raises cancels the others and the block. What was raised comes out as it is; only several failures at once
    come in an ExceptionGroup.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in works]
            yield
            for task in tasks:
                task.cancel()
    except BaseExceptionGroup as failures:
        if len(failures.exceptions) > 1:
            raise
        raise failures.exceptions[0] from failures.exceptions[0].__cause__


def settle() -> None:
    """Get ready to be punctual: no collection looks at what was loaded, and no thread keeps the loop waiting long.

    Some 144,000 objects of a controller's libraries are walked through by each full collection, and its loop stands
    still for about 100 ms meanwhile; afterwards a full collection takes less than a millisecond (both measured).
    What is new is looked at after YOUNG more objects, not after 700: deciding makes few cycles. With 10,000 such a look
    held the loop for 5 ms, with 2,000 for 0.5; a full one, some 40 ms while hundreds wait, comes after a million (2,000
    times 10 times FULL) at the earliest (all measured).

    A thread that reckons (a checkpoint being encoded) gives way to the loop after SWITCH_S, not after Python's 5 ms:
    the loop waits for it whenever it comes back from the kernel, several times for one call.

    Among processes, its turns are short (plumbing.promptness).
    """
    be_prompt()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, FULL)
    sys.setswitchinterval(SWITCH_S)
