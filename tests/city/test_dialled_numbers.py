"""被叫号码: whichever way a hotline is dialled, it is the same hotline."""

from __future__ import annotations

import pytest

from city.city import City
from tests.city.scene import Copy


@pytest.mark.parametrize(
    "dialled", ["12345", "0518-12345", "051812345", "+8651812345", "008651812345", "+86 518 12345"]
)
def test_every_way_to_dial_12345_reaches_it(sample: City, dialled: str) -> None:
    """With area code, with country code, with separators."""
    hotline, known = sample.hotline_for(dialled)

    assert (hotline.number, known) == ("12345", True)


@pytest.mark.parametrize("dialled", ["12320", "0518-12320", "+8612320", "+86051812320"])
def test_the_dialled_number_names_the_hotline(sample: City, dialled: str) -> None:
    """A merged hotline is told by its number, not by a menu."""
    assert sample.hotline_for(dialled).hotline.queue == "health"


HOSTILE = [
    "",
    "110",
    "0518",
    "02512345",
    "s",
    "12345;DROP",
    "12345\r\nAction: x",
    "${EXTEN}",
    "1" * 500,
    "一二三四五",
    "\uff11\uff12\uff13\uff14\uff15",
]


@pytest.mark.parametrize("dialled", HOSTILE)
def test_an_unknown_number_lands_on_the_default_hotline_and_says_so(sample: City, dialled: str) -> None:
    """Nobody who dialled something is turned away, and the caller of this function can note it."""
    hotline, known = sample.hotline_for(dialled)

    assert (hotline.number, known) == ("12345", False)


def test_another_number_may_ring_a_hotline_too(copy: Copy) -> None:
    """双号并行: the old number of a merged hotline, here one of another city, still rings."""
    copy.replace("hotlines.toml", '"0518-12320"', '"0518-85520120", "025-8320 1234"')

    city = copy.load()

    assert city.hotline_for("+8651885520120").hotline.number == "12320"
    assert city.hotline_for("02583201234").hotline.number == "12320"
