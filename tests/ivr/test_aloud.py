"""What is said aloud means what was to be said: the pieces are read back by somebody who knows no rule of ours."""

from __future__ import annotations

import calendar
import re
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.load import load_city
from ivr.aloud import (
    LARGEST,
    PIECES,
    amount_aloud,
    count_aloud,
    date_aloud,
    number_aloud,
    time_aloud,
    written,
    year_aloud,
)

CITY = load_city(Path(__file__).parent.parent.parent / "cities" / "sample")
DIGITS = {sign: value for value, signs in enumerate(("零", "一幺", "二两", *"三四五六七八九")) for sign in signs}
UNITS = {"十": 10, "百": 100, "千": 1000}
PARTS_OF_DAY = {"凌晨": range(6), "上午": range(6, 12), "下午": range(12, 18), "晚上": range(18, 24)}


def value(said: str) -> int:
    """The number that a listener understands: digit and unit, group by group."""
    myriads, mark, rest = said.partition("万")
    return _group(myriads) * 10_000 + (_group(rest) if rest else 0) if mark else _group(said)


def _group(said: str) -> int:
    total, digit = 0, None
    for sign in said:
        if sign in UNITS:
            total += (1 if digit is None else digit) * UNITS[sign]
            digit = None
        else:
            digit = DIGITS[sign]
    return total + (digit or 0)


@given(st.integers(0, LARGEST) | st.sampled_from([10**n + m for n in range(8) for m in (-1, 0, 1)]))
def test_every_number_is_understood_as_it_was_meant(number: int) -> None:
    """0 to 99,999,999: by value; and no zero is said twice in a row, none at the end of a larger number."""
    said = written(count_aloud(number))

    assert value(said) == number
    assert "零零" not in said
    assert number == 0 or not said.endswith("零")
    assert not said.startswith("一十")


def test_small_numbers_are_understood_every_one() -> None:
    """Up to 20,100: where all rules of gaps and of 万 begin."""
    assert [value(written(count_aloud(number))) for number in range(20_101)] == list(range(20_101))


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "零"),
        (2, "二"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (101, "一百零一"),
        (110, "一百一十"),
        (222, "二百二十二"),
        (1001, "一千零一"),
        (2000, "两千"),
        (2012, "两千零一十二"),
        (10_010, "一万零一十"),
        (10_500, "一万零五百"),
        (20_000, "两万"),
        (22_222, "两万二千二百二十二"),
        (32_000, "三万二千"),
        (105_000, "十万五千"),
        (100_500, "十万零五百"),
        (120_002, "十二万零二"),
        (220_000, "二十二万"),
        (1_100_000, "一百一十万"),
        (20_000_000, "两千万"),
        (99_999_999, "九千九百九十九万九千九百九十九"),
    ],
)
def test_numbers_are_said_as_a_person_says_them(number: int, said: str) -> None:
    """二 and 两, 十 and 一十, one 零 for a gap."""
    assert written(count_aloud(number)) == said


def test_two_of_something_is_liang_and_nothing_else_changes() -> None:
    """两位, 两元; 十二位, 二十位."""
    assert [written(count_aloud(number, measured=True)) for number in (2, 12, 20, 22, 3)] == [
        "两",
        "十二",
        "二十",
        "二十二",
        "三",
    ]


@pytest.mark.parametrize("number", [-1, LARGEST + 1])
def test_what_is_too_large_to_say_is_refused(number: int) -> None:
    """Named in the error."""
    with pytest.raises(ValueError, match=str(number)):
        count_aloud(number)


@given(st.dates(date(1000, 1, 1), date(9999, 12, 31)))
def test_every_date_is_understood(day: date) -> None:
    """二零二六年十一月二十八日: the year by its digits, month and day as numbers."""
    found = re.fullmatch(r"(....)年(.+)月(.+)日", written(date_aloud(day, with_year=True)))

    assert found is not None
    assert int("".join(str(DIGITS[sign]) for sign in found[1])) == day.year
    assert (value(found[2]), value(found[3])) == (day.month, day.day)
    assert "两" not in found[0]
    assert "幺" not in found[0]


def test_every_day_of_a_leap_year_is_told_apart() -> None:
    """366 days, 366 texts."""
    days = [
        date(2028, month, day) for month in range(1, 13) for day in range(1, calendar.monthrange(2028, month)[1] + 1)
    ]

    assert len({written(date_aloud(day)) for day in days}) == len(days) == 366


def test_a_year_has_its_zeros() -> None:
    """二零二零年."""
    assert written(year_aloud(2020)) == "二零二零年"


@pytest.mark.parametrize("hour", range(24))
def test_every_time_is_understood(hour: int) -> None:
    """凌晨、上午、下午、晚上 and an hour of twelve; 零五分, and no minutes at the full hour."""
    for minute in range(60):
        said = written(time_aloud(time(hour, minute)))
        found = re.fullmatch(r"(凌晨|上午|下午|晚上)(.+)点(?:(.+)分)?", said)
        assert found is not None
        hours = {value(found[2]), value(found[2]) + 12}
        assert [it for it in PARTS_OF_DAY[found[1]] if it in hours] == [hour]
        assert (value(found[3]) if found[3] else 0) == minute
        assert found[3] is None or found[3].startswith("零") == (minute < 10)


@given(st.integers(0, LARGEST * 100))
def test_every_amount_is_understood(fen: int) -> None:
    """元, 角, 分: what is zero is not said, but for nothing at all."""
    said = written(amount_aloud(Decimal(fen) / 100))
    found = re.fullmatch(r"(?:(.+)元)?(?:零?(.+)角)?(?:零?(.+)分)?", said)

    assert found is not None
    yuan, jiao, rest = (value(part) if part else 0 for part in found.groups())
    assert yuan * 100 + jiao * 10 + rest == fen


@pytest.mark.parametrize(
    ("yuan", "said"),
    [
        ("0", "零元"),
        ("2", "两元"),
        ("12.30", "十二元三角"),
        ("300.05", "三百元零五分"),
        ("0.2", "两角"),
        ("2000.22", "两千元两角两分"),
    ],
)
def test_amounts_are_said_as_a_person_says_them(yuan: str, said: str) -> None:
    """300 元 5 分 has a 零 between."""
    assert written(amount_aloud(Decimal(yuan))) == said


@pytest.mark.parametrize("yuan", ["-1", "0.001", "NaN", "Infinity", "100000000"])
def test_what_is_no_amount_is_refused(yuan: str) -> None:
    """Parts of a fen, less than nothing, more than can be said."""
    with pytest.raises(ValueError, match="amount"):
        amount_aloud(Decimal(yuan))


@given(st.text("0123456789", max_size=20))
def test_every_telephone_number_is_understood(number: str) -> None:
    """Digit by digit, 1 as 幺."""
    said = written(number_aloud(number))

    assert "".join(str(DIGITS[sign]) for sign in said) == number
    assert "一" not in said


def test_the_page_and_the_voice_say_the_same() -> None:
    """The text of every piece in the sample city is what `written` shows."""
    assert {slug: CITY.prompts[slug].zh for slug in PIECES} == dict(PIECES)
