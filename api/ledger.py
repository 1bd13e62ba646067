"""来电结账: every call offered in a period and what became of it, by hotline; do the sums reconcile?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Self

from pydantic import AwareDatetime, model_validator
from pydantic_core import PydanticCustomError

from acd.ledger import Balance, Ledger
from acd.model import CallId
from acd.outcome import Outcome
from api.asked import Answer, Asked, Wish
from api.unanswered import PeriodTooLong

USUAL_PERIOD: Final = timedelta(days=1)
LONGEST_PERIOD: Final = timedelta(days=31)
NAMED_MOST: Final = 1000  # calls named one by one in an answer


class PeriodWanted(Wish):
    """Calls that came from `since` (a day before) up to before `until` (now), both with their time zone."""

    usual: ClassVar[timedelta] = USUAL_PERIOD

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _is_a_period(self) -> Self:
        if self.since and self.until and self.since >= self.until:
            raise PydanticCustomError("not_a_period", "a period has its beginning before its end", {"zh": "时段不对"})
        return self

    def period(self, now: datetime) -> tuple[datetime, datetime]:
        """Its beginning and end. PeriodTooLong."""
        until = self.until or now
        since = self.since or until - self.usual
        if until - since > LONGEST_PERIOD:
            raise PeriodTooLong
        return since, until


class BalanceSeen(Answer):
    """One hotline's sums, or all of them. `hotline` "": calls whose arrival was missed."""

    hotline: str
    offered: int
    in_progress: int
    outcomes: dict[Outcome, int]
    reconciles: bool


class LedgerSeen(Answer):
    """`reconciles`: every sum adds up and no call has two outcomes. Calls are named, 1000 of a kind at most.

    `unheard`: those of `in_progress` of which nothing was heard since facts were missing; they may be over.
    """

    since: datetime
    until: datetime
    hotlines: tuple[BalanceSeen, ...]
    total: BalanceSeen
    reconciles: bool
    in_progress: tuple[CallId, ...]
    unheard: tuple[CallId, ...]
    disputed: tuple[CallId, ...]


async def balance(asked: Asked[PeriodWanted]) -> bytes:
    """Have it reckoned up from the journal what became of every call."""
    since, until = asked.wish.period(asked.now)
    return await asked.services.hindsight.ledger(since, until)


def ledger_seen(ledger: Ledger, since: datetime, until: datetime) -> LedgerSeen:
    """A ledger as clients know it."""
    hotlines = tuple(map(_seen, ledger.balances()))
    total = _seen(_total(ledger.balances()))
    return LedgerSeen(
        since=since,
        until=until,
        hotlines=hotlines,
        total=total,
        reconciles=all(line.reconciles for line in (*hotlines, total)) and not ledger.disputed,
        in_progress=ledger.open[:NAMED_MOST],
        unheard=ledger.unheard[:NAMED_MOST],
        disputed=ledger.disputed[:NAMED_MOST],
    )


def _seen(balance: Balance) -> BalanceSeen:
    return BalanceSeen(
        hotline=balance.hotline,
        offered=balance.offered,
        in_progress=balance.in_progress,
        outcomes=dict(balance.outcomes),
        reconciles=balance.reconciles,
    )


def _total(balances: Sequence[Balance]) -> Balance:
    return Balance(
        hotline="",
        offered=sum(balance.offered for balance in balances),
        in_progress=sum(balance.in_progress for balance in balances),
        outcomes={outcome: sum(balance.outcomes[outcome] for balance in balances) for outcome in Outcome},
    )
