"""Questions about the past, answered beside the controller, each by a child process.

The loop that rings phones neither reads those rows nor plays or reckons them up; it passes on what a child says. There
are three children at most: one for reports, one for runs of the past under other conditions, and one for what is quick,
so that who asks why a call waits does not stand behind a month's figures. Each answers one question at a time, and few
may stand in line. Who gave up asking ends the child, and so does the deadline.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from acd.agent_kpi import Period
from acd.codec import encode
from acd.kpi import By
from acd.model import AgentId, CallId
from acd.why_words import Line
from api.unanswered import PastAway, PastUnreadable, TooLong, TooMuch, Unknown, WishRefused
from hotline.books import Usage
from hotline.kept_child import Answer, KeptChild

PROGRAM: Final = (sys.executable, "-m", "hotline.aside_child")
RERUNS: Final = (sys.executable, "-m", "hotline.rerun_child")
RERUNS_WAIT_MOST: Final = 2
DEADLINE_S: Final = 120.0
REFUSED: Final[dict[str, type[Exception]]] = {"too_much": TooMuch, "away": PastAway}


class Aside:
    """Asks children about one database."""

    def __init__(
        self, database_url: str, usage: Callable[[], Usage], city: Callable[[], Path], *, deadline_s: float = DEADLINE_S
    ) -> None:
        """`usage`: how the city counts at this moment. `city`: the folder of the version in force."""
        self._url, self._usage, self._city, self._deadline_s = database_url, usage, city, deadline_s
        self.reports, self.quick = KeptChild(PROGRAM), KeptChild(PROGRAM)
        self.reruns = KeptChild(RERUNS, line_most=RERUNS_WAIT_MOST)

    async def why_call(self, call: CallId, *, everything: bool) -> Sequence[Line]:
        """Why a call waited. As `api.hindsight.Hindsight` says."""
        return _lines(await self._ask(self.quick, "why_call", call=call, everything=everything))

    async def why_agent(self, agent: AgentId, call: CallId | None, *, everything: bool) -> Sequence[Line]:
        """Why an agent got a call. As `api.hindsight.Hindsight` says."""
        return _lines(await self._ask(self.quick, "why_agent", agent=agent, call=call, everything=everything))

    async def ledger(self, since: datetime, until: datetime) -> bytes:
        """What became of the calls of a period. As `api.hindsight.Hindsight` says."""
        period = {"since": since.isoformat(), "until": until.isoformat()}
        return (await self._ask(self.reports, "ledger", usage=asdict(self._usage()), **period)).body

    async def kpis(self, since: datetime, until: datetime, by: By, every: timedelta | None) -> bytes:
        """The figures of the same calls. As `api.hindsight.Hindsight` says."""
        period = {"since": since.isoformat(), "until": until.isoformat()}
        every_s = None if every is None else every.total_seconds()
        told = {**period, "by": by, "every_s": every_s, "usage": asdict(self._usage())}
        return (await self._ask(self.reports, "kpis", **told)).body

    async def agent_kpis(self, period: Period) -> bytes:
        """How agents spent their time. As `api.hindsight.Hindsight` says."""
        told = {"period": encode(period), "usage": asdict(self._usage())}
        return (await self._ask(self.reports, "agent_kpis", **told)).body

    async def staffing(self, traffic: Mapping[str, float]) -> bytes:
        """How many agents so many calls need. As `api.hindsight.Hindsight` says."""
        return (await self._ask(self.quick, "staffing", traffic=traffic)).body

    async def drill(self, since: datetime, until: datetime, *, times: float, draws: int) -> bytes:
        """A period under so many times its traffic. As `api.hindsight.Hindsight` says."""
        return (await self._rerun("drill", since, until, times=times, draws=draws)).body

    async def what_if(
        self, since: datetime, until: datetime, change: Mapping[str, Any], *, draws: int, every: timedelta
    ) -> bytes:
        """A period again under a change. As `api.hindsight.Hindsight` says."""
        wish = {"change": change, "draws": draws, "every_s": every.total_seconds()}
        return (await self._rerun("what_if", since, until, **wish)).body

    async def dry_run(self, old: Path, new: Path, since: datetime, until: datetime) -> bytes:
        """Calls of a period by another version of the city. As `api.hindsight.Hindsight` says."""
        told = {"since": since.isoformat(), "until": until.isoformat(), "old": str(old), "new": str(new)}
        return (await self._ask(self.reruns, "dry_run", **told)).body

    async def _rerun(self, what: str, since: datetime, until: datetime, **wish: Any) -> Answer:
        city = str(await asyncio.to_thread(self._city))
        told = {"since": since.isoformat(), "until": until.isoformat(), "city": city}
        return await self._ask(self.reruns, what, **told, **wish)

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
        if refused == "wish":
            raise WishRefused(answer.said["rule"], answer.said["en"], answer.said["zh"])
        if refused == "unreadable":
            raise PastUnreadable(answer.said["en"], answer.said["zh"])
        raise REFUSED[refused]

    async def close(self) -> None:
        """End the children."""
        await self.reports.close()
        await self.quick.close()
        await self.reruns.close()


@asynccontextmanager
async def aside(
    database_url: str, usage: Callable[[], Usage], city: Callable[[], Path], *, deadline_s: float = DEADLINE_S
) -> AsyncIterator[Aside]:
    """Somebody to ask, while the context lasts."""
    asks = Aside(database_url, usage, city, deadline_s=deadline_s)
    try:
        yield asks
    finally:
        await asks.close()


def _lines(answer: Answer) -> list[Line]:
    said = json.loads(answer.body)
    return [Line(datetime.fromisoformat(at) if at else None, depth, zh, en) for at, depth, zh, en in said]
