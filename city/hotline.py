"""热线: a number citizens know, and where its callers go. The file `hotlines.toml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from city.written import Named, Skills, Slug, Written, no_skills

Number = Annotated[str, Field(pattern=r"^[0-9]{3,12}$")]
Variant = Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ()-]{2,24}$")]


class Hotline(Named):
    """热线. Its callers hear the greeting, then the menu if there is one, then wait in the queue."""

    number: Number
    """市内所拨号码 / as dialled inside the city, for example "12320\""""
    variants: tuple[Variant, ...] = ()
    """同样接入此热线的其他号码;区号、国家码无需列出 / other numbers that ring here; no need to list area codes"""
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
    crisis: bool = False
    """危机热线:直接转人工,不得有菜单 / straight to a person, so it may not have a menu"""


class HotlinesFile(Written):
    """热线表 hotlines.toml: the hotlines of the city."""

    hotlines: Annotated[tuple[Hotline, ...], Field(min_length=1)]
