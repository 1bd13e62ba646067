"""Words of the dialect are written as everybody writes them."""

from __future__ import annotations

import pytest

from city.load import load_city
from tests.city.scene import SAMPLE
from tests.wording.scene import written
from wording import as_heard, lexis_of

CITY = lexis_of(load_city(SAMPLE))


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("俺 想 问 咋 办", "我想问怎么办"),
        ("俺们 小区", "我们小区"),
        ("啥时候 来", "什么时候来"),
        ("恁 弄啥 呢", "你做什么呢"),
        ("他 瞎 咋呼", "他瞎咋呼"),  # within a longer word it stays
    ],
)
def test_dialect_is_written_for_everybody(heard: str, meant: str) -> None:
    """The longest word of the table wins; what was heard is kept."""
    made = written(heard, CITY)

    assert made.text.rstrip("。？") == meant
    assert as_heard(made).text == heard.replace(" ", "")
    assert any(each.rule == "方言" for each in made.corrections) is (heard.replace(" ", "") != meant)


def test_words_of_categories_and_flows_are_words_of_the_trade() -> None:
    """Nobody has to list them twice; a phrase with a gap gives its parts."""
    assert {"噪音扰民", "没有自来水", "水管漏"} <= set(CITY.hot_words)
    assert not any("…" in word for word in CITY.hot_words)
