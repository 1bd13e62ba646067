"""A mistake in a node of any kind is reported where it was made."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from city.menu_nodes import DigitsNode, digits_in
from tests.city.scene import Copy

FILE = "menus/node.toml"


class Written(NamedTuple):
    """A file of menus/, and what is wrong with it on which line."""

    rule: str
    line: int
    text: str


DIGITS = 'kind = "digits"\nprompt = "please-wait"\nname = "meter"\nleast = 4\nmost = 6\nthen = { join = "general" }\n'

WRONG = [
    Written("unknown_kind", 1, 'kind = "maze"\nprompt = "please-wait"\n'),
    Written("unknown_key", 3, 'kind = "say"\nprompt = "please-wait"\nmost_s = 10\n'),
    Written("out_of_range", 3, 'kind = "message"\nprompt = "please-wait"\nmost_s = 500\n'),
    Written("otherwise_is_a_person", 3, 'kind = "message"\nprompt = "please-wait"\notherwise = { goto = "health" }\n'),
    Written("unknown_queue", 3, 'kind = "call_back"\nprompt = "please-wait"\notherwise = { join = "helth" }\n'),
    Written("unknown_menu", 3, 'kind = "say"\nprompt = "please-wait"\notherwise = { goto = "nowhere" }\n'),
    Written("unknown_prompt", 2, 'kind = "progress"\nprompt = "ask-tikket"\n'),
    Written(
        "unknown_prompt", 4, 'kind = "progress"\nprompt = "please-wait"\n[classes]\n"公用事业" = "class-nothing"\n'
    ),
    Written("unknown_category", 4, 'kind = "progress"\nprompt = "please-wait"\n[classes]\n"没有的" = "please-wait"\n'),
    Written("unknown_skill", 3, 'prompt = "please-wait"\n[choices]\n1 = { join = "general", language = "latin" }\n'),
    Written(
        "not_a_language", 3, 'prompt = "please-wait"\n[choices]\n1 = { join = "general", language = "psychology" }\n'
    ),
    Written("most_below_least", 1, DIGITS.replace("most = 6", "most = 3")),
    Written("pattern_of_another_length", 1, DIGITS + 'pattern = "1XX"\n'),
    Written("wrong_format", 7, DIGITS + 'pattern = "1x(a+)+"\n'),
    Written("missing_key", 1, DIGITS.replace('name = "meter"\n', "")),
    Written("out_of_range", 4, DIGITS.replace("least = 4", "least = 1")),
    Written("unknown_queue", 6, DIGITS.replace('"general"', '"generl"')),
]


@pytest.mark.parametrize("written", WRONG, ids=lambda written: written.rule)
def test_each_is_named_by_file_line_and_rule(copy: Copy, written: Written) -> None:
    """And nothing else is wrong."""
    (copy.folder / FILE).write_text(written.text, encoding="utf-8")

    found = {mistake.rule: (mistake.file, mistake.line) for mistake in copy.mistakes()}

    assert found.pop(written.rule) == (FILE, written.line)
    assert found.keys() <= {"no_such_key"}


def test_each_kind_loads(copy: Copy) -> None:
    """As the pages show them."""
    (copy.folder / FILE).write_text(DIGITS + 'pattern = "Z[2-5]XXN"\n', encoding="utf-8")

    node = copy.load().menus["node"]

    assert isinstance(node, DigitsNode)
    assert node.pattern is not None
    assert digits_in(node.pattern) == 5


def test_nodes_count_as_levels_whatever_leads_to_them(copy: Copy) -> None:
    """A say between two menus makes three."""
    copy.replace("menus/health.toml", '1 = { join = "health" }', '1 = { goto = "node" }')
    (copy.folder / FILE).write_text('kind = "say"\nprompt = "please-wait"\notherwise = { goto = "last" }\n', "utf-8")
    (copy.folder / "menus/last.toml").write_text('kind = "message"\nprompt = "please-wait"\n', "utf-8")

    assert "menu_too_deep" in {mistake.rule for mistake in copy.mistakes()}
