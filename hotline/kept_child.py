"""A child process that is kept: asked one question at a time, and asked again while it lives.

A question is a line of JSON on its standard input. It answers with a line of JSON, whose `bytes` says how many bytes
follow it. Who gives up asking, for whatever reason, ends the child, and with it what it was doing; the next question
begins another. A child may end by itself between two questions, with 0: that is no failure.
"""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from api.unanswered import TooMany

LINE_MOST: Final = 8
"""Questions that stand in line behind the one that is being answered."""
ANSWER_BYTES_MOST: Final = 64 * 1024 * 1024


class Answer(NamedTuple):
    """What the child said."""

    said: Mapping[str, Any]
    body: bytes


class ChildFailed(RuntimeError):
    """The child ended in the middle of a question; what it had to say about it is on standard error."""


class KeptChild:
    """At most one child of a program. `close` in the end."""

    def __init__(self, program: Sequence[str], *, line_most: int = LINE_MOST) -> None:
        self._program, self._line_most = program, line_most
        self._child: Process | None = None
        self._one_at_a_time = asyncio.Lock()
        self.asking = 0  # who is being answered, and who stands in line

    @property
    def pid(self) -> int | None:
        """The child's process id, while there is one."""
        return None if self._child is None or self._child.returncode is not None else self._child.pid

    async def ask(self, wish: bytes) -> Answer:
        """The answer to one line. TooMany, ChildFailed."""
        if self.asking > self._line_most:
            raise TooMany
        self.asking += 1
        try:
            async with self._one_at_a_time:
                return await self._asked(wish)
        finally:
            self.asking -= 1

    async def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is None:
            return
        with suppress(ProcessLookupError):
            child.kill()
        await asyncio.shield(child.wait())

    async def _asked(self, wish: bytes) -> Answer:
        answer: Answer | None = None
        try:
            for _ in range(2):
                if (answer := await self._answer(await self._living(), wish)) is not None:
                    return answer
        finally:
            if answer is None:
                await self.close()
        raise ChildFailed("a child ended before it answered")

    async def _living(self) -> Process:
        if self._child is None or self._child.returncode is not None:
            self._child = await asyncio.create_subprocess_exec(
                *self._program, stdin=PIPE, stdout=PIPE, limit=ANSWER_BYTES_MOST
            )
        return self._child

    async def _answer(self, child: Process, wish: bytes) -> Answer | None:
        """None: it had ended by itself before it was asked."""
        if child.stdin is None or child.stdout is None:
            raise ChildFailed("a child without pipes")
        with suppress(ConnectionError):
            child.stdin.write(wish)
            await child.stdin.drain()
        if not (line := await child.stdout.readline()):
            if code := await child.wait():
                raise ChildFailed(f"a child ended with {code}")
            return None
        said = json.loads(line)
        return Answer(said, await child.stdout.readexactly(said["bytes"]))
