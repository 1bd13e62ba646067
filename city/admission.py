"""接入控制: how many calls are let in, so that a flood leaves room for everybody else. The file `admission.toml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from city.written import Written

SharedNumber = Annotated[str, Field(pattern=r"^\+?[0-9]{3,19}$")]


class Admission(Written):
    """接入控制 admission.toml: may be absent; then every value is its default. A crisis hotline is never limited."""

    calls_at_once: Annotated[int, Field(ge=2, le=5000)] = 120
    """整机同时来电上限,须低于 Asterisk 的承受力 / calls at once on the whole machine, below what Asterisk bears"""
    calls_at_once_per_number: Annotated[int, Field(ge=1, le=100)] = 3
    """同一主叫同时来电上限 / calls at once of one caller's number"""
    calls_per_number: Annotated[int, Field(ge=1, le=1000)] = 20
    """同一主叫在 window_s 秒内的来电上限 / calls of one number within window_s"""
    window_s: Annotated[int, Field(ge=10, le=86_400)] = 600
    """计次的时间窗,秒 / the while in which calls of one number are counted, seconds"""
    shared_numbers: tuple[SharedNumber, ...] = ()
    """多人共用的主叫号码(单位总机、学校、医院),写法同运营商所送 / shared by many people, as the carrier writes them"""

    def shares(self, number: str) -> bool:
        """Whether many people call by this number."""
        return _digits(number) in set(map(_digits, self.shared_numbers))


def _digits(number: str) -> str:
    return number.removeprefix("+")
