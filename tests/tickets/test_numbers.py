"""Spoken numbers as figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.numbers import figures

DIGITS = "零一二三四五六七八九"


def spoken(number: int) -> str:
    """A number 1…9999 as one says it in Chinese."""
    text, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            text += ("零" if gap and text else "") + DIGITS[digit] + name
            gap = False
        else:
            gap = True
    return text.removeprefix("一") if text.startswith("一十") else text


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("十二", "12"), ("十", "10"), ("二十", "20"), ("一百零五", "105"), ("一百二十三", "123"), ("两百", "200"),
        ("一零一", "101"), ("幺三八", "138"), ("五〇二", "502"), ("12", "12"), ("三", "3"), ("九千九百九十九", "9999"),
        ("", None), ("百", None), ("十百", None), ("二三十", None), ("一百二十三四", None), ("号", None),
        ("三零十", None),
    ],
)  # fmt: skip
def test_number_is_written_as_figures_or_not_at_all(said: str, written: str | None) -> None:
    """By value, digit by digit, or nonsense."""
    assert figures(said) == written


@given(st.integers(1, 9999))
def test_every_number_said_by_value_is_written_right(number: int) -> None:
    """One to 9999."""
    assert figures(spoken(number)) == str(number)


@given(st.text(alphabet="零一二两三十百千幺0129〇", max_size=9))
def test_no_text_makes_it_raise(said: str) -> None:
    """Figures or None."""
    written = figures(said)

    assert written is None or written.isdigit()
