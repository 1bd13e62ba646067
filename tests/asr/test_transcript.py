"""Words become turns, and text from strangers becomes harmless."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.plain import plain_text
from asr.transcript import Speaker, Transcript, Word, from_json, join, merge, word


def said(text: str, start: float) -> list[Word]:
    """An utterance of words parted by spaces, half a second each."""
    return [Word(each, start + n / 2, start + n / 2 + 0.4, 1.0) for n, each in enumerate(text.split())]


def told(transcript: Transcript) -> list[tuple[str, str]]:
    """Who said what."""
    return [(turn.speaker.value, turn.text) for turn in transcript.turns]


def test_turns_are_in_the_order_in_which_they_begin() -> None:
    """Two legs, one talk."""
    talk = merge(caller=[said("我 要 投诉", 3.0), said("谢谢", 9.0)], agent=[said("您好", 0.5), said("请 稍等", 6.0)])

    assert told(talk) == [("agent", "您好"), ("caller", "我要投诉"), ("agent", "请稍等"), ("caller", "谢谢")]


def test_short_pause_does_not_end_a_turn_and_a_long_one_does() -> None:
    """An endpoint of the recogniser is not a turn."""
    talk = merge(caller=[said("海州区", 1.0), said("解放 路", 2.0), said("噪音", 9.0)], agent=[])

    assert told(talk) == [("caller", "海州区解放路"), ("caller", "噪音")]


def test_other_speaker_ends_a_turn() -> None:
    """Even within a short pause."""
    talk = merge(caller=[said("海州区", 1.0), said("解放 路", 2.4)], agent=[said("嗯", 1.8)])

    assert told(talk) == [("caller", "海州区"), ("agent", "嗯"), ("caller", "解放路")]


def test_turn_knows_its_times() -> None:
    """First word's start, last word's end."""
    (turn,) = merge(caller=[said("一 二 三", 2.0)], agent=[[]]).turns

    assert (turn.start_s, turn.end_s) == (2.0, 3.4)


def test_chinese_is_joined_without_spaces_and_latin_with_them() -> None:
    """As one would write it."""
    assert join(["我", "用", "Wi-Fi", "router", "上网", "5", "G"]) == "我用Wi-Fi router上网5 G"


@given(st.lists(st.tuples(st.text(max_size=8), *[st.floats(allow_nan=True)] * 3), max_size=8), st.booleans())
def test_json_round_trip_of_whatever_an_engine_says(raw: list[tuple[str, float, float, float]], caller: bool) -> None:
    """NaN, infinities, empty words, control characters: storable, and read back equal."""
    words = sorted((w for each in raw if (w := word(*each))), key=lambda w: w.start_s)
    talk = merge([words], []) if caller else merge([], [words])

    assert from_json(talk.to_json()) == talk
    assert all(0 <= w.confidence <= 1 and 0 <= w.start_s <= w.end_s for turn in talk.turns for w in turn.words)


def test_word_the_model_does_not_know_is_shown_as_a_gap() -> None:
    """A reader sees that something was said."""
    unheard = word("[unk]", 0, 1, 0.3)

    assert unheard is not None
    assert unheard.text == "…"


def test_speakers_are_parted() -> None:
    """`by` gives one side."""
    talk = merge(caller=[said("喂", 1.0)], agent=[said("您好", 0.0)])

    assert [turn.text for turn in talk.by(Speaker.CALLER)] == ["喂"]


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("路灯\x00坏\x1b[31m了", "路灯坏[31m了"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("\u2066x\u2069\u200b\ufeff", "x"),
        ("<script>alert(1)</script>", "＜script＞alert(1)＜/script＞"),
        ("=HYPERLINK(1)", "＝HYPERLINK(1)"),
        ("@SUM", "＠SUM"),
        ("一行\r\n二行\u2028三行", "一行 二行 三行"),
        ("  \t ", ""),
        ("\ud800坏", "坏"),
        ("3-5号", "3-5号"),
    ],
)
def test_text_is_made_harmless(raw: str, plain: str) -> None:
    """Control and direction characters go; markup and formulas can be read but not run."""
    assert plain_text(raw, 100) == plain


@given(st.text())
def test_no_text_keeps_what_could_steer_a_screen(raw: str) -> None:
    """Whatever comes."""
    plain = plain_text(raw, 50)

    assert len(plain) <= 50
    assert plain.isprintable()
    assert not set(plain) & set("<>\u202e\u2066\u200b")
    assert plain_text(plain, 50) == plain
