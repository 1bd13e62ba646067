"""Corrections are listed, can be undone one by one, and never lose a word."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.transcript import Transcript
from tests.wording.scene import turn
from wording import Lexis, NoSuchCorrection, as_heard, undo, write
from wording.written import Change, WrittenTurn, changed, joined


def test_words_are_joined_without_spaces_and_each_character_knows_its_word() -> None:
    """Chinese without spaces, a space between two Latin words; nobody said that space."""
    made = joined(turn("我 的 wifi 5g 坏了"))

    assert made.text == turn("我 的 wifi 5g 坏了").text == "我的wifi 5g坏了"
    assert [[word.text for word in words] for words in made.words][1:8] == [["的"], *[["wifi"]] * 4, [], ["5g"]]
    assert made.corrections == ()


def test_a_correction_says_what_was_heard_and_can_be_undone() -> None:
    """Back to the character, with its words; the other correction moves along."""
    heard = joined(turn("我 住 姐放路 十二 号"))

    made = changed(heard, [Change(2, 5, "解放路", "地名", 0.8), Change(5, 7, "012", "数字", 0.9)])
    place, number = made.corrections
    back = undo(made, number)

    assert made.text == "我住解放路012号"
    assert (place.heard, place.written, place.rule) == ("姐放路", "解放路", "地名")
    assert [words[0].text for words in made.words[5:8]] == ["十二"] * 3
    assert back.text == "我住解放路十二号"
    assert undo(back, place) == heard
    assert as_heard(made) == heard


def test_what_was_undone_cannot_be_undone_again() -> None:
    """The turn says so, and stays as it is."""
    made = changed(joined(turn("一 二")), [Change(0, 2, "12", "数字", 0.9)])
    (correction,) = made.corrections

    with pytest.raises(NoSuchCorrection, match="数字"):
        undo(undo(made, correction), correction)


def test_a_change_of_a_change_is_one_correction_from_what_was_heard() -> None:
    """Its rule names both, and it is as sure as the less sure of them."""
    heard = joined(turn("幺洞 路"))
    once = changed(heard, [Change(0, 2, "一零", "方言", 0.7)])

    twice = changed(once, [Change(0, 3, "10路", "数字", 0.9)])
    (correction,) = twice.corrections

    assert (correction.heard, correction.written) == ("幺洞路", "10路")
    assert (correction.rule, correction.confidence) == ("方言+数字", 0.7)
    assert as_heard(twice) == heard


def test_a_change_back_to_what_was_heard_is_no_correction() -> None:
    """Nothing differs, so nothing is listed."""
    heard = joined(turn("幸福 路"))
    once = changed(heard, [Change(0, 2, "兴福", "地名", 0.7)])

    assert changed(once, [Change(0, 2, "幸福", "地名", 0.7)]) == heard


def test_changes_that_overlap_are_refused() -> None:
    """A rule that contradicts itself is a mistake of ours."""
    with pytest.raises(ValueError, match="overlaps"):
        changed(joined(turn("一二三")), [Change(0, 2, "12", "a", 1.0), Change(1, 3, "23", "b", 1.0)])


def test_a_turn_whose_characters_do_not_know_their_words_is_refused() -> None:
    """Evidence would point at something else."""
    with pytest.raises(ValueError, match="2 characters"):
        replace(joined(turn("一二三")), text="一二")


def test_a_talk_without_rules_is_its_joined_words() -> None:
    """Turn by turn, with speaker and seconds."""
    spoken = turn("您好 请 讲")

    (made,) = write(Transcript((spoken,)), Lexis()).turns

    assert (made.speaker, made.start_s, made.end_s) == (spoken.speaker, spoken.start_s, spoken.end_s)
    assert made.text.replace("，", "").replace("。", "") == spoken.text


Drawn = list[tuple[int, int, str]]
WORDS = st.lists(st.text("我住姐放路ab", min_size=1, max_size=4), min_size=1, max_size=5)
CHANGES = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 4), st.text("零一。a", max_size=4)), max_size=6)


def changes(drawn: Drawn, turn: WrittenTurn) -> list[Change]:
    """As many of the drawn changes as fit beside each other."""
    fit: list[Change] = []
    for start, length, text in sorted(drawn):
        if start >= (fit[-1].stop if fit else 0) and start + length <= len(turn.text):
            fit.append(Change(start, start + length, text, "规则", 0.5))
    return fit


@given(WORDS, CHANGES, CHANGES)
def test_nothing_is_lost_whatever_is_changed(words: list[str], first: Drawn, then: Drawn) -> None:
    """Undoing all gives the joined words; each correction's text is where it says; they never overlap."""
    heard = joined(turn(" ".join(words)))
    once = changed(heard, changes(first, heard))
    twice = changed(once, changes(then, once))

    assert as_heard(once) == as_heard(twice) == heard
    for made in (once, twice):
        assert [made.text[each.start : each.stop] for each in made.corrections] == [
            each.written for each in made.corrections
        ]
        assert all(
            left.stop <= right.start for left, right in zip(made.corrections, made.corrections[1:], strict=False)
        )


@given(WORDS, CHANGES, st.randoms())
def test_corrections_can_be_undone_in_any_order(words: list[str], drawn: Drawn, chance: Random) -> None:
    """Whichever a reader takes back first."""
    heard = joined(turn(" ".join(words)))
    made = changed(heard, changes(drawn, heard))
    while made.corrections:
        made = undo(made, chance.choice(made.corrections))

    assert made == heard
