"""The lexicon covers what the sample city speaks of: flows, urgent words, places and branches of the category tree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from city.city import City
from city.load import load_city
from sandbox.lexicon import UnknownWords, words_of

SAMPLE = Path(__file__).parents[2] / "cities/sample"

SHORTHAND = {
    "烧",
    "高",
    "鸡",
    "吵",
    "开",
    "欠",
    "没",
    "拿",
    "退",
    "墙",
    "见",
    "掉",
    "楼",
    "吐",
    "味",
    "困",
    "跑",
    "碎",
    "裂",
    "树",
    "断",
    "垂",
    "药",
    "爆",
    "冒",
}
"""Halves of phrases. Alone, so short a syllable is heard in everything: the lexicon has them inside words (太吵了)."""
TWINS = {
    "燃气泄露": "sounds like 燃气泄漏",
    "煤气泄露": "sounds like 煤气泄漏",
    "天然气泄露": "sounds like 天然气泄漏",
    "水停了": "停水 is there",
    "煤气漏": "漏煤气 is there",
    "燃气漏": "漏燃气 is there",
    "天然气漏": "漏天然气 is there",
    "水管爆": "爆管 is there",
    "房子塌": "塌了 is there",
    "楼塌": "楼塌了 is there",
    "桥塌": "桥塌了 is there",
    "路塌": "路面塌陷 is there",
    "活着没有意思": "活着没意思 is there",
}
"""Phrases left out, and why: their twin tells the same to the same rule."""


@pytest.fixture(scope="module")
def city() -> City:
    """The sample city."""
    return load_city(SAMPLE)


def unspoken(texts: Iterator[str]) -> dict[str, tuple[str, ...]]:
    """The texts that cannot be said whole, and the words that are missing."""
    missing = {}
    for text in texts:
        try:
            words_of(text)
        except UnknownWords as unknown:
            missing[text] = unknown.words
    return missing


def unexplained(phrases: Iterator[str]) -> dict[str, tuple[str, ...]]:
    """Of phrases, cut at their gaps: what cannot be said and is not listed above."""
    missing = unspoken(part for phrase in phrases for part in phrase.split("…"))
    return {part: words for part, words in missing.items() if part not in TWINS and not set(words) <= SHORTHAND}


def test_every_example_of_the_flows_can_be_said(city: City) -> None:
    """Forty-eight sentences, four of each flow."""
    assert unspoken(text for flow in city.flows.values() for text in flow.examples) == {}


def test_every_question_of_the_flows_can_be_said(city: City) -> None:
    """As the agent reads it out; 近两周 is said 最近两周 (近 drowns in its neighbours)."""
    questions = (question.zh for flow in city.flows.values() for question in flow.questions)

    assert unspoken(questions) == {"近两周有没有外出或接触过发热病人？": ("近",)}


def test_every_trigger_of_the_flows_can_be_said(city: City) -> None:
    """But for the halves and twins that are listed."""
    assert unexplained(phrase for flow in city.flows.values() for phrase in flow.triggers) == {}


def test_every_urgent_and_every_high_risk_phrase_can_be_said(city: City) -> None:
    """But for the halves and twins that are listed."""
    assert unexplained(word for kind in city.urgency.classes for word in kind.words) == {}
    assert unexplained(word for risk in city.high_risk.risks for word in risk.words) == {}


def test_every_phrase_left_out_is_still_needed(city: City) -> None:
    """An entry that names no phrase of the city, or one that can be said by now, is a lie."""
    phrases = {phrase for flow in city.flows.values() for phrase in flow.triggers}
    phrases |= {word for kind in city.urgency.classes for word in kind.words}
    phrases |= {word for risk in city.high_risk.risks for word in risk.words}
    left_out = set(TWINS)

    assert {part for phrase in phrases for part in phrase.split("…")} >= left_out
    assert set(unspoken(iter(left_out))) == left_out


def test_every_place_and_every_branch_can_be_said(city: City) -> None:
    """The gazetteer with its other names; the category tree, whole."""
    places = (name for place in city.places for name in (place.name, *place.aliases))
    branches = (branch.name for branch in city.categories)

    assert unspoken(places) == {}
    assert unspoken(branches) == {}
