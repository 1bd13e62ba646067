"""The demo's calls are sayable, and hold what their drafts must find."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sandbox.dialogues import Dialogue, load_dialogues
from sandbox.lexicon import words_of

by_name = pytest.mark.parametrize("call", load_dialogues(), ids=lambda call: call.name)


@by_name
def test_every_word_is_in_the_model(call: Dialogue) -> None:
    """`words_of` raises for any other."""
    for _, line in call.turns:
        assert words_of(line)


@by_name
def test_the_first_line_is_neither_short_nor_long(call: Dialogue) -> None:
    """Six to fourteen words: enough for a draft, short enough for a demo."""
    assert 6 <= len(words_of(call.citizen[0])) <= 14


@by_name
def test_the_places_are_said_by_the_citizen(call: Dialogue) -> None:
    """A draft can only find what was said."""
    assert all(place in "".join(call.citizen) for place in call.places)


def test_the_calls_cover_hotlines_kinds_and_keys() -> None:
    """At least twelve, each with a name of its own, every kind of appeal, both hotlines, both keys of the menu."""
    calls = load_dialogues()

    assert len({call.name for call in calls}) == len(calls) >= 12
    assert {call.kind for call in calls} == {"投诉", "咨询", "求助", "举报", "建议", "表扬"}
    assert {(call.hotline, call.keys) for call in calls} == {("12345", ""), ("12320", "1"), ("12320", "2")}


def test_the_agent_begins_and_the_sides_take_turns() -> None:
    """A line each, and who has lines left says them."""
    call = Dialogue(name="x", hotline="12345", keys="", kind="咨询", places=(), citizen=("b",), agent=("a", "c"))

    assert call.turns == [("agent", "a"), ("citizen", "b"), ("agent", "c")]


def test_the_places_are_the_sample_citys() -> None:
    """By the names its gazetteer gives them, so that a draft can be compared."""
    gazetteer = Path(__file__).parents[2] / "cities" / "sample" / "places.toml"
    known = {place["name"] for place in tomllib.loads(gazetteer.read_text(encoding="utf-8"))["places"]}

    assert {place for call in load_dialogues() for place in call.places} <= known
