"""账目: the ledger and the figures of a period, reckoned up anew from the journal whenever somebody asks.

Read by whoever looks at the past, in a process of their own (hotline.aside_child); never in the loop that rings phones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypedDict

from acd.journal import Journal
from acd.kpi import By, Kpis
from acd.ledger import DECIDING, LATE, LONGEST_CALL, Ledger
from city.city import City
from city.numbers import digits_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How a city counts: which hotline a number means, and what a short abandon is."""

    numbers: Mapping[str, str]  # digits as dialled -> the hotline's number
    default: str  # the hotline of all other numbers
    short_s: float
    owners: Mapping[str, str] = field(default_factory=dict)  # the hotline's number -> its authority
    merges: Mapping[str, str] = field(default_factory=dict)  # the hotline's number -> how it was merged

    def hotline_of(self, dialled: str) -> str:
        """The hotline of a number as it was dialled."""
        return self.numbers.get(digits_of(dialled), self.default)

    def named(self, by: By) -> Callable[[str], str]:
        """By what name the calls to a number are told apart."""
        names = {By.OWNER: self.owners, By.MERGE: self.merges}.get(by)
        return self.hotline_of if names is None else lambda dialled: names.get(self.hotline_of(dialled), "")


def usage_of(city: City) -> Usage:
    """As the city is now."""
    return Usage(
        numbers=dict(city.numbers),
        default=city.about.default_hotline,
        short_s=float(city.about.short_abandon_s),
        owners={line.number: line.owner for line in city.hotlines.values() if line.owner},
        merges={line.number: line.merge.value for line in city.hotlines.values()},
    )


async def ledger(journal: Journal, usage: Usage, since: datetime, until: datetime) -> Ledger:
    """The calls that came in this period, up to the last fact on disk."""
    fold = Ledger(**_counted(usage), since=since, until=until)
    await _tell(fold, journal, since, until)
    return fold


async def kpis(journal: Journal, usage: Usage, since: datetime, until: datetime, by: By = By.HOTLINE) -> Kpis:
    """The figures of the same calls, to be told apart so."""
    fold = Kpis(hotline_of=usage.named(by), short=timedelta(seconds=usage.short_s), since=since, until=until)
    await _tell(fold, journal, since, until)
    return fold


class _Counted(TypedDict):
    hotline_of: Callable[[str], str]
    short: timedelta


def _counted(usage: Usage) -> _Counted:
    return {"hotline_of": usage.hotline_of, "short": timedelta(seconds=usage.short_s)}


async def _tell(fold: Ledger | Kpis, journal: Journal, since: datetime, until: datetime) -> None:
    """All facts while calls of the period may go on; of later ones those that may still decide one of them."""
    over = until + LONGEST_CALL
    async for fact in journal.events_of(DECIDING, since=since - LONGEST_CALL, until=over):
        fold.note(fact)
    async for fact in journal.events_of(LATE, since=over):
        call = getattr(fact, "call", None)
        if call is None or fold.knows(call):
            fold.note(fact)
