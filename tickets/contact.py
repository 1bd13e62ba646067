"""联系电话: a phone number that the caller says, and numbers hidden wherever words are shown. Pure.

Digits said one by one (幺三八…). Several numbers are told apart by the word before (电话是…), else none is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tickets.heard import Heard
from tickets.numbers import figures
from tickets.ticket import masked

_DIGITS = re.compile(r"[零〇一幺二两三四五六七八九0-9]{7,}")
_PHONE = re.compile(r"1[3-9][0-9]{9}|0[1-9][0-9]{8,10}|[2-8][0-9]{6,7}")
_ANNOUNCED = re.compile(r"(?:电话|手机|号码|联系方式)(?:号码|号)?(?:就)?(?:是|为|:|：)?$")


@dataclass(frozen=True, slots=True)
class ContactFound:
    """A number in figures, and where it stands."""

    number: str = field(repr=False)
    start: int
    stop: int


def contact_of(heard: Heard) -> ContactFound | None:
    """The one phone number the caller said, or the one they announced as such."""
    found = [ContactFound(number, match.start(), match.end()) for match in _DIGITS.finditer(heard.text)
             if (number := figures(match[0])) and _PHONE.fullmatch(number)]  # fmt: skip
    announced = [each for each in found if _ANNOUNCED.search(heard.text, 0, each.start)]
    return _only(announced or found)


def _only(found: list[ContactFound]) -> ContactFound | None:
    return found[0] if len({each.number for each in found}) == 1 else None


def without_numbers(text: str) -> str:
    """The same text with every long run of digits masked, spoken or written."""
    return _DIGITS.sub(lambda match: masked(figures(match[0])), text)
