"""高危提醒 during a call: hears callers' words as they are decoded, and writes an alert down at once.

`note` subscribes to live decoding (`hotline.live_ears`): it is called in the loop's own thread and never waits; `run`
writes. A talk is looked through once more when its recording is transcribed: a risk that was told by then is not told
again.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from asr.live import LiveWords
from asr.transcript import Speaker
from plumbing.database import will_pass
from plumbing.steady import Clock
from tickets.alerts import raise_alert
from tickets.high_risk import RiskFound, RiskTable, RiskWatch

TRY_AGAIN_S = 0.5
LISTENED_MOST = 2000  # callers at once

log = structlog.get_logger(__name__)


class Alarm:
    """`notice` is called when an alert is on disk: hotline.watchman tells it. A talk keeps its table of risks."""

    def __init__(
        self, database: AsyncEngine, risks: Callable[[], RiskTable], notice: Callable[[], None], now: Clock
    ) -> None:
        self._database, self._risks, self._notice, self._now = database, risks, notice, now
        self._watches: OrderedDict[tuple[str, int], RiskWatch] = OrderedDict()  # by call and attempt, latest last
        self._found: asyncio.Queue[tuple[str, RiskFound]] = asyncio.Queue()

    def note(self, said: LiveWords) -> None:
        """What somebody says now: a partial utterance each time it grows, then the final one."""
        if said.speaker is not Speaker.CALLER:
            return
        leg = (said.call_id, said.attempt)
        watch = self._watches.setdefault(leg, RiskWatch(self._risks()))
        self._watches.move_to_end(leg)
        if len(self._watches) > LISTENED_MOST:
            self._watches.popitem(last=False)
        for found in watch.hear(said.words, final=said.final):
            self._found.put_nowait((said.call_id, found))

    async def run(self) -> None:
        """Until cancelled. While the database is locked or away an alert is kept in mind."""
        while True:
            call, found = await self._found.get()
            while not await self._written(call, found):  # noqa: ASYNC110 (it can only be asked)
                await asyncio.sleep(TRY_AGAIN_S)
            self._notice()

    async def _written(self, call: str, found: RiskFound) -> bool:
        try:
            async with self._database.begin() as connection:
                await raise_alert(connection, call, found, at=self._now())
        except SQLAlchemyError as error:
            if not will_pass(error):
                raise
            log.warning("An alert is not written down yet", call=call, risk=found.risk)
            return False
        return True
