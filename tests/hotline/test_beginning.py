"""A controller comes up although somebody is editing a quick flow; for any other mistake it does not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from hotline.beginning import read_city, take_up_rules
from hotline.doors import CannotStart
from tests.city.conftest import copy
from tests.city.scene import Copy

__all__ = ["copy"]


def now() -> datetime:
    """Some time."""
    return datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


async def test_a_spoilt_flow_does_not_keep_calls_from_being_taken(database: AsyncEngine, copy: Copy) -> None:
    """Hotlines and queues are as ever, and cases are taken by the last good rules."""
    good = await take_up_rules(database, copy.folder, now)
    copy.replace("flows/noise.toml", "deadline_days = 3", "deadline_days = ")

    city, rulebook = read_city(copy.folder), await take_up_rules(database, copy.folder, now)

    assert ("12345" in city.hotlines, dict(city.flows)) == (True, {})
    assert rulebook.now().written == good.now().written
    assert rulebook.refusal is not None


async def test_without_any_good_rules_it_says_what_is_wrong(database: AsyncEngine, copy: Copy) -> None:
    """On the very first start, by file and line."""
    line = copy.replace("flows/noise.toml", "deadline_days = 3", "deadline_days = 0")
    with pytest.raises(CannotStart, match=rf"flows/noise\.toml:{line}:"):
        await take_up_rules(database, copy.folder, now)


def test_a_spoilt_queue_is_refused_together_with_a_spoilt_flow(copy: Copy) -> None:
    """All mistakes at once."""
    copy.replace("flows/noise.toml", "deadline_days = 3", "deadline_days = 0")
    copy.replace("queues.toml", "ring_time_s = 20", "ring_time_s = 2")
    with pytest.raises(CannotStart, match=r"(?s)flows/noise\.toml.*queues\.toml"):
        read_city(copy.folder)
