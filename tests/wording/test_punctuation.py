"""Pauses and the words at a sentence's end become punctuation."""

from __future__ import annotations

import pytest

from tests.wording.scene import Place, turn, written
from wording import Lexis, as_heard
from wording.written import joined

CITY = Lexis(places=(Place("解放路"), Place("幸福花园小区", "estate")))


@pytest.mark.parametrize(
    ("said", "gap_s", "meant"),
    [
        ("我 住 解放路 / 路灯 坏 了", 0.5, "我住解放路，路灯坏了。"),
        ("路灯 坏 了 / 没人 来 修", 1.0, "路灯坏了。没人来修。"),
        ("路灯 坏 了 / 没人 来 修", 0.1, "路灯坏了没人来修。"),
        ("什么 时候 来 水", 0.0, "什么时候来水？"),
        ("停水 了 / 什么 时候 来", 0.5, "停水了，什么时候来？"),
        ("你们 管 吗 / 我 等 着", 0.4, "你们管吗？我等着。"),
        ("我 不知道 怎么 办", 0.0, "我不知道怎么办。"),
        ("谁 都 不 管", 0.0, "谁都不管。"),
        ("对", 0.0, "对。"),
        ("一三八 / 零零一三 / 八零零零", 0.6, "13800138000。"),
        ("解放路 十 / 二 号", 0.6, "解放路12号。"),  # not within a number
        ("解放 / 路 坏 了", 0.6, "解放路坏了。"),  # nor within a name
        ("我 家 wifi / 5g 坏 了", 0.6, "我家wifi 5g坏了。"),
    ],
)
def test_pauses_become_punctuation(said: str, gap_s: float, meant: str) -> None:
    """A mark is a correction where nothing was heard."""
    made = written(said, CITY, gap_s=gap_s)

    assert made.text == meant
    assert as_heard(made).text == joined(turn(said)).text
    assert all(each.heard == "" for each in made.corrections if each.rule == "停顿")


def test_a_mark_stands_for_no_word() -> None:
    """Evidence never points at a comma."""
    made = written("好 / 我 知道 了", CITY, gap_s=0.9)

    assert made.words[-1] == ()
    assert [word.text for words in made.words for word in words] == ["好", "我", "知道", "知道", "了"]
