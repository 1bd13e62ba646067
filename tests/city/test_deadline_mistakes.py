"""A mistake in what a city says of deadlines, urgency and risk is reported with its file, its line and its rule."""

from __future__ import annotations

import pytest

from tests.city.scene import Copy, Slip

SLIPS = [
    Slip("no_such_day", "calendar/2026.toml", "first = 2026-02-15", "first = 2026-02-30"),
    Slip("no_such_day", "calendar/2026.toml", "first = 2026-02-15", 'first = "2026-02-30"'),
    Slip("no_such_day", "deadlines.toml", "last = 2026-03-31", 'last = "2026-03-32"'),
    Slip("wrong_type", "calendar/2026.toml", "year = 2026", 'year = "2026"'),
    Slip("out_of_range", "deadlines.toml", "days = 5", "days = 0"),
    Slip("wrong_format", "deadlines.toml", 'closes = "17:30"', 'closes = "25:30"'),
    Slip("not_allowed", "deadlines.toml", 'kinds = ["咨询"]', 'kinds = ["闲聊"]'),
    Slip("unknown_key", "urgency.toml", 'zh = "人身安全"', 'zh = "人身安全"\nday = 1', below=1),
    Slip("wrong_format", "urgency.toml", '"拖欠…工资"', '"拖欠…"'),
    Slip("out_of_range", "high_risk.toml", '"坍塌", ', '"坍", '),
    Slip("year_of_another_file", "calendar/2026.toml", "year = 2026", "year = 2027"),
    Slip("ends_before_it_begins", "calendar/2026.toml", "last = 2026-02-23", "last = 2026-02-13"),
    Slip("day_of_another_year", "calendar/2026.toml", "first = 2026-01-01", "first = 2025-11-30"),
    Slip("day_of_another_year", "calendar/2026.toml", "[2026-01-04]", "[2027-01-03]"),
    Slip("holidays_overlap", "calendar/2026.toml", "last = 2026-04-06", "last = 2026-05-01", below=5),
    Slip("not_a_day_to_make_up", "calendar/2026.toml", "[2026-01-04]", "[2026-01-05]"),
    Slip("not_a_day_to_make_up", "calendar/2026.toml", "[2026-01-04]", "[2026-01-03]"),
    Slip("not_a_day_to_make_up", "calendar/2026.toml", "[2026-02-14, 2026-02-28]", "[2026-02-14, 2026-02-14]"),
    Slip("no_usual_rule", "deadlines.toml", "days = 5\n", 'days = 5\nkinds = ["求助"]\n', below=-4),
    Slip("duplicate_rule", "deadlines.toml", 'name = "health"', 'name = "usual"'),
    Slip("ends_before_it_begins", "deadlines.toml", "last = 2026-03-31", "last = 2026-01-19"),
    Slip("ends_before_it_begins", "deadlines.toml", 'closes = "17:30"', 'closes = "08:30"'),
    Slip("unknown_hotline", "deadlines.toml", 'categories = ["卫生健康"]', 'hotlines = ["12321"]'),
    Slip("escalates_backwards", "deadlines.toml", "percent = 80", "percent = 40"),
    Slip("duplicate_urgency", "urgency.toml", 'zh = "食品药品安全"', 'zh = "人身安全"'),
    Slip("slower_than_rule", "flows/water-cut.toml", "deadline_days = 1", "deadline_days = 4"),
    Slip("slower_than_rule", "flows/noise.toml", "deadline_days = 3", "deadline_days = 6"),
    Slip("unknown_urgency", "flows/water-cut.toml", 'urgency = "民生急修"', 'urgency = "民生"'),
    Slip("unknown_category", "deadlines.toml", '["卫生健康"]', '["卫生"]'),
    Slip("duplicate_risk", "high_risk.toml", 'name = "gas"', 'name = "self-harm"'),
]  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.rule}-{slip.file}")
def test_a_mistake_is_found_where_it_was_made(copy: Copy, slip: Slip) -> None:
    """One slip of the pen: one mistake, in that file, on that line, by that rule."""
    line = copy.replace(slip.file, slip.old, slip.new)

    assert copy.only_mistake() == (slip.file, line + slip.below, slip.rule)
