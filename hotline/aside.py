"""Questions about the past, answered beside the controller: each by a child process, one at a time.

The loop that rings phones neither reads those rows nor plays them again; it starts a child and waits for a line. Who
gave up asking ends the child, and so does the deadline.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from acd.agent_kpi import Period, Sheet
from acd.codec import decode, encode
from acd.model import AgentId, CallId
from acd.why_words import Line
from api.ports import PastUnreadable, TooLong, TooMuch, Unknown

PROGRAM: Final = (sys.executable, "-m", "hotline.aside_child")
DEADLINE_S: Final = 120.0
ANSWER_BYTES_MOST: Final = 64 * 1024 * 1024


class Aside:
    """Asks children about one database."""

    def __init__(
        self, database_url: str, hotline_of: Callable[[str], str] = str, *, deadline_s: float = DEADLINE_S
    ) -> None:
        """`hotline_of`: the hotline of a number as it was dialled."""
        self._url, self._hotline_of, self._deadline_s = database_url, hotline_of, deadline_s
        self._one_at_a_time = asyncio.Semaphore(1)

    async def why_call(self, call: CallId, *, everything: bool) -> Sequence[Line]:
        """Why a call waited. Unknown, PastUnreadable, TooLong."""
        return _lines(await self._ask("why_call", call=call, everything=everything))

    async def why_agent(self, agent: AgentId, call: CallId | None, *, everything: bool) -> Sequence[Line]:
        """Why an agent got a call. Unknown, PastUnreadable, TooLong."""
        return _lines(await self._ask("why_agent", agent=agent, call=call, everything=everything))

    async def agent_kpis(self, period: Period) -> Sheet:
        """How agents spent their time. PastUnreadable, TooLong, TooMuch."""
        said = await self._ask("agent_kpis", period=encode(period))
        sheet: Sheet = await asyncio.to_thread(decode, Sheet, said)  # 2000 rows take 15 ms
        return sheet.named(self._hotline_of)

    async def _ask(self, what: str, **wish: Any) -> Any:
        said = json.dumps({"ask": what, "database": self._url, **wish}) + "\n"
        try:
            async with asyncio.timeout(self._deadline_s), self._one_at_a_time:
                answer = json.loads(await _child(said.encode()))
        except TimeoutError as error:
            raise TooLong from error
        if "nothing" in answer:
            raise Unknown(wish.get("call") or wish.get("agent"))
        if "too_much" in answer:
            raise TooMuch
        if "unreadable" in answer:
            raise PastUnreadable(answer["unreadable"]["en"], answer["unreadable"]["zh"])
        return answer["answer"]


async def _child(wish: bytes) -> bytes:
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*PROGRAM, stdin=pipe, stdout=pipe, limit=ANSWER_BYTES_MOST)
    try:
        out, _ = await child.communicate(wish)
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await asyncio.shield(child.wait())
    if child.returncode:
        raise RuntimeError(f"a child that looked at the past ended with {child.returncode}")
    return out


def _lines(said: Sequence[Sequence[Any]]) -> list[Line]:
    return [Line(datetime.fromisoformat(at) if at else None, depth, zh, en) for at, depth, zh, en in said]
