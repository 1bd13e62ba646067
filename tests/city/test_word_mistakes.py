"""A mistake among names and words is found in its file, on its line; a gazetteer may come from anywhere."""

from __future__ import annotations

import pytest

from tests.city.scene import Copy, Slip

SLIPS = [
    Slip("duplicate_dialect", "words.toml", 'said = "俺"', 'said = "俺们"'),
    Slip("dialect_again", "words.toml", 'written = "怎么"', 'written = "弄啥"'),
    Slip("dialect_not_in_it", "words.toml", '"咋舌"', '"大舌"'),
    Slip("duplicate_hot_word", "words.toml", '"派出所"', '"城管局"'),
    Slip("hidden_character", "words.toml", '"派出所"', '"派出所\\u202e"'),
    Slip("wrong_format", "words.toml", 'written = "角落"', 'written = "<b>"'),
    Slip("missing_key", "words.toml", 'said = "旮旯"\n', "", below=-1),
    Slip("unknown_key", "words.toml", 'said = "旮旯"', 'sayd = "x"\nsaid = "旮旯"'),
    Slip("hidden_character", "places.toml", 'name = "人民路"', 'name = "人民\\u200b路"'),
    Slip("hidden_character", "places.toml", 'name = "人民路"', 'name = "\\u202e人民路"'),
    Slip("unprintable_name", "places.toml", 'name = "人民路"', 'name = "<i>人民路"'),
    Slip("unprintable_name", "places.toml", 'name = "人民路"', 'name = "人民路 "'),
    Slip("hidden_character", "places.toml", '"幸福花园"', '"幸福\\u0007花园"'),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.rule}-{slip.new}")
def test_a_mistake_in_a_word_is_found_where_it_was_made(copy: Copy, slip: Slip) -> None:
    """One slip of the pen: one mistake, in that file, on that line, by that rule."""
    line = copy.replace(slip.file, slip.old, slip.new)

    assert copy.only_mistake() == (slip.file, line + slip.below, slip.rule)


def test_a_city_needs_no_words(copy: Copy) -> None:
    """The file may be absent."""
    (copy.folder / "words.toml").unlink()

    assert copy.load().words.hot_words == ()
    assert copy.load().words.dialect == ()
