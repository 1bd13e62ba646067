"""联系电话: a phone number that the caller says, and numbers hidden wherever words are shown. Pure.

Digits said one by one (幺三八…). Several numbers are told apart by the word before (电话是…) or by a correction (不对,
应该是…); else none is taken. A number broken into pieces, one of an order or a meter, and somebody else's are none.
What the agent reads back makes it surer; an agent who reads back another one leaves it empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tickets.heard import Heard
from tickets.numbers import figures
from tickets.ticket import masked

_DIGIT = "[零〇一幺二两三四五六七八九0-9]"
_NUMBER = re.compile(rf"{_DIGIT}{{2,}}(?:[-－—，、 ]{_DIGIT}{{2,}})*")
_MASKED_FROM = 7  # digits
_PHONE = re.compile(r"1[3-9][0-9]{9}|0[1-9][0-9]{8,10}|[2-8][0-9]{6,7}")
_ANNOUNCED = re.compile(r"(?:电话|手机|号码|联系方式|联系我|打给我)(?:号码|号)?(?:就)?(?:是|为|打|:|：|，)?$")
_CORRECTED = re.compile(r"(?:不对|错了|说错|应该是|更正|改成)[^\n]{0,8}$")
_OF_SOMETHING = re.compile(r"(?:订单|编号|单号|工号|车牌|灯杆|账号|卡号|户号|票号|证号|合同|金额)[^\n，。]{0,4}$")
_OF_OTHERS = re.compile(
    r"(?:公司|商家|店家|店里|老板|物业|对方|中介|骗子|他们?|她)(?:那边)?(?:的|家的)?(?:电话|手机|号码)(?:号码|号)?(?:是|为)?$"
)
_NEAR = 2  # characters beside a number in which another digit means that it was broken
_SHORT, _AROUND = 9, 8
READ_BACK, ALONE = 1.0, 0.9


@dataclass(frozen=True, slots=True)
class ContactFound:
    """A number in figures, where it stands, and how it is known."""

    number: str = field(repr=False)
    start: int
    stop: int
    strength: float = ALONE
    rule: str = "来电人报号"


def contact_of(said: Heard, read_back: Heard | None = None) -> ContactFound | None:
    """The one phone number the caller said, or the one they announced as such. `read_back`: what the agent said."""
    found = [each for each in _numbers(said.text) if not _is_anothers(said.text, each)]
    announced = [each for each in found if _ANNOUNCED.search(said.text, 0, each.start)]
    corrected = [each for each in found if _CORRECTED.search(said.text, 0, each.start)]
    one = corrected[-1] if len(found) > 1 and corrected else _only(announced or found)
    return one if one is None or read_back is None else _confirmed(one, read_back)


def _numbers(text: str) -> list[ContactFound]:
    found = []
    for match in _NUMBER.finditer(text):
        digits = _digits(match)
        if _PHONE.fullmatch(digits) and not _is_broken(text, match.start(), match.end()):
            found.append(ContactFound(digits, match.start(), match.end()))
    return found


def _is_broken(text: str, start: int, stop: int) -> bool:
    """Whether other digits stand so near that some of the number may have been misheard.

    What looks like a number without its area code may be the end of a longer one, unless it is announced: it is
    looked at further around.
    """
    near = text[max(0, start - _NEAR) : start] + text[stop : stop + _NEAR]
    around = text[max(0, start - _AROUND) : start] + "\n" + text[stop : stop + _AROUND]
    is_short = stop - start <= _SHORT and not _ANNOUNCED.search(text, 0, start)
    return re.search(_DIGIT, near) is not None or (
        is_short and re.search(f"{_DIGIT}[^\n]?{_DIGIT}", around) is not None
    )


def _is_anothers(text: str, found: ContactFound) -> bool:
    before = text[max(0, found.start - 16) : found.start]
    return _OF_SOMETHING.search(before) is not None or _OF_OTHERS.search(before) is not None


def _only(found: list[ContactFound]) -> ContactFound | None:
    return found[0] if len({each.number for each in found}) == 1 else None


def _confirmed(one: ContactFound, read_back: Heard) -> ContactFound | None:
    heard = {each.number for each in _numbers(read_back.text)}
    if one.number in heard:
        return ContactFound(one.number, one.start, one.stop, READ_BACK, "来电人报号，话务员复述")
    is_like = any(len(each) == len(one.number) and _differing(each, one.number) <= len(each) // 3 for each in heard)
    return None if is_like else one


def _differing(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


def without_numbers(text: str) -> str:
    """The same text with every long run of digits masked, spoken or written."""
    return _NUMBER.sub(lambda match: masked(found) if len(found := _digits(match)) >= _MASKED_FROM else match[0], text)


def _digits(match: re.Match[str]) -> str:
    return figures(re.sub(f"(?!{_DIGIT}).", "", match[0])) or ""
