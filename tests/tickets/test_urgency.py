"""Which cases may not wait."""

from __future__ import annotations

import pytest

from city.city import City
from tests.tickets.talks import utterance
from tickets.heard import Heard
from tickets.urgency import ONCE, REPORTED, RULE, SEVERAL, UrgencyTable, urgency_of


def heard(text: str) -> Heard:
    """What a caller says in one go, words parted by spaces."""
    words = utterance(text, 1.0)
    return Heard("".join(word.text for word in words), tuple(word for word in words for _ in word.text))


@pytest.fixture(scope="module")
def table(sample: City) -> UrgencyTable:
    """The sample city's classes."""
    return UrgencyTable(sample.urgency.classes)


def test_the_sample_has_seven_classes_of_one_day(sample: City) -> None:
    """As the centre's report says; their names are samples."""
    assert len(sample.urgency.classes) == 7
    assert {(each.days, each.every_day) for each in sample.urgency.classes} == {(1, True)}


@pytest.mark.parametrize(
    ("said", "urgency"),
    [
        ("我 家 厨房 煤气 泄漏 了", "燃气与危险品"),
        ("门口 的 路面 塌陷 了 一 个 大 坑", "塌陷与险情"),
        ("学校 里 好多 人 都 发烧 了", "群体性疾病与疫情"),
        ("工地 拖欠 我们 半年 工资", "农民工欠薪"),
        ("小区 停水 两 天 了", "民生急修"),
        ("在 饭店 吃饭 食物 中毒 了", "食品药品安全"),
        ("我 不想 活 了", "人身安全"),
        ("请问 医保 怎么 报销", None),
        ("没有 停水 就是 水压 低", None),
        ("通知 明天 停水", None),
        ("是不是 要 停电", None),
        ("担心 墙 要倒", None),
        ("以前 也 煤气 泄漏", None),
        ("楼下 装修 太 吵 了", None),
    ],
)
def test_an_urgent_class_follows_from_what_was_said(table: UrgencyTable, said: str, urgency: str | None) -> None:
    """One example of each class, and what is not urgent or denied."""
    found = urgency_of(heard(said), table)

    assert (found.urgency if found else None) == urgency


def test_the_gravest_class_counts(table: UrgencyTable) -> None:
    """Whose home has neither water nor a reason to live is in danger first."""
    found = urgency_of(heard("停水 三 天 了 我 不想 活 了"), table)

    assert found is not None
    assert found.urgency == "人身安全"


def test_two_phrases_speak_louder_than_one_and_others_words_more_softly(table: UrgencyTable) -> None:
    """The strength says so; the evidence is the first phrase."""
    once = urgency_of(heard("燃气 泄漏 了"), table)
    twice = urgency_of(heard("燃气 泄漏 了 一 屋子 煤气味"), table)
    told = urgency_of(heard("听说 那边 燃气 泄漏"), table)

    assert once is not None
    assert twice is not None
    assert told is not None
    assert (once.strength, twice.strength, told.strength) == (ONCE, SEVERAL, REPORTED)
    assert (once.rule, once.start, once.stop) == (f"{RULE}:燃气与危险品", 0, 4)
