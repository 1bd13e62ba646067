"""读数: numbers, amounts, dates, times, telephone and ticket numbers as a person says them, from prompt pieces.

The rules, after 《现代汉语八百词》 (吕叔湘) on 二 and 两, and common usage, as we know them:

1. A number is said in groups of four digits (万): 12,345,678 is 一千二百三十四万五千六百七十八.
2. A gap of zeros inside is one 零 (一千零一, 十万零五百, 一万零一十); zeros at the end are silent.
3. 一十 at the very front is 十 (十二, 十二万); inside it stays 一十 (一百一十).
4. 2 is 两 before 千 and 万 at the front of the number (两千, 两万, 两千万), and alone before a measure word (两位,
   两元); everywhere else it is 二 (二百, 二十, 三万二千, 第二, 二月二日).
5. A year is read digit by digit with 零 (二零二六年); the 1 of a telephone, ticket or room number is 幺.

Whatever is said can be written: `written` gives the text of the same pieces, so page and sound agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from types import MappingProxyType
from typing import Final

LARGEST: Final = 99_999_999

YAO: Final = "digit-yao"
LIANG: Final = "digit-liang"
DIGITS: Final[Mapping[str, str]] = MappingProxyType({str(digit): f"digit-{digit}" for digit in range(10)})
"""0 to 9 as counted: 一二三."""
TEN, HUNDRED, THOUSAND, MYRIAD = "digit-10", "digit-100", "digit-1000", "digit-10000"
YEAR, MONTH, DAY = "date-year", "date-month", "date-day"
BEFORE_DAWN, MORNING, AFTERNOON, EVENING = "time-before-dawn", "time-morning", "time-afternoon", "time-evening"
HOUR, MINUTE = "time-hour", "time-minute"
YUAN, JIAO, FEN = "money-yuan", "money-jiao", "money-fen"

PIECES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict(zip(DIGITS.values(), "零一二三四五六七八九", strict=True)),
        YAO: "幺",
        LIANG: "两",
        TEN: "十",
        HUNDRED: "百",
        THOUSAND: "千",
        MYRIAD: "万",
        YEAR: "年",
        MONTH: "月",
        DAY: "日",
        HOUR: "点",
        MINUTE: "分",
        YUAN: "元",
        JIAO: "角",
        FEN: "分",
        BEFORE_DAWN: "凌晨",
        MORNING: "上午",
        AFTERNOON: "下午",
        EVENING: "晚上",
    }
)
"""Every piece, and what it says. A city's prompts.toml has the same texts."""


def written(prompts: Iterable[str]) -> str:
    """The text of pieces, as it is heard: 两千零二十六. KeyError for what is no piece."""
    return "".join(PIECES[prompt] for prompt in prompts)


def number_aloud(number: str) -> tuple[str, ...]:
    """The prompts that read a number digit by digit, 1 as 幺 as telephones do; other characters are left out."""
    return tuple(YAO if digit == "1" else DIGITS[digit] for digit in number if digit in DIGITS)


def count_aloud(number: int, *, measured: bool = False) -> tuple[str, ...]:
    """A number of 0 to LARGEST. `measured`: a measure word follows, so 2 alone is 两. ValueError outside."""
    if not 0 <= number <= LARGEST:
        raise ValueError(f"{number} is not between 0 and {LARGEST}")
    if number == 0:
        return (DIGITS["0"],)
    if number == 2 and measured:
        return (LIANG,)
    myriads, rest = divmod(number, 10_000)
    said = list(_group(myriads, in_front=True))
    if myriads:
        said = [LIANG] if myriads == 2 else said
        said.append(MYRIAD)
        said += [DIGITS["0"]] if 0 < rest < 1000 else []
    return (*said, *_group(rest, in_front=not myriads))


def _group(number: int, *, in_front: bool) -> tuple[str, ...]:
    """Up to four digits, 0 is nothing. `in_front`: nothing stands before it."""
    said: list[str] = []
    is_gap = False
    for unit, name in ((1000, THOUSAND), (100, HUNDRED), (10, TEN), (1, "")):
        digit = number // unit % 10
        if digit == 0:
            is_gap = bool(said)
            continue
        said += [DIGITS["0"]] if is_gap else []
        is_gap = False
        said += _digit(digit, name, in_front=in_front and not said)
        said += [name] if name else []
    return tuple(said)


def _digit(digit: int, unit: str, *, in_front: bool) -> tuple[str, ...]:
    """One digit before its unit: rules 3 and 4."""
    if digit == 1 and unit == TEN and in_front:
        return ()
    return (LIANG if digit == 2 and unit == THOUSAND and in_front else DIGITS[str(digit)],)


def year_aloud(year: int) -> tuple[str, ...]:
    """二零二六年."""
    return (*(DIGITS[digit] for digit in str(year)), YEAR)


def date_aloud(day: date, *, with_year: bool = False) -> tuple[str, ...]:
    """十一月二十八日, with the year if wanted."""
    year = year_aloud(day.year) if with_year else ()
    return (*year, *count_aloud(day.month), MONTH, *count_aloud(day.day), DAY)


def time_aloud(moment: time) -> tuple[str, ...]:
    """下午两点二十分, 上午八点, 凌晨零点零五分. Seconds are left out."""
    part, hour = _part_of_day(moment.hour)
    minute = moment.minute
    gap = (DIGITS["0"],) if 0 < minute < 10 else ()
    minutes = (*gap, *count_aloud(minute), MINUTE) if minute else ()
    return (part, *count_aloud(hour, measured=True), HOUR, *minutes)


def _part_of_day(hour: int) -> tuple[str, int]:
    if hour < 6:
        return BEFORE_DAWN, hour
    if hour < 12:
        return MORNING, hour
    if hour < 18:
        return AFTERNOON, hour if hour == 12 else hour - 12
    return EVENING, hour - 12


def amount_aloud(yuan: Decimal) -> tuple[str, ...]:
    """两元, 十二元三角, 三百元零五分. ValueError for what is no amount of 0 to LARGEST yuan in whole fen."""
    if not (yuan.is_finite() and 0 <= yuan <= LARGEST and yuan == round(yuan, 2)):
        raise ValueError(f"{yuan} is no amount in yuan")
    whole, (jiao, fen) = int(yuan), divmod(int(yuan * 100) % 100, 10)
    said = [*count_aloud(whole, measured=True), YUAN] if whole or not (jiao or fen) else []
    said += [*count_aloud(jiao, measured=True), JIAO] if jiao else []
    if fen:
        said += [DIGITS["0"]] if said and not jiao else []
        said += [*count_aloud(fen, measured=True), FEN]
    return tuple(said)
