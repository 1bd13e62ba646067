"""Scores against references."""

from __future__ import annotations

from collections import Counter

from tickets.evaluation import (
    CharacterErrors,
    FieldScore,
    Piece,
    Verdict,
    character_errors,
    likeness,
    pieces,
    together,
    verdict,
)


def test_mistakes_are_told_apart_and_only_letters_and_figures_count() -> None:
    """One exchanged, one left out, one put in; punctuation, spaces and capitals are nothing."""
    errors = character_errors("苍梧 小区,今天停水了 A", "苍吾小区天停水了啊a。")

    assert errors == CharacterErrors(exchanged=1, left_out=1, put_in=1, characters=10)
    assert errors.rate == 0.3


def test_silence_has_no_rate_and_long_texts_weigh_more() -> None:
    """What was heard where nothing was said counts in the whole, not alone."""
    nothing = character_errors("", "啊")
    whole = together([nothing, character_errors("一二三四五六七八九", "一二三四五六七八九")])

    assert nothing.rate is None
    assert whole.rate == 1 / 9


def test_pieces_give_both_texts_back() -> None:
    """Side by side, in order, the differences on their own."""
    found = pieces("我要投诉噪音", "我要投噪声音")

    assert "".join(each.said for each in found) == "我要投诉噪音"
    assert "".join(each.heard for each in found) == "我要投噪声音"
    assert found[0] == Piece(said="我要投", heard="我要投")
    assert [each.same for each in found].count(False) >= 1


def test_verdict_tells_wrong_from_abstaining() -> None:
    """Every pair of filled and wanted."""
    assert verdict("投诉", "投诉") is Verdict.RIGHT
    assert verdict("求助", "投诉") is Verdict.WRONG
    assert verdict("求助", None) is Verdict.UNWANTED
    assert verdict(None, "投诉") is Verdict.LEFT_EMPTY
    assert verdict(None, None) is Verdict.RIGHTLY_EMPTY


def test_precision_is_of_the_filled_recall_and_abstention_of_the_wanted() -> None:
    """6 right, 1 wrong, 1 unwanted, 3 left empty, 5 rightly empty."""
    score = FieldScore(
        Counter(
            {
                Verdict.RIGHT: 6,
                Verdict.WRONG: 1,
                Verdict.UNWANTED: 1,
                Verdict.LEFT_EMPTY: 3,
                Verdict.RIGHTLY_EMPTY: 5,
            }
        )
    )

    assert (score.filled, score.wanted) == (8, 10)
    assert (score.precision, score.recall, score.abstention) == (0.75, 0.6, 0.3)


def test_share_of_nothing_is_no_share() -> None:
    """A field that is never filled nor wanted is neither perfect nor useless."""
    score = FieldScore(Counter({Verdict.RIGHTLY_EMPTY: 4}))

    assert (score.precision, score.recall, score.abstention) == (None, None, None)


def test_likeness_is_rouge_l_over_characters() -> None:
    """The longest common subsequence of 苍梧小区停水了 and 苍梧停水 has 4 characters: 2 · 4 / (7 + 4)."""
    assert likeness("苍梧,停水。", "苍梧小区停水了") == 8 / 11
    assert likeness("停水", "停水") == 1.0
    assert likeness(None, "停水") == likeness("路灯", "停水") == 0.0
