"""Questions about the past, answered beside the controller, each by a child process.

The loop that rings phones neither reads those rows nor plays or reckons them up; it passes on what a child says. There
are two children at most, one for reports and one for "why", so that who asks why a call waits does not stand behind a
month's figures; each answers one question at a time, and few may stand in line. Who gave up asking ends the child, and
so does the deadline.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from acd.agent_kpi import Period
from acd.codec import encode
from acd.kpi import By
from acd.model import AgentId, CallId
from acd.why_words import Line
from api.unanswered import PastAway, PastUnreadable, TooLong, TooMuch, Unknown
from hotline.books import Usage
from hotline.kept_child import Answer, KeptChild

PROGRAM: Final = (sys.executable, "-m", "hotline.aside_child")
DEADLINE_S: Final = 120.0
REFUSED: Final[dict[str, type[Exception]]] = {"too_much": TooMuch, "away": PastAway}


class Aside:
    """Asks children about one database."""

    def __init__(self, database_url: str, usage: Callable[[], Usage], *, deadline_s: float = DEADLINE_S) -> None:
        """`usage`: how the city counts at this moment."""
        self._url, self._usage, self._deadline_s = database_url, usage, deadline_s
        self.reports, self.whys = KeptChild(PROGRAM), KeptChild(PROGRAM)

    async def why_call(self, call: CallId, *, everything: bool) -> Sequence[Line]:
        """Why a call waited. As `api.ports.Hindsight` says."""
        return _lines(await self._ask(self.whys, "why_call", call=call, everything=everything))

    async def why_agent(self, agent: AgentId, call: CallId | None, *, everything: bool) -> Sequence[Line]:
        """Why an agent got a call. As `api.ports.Hindsight` says."""
        return _lines(await self._ask(self.whys, "why_agent", agent=agent, call=call, everything=everything))

    async def ledger(self, since: datetime, until: datetime) -> bytes:
        """What became of the calls of a period. As `api.ports.Hindsight` says."""
        period = {"since": since.isoformat(), "until": until.isoformat()}
        return (await self._ask(self.reports, "ledger", usage=asdict(self._usage()), **period)).body

    async def kpis(self, since: datetime, until: datetime, by: By, every: timedelta | None) -> bytes:
        """The figures of the same calls. As `api.ports.Hindsight` says."""
        period = {"since": since.isoformat(), "until": until.isoformat()}
        every_s = None if every is None else every.total_seconds()
        told = {**period, "by": by, "every_s": every_s, "usage": asdict(self._usage())}
        return (await self._ask(self.reports, "kpis", **told)).body

    async def agent_kpis(self, period: Period) -> bytes:
        """How agents spent their time. As `api.ports.Hindsight` says."""
        told = {"period": encode(period), "usage": asdict(self._usage())}
        return (await self._ask(self.reports, "agent_kpis", **told)).body

    async def _ask(self, child: KeptChild, what: str, **wish: Any) -> Answer:
        line = json.dumps({"ask": what, "database": self._url, **wish}) + "\n"
        try:
            async with asyncio.timeout(self._deadline_s):
                answer = await child.ask(line.encode())
        except TimeoutError as error:
            raise TooLong from error
        refused = answer.said.get("refused")
        if refused is None:
            return answer
        if refused == "nothing":
            raise Unknown(wish.get("call") or wish.get("agent"))
        if refused == "unreadable":
            raise PastUnreadable(answer.said["en"], answer.said["zh"])
        raise REFUSED[refused]

    async def close(self) -> None:
        """End the children."""
        await self.reports.close()
        await self.whys.close()


@asynccontextmanager
async def aside(
    database_url: str, usage: Callable[[], Usage], *, deadline_s: float = DEADLINE_S
) -> AsyncIterator[Aside]:
    """Somebody to ask, while the context lasts."""
    asks = Aside(database_url, usage, deadline_s=deadline_s)
    try:
        yield asks
    finally:
        await asks.close()


def _lines(answer: Answer) -> list[Line]:
    said = json.loads(answer.body)
    return [Line(datetime.fromisoformat(at) if at else None, depth, zh, en) for at, depth, zh, en in said]
