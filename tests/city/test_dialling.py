"""Whom the city may dial: numbers as people write them, and the rule that speaks against one."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from city.dialling import Dialling, dialled_as


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("13812345678", "13812345678"),
        ("+8613812345678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("0518-1234567", "05181234567"),
        ("+865181234567", "05181234567"),
        ("+8605181234567", "05181234567"),
        ("110", "110"),
        ("", ""),
        ("12", ""),
        ("1381234567\r\nAction: Hangup", ""),
        ("${EXTEN}", ""),
        ("138123456\uff178", ""),
        ("+441234567890", ""),
    ],
)
def test_a_number_is_dialled_as_digits_or_not_at_all(written: str, dialled: str) -> None:
    """Text of any kind goes in."""
    assert dialled_as(written, "86") == dialled


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        ("13812345678", None),
        ("19912345678", None),
        ("85551234", None),
        ("051885551234", None),
        ("01085551234", None),
        ("110", "emergency_number"),
        ("0518120", "emergency_number"),
        ("16812345", "premium_number"),
        ("125901234", "premium_number"),
        ("0518168123", "premium_number"),
        ("10086", "unlisted_number"),
        ("12345", "unlisted_number"),
        ("004412345678", "unlisted_number"),
        ("138123456789", "unlisted_number"),
        ("", "unlisted_number"),
    ],
)
def test_the_rule_against_a_number_has_a_name(number: str, rule: str | None) -> None:
    """Emergency first, then premium, then whatever no pattern lists."""
    assert Dialling().rule_against(number, "0518", "86") == rule


def test_a_city_lists_its_own_patterns() -> None:
    """A pattern is digits and classes, nothing that a regular expression could mean."""
    assert Dialling(listed=("100XX",)).rule_against("10086", "0518", "86") is None
    with pytest.raises(ValidationError):
        Dialling(listed=("1.*",))
