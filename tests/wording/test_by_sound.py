"""Places and words of the trade are written as they are spelt, where one thing only can be meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.transcript import Transcript
from tests.wording.scene import Place, turn, written
from wording import Lexis, as_heard, undo, write
from wording.sounds import DROPPED, TONE, distance, readings, syllable_distance
from wording.written import joined

CITY = Lexis(
    places=(
        Place("海州区", "district", aliases=("海州",)),
        Place("连云区", "district"),
        Place("新浦", "area", parent="海州区"),
        Place("解放路"),
        Place("海连中路"),
        Place("海连东路"),
        Place("朝阳东路"),
        Place("幸福花园小区", "estate", parent="连云区", aliases=("幸福花园",)),
        Place("华源小区", "estate"),
        Place("连云港火车站", "landmark"),
        Place("青林路", parent="海州区"),
        Place("清林路", parent="连云区"),
        Place("青林路", parent="连云区"),
        Place("荷花路", parent="海州区"),
        Place("河花路", parent="连云区"),
    ),
    hot_words=("医保", "噪音扰民", "下水道"),
)


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("姐放路", "解放路"),  # the same sounds
        ("海年中路", "海连中路"),  # l for n
        ("新付花园小区", "幸福花园小区"),  # in for ing
        ("朝样东路", "朝阳东路"),  # 朝 alone is chao
        ("连云港或车站", "连云港火车站"),
        ("连云港木车站", "连云港火车站"),  # one syllable entirely different, the stem is long
        ("连云港车站", "连云港火车站"),  # one missing
        ("新付花园", "幸福花园"),  # what people say for it stays what they say
        ("噪音扰明", "噪音扰民"),
        ("夏水道", "下水道"),
    ],
)
def test_a_misheard_name_is_written_as_it_is_spelt(heard: str, meant: str) -> None:
    """The correction says what was heard, and is less sure than the words."""
    made = written(f"就 在 {heard} 附近", CITY)
    (correction,) = [each for each in made.corrections if "音近" in each.rule]

    assert f"在{meant}附近" in made.text
    assert (correction.heard, correction.written) == (heard, meant)
    assert 0 < correction.confidence <= 0.9
    assert heard in undo(made, correction).text


@pytest.mark.parametrize(
    "said",
    [
        "就 在 海连西路 附近",  # nobody entered it; its neighbours are another road each
        "海连红路 附近",  # 中 or 东?
        "我 走 的 路 很 黑",
        "那 个 新 铺 开 了",  # nothing says that it is a place
        "建设 花园小区 附近",  # 花园小区 is the end of any name
        "我 的 衣保",  # a short word of the trade may be another word
        "解放 军 来 了",
    ],
)
def test_what_may_be_something_else_stays_as_it_was_heard(said: str) -> None:
    """A wrong name costs a citizen days."""
    assert not [each for each in written(said, CITY).corrections if "音近" in each.rule]


def test_a_short_name_needs_words_around_it_that_go_with_a_place() -> None:
    """新铺 alone is a new shop."""
    assert "在新浦" in written("我 住 在 新铺 这边", CITY).text


def test_a_short_word_of_the_trade_is_corrected_where_the_engine_was_unsure() -> None:
    """Two syllables prove little."""
    assert "医保" in written("我 的 衣保", CITY, confidence=0.4).text


def test_names_that_sound_the_same_are_told_apart_by_their_district() -> None:
    """Named in the same talk, before or after; if both are named, or neither, nothing is corrected."""
    alone = Transcript((turn("河华路 附近"),))
    one = Transcript((turn("我 在 海州区"), turn("河华路 附近")))
    both = Transcript((turn("海州区 还 是 连云区"), turn("河华路 附近")))

    told = [write(talk, CITY).turns[-1].text for talk in (alone, one, both)]

    assert ["荷花路" in text for text in told] == [False, True, False]
    assert not any("河花路" in text for text in told)


def test_a_name_that_is_spelt_right_stays() -> None:
    """Also where another name sounds the same, and where it is part of a longer text."""
    for name in ("清林路", "青林路", "解放路", "海连东路", "华源小区", "新浦", "荷花路"):
        assert name in written(f"在 连云区 {name} 门口", CITY).text


@given(st.text("海州区连云解放路姐幸福花园小新浦铺在附近的夏水道12", max_size=30))
def test_every_correction_by_sound_can_be_undone(said: str) -> None:
    """Whatever is said, undoing all gives the joined words."""
    spoken = turn(" ".join(said))
    (made,) = write(Transcript((spoken,)), CITY).turns

    assert as_heard(made) == joined(spoken)


def test_a_gazetteer_may_hold_anything() -> None:
    """Duplicates, control and right-to-left characters, markup, a single letter: none of it is ever written."""
    strange = Lexis(
        places=(
            Place("解放路"),
            Place("解放路"),
            Place("解\u202e放\u200b路"),
            Place("人民\x00东路"),
            Place("<b>新华路</b>"),
            Place("=cmd()"),
            Place("  "),
            Place("路"),
            Place("\u202e"),
            Place("甲" * 500),
        )
    )

    text = written("姐放路 和 人名东路 和 心华路 附近", strange).text

    assert "解放路" in text
    assert "人民东路" in text
    assert "心华路" in text
    assert not set(text) & set("<>=\x00\u202e\u200b")


def test_sounds_are_compared_as_they_are_confused() -> None:
    """A tone next to nothing, confusable initials and finals little, anything else a whole syllable."""
    hai, fai, ma, mao = (readings(each)[0] for each in ("海", "飞", "妈", "猫"))

    assert syllable_distance(readings("妈")[0], readings("马")[0]) == TONE
    assert syllable_distance(readings("四")[0], readings("是")[0]) == 0.15
    assert syllable_distance(ma, mao) == 1.0
    assert 0 < syllable_distance(hai, fai) < 1.0
    assert distance(readings("解放路"), readings("解路")) == DROPPED
    assert distance(readings("朝阳"), readings("招阳")) == 0.0


def test_a_name_is_known_by_more_than_one_reading() -> None:
    """As a whole it is chaoyang or zhaoyang, whichever of its characters was misheard."""
    city = Lexis(places=(Place("朝阳中路"), Place("重庆路")))

    assert "朝阳中路" in written("在 朝羊中路", city).text
    assert "朝阳中路" in written("在 招羊中路", city).text
    assert "重庆路" in written("在 虫庆路", city).text
