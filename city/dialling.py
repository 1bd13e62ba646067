"""外呼: whom we may dial, and how often; who is owed a call-back. The file `dialling.toml`."""

from __future__ import annotations

import re
from datetime import time, timedelta
from functools import cache
from typing import Annotated, Final

from pydantic import Field

from city.numbers import local_number
from city.written import Written

Pattern = Annotated[str, Field(pattern=r"^([0-9XZN]|\[[0-9]-[0-9]\]){3,20}$")]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
ShortNumber = Annotated[str, Field(pattern=r"^[0-9]{3,12}$")]

EMERGENCY: Final = ("110", "112", "119", "120", "122")
PREMIUM: Final = ("160", "168", "1259")
LISTED: Final = (
    "1[3-9]XXXXXXXXX",
    *("[2-8]XXXXXX", "[2-8]XXXXXXX"),
    *("0[1-2]X[2-8]XXXXXXX", "0[3-9]XX[2-8]XXXXXX", "0[3-9]XX[2-8]XXXXXXX"),
)

_CLASSES: Final = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]"}


class Dialling(Written):
    """外呼 dialling.toml: may be absent; then every value is its default."""

    listed: tuple[Pattern, ...] = LISTED
    """可拨号码的式样,X 为 0–9,Z 为 1–9,N 为 2–9 / patterns of numbers that may be dialled, as in Asterisk"""
    emergency: tuple[ShortNumber, ...] = EMERGENCY
    """紧急号码,从不外呼 / emergency numbers: never dialled from here"""
    premium: tuple[ShortNumber, ...] = PREMIUM
    """收费声讯号码的开头,从不外呼 / how premium-rate numbers begin: never dialled"""
    attempts_per_number: Annotated[int, Field(ge=1, le=100)] = 5
    """window_s 秒内对同一号码最多外呼几次 / attempts to one number within window_s, whatever became of them"""
    window_s: Annotated[int, Field(ge=60, le=604_800)] = 86_400
    """计次的时间窗,秒 / the while in which they are counted, seconds"""
    ring_s: Annotated[int, Field(ge=5, le=120)] = 40
    """对方振铃最长几秒 / how long the citizen's phone rings, seconds"""
    call_back_abandoned: bool = True
    """久候放弃者待回拨 / who gave up after waiting is owed a call-back"""
    quiet_from: Clock = "21:00"
    """静默时段起,本地时间;其间不自动回拨 / local time; from here no rule dials a citizen. As quiet_until: never"""
    quiet_until: Clock = "08:00"
    """静默时段止 / until here"""
    call_back_attempts: Annotated[int, Field(ge=1, le=20)] = 3
    """自动回拨几次未果后留待人工 / after so many attempts in vain a call-back is left to people"""
    call_back_spacing_s: Annotated[int, Field(ge=60, le=86_400)] = 1800
    """两次自动回拨至少相隔几秒 / from one attempt to the next at least so many seconds"""

    @property
    def window(self) -> timedelta:
        """`window_s`."""
        return timedelta(seconds=self.window_s)

    @property
    def quiet(self) -> tuple[time, time]:
        """`quiet_from` and `quiet_until`."""
        return time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_until)

    def rule_against(self, number: str, area_code: str, country_code: str) -> str | None:
        """The rule by which a number must not be dialled, or None. `number` is as `dialled_as` writes it.

        A rule's name is stable: emergency_number, premium_number, unlisted_number.
        """
        local = local_number(number, area_code, country_code)
        if {number, local} & set(self.emergency):
            return "emergency_number"
        if number.startswith(self.premium) or local.startswith(self.premium):
            return "premium_number"
        listed = any(pattern_regex(pattern).fullmatch(number) for pattern in self.listed)
        return None if listed else "unlisted_number"


def dialled_as(number: str, country_code: str) -> str:
    """The digits to dial for a number as a person or a carrier writes it; "" for what is none.

    +8613812345678 and 138 1234 5678 are 13812345678; +865181234567 and 0518-1234567 are both 05181234567.
    """
    bare = number.translate(str.maketrans("", "", " -()"))
    for prefix in (f"+{country_code}", f"00{country_code}"):
        if bare.startswith(prefix):
            rest = bare.removeprefix(prefix)
            is_mobile = rest.startswith("1") and len(rest) == 11
            bare = rest if is_mobile or rest.startswith("0") else f"0{rest}"
            break
    return bare if re.fullmatch(r"[0-9]{3,20}", bare, re.ASCII) else ""


@cache
def pattern_regex(pattern: str) -> re.Pattern[str]:
    """The numbers that a pattern means, to be matched whole."""
    return re.compile("".join(_CLASSES.get(sign, sign) for sign in re.findall(r"\[[^\]]*\]|.", pattern)))
