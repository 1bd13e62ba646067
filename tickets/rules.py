"""办件规则, ready to be used: what a city's files say of how cases are taken, as tables that can be looked up. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from city.calendar import calendar_of
from city.case_rules import CaseRules
from city.files import Files
from city.load import city_of
from city.mistakes import CityInvalid, Mistake
from tickets.deadlines import Counting, policy_of
from tickets.flows import FlowBook
from tickets.high_risk import RiskTable
from tickets.urgency import UrgencyTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Never change; others replace them whole."""

    written: CaseRules
    book: FlowBook
    urgency: UrgencyTable
    risks: RiskTable
    counting: Counting


def rules_of(written: CaseRules) -> Rules:
    """Ready, from what is written."""
    return Rules(
        written=written,
        book=FlowBook(written.categories, written.flows),
        urgency=UrgencyTable(written.urgency.classes),
        risks=RiskTable(written.high_risk.risks),
        counting=Counting(policy_of(written.deadlines, written.urgency), calendar_of(written.years)),
    )


NO_RULES = rules_of(CaseRules())
"""Of a city without categories and flows, where everything may take five days."""


def checked_rules(files: Files) -> tuple[CaseRules, Rules]:
    """As written, and ready. CityInvalid: the files have mistakes, or an example does not begin its own flow."""
    written = city_of(files).case_rules
    rules = rules_of(written)
    mistakes = tuple(_misunderstood(files, rules.book))
    if mistakes:
        raise CityInvalid(mistakes)
    return written, rules


def _misunderstood(files: Files, book: FlowBook) -> Iterator[Mistake]:
    """例句就是测试: each where it is written."""
    for name, number, instead in book.misunderstood():
        zh = f"例句进入了流程“{instead}”" if instead else "例句不进入任何流程"
        message = f"the example begins flow {instead!r}" if instead else "the example begins no flow"
        yield files.flows[name].mistake(("examples", number), "example_misunderstood", zh, message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What differs between two versions: names of flows, and which other files."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    files: tuple[str, ...]


def changes_between(old: CaseRules, new: CaseRules) -> Changes:
    """From the old to the new."""
    both = old.flows.keys() & new.flows.keys()
    return Changes(
        added=_sorted(new.flows.keys() - old.flows.keys()),
        changed=_sorted(name for name in both if old.flows[name] != new.flows[name]),
        removed=_sorted(old.flows.keys() - new.flows.keys()),
        files=tuple(
            file
            for file, is_same in (
                ("categories.toml", old.categories == new.categories),
                ("urgency.toml", old.urgency == new.urgency),
                ("high_risk.toml", old.high_risk == new.high_risk),
                ("deadlines.toml", old.deadlines == new.deadlines),
                ("calendar/", old.years == new.years),
            )
            if not is_same
        ),
    )


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))


def shared_triggers(book: FlowBook) -> dict[str, tuple[str, ...]]:
    """同一触发词: the triggers of several flows, which their categories alone tell apart; and whose they are."""
    owners: dict[str, list[str]] = {}
    for name, flow in sorted(book.flows.items()):
        for trigger in dict.fromkeys(flow.triggers):
            owners.setdefault(trigger, []).append(name)
    return {trigger: tuple(names) for trigger, names in owners.items() if len(names) > 1}
