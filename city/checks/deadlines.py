"""Deadlines can be counted: the calendar's days are days of its year, periods go forward, one rule always holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from city.calendar import SATURDAY, CalendarFile, days_of
from city.categories import by_name, lineage
from city.checks.twins import twins
from city.deadlines import DeadlineRule, DeadlinesFile, EscalationStep
from city.files import Files, Mention, categories, flows, hotlines, years
from city.mistakes import Mistake
from city.positions import KeyPath
from city.source import Source
from city.urgency import Risk, UrgentClass

DECEMBER = 12


def years_are_called_as_they_are(files: Files) -> Iterator[Mistake]:
    """calendar/2026.toml holds the year 2026."""
    for name, source, year in years(files):
        if name != str(year.year):
            zh, message = f"文件名是 {name},年份却是 {year.year}", f"the file is called {name}, its year is {year.year}"
            yield source.mistake(("year",), "year_of_another_file", zh, message)


def _rightly_called(files: Files) -> Iterator[tuple[Source, CalendarFile]]:
    return ((source, year) for name, source, year in years(files) if name == str(year.year))


def holidays_lie_in_their_year(files: Files) -> Iterator[Mistake]:
    """They go forward, overlap with none, and lie in their year, or (New Year) in the December before."""
    for source, year in _rightly_called(files):
        taken: set[date] = set()
        for place, holiday in enumerate(year.holidays):
            path: KeyPath = ("holidays", place)
            days = days_of(holiday)
            if not days:
                zh, message = "放假的最后一天早于第一天", "the last day comes before the first"
                yield source.mistake((*path, "last"), "ends_before_it_begins", zh, message)
            elif not all(_may_be_of(day, year) for day in days):
                yield source.mistake((*path, "first"), "day_of_another_year", *_ANOTHER_YEAR)
            elif taken.intersection(days):
                zh, message = "与另一节假日重叠", "overlaps with another holiday"
                yield source.mistake((*path, "first"), "holidays_overlap", zh, message)
            taken.update(days)


_ANOTHER_YEAR = ("不是这一年的日子", "this is no day of this year")


def _may_be_of(day: date, year: CalendarFile) -> bool:
    return day.year == year.year or (day.year == year.year - 1 and day.month == DECEMBER)


def days_are_made_up_at_weekends(files: Files) -> Iterator[Mistake]:
    """调休: a day that is worked instead is a Saturday or Sunday of this year, no holiday, and named once."""
    for source, year in _rightly_called(files):
        off = {day for holiday in year.holidays for day in days_of(holiday)}
        taken: set[date] = set()
        for place, holiday in enumerate(year.holidays):
            for at, day in enumerate(holiday.made_up_on):
                path: KeyPath = ("holidays", place, "made_up_on", at)
                if not _may_be_of(day, year):
                    yield source.mistake(path, "day_of_another_year", *_ANOTHER_YEAR)
                elif day.weekday() < SATURDAY or day in off or day in taken:
                    zh, message = "调休上班的须是不放假的周末,且只列一次", "must be a weekend day off, and named once"
                    yield source.mistake(path, "not_a_day_to_make_up", zh, message)
                taken.add(day)


def offices_open_before_they_close(files: Files) -> Iterator[Mistake]:
    """There is time to work in."""
    found = files.deadlines.whole(DeadlinesFile)
    if found is not None and found.hours[0] >= found.hours[1]:
        zh, message = "下班须晚于上班", "offices close after they open"
        yield files.deadlines.mistake(("closes",), "ends_before_it_begins", zh, message)


def one_rule_always_holds(files: Files) -> Iterator[Mistake]:
    """So that every ticket has a deadline."""
    found = files.deadlines.whole(DeadlinesFile)
    if found is not None and not any(rule.holds_always for rule in found.rules):
        zh, message = "须有一条无条件的规则", "one rule must hold without a condition"
        yield files.deadlines.mistake(("rules",), "no_usual_rule", zh, message)


def _rules(files: Files) -> Iterator[tuple[KeyPath, DeadlineRule]]:
    return files.deadlines.entries("rules", DeadlineRule)


def rules_have_one_name_each(files: Files) -> Iterator[Mistake]:
    """A ticket stores the name of its rule."""
    return twins((Mention(files.deadlines, (*path, "name"), rule.name) for path, rule in _rules(files)), "rule", "规则")


def periods_go_forward(files: Files) -> Iterator[Mistake]:
    """A rule's last day does not come before its first."""
    for path, rule in _rules(files):
        if rule.first and rule.last and rule.last < rule.first:
            zh, message = "最后一天早于第一天", "the last day comes before the first"
            yield files.deadlines.mistake((*path, "last"), "ends_before_it_begins", zh, message)


def rules_name_known_hotlines(files: Files) -> Iterator[Mistake]:
    """A rule for a hotline that does not exist would never hold."""
    known = {hotline.number for _, hotline in hotlines(files)}
    for path, rule in _rules(files):
        for place, number in enumerate(rule.hotlines):
            if number not in known:
                zh, message = f"没有热线“{number}”", f"there is no hotline {number!r}"
                yield files.deadlines.mistake((*path, "hotlines", place), "unknown_hotline", zh, message)


def rules_name_known_categories(files: Files) -> Iterator[Mistake]:
    """A rule for a category that does not exist would never hold."""
    known = files.categories.names("categories", "name")
    for path, rule in _rules(files) if files.categories.readable else ():
        for place, name in enumerate(rule.categories):
            if name not in known:
                zh, message = f"没有分类“{name}”", f"there is no category {name!r}"
                yield files.deadlines.mistake((*path, "categories", place), "unknown_category", zh, message)


def flows_name_known_urgencies(files: Files) -> Iterator[Mistake]:
    """A flow's urgency class is one of urgency.toml."""
    known = files.urgency.names("classes", "zh")
    for _, source, flow in flows(files) if files.urgency.readable else ():
        if flow.urgency is not None and flow.urgency not in known:
            zh, message = f"没有紧急类别“{flow.urgency}”", f"there is no urgent class {flow.urgency!r}"
            yield source.mistake(("urgency",), "unknown_urgency", zh, message)


def flows_are_no_slower_than_rules(files: Files) -> Iterator[Mistake]:
    """The earliest deadline counts: a flow's own never would, where a rule for its category is shorter at any time."""
    tree = by_name(category for _, category in categories(files))
    rules = [rule for _, rule in files.deadlines.entries("rules", DeadlineRule) if _depends_on_the_category_alone(rule)]
    for _, source, flow in flows(files):
        branch = lineage(flow.category, tree)
        days = min(
            (rule.days for rule in rules if not rule.categories or set(branch) & set(rule.categories)), default=0
        )
        if 0 < days < flow.deadline_days:
            zh = f"时限规则为 {days} 个工作日,此期限永不生效"
            message = f"a rule says {days} working days: these would never count"
            yield source.mistake(("deadline_days",), "slower_than_rule", zh, message)


def _depends_on_the_category_alone(rule: DeadlineRule) -> bool:
    return not (rule.kinds or rule.hotlines or rule.first or rule.last)


def escalations_go_forward(files: Files) -> Iterator[Mistake]:
    """Each step comes after the one before."""
    before = 0
    for path, step in files.deadlines.entries("escalations", EscalationStep):
        if step.percent <= before:
            zh, message = "催办须逐级推后", "each step comes later than the one before"
            yield files.deadlines.mistake((*path, "percent"), "escalates_backwards", zh, message)
        before = step.percent


def urgent_classes_have_one_name_each(files: Files) -> Iterator[Mistake]:
    """A ticket stores the name of its class."""
    found = files.urgency.entries("classes", UrgentClass)
    return twins((Mention(files.urgency, (*path, "zh"), each.zh) for path, each in found), "urgency", "紧急类别")


def risks_have_one_name_each(files: Files) -> Iterator[Mistake]:
    """An alert stores the name of its risk."""
    found = files.high_risk.entries("risks", Risk)
    return twins((Mention(files.high_risk, (*path, "name"), each.name) for path, each in found), "risk", "高危话语")
