"""How a phrase was meant is read off the words around it."""

from __future__ import annotations

import pytest

from tickets.phrases import Manner, Phrases

PHRASES = Phrases(("不想活", "想死", "自杀", "跳楼", "漏煤气", "煤气…味", "塌方"), ("想死你", "跳楼价"))


def manners(text: str) -> list[Manner]:
    """How each phrase of a text was meant."""
    return [found.manner for found in PHRASES.find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "我不想活了",
        "我想死",
        "是不是漏煤气了",
        "会不会塌方",
        "有没有漏煤气你们来看看",
        "我不是不想死",
        "没有人管我想死",
        "漏煤气没有处理",
        "塌方没有人来",
        "不怕不想活",
        "忍不住想死",
        "厨房里煤气有一股味",
    ],
)
def test_what_is_said_counts(text: str) -> None:
    """Also what is asked, what a denial denied, and what only looks like one."""
    assert manners(text) == [Manner.SAID]


@pytest.mark.parametrize(
    "text",
    [
        "我没有想死",
        "我没想死",
        "我不想自杀",
        "不是想自杀",
        "我从来没有想过自杀",
        "我不会去跳楼的",
        "并没有发生塌方",
        "没说要自杀",
        "自杀倒不会",
        "自杀的念头没有",
        "跳楼不至于吧",
        "这里没有漏煤气",
    ],
)
def test_what_is_denied_is_denied(text: str) -> None:
    """Directly before or behind the phrase."""
    assert manners(text) == [Manner.DENIED]


@pytest.mark.parametrize(
    "text",
    [
        "我儿子说他不想活了",
        "我儿子说，不想活了",
        "有人要跳楼",
        "我劝他别跳楼",
        "我妈在阳台上不要跳楼啊",
        "电视上说有人自杀",
        "听说那边塌方了",
    ],
)
def test_what_is_told_of_others_is_marked(text: str) -> None:
    """It still counts: a child who said so is in danger as well; 别 forbids and does not deny."""
    assert manners(text) == [Manner.REPORTED]


@pytest.mark.parametrize("text", ["想死你了", "衣服跳楼价", "煤气\n有味", "煤气公司电话是多少啊我也闻不到味", ""])
def test_idioms_and_what_stands_apart_are_not_found(text: str) -> None:
    """No phrase reaches across turns, nor across more than a few characters."""
    assert manners(text) == []


def test_a_denial_ends_with_its_clause_and_its_turn() -> None:
    """没有 answers what the agent asked; what comes after is another thing."""
    assert manners("没有\n想死") == [Manner.SAID]
    assert manners("没有，想死") == [Manner.SAID]


def test_no_phrases_are_found_nowhere() -> None:
    """A city may list none."""
    assert list(Phrases(()).find("想死")) == []
