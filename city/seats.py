"""坐席: the desks a city starts with. The file `seats.toml`; what is opened and closed later is in the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from city.written import Skills, Slug, Written, no_skills

Extensions = Annotated[str, Field(pattern=r"^[0-9]{3,8}(-[0-9]{3,8})?$")]
MOST_IN_A_RANGE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """坐席: one phone at one desk, and what it serves on the day the city first starts."""

    extension: str
    queues: tuple[str, ...]
    skills: Mapping[str, int]  # what sitting there adds to an agent's skills
    open: bool  # whether calls are sent there from the first start; if not, the phone is only provisioned
    hours: str | None = None  # 班次: when somebody sits there; None: day and night


class SeatRange(Written):
    """坐席 that are alike: one extension "8001", or a range "8001-8006"."""

    extensions: Extensions
    """分机号或范围 / one extension or a range of them"""
    queues: tuple[Slug, ...] = ()
    """所服务的队列,见 queues.toml / names from queues.toml"""
    skills: Skills = Field(default_factory=no_skills)
    """坐在此处即具备的技能与级别 / what sitting there adds to an agent's skills"""
    hours: Slug | None = None
    """班次:此处何时有人,见 hours.toml;缺省昼夜 / when somebody sits there: a name from hours.toml; left out: always"""
    open: bool = True
    """首次启动即派话;false 为备用话机 / calls are sent there from the first start; false: only a phone in reserve"""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        first, last = self._ends()
        if not int(first) <= int(last) < int(first) + MOST_IN_A_RANGE or len(first) != len(last):
            raise PydanticCustomError(
                "range_backwards",
                f"a range goes from a smaller to a larger extension of equal length, at most {MOST_IN_A_RANGE} of them",
                {"zh": f"分机范围须由小到大、位数相同,且不超过 {MOST_IN_A_RANGE} 个"},
            )
        if self.open and not self.queues:
            raise PydanticCustomError(
                "open_seat_without_queue",
                "a seat that is open serves at least one queue",
                {"zh": "开放的坐席至少服务一个队列"},
            )
        return self

    def seats(self) -> Iterator[Seat]:
        """The seats of the range, one by one, in order."""
        first, last = self._ends()
        for number in range(int(first), int(last) + 1):
            extension = str(number).zfill(len(first))
            yield Seat(extension=extension, queues=self.queues, skills=self.skills, open=self.open, hours=self.hours)

    def _ends(self) -> tuple[str, str]:
        first, _, last = self.extensions.partition("-")
        return first, last or first


class SeatsFile(Written):
    """坐席表 seats.toml: the desks the city starts with."""

    seats: Annotated[tuple[SeatRange, ...], Field(min_length=1)]
