"""联系电话: a phone number that the caller says, and numbers hidden wherever words are shown. Pure.

Digits said one by one (幺三八…). Several numbers are told apart by the word before (电话是…) or by a correction (不对,
应该是…); else none is taken. A number broken into pieces, one of an order or a meter, and somebody else's are none.
What the agent reads back makes it surer; an agent who reads back another one leaves it empty. Where the caller agrees
to what was read back, it is that one, also if nobody else said it; where the caller denies it, it is not that one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from tickets.heard import Heard
from tickets.numbers import figures
from tickets.read_back import NOTHING, ReadBacks
from tickets.ticket import masked
from wording.sounds import sounds_like

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
_FIGURES, _ALIKE = "零一幺二两三四五六七八九", 0.3  # of a syllable
READ_BACK, AGREED, ALONE = 1.0, 0.95, 0.9


@dataclass(frozen=True, slots=True)
class ContactFound:
    """A number in figures, where it stands, and how it is known. `by_agent`: it stands in what was confirmed."""

    number: str = field(repr=False)
    start: int
    stop: int
    strength: float = ALONE
    rule: str = "来电人报号"
    by_agent: bool = False


def contact_of(said: Heard, read_back: Heard | None = None, answered: ReadBacks = NOTHING) -> ContactFound | None:
    """The one phone number the caller said, or the one they announced as such. `read_back`: what the agent said;
    `answered`: what of it the caller agreed to or denied."""
    denied = {each.number for each in _numbers(answered.denied.text)}
    found = [each for each in _numbers(said.text) if not _is_anothers(said.text, each) and each.number not in denied]
    agreed = _agreed(answered.confirmed, denied)
    one = _one(said.text, found)
    if agreed is None or (one is not None and one.number == agreed.number):
        return one if one is None or read_back is None else _confirmed(one, read_back, denied)
    return agreed if one is None or _is_as_sure(answered.confirmed, agreed, said, one) else None


def _one(text: str, found: list[ContactFound]) -> ContactFound | None:
    announced = [each for each in found if _ANNOUNCED.search(text, 0, each.start)]
    corrected = [each for each in found if _CORRECTED.search(text, 0, each.start)]
    return corrected[-1] if len(found) > 1 and corrected else _only(announced or found)


def _agreed(confirmed: Heard, denied: set[str]) -> ContactFound | None:
    """The last number to which the caller said yes."""
    text = confirmed.text
    found = [each for each in _numbers(text) if each.number not in denied and not _is_anothers(text, each)]
    return replace(found[-1], strength=AGREED, rule="话务员复述，来电人确认", by_agent=True) if found else None


def _is_as_sure(confirmed: Heard, agreed: ContactFound, said: Heard, one: ContactFound) -> bool:
    """Whether what the agent said was heard no worse than what it differs from."""
    return confirmed.confidence(agreed.start, agreed.stop) >= said.confidence(one.start, one.stop)


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
    looked at further around, and what only sounds like a digit before it counts, too.
    """
    near = text[max(0, start - _NEAR) : start] + text[stop : stop + _NEAR]
    around = text[max(0, start - _AROUND) : start] + "\n" + text[stop : stop + _AROUND]
    sounding = any(sounds_like(each, _FIGURES, _ALIKE) for each in text[max(0, start - _NEAR) : start])
    is_short = stop - start <= _SHORT and not _ANNOUNCED.search(text, 0, start)
    return re.search(_DIGIT, near) is not None or (
        is_short and (sounding or re.search(f"{_DIGIT}[^\n]?{_DIGIT}", around) is not None)
    )


def _is_anothers(text: str, found: ContactFound) -> bool:
    before = text[max(0, found.start - 16) : found.start]
    return _OF_SOMETHING.search(before) is not None or _OF_OTHERS.search(before) is not None


def _only(found: list[ContactFound]) -> ContactFound | None:
    return found[0] if len({each.number for each in found}) == 1 else None


def _confirmed(one: ContactFound, read_back: Heard, denied: set[str]) -> ContactFound | None:
    heard = {each.number for each in _numbers(read_back.text)} - denied
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
