"""Chinese number words as figures, where one would write figures: house numbers, buildings, rooms. Pure, small.

Three ways of speaking: by value (一百二十三 → 123), digit by digit (一零一 → 101, 幺三八 → 138), or figures already.
"""

from __future__ import annotations

from itertools import pairwise

_DIGITS = {character: value for value, characters in enumerate(
    ("零〇", "一幺", "二两", "三", "四", "五", "六", "七", "八", "九")
) for character in characters}  # fmt: skip
_UNITS = {"十": 10, "百": 100, "千": 1000}
NUMBER_CHARACTERS = "".join(_DIGITS) + "".join(_UNITS) + "0123456789"


def figures(spoken: str) -> str | None:
    """The figures for a spoken number up to 9999, or for digits said one by one; None when it is neither."""
    if not spoken or not set(spoken) <= set(NUMBER_CHARACTERS):
        return None
    if spoken.isascii():
        return spoken
    if not set(spoken) & set(_UNITS):
        return "".join(str(_DIGITS.get(character, character)) for character in spoken)
    value = _value(spoken)
    return None if value is None else str(value)


def _value(spoken: str) -> int | None:
    """By value: digit and unit in turn, units falling; 十 may stand alone at the front; 零 only fills a gap."""
    parts = _parts("一" + spoken if spoken[0] == "十" else spoken)
    if parts is None or any(left[1] <= right[1] for left, right in pairwise(parts)):
        return None
    return sum(digit * unit for digit, unit in parts)


def _parts(spoken: str) -> list[tuple[int, int]] | None:
    parts: list[tuple[int, int]] = []
    waiting: int | None = None
    for character in spoken:
        if character in _UNITS:
            if not waiting:
                return None
            parts.append((waiting, _UNITS[character]))
            waiting = None
        elif character in "零〇" and waiting is None and parts:
            continue
        elif character in _DIGITS and waiting is None:
            waiting = _DIGITS[character]
        else:
            return None
    return parts if waiting is None else [*parts, (waiting, 1)]
