"""热线: a number citizens know, and where its callers go. The file `hotlines.toml`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from city.written import Named, Skills, Slug, Title, Written, no_skills

Number = Annotated[str, Field(pattern=r"^[0-9]{3,12}$")]
Variant = Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ()-]{2,24}$")]
OutsideNumber = Annotated[str, Field(pattern=r"^[0-9]{3,15}$")]
"""外部号码: as `[[outside]]` of city.toml lists it."""


class MergeMode(StrEnum):
    """归并方式: how a hotline was merged into 12345 (State Council Office 2020 No. 53, as we know it)."""

    OWN = "own"  # 本级: not merged: 12345 itself, and what the centre began by itself
    WHOLE = "whole"  # 整体并入: the old number is retired or only rings here, its seats have moved in
    DUAL = "dual"  # 双号并行: the old number goes on beside 12345, and rings here
    BRANCH = "branch"  # 设分中心: a centre of its own; its calls are transferred to it


class Night(StrEnum):
    """闭线服务: where callers go while a hotline is closed."""

    QUEUE = "queue"  # 转其他队列
    TRANSFER = "transfer"  # 转外部号码
    MESSAGE = "message"  # 语音留言


class Hotline(Named):
    """热线. Its callers hear the greeting, then the menu if there is one, then wait in the queue."""

    number: Number
    """市内所拨号码 / as dialled inside the city, for example "12320\""""
    variants: tuple[Variant, ...] = ()
    """同样接入此热线的其他号码;区号、国家码无需列出 / other numbers that ring here; no need to list area codes"""
    owner: Title | None = None
    """主管单位 / the authority whose hotline it is"""
    merge: MergeMode = MergeMode.OWN
    """归并方式:own 本级,whole 整体并入,dual 双号并行,branch 设分中心 / how it was merged into 12345"""
    queue: Slug
    """队列名,见 queues.toml / a name from queues.toml"""
    skills: Skills = Field(default_factory=no_skills)
    """每个来电都要求的技能与级别 / what every caller needs an agent to master, and how well"""
    priority: Annotated[int, Field(ge=-100, le=100)] = 0
    """优先级,大者先接 / larger goes first"""
    greeting: Annotated[tuple[Slug, ...], Field(min_length=1)]
    """欢迎词,依次播放,须告知录音 / prompts, played in order; one of them tells of the recording (录音)"""
    menu: Slug | None = None
    """按键菜单,menus/ 下的文件名(不含 .toml) / a file of menus/, without its ending"""
    hours: Slug | None = None
    """开放时间,见 hours.toml;缺省昼夜开放 / a name from hours.toml; left out: open day and night"""
    night: Night | None = None
    """关闭时:queue 转其他队列,transfer 转外部号码,message 语音留言 / where callers go while it is closed"""
    night_queue: Slug | None = None
    """关闭时等候的队列 / with night = "queue": where they wait"""
    night_transfer: OutsideNumber | None = None
    """关闭时转往的号码,见 city.toml 的 outside / with night = "transfer": a number of `[[outside]]`"""
    night_prompt: Slug | None = None
    """关闭时加播的提示音 / said after the greeting while it is closed"""
    transfer: OutsideNumber | None = None
    """转接号码,见 city.toml 的 outside;设分中心者来电即转此处 / where a branch's calls go, and whom agents may ask"""
    crisis: bool = False
    """危机热线:直接转人工,不得有菜单 / straight to a person, so it may not have a menu"""
    confidential: bool = False
    """保密热线(如举报):号码不示人,文字与录音限本次话务员与班长 / nobody sees numbers, others no word of a call"""
    recording_class: Slug | None = None
    """录音级别,见 retention.toml;缺省为其首个 / how long it is kept: a name from retention.toml, else its first"""

    @property
    def is_branch(self) -> bool:
        """Whether its calls are transferred to a centre of its own."""
        return self.merge is MergeMode.BRANCH

    @model_validator(mode="after")
    def _is_served_at_night(self) -> Self:
        wanted = {Night.QUEUE: "night_queue", Night.TRANSFER: "night_transfer"}
        needed = {wanted[self.night]} if self.night in wanted else set()
        written = {key for key in wanted.values() if getattr(self, key) is not None}
        if (self.hours is None) != (self.night is None):
            raise PydanticCustomError(
                "night_service",
                "a hotline with hours says where its callers go while it is closed (night), and no other does",
                {"zh": "写了 hours 就须写 night(关闭时来电的去向),反之亦然"},
            )
        if needed != written or (self.night_prompt is not None and self.night is None):
            raise PydanticCustomError(
                "night_service",
                'night = "queue" goes with night_queue, night = "transfer" with night_transfer, and neither without',
                {"zh": 'night = "queue" 须写 night_queue,night = "transfer" 须写 night_transfer,且不多写'},
            )
        return self

    @model_validator(mode="after")
    def _is_where_it_says(self) -> Self:
        if self.is_branch and self.transfer is None:
            raise PydanticCustomError(
                "branch_without_transfer", "a branch centre has a transfer number", {"zh": "设分中心者须写 transfer"}
            )
        if self.is_branch and self.menu is not None:
            raise PydanticCustomError(
                "branch_has_no_menu", "a branch centre asks by itself: no menu here", {"zh": "设分中心者此处不设菜单"}
            )
        return self


def is_default(key: str, value: object) -> bool:
    """Whether a key of a hotline need not be written to have this value."""
    field = Hotline.model_fields[key]
    return not field.is_required() and value == field.get_default(call_default_factory=True, validated_data={})


class HotlinesFile(Written):
    """热线表 hotlines.toml: the hotlines of the city."""

    hotlines: Annotated[tuple[Hotline, ...], Field(min_length=1)]
