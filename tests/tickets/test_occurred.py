"""When it happened: an instant, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.local_time import CITY_TIME
from tests.tickets.talks import FACTS, KNOWS, heard_as, talk
from tickets.draft import draft
from tickets.learned import SIGNS, Learned
from tickets.learned_file import Lessons
from tickets.occurred import occurred_in

CALL = datetime(2026, 11, 26, 10, 0, tzinfo=CITY_TIME)  # a Thursday


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ("昨天晚上八点停水了", "2026-11-25 20:00"),
        ("昨天晚上8点半停水了", "2026-11-25 20:30"),
        ("昨晚九点一刻", "2026-11-25 21:15"),
        ("今天早上六点就开始施工", "2026-11-26 06:00"),
        ("前天下午三点二十分", "2026-11-24 15:20"),
        ("大前天中午十二点", "2026-11-23 12:00"),
        ("昨天凌晨两点", "2026-11-25 02:00"),
        ("十一月二十号上午十点", "2026-11-20 10:00"),
        ("12月31日下午5点", "2025-12-31 17:00"),
        ("上周三下午四点", "2026-11-18 16:00"),
        ("昨天大概晚上十点", "2026-11-25 22:00"),
        ("星期二上午十点一刻", "2026-11-24 10:15"),
        ("周五下午四点", "2026-11-20 16:00"),
        ("每周五下午四点", None),
        ("二十三号晚上七点", "2026-11-23 19:00"),
        ("三十号晚上七点", "2026-10-30 19:00"),
        ("住二十三号楼晚上七点", None),
        ("昨天早上六点一下子停了", "2026-11-25 06:00"),
        ("昨天二十点", "2026-11-25 20:00"),
        ("昨天晚上20:15", "2026-11-25 20:15"),
        ("昨天晚上八点停水 对就是昨天晚上八点", "2026-11-25 20:00"),
        ("昨天八点", None),  # of which half of the day?
        ("昨天晚上", None),
        ("昨天晚上十二点", None),  # yesterday's beginning or its end
        ("昨天下午九点", None),
        ("每天晚上八点", None),
        ("明天上午九点可以预约吗", None),
        ("今天下午三点", None),  # not yet
        ("昨天下午三点打过电话", None),
        ("昨天下午三点你们答复说在查", None),
        ("师傅约的昨天下午三点", None),
        ("早上七点前晚上九点后遛狗", None),
        ("以前晚上八点就关灯", None),
        ("昨天下午三点之前就没有了", None),
        ("昨天下午四点三十三路没停", "2026-11-25 16:00"),
        ("昨天晚上八点 不对今天早上六点", None),
        ("昨天晚上八点二十吨渣土倒在门口", "2026-11-25 20:00"),
        ("昨天晚上八点二十分钟后又停了", "2026-11-25 20:00"),
        ("昨天晚上八点二十停的", "2026-11-25 20:20"),
        ("住在朝阳西路二十三号晚上六点", None),  # a house, or a day
        ("我昨天下午三点找过你们同事", None),
        ("你们短信说的昨天下午三点恢复", None),
        ("通知是昨天上午九点停水", None),
        ("上次是昨天上午九点", None),
        ("昨天晚上八点的船票退不了", None),
        ("昨天晚上八点我给你们打电话", None),
        ("二月三十号上午九点", None),
        ("昨天上午二十点", None),
        ("晚上八点", None),
        ("昨天下午三点修好的", None),  # not when it began
        ("本来昨天下午三点来修", None),
        ("一直等到昨天下午三点", None),
        ("让我昨天下午三点去拿", None),
        ("我挂了昨天下午三点的号", None),
        ("昨天下午三点你们说马上来", None),
        ("昨天下午三点师傅没来", None),
        ("昨天下午三点到期的", None),
        ("昨天晚上八点还有水", None),
        ("昨天晚上八点还好好的", None),
        ("我昨天晚上八点才知道", None),
        ("昨天下午三点师傅来换过表", None),
        ("昨天下午三点申请的", None),
        ("昨天上午九点到十一点停水", None),
        ("昨天上午九点到现在没有水", "2026-11-25 09:00"),
        ("昨天上午九点的公交车撞坏了护栏", "2026-11-25 09:00"),
        ("昨天下午三点扳停水了", None),  # of a half or a quarter that was misheard
        ("昨天下午三点彝刻停水了", None),
        ("打前天晚上十点", None),
        ("贰十三号晚上七点", None),
        ("就是二十三号晚上七点", "2026-11-23 19:00"),
    ],
)
def test_time_is_an_instant_before_the_call_or_empty(said: str, when: str | None) -> None:
    """By the city's clock; what may be two things is none."""
    found = occurred_in(heard_as(said), CALL)

    assert (found.at.isoformat(sep=" ", timespec="minutes")[:16] if found else None) == when


def test_today_is_the_citys() -> None:
    """At 17:00 UTC it is tomorrow in China."""
    found = occurred_in(heard_as("昨天晚上八点"), datetime.fromisoformat("2026-11-25T17:00:00+00:00"))

    assert found is not None
    assert found.at.day == 25


@pytest.mark.parametrize(
    ("likely", "sure", "when"), [("咨询", 0.4, None), ("求助", 0.4, "2026-11-25 20:00"), ("求助", -0.4, None)]
)
def test_what_is_likely_a_question_has_no_time_though_its_kind_stays_empty(
    likely: str, sure: float, when: str | None
) -> None:
    """Nor what may as well be one: a wrong time is worse than none."""
    weights = np.array([[5, 0]] if likely == "咨询" else [[0, 5]], dtype=np.float32)
    none, one = np.zeros(len(SIGNS) + 1, dtype=np.float32), np.ones(1, dtype=np.float32)
    learned = Learned(("咨询", "求助"), {"停水": 0}, one, weights, none[:2], none, none[:2] + sure, 1.0)
    knows = replace(KNOWS, lessons=Lessons(learned))

    found = draft(replace(FACTS, answered_at=CALL), talk("昨天 晚上 八 点 小区 停水 到 现在"), knows)

    assert found.kind.value is None
    assert (found.occurred.value or "")[:16] == (when or "")


@given(st.text("昨今前天大晚上下午早凌晨十二三八点半分一刻月号日的:：0123456789周\n", max_size=24))
def test_no_words_make_it_raise_and_nothing_lies_ahead(said: str) -> None:
    """Whatever was heard."""
    found = occurred_in(heard_as(said), CALL)

    assert found is None or (found.at <= CALL and 0 <= found.start < found.stop <= len(said))
