"""说出来的数: a number in Chinese characters as figures. Pure.

By value (一百二十三 → 123, 三百五 → 350, 两万 → 20000) or digit by digit (一零一 → 101, 幺三八 → 138). Which characters
are one number, and whether they are a number at all, is the grammar's to say; what a well-formed one comes to is then
a sum.
"""

from __future__ import annotations

import re

DIGITS = "零〇一幺二两三四五六七八九"
DIGIT = "[一二两三四五六七八九]"
_FIGURES = str.maketrans(DIGITS, "0011223456789")
_TENS = f"(?:{DIGIT}?十{DIGIT}?)"
_REST_OF_100 = f"(?:零{DIGIT}|{DIGIT}十{DIGIT}?|{DIGIT})?"
_HUNDREDS = f"(?:{DIGIT}百{_REST_OF_100})"
_THOUSANDS = f"(?:{DIGIT}千(?:零{_TENS}|零{DIGIT}|{DIGIT}百{_REST_OF_100}|{DIGIT})?)"
_BELOW_10000 = f"(?:{_THOUSANDS}|{_HUNDREDS}|{_TENS}|{DIGIT})"
VALUE = f"(?:{_BELOW_10000}万(?:零?{_BELOW_10000})?|{_BELOW_10000})"
"""A well-formed number below 10⁸."""

_WHOLE = re.compile(VALUE)
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}


def digits(spoken: str) -> str:
    """Each character its figure: 一零一 → 101. Only for text of DIGITS."""
    return spoken.translate(_FIGURES)


def value(spoken: str) -> int | None:
    """What a well-formed number comes to; None if it is none. 三百五 is 350, as it is meant; 三百零五 is 305."""
    if not _WHOLE.fullmatch(spoken):
        return None
    last = spoken[-2:-1]
    if last in ("百", "千", "万") and spoken[-1] in DIGITS:  # the unit after the last digit is left out
        return _sum(spoken[:-1]) + int(digits(spoken[-1])) * _UNITS[last] // 10
    return _sum(spoken)


def _sum(spoken: str) -> int:
    above, _, below = spoken.rpartition("万")
    if above:
        return _sum(above) * 10_000 + _sum(below)
    total, digit = 0, 0
    for character in spoken:
        if character in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[character], 0
        else:
            digit = int(digits(character))
    return total + digit
