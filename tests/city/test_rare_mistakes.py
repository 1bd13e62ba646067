"""Mistakes that hardly anybody makes, told at their line as all others are."""

from __future__ import annotations

import pytest

from tests.city.scene import Copy, Slip

SLIPS = [
    Slip("unknown_time_zone", "city.toml", '"Asia/Shanghai"', '"Asia/Lianyungang"'),
    Slip("unknown_hotline", "ratings.toml", "bad = 2\n", 'bad = 2\nnever = ["12345", "12999"]\n', below=1),
    Slip("unknown_hotline", "ratings.toml", "bad = 2\n", 'bad = 2\nsensitive = ["12999"]\n', below=1),
    Slip("waits_for_nobody", "queues.toml", "wrap_up_s = 45", "wrap_up_s = 45\nprefer_last_agent_s = 5", below=-5),
    Slip("out_of_range", "retention.toml", "keep_days = 1095", "keep_days = 1095\ntranscript_days = 0", below=1),
    Slip("duplicate_trunk", "trunks.toml", 'name = "b"', 'name = "a"'),
]  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.rule}-{slip.file}")
def test_a_rare_mistake_is_found_where_it_was_made(copy: Copy, slip: Slip) -> None:
    """One slip, one mistake, in that file, on that line, by that rule."""
    for name in "ab":
        there = f'addresses = ["203.0.113.{ord(name)}/32"]'
        copy.append("trunks.toml", f'\n[[trunks]]\nname = "{name}"\nzh = "甲"\nen = "A"\n{there}\n')
    copy.load()
    line = copy.replace(slip.file, slip.old, slip.new)

    assert copy.only_mistake() == (slip.file, line + slip.below, slip.rule)


def test_a_file_that_cannot_be_read_is_told(copy: Copy) -> None:
    """A folder of its name, for example."""
    (copy.folder / "queues.toml").unlink()
    (copy.folder / "queues.toml").mkdir()

    assert copy.only_mistake() == ("queues.toml", 1, "file_unreadable")
