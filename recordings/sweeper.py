"""The sweeper: compares table, archive and spool at the start, every few hours and when asked; it counts, and tells."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from plumbing.rounds import go_round
from recordings import ledger
from recordings.archive import Archive
from recordings.intake import SET_ASIDE
from recordings.reconcile import Differences, FollowUp, first_day, reconcile
from recordings.recording import RecordingId, RecordingState, made_at

STUCK_AFTER = timedelta(hours=1)

log = structlog.get_logger("recordings.sweeper")


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """One sweep: what differed, and what does not move on in the spool."""

    differences: Differences
    stuck: tuple[RecordingId, ...] = ()  # 入库未完: begun long ago, still not taken in
    set_aside: int = 0  # 搁置: files in the spool that would have overwritten others

    @property
    def troubles(self) -> int:
        """How much a person must look at."""
        return self.differences.troubles + len(self.stuck) + self.set_aside


class Sweeper:
    """One spool, one archive, one database. `run()` until cancelled; `sweep()` for one look."""

    def __init__(
        self,
        spool: Path,
        archive: Archive,
        engine: AsyncEngine,
        follow_up: FollowUp,
        *,
        announce: Callable[[], None] = lambda: None,  # recordings were adopted or found again
        every_s: float = 6 * 3600.0,
        again_s: float = 60.0,  # after a failure
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._spool, self._archive, self._engine, self._follow_up = spool, archive, engine, follow_up
        self._announce, self._every_s, self._again_s, self._clock = announce, every_s, again_s, clock
        self._alone = asyncio.Lock()
        self.last: Swept | None = None
        self.repairs = 0
        """Since the start."""

    async def run(self) -> None:
        """Sweep at the start and every `every_s`."""

        def tell(kind: str) -> None:
            log.warning("Recordings not swept this time", error=kind)

        await go_round(self.sweep, tell, every_s=self._every_s, again_s=self._again_s)

    async def sweep(self, *, everything: bool = False) -> Swept:
        """Look at the last days, or at all there is. OSError, SQLAlchemyError."""
        async with self._alone:
            now = self._clock()
            since = await first_day(self._engine, self._archive, now) if everything else None
            found = await reconcile(self._engine, self._archive, self._follow_up, now, since=since)
            async with self._engine.connect() as connection:
                arriving = await ledger.in_state(connection, RecordingState.ARRIVING)
            stuck = tuple(row.id for row in arriving if made_at(row.id) < now - STUCK_AFTER)
            self.last = Swept(
                differences=found, stuck=stuck, set_aside=await asyncio.to_thread(_files_in, self._spool / SET_ASIDE)
            )
            self.repairs += found.repairs
        if found.adopted or found.found_again:
            self._announce()
        return self.last


def _files_in(folder: Path) -> int:
    return sum(1 for _ in folder.iterdir()) if folder.is_dir() else 0
