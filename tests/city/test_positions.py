"""Every key of a TOML text is found where it stands."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from city.positions import TOP, KeyPath, Position, nearest, positions

TEXT = '''# [not.a.table]
title = "a # b = [c]"  # d = 1

[owner]
name.first = """
[still.text]
x = 1\\""""
"quoted.key" = 'C:\\'
list = [ 1, # one
  [2, 3], { deep = true, also.deep = "}" },
]

[[fruit]]
name = "apple"
[[fruit.variety]]
name = "red"
[[fruit.variety]]
name = "green"
[fruit.colour]
hue = 1979-05-27T07:32:00Z
[[fruit]]
name = "banana"
'''


def paths(value: Any, here: KeyPath = ()) -> Iterator[KeyPath]:
    """Every path into what tomllib read."""
    if here:
        yield here
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from paths(inner, (*here, key))


def test_every_key_and_element_that_tomllib_reads_is_found() -> None:
    """Comments, strings with brackets and newlines, nesting: nothing is missed and nothing is invented."""
    assert set(positions(TEXT)) == set(paths(tomllib.loads(TEXT)))


def test_keys_stand_on_their_line_and_column() -> None:
    """Counted by hand in the text above."""
    found = positions(TEXT)

    assert found["title",] == Position(2, 1)
    assert found["owner",] == Position(4, 2)
    assert found["owner", "name", "first"] == Position(5, 6)
    assert found["owner", "quoted.key"] == Position(8, 1)
    assert found["owner", "list", 0] == Position(9, 10)
    assert found["owner", "list", 1, 1] == Position(10, 7)
    assert found["owner", "list", 2, "also", "deep"] == Position(10, 31)
    assert found["fruit", 0, "variety", 1, "name"] == Position(18, 1)
    assert found["fruit", 0, "colour", "hue"] == Position(20, 1)
    assert found["fruit", 1] == Position(21, 3)


def test_a_key_that_is_not_written_is_placed_at_the_table_around_it() -> None:
    """A missing key has no line; the table that lacks it has."""
    found = positions(TEXT)

    assert nearest(found, ("fruit", 1, "price", "cents")) == Position(21, 3)
    assert nearest(found, ("nowhere",)) == TOP


names = st.text("ab-1 .é\"'#[", min_size=1, max_size=4)
leaves = st.one_of(st.integers(), st.booleans(), st.text("ab\"'\\#[]{}=,\n\t中", max_size=6))
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3))


def toml(value: Any) -> str:
    """An inline TOML value; JSON's strings are TOML's basic strings."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(key)} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",\n  ".join(toml(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False)


@given(st.dictionaries(names, values, max_size=4), st.dictionaries(names, st.lists(values, max_size=3), max_size=3))
def test_any_table_is_followed(top: dict[str, Any], tables: dict[str, list[Any]]) -> None:
    """Random tables, arrays of tables, keys and strings: the same paths as tomllib's."""
    lines = [f"{toml(key)} = {toml(value)}  # ] }}" for key, value in top.items()]
    for name, elements in tables.items():
        lines += [f"[[{toml(f'table {name}')}]]\nkey . {toml(name)} = {toml(element)}" for element in elements]
    text = "\n".join(lines)

    assert set(positions(text)) == set(paths(tomllib.loads(text)))
