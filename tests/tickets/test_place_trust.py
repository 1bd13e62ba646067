"""A place is filled only where all of it was likely understood."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tickets.talks import GAZETTEER, drafted, heard_as
from tickets.usual import LEAST, usual_of

CLEARLY, USUALLY = 1.0, 0.8


def place_of(*said: str, **more: Any) -> str | None:
    """A word a character, as sure as a recogniser usually is."""
    return drafted(*(" ".join(each) for each in said), **{"confidence": USUALLY, **more}).place.value


def test_place_in_clean_talk_is_filled() -> None:
    """District, road and number, at the beginning of what the caller says."""
    assert place_of("海州区解放路二百三十五号门口水漫出来了", "有好几天了没有人来修") == "海州区解放路235号"


@pytest.mark.parametrize(
    "said",
    [
        "海州区解放路是二好的路灯坏了",
        "海州区解放路而是五耗的路灯坏了",
        "海粥渠解放路的路灯坏了",
        "幸福花园小区姓单元三零一室停水了",
    ],
)
def test_place_of_which_more_was_likely_said_is_empty(said: str) -> None:
    """What stands beside it sounds like a number or a district."""
    assert place_of(said) is None


def test_place_in_garbled_talk_is_less_sure() -> None:
    """Where so much was misheard, the number may have lost a figure."""
    place = " ".join("海州区海连中路三十五号门口")
    clean, garbled = "我们这里的路灯坏了好几天了没有人来修", "涡扪哲理德露等怀乐郝戟添勒枚友仁莱羞"
    sure, unsure = (drafted(place, " ".join(rest), confidence=USUALLY).place for rest in (clean, garbled))

    assert sure.value == "海州区海连中路35号"
    assert unsure.confidence < sure.confidence


def test_district_alone_is_filled_only_when_clearly_heard() -> None:
    """Callers mostly say more than that."""
    said = "海州区路灯坏了"

    assert place_of(said, confidence=CLEARLY) == "海州区"
    assert place_of(said) is None


def test_agent_who_reads_the_place_back_makes_it_surer() -> None:
    """And one who understood something else leaves it empty."""
    said = "解放路5号"
    sure = drafted(said, confidence=USUALLY).place.confidence

    assert drafted(said, agent=("是 解放路 5 号 对吗",), confidence=USUALLY).place.confidence > sure
    assert drafted(said, agent=("是 解放路 8 号 对吗",), confidence=USUALLY).place.value is None


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("解放路25号2楼", "解放路25号"),
        ("幸福花园小区3号楼2单元1单元", "幸福花园小区3号楼2单元"),
        ("解放路25号楼上", "解放路25号"),
        ("解放路2单元", "解放路"),
        ("海连中路，不对，是解放路", "解放路"),
        ("我家住海州区幸福花园3号楼，出事在解放路", "解放路"),
        ("老家东海县，现在海连中路", "海连中路"),
    ],
)
def test_place_ends_where_the_address_does(said: str, place: str) -> None:
    """Storeys, a second entrance, what is taken back and where the caller lives are not where it happened."""
    assert GAZETTEER.find(heard_as(said))[0].value == place


def test_words_that_were_said_before_are_more_usual() -> None:
    """Pairs count most, then single characters; what was never heard is LEAST."""
    usual = usual_of(["路灯坏了", "路灯不亮"])
    pair, single, never = usual.of(["路灯", "灯路", "仁莱"])

    assert 0 > pair > single > never == LEAST
