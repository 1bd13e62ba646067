"""How text falls apart into words and syllables."""

from __future__ import annotations

import random

import pytest

from sandbox.lexicon import (
    UnknownWords,
    load_lexicon,
    normalise,
    phrases,
    read_figures,
    segment,
    syllables_of,
    words_of,
)
from sandbox.model_maker.sentences import load_patterns


def test_every_entry_is_a_word_with_one_syllable_for_each_character() -> None:
    """Numbered pinyin, tone 1 to 5, no other letters than espeak reads."""
    lexicon = load_lexicon()

    assert 800 <= len(lexicon) <= 1000
    for word, syllables in lexicon.items():
        assert len(word) == len(syllables), word
        assert all(s[:-1].isascii() and s[:-1].isalpha() and s[-1] in "12345" for s in syllables), word


def test_a_complaint_falls_into_its_words() -> None:
    """Long place names stay whole."""
    said = "我要投诉海州区苍梧小区晚上工地施工噪音扰民，请尽快处理。"

    assert words_of(said) == [
        *("我", "要", "投诉", "海州区", "苍梧小区", "晚上", "工地", "施工", "噪音", "扰民"),
        *("请", "尽快", "处理"),
    ]


@pytest.mark.parametrize(
    ("figures", "spoken"),
    [("12345", "幺二三四五"), ("12320", "幺二三二零"), ("110", "幺幺零"), ("1", "一"), ("12", "十二"), ("20", "二十"),
     ("37", "三十七"), ("05", "零五")],
)  # fmt: skip
def test_figures_are_read_as_people_say_them(figures: str, spoken: str) -> None:
    """Numbers of hotlines digit by digit with 幺, counts as numbers."""
    assert read_figures(figures) == spoken


def test_full_width_and_spaces_do_not_matter() -> None:
    """What an input method leaves behind is the same text."""
    assert normalise("拨打 １２３４５ ！") == normalise("拨打12345!") == "拨打幺二三四五。"


def test_punctuation_becomes_pauses() -> None:
    """Short inside a sentence, long at its end."""
    assert list(phrases("您好,请问、再见。")) == ["您好", "，", "请问", "，", "再见", "。"]


def test_unknown_words_are_named_in_order() -> None:
    """The error lists what the model does not know, and where the list is, Chinese first."""
    with pytest.raises(UnknownWords) as refusal:
        words_of("我要投诉外星球，还有UFO")

    assert refusal.value.words == ("外星球", "UFO")
    assert str(refusal.value).startswith("演示模型的词表里没有：外星球、UFO")
    assert "sandbox/lexicon.tsv" in str(refusal.value)


def test_the_fewest_words_win() -> None:
    """海州区 is one word and not 海州 and 区; an unknown character does not spoil its neighbours."""
    assert segment("海州区鑫路", load_lexicon()) == [("海州区", True), ("鑫", False), ("路", True)]


def test_prompts_may_use_any_chinese() -> None:
    """Outside the lexicon, readings come from the neighbours: 行 is xing2 or hang2."""
    assert syllables_of("银行，行走", strict=False) == ["yin2", "hang2", "，", "xing2", "zou3"]


def test_strict_speech_refuses_what_the_model_cannot_hear() -> None:
    """The same text, for a citizen of the demo."""
    with pytest.raises(UnknownWords):
        syllables_of("银行", strict=True)


def test_latin_letters_cannot_be_read_aloud() -> None:
    """Rather an error than English spelling in a Mandarin prompt."""
    with pytest.raises(UnknownWords, match="APP"):
        syllables_of("请下载APP", strict=False)


@pytest.mark.parametrize("empty", ["", " ", "，，。", "\x00\x1b[", "😀"])
def test_text_without_letters_has_no_words(empty: str) -> None:
    """Marks, controls and pictures are pauses."""
    assert words_of(empty) == []


@pytest.mark.parametrize("strange", ["a" * 5000, "𠮷" * 100, "привет", "١٢"])
def test_strange_letters_are_unknown_words(strange: str) -> None:
    """Whatever the script, and however much of it."""
    with pytest.raises(UnknownWords):
        words_of(strange)


def test_every_sentence_of_the_patterns_is_in_the_lexicon() -> None:
    """Three thousand draws."""
    dice = random.Random(7)

    for _ in range(3000):
        assert words_of(load_patterns().draw(dice))
