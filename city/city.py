"""城市: everything a city configures, as one value that never changes. A new one replaces it whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from city.admission import Admission
from city.calendar import CalendarFile, WorkCalendar, calendar_of
from city.case_rules import CaseRules
from city.categories import Category
from city.deadlines import DeadlinesFile
from city.dialling import Dialling
from city.flows import Flow
from city.hotline import Hotline, Number
from city.hours import Hours
from city.level import Level, changed
from city.menu_nodes import AnyNode
from city.numbers import digits_of
from city.overlay import Overlay, overlaid, typed_as
from city.pace import prompt_s
from city.places import Place
from city.prompts import Prompt
from city.queue import Queue
from city.rating import RatingsFile
from city.retention import RecordingClass, RetentionFile
from city.seats import Seat
from city.trunks import TrunksFile
from city.urgency import HighRiskFile, UrgencyFile
from city.webhooks import WebhooksFile
from city.words import WordsFile
from city.written import Named, Slug, Written


class Skill(Named):
    """技能: something that not every agent masters."""

    name: Slug
    """技能名 / its name in the other files"""
    spoken: Slug | None = None
    """语种或方言:其提示音名的后缀,如 "en" 对应 menu-12320-en / a language: how the names of its prompts end"""


class Outside(Named):
    """外部号码: who may be dialled from a talk, to hand a caller over or to ask: 110, a department."""

    number: Annotated[str, Field(pattern=r"^[0-9]{3,15}$")]
    """所拨号码 / as the carrier takes it"""


class BreakLimit(Written):
    """小休时长: how long a break for this reason may be before it is told."""

    reason: Literal["rest", "meal", "training", "other"]
    """小休原因:休息、用餐、培训、其他 / rest, meal, training, other"""
    limit_min: Annotated[int, Field(ge=1, le=480)]
    """几分钟后提示超时,不强制结束 / after so many minutes it is told, not ended"""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise PydanticCustomError(
            "unknown_time_zone", "this machine knows no such time zone", {"zh": "本机没有这个时区"}
        ) from error
    return name


TimeZone = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_known_zone)]
"""时区 / an IANA name, such as Asia/Shanghai."""


class CityFile(Named):
    """城市 city.toml: its name, its telephone codes, and the skills that the other files may speak of."""

    area_code: Annotated[str, Field(pattern=r"^0[0-9]{2,3}$")]
    """区号 / for example "0518\""""
    country_code: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,2}$")] = "86"
    """国家码 / without + or 00"""
    time_zone: TimeZone = "Asia/Shanghai"
    """时区,IANA 名称;静默时段等按此钟 / the clock on the city's walls, by its IANA name"""
    default_hotline: Number
    """未登记号码的来电转入此热线 / takes the calls to numbers that no hotline lists"""
    short_abandon_s: Annotated[int, Field(ge=0, le=60)] = 10
    """短时放弃:几秒内挂机不计入放弃 / who hangs up within so many seconds is counted apart from those who gave up"""
    repeat_window_days: Annotated[int, Field(ge=1, le=365)] = 30
    """几日内的更早工单视为可能重复 / how many days back a repeated appeal is looked for"""
    skills: tuple[Skill, ...] = ()
    """其他文件可用的技能 / the skills that other files may name"""
    outside: tuple[Outside, ...] = ()
    """通话中可转接、咨询的外部号码,其他一律不拨 / outside numbers that may be dialled from a talk; no others are"""
    breaks: tuple[BreakLimit, ...] = ()
    """小休时长上限;未列的原因不限 / how long breaks may be; reasons that are not listed have no limit"""


class Dialled(NamedTuple):
    """The hotline that takes a call, and whether it lists the number that was dialled."""

    hotline: Hotline
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """城市. Made by `city.load.load_city`, which has checked that all names lead somewhere."""

    folder: Path
    about: CityFile
    hotlines: Mapping[str, Hotline]  # by number
    numbers: Mapping[str, str]  # every string of digits that means a listed number, and the hotline it rings
    hours: Mapping[str, Hours]  # by name
    queues: Mapping[str, Queue]  # by name
    menus: Mapping[str, AnyNode]  # by name
    places: tuple[Place, ...]
    words: WordsFile
    categories: tuple[Category, ...]
    flows: Mapping[str, Flow]  # by name
    seats: tuple[Seat, ...]
    admission: Admission
    lines: TrunksFile
    dialling: Dialling
    webhooks: WebhooksFile
    ratings: RatingsFile
    retention: RetentionFile | None
    levels: Mapping[str, Level]  # by name, the resting one first
    years: tuple[CalendarFile, ...]
    deadlines: DeadlinesFile
    urgency: UrgencyFile
    high_risk: HighRiskFile
    prompts: Mapping[str, Prompt]  # by slug
    voices: Mapping[str, str] = field(default_factory=dict)  # prompt -> the name that means its recording, for good
    sounds: Path | None = None  # where this version's audio is, if not in its folder

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.about.time_zone)

    @property
    def calendar(self) -> WorkCalendar:
        """All years as one calendar, reckoned anew each time."""
        return calendar_of(self.years)

    @property
    def case_rules(self) -> CaseRules:
        """How cases are taken."""
        return CaseRules(
            categories=self.categories,
            flows=dict(self.flows),
            urgency=self.urgency,
            high_risk=self.high_risk,
            deadlines=self.deadlines,
            years=self.years,
        )

    @property
    def crisis_queues(self) -> frozenset[str]:
        """Where callers of crisis lines wait."""
        return frozenset(hotline.queue for hotline in self.hotlines.values() if hotline.crisis)

    @property
    def crisis_hotlines(self) -> frozenset[str]:
        """The numbers of hotlines for people in need."""
        return frozenset(hotline.number for hotline in self.hotlines.values() if hotline.crisis)

    def is_confidential(self, hotline: str | None) -> bool:
        """Whether this hotline promises secrecy; one that is not ours promises nothing."""
        known = self.hotlines.get(hotline or "")
        return known is not None and known.confidential

    def recording_class(self, hotline: str | None) -> RecordingClass | None:
        """By which class recordings of this hotline's calls are kept; None: for good. Not ours: by the first."""
        if self.retention is None:
            return None
        known = self.hotlines.get(hotline or "")
        named = {each.name: each for each in self.retention.classes}
        return named[known.recording_class] if known and known.recording_class else self.retention.classes[0]

    def hotline_for(self, dialled: str) -> Dialled:
        """The hotline of a dialled number (DNIS), however written; an unknown one lands on the default hotline."""
        number = self.numbers.get(digits_of(dialled))
        return Dialled(self.hotlines[number or self.about.default_hotline], number is not None)

    def under(
        self,
        several: Sequence[tuple[str, Written]],
        notice: str | None = None,
        instead: Mapping[str, str] = MappingProxyType({}),
        overlays: Sequence[Overlay] = (),
    ) -> City:
        """The city while QueueChanges, each by its queue's name, are in force, the later before the earlier.

        `notice`: said after greetings; `instead`: prompts, and what is said in their place. Not to who calls a crisis
        line, nor where they wait. `overlays`: said on top of all that, the later over the earlier; one that leads to a
        queue which the city has no more, or where callers of a crisis line wait by now, is passed by.
        """
        queues = {
            queue.name: changed(queue, (change for name, change in several if name == queue.name))
            for queue in self.queues.values()
        }
        for name in queues.keys() - self.crisis_queues if instead else ():
            queues[name] = queues[name].with_prompts(instead)
        open_to_all = self.queues.keys() - self.crisis_queues
        known = [overlay for overlay in overlays if overlay.join is None or overlay.join in open_to_all]
        typed = {typed_as(text): Prompt(zh=text, en=text) for overlay in known if (text := overlay.text)}
        hotlines = {line.number: overlaid(_saying(line, notice, instead), known) for line in self.hotlines.values()}
        menus = {
            name: menu.model_copy(update={"prompt": instead.get(menu.prompt, menu.prompt)})
            for name, menu in self.menus.items()
        }
        return replace(
            self,
            queues=MappingProxyType(queues),
            hotlines=MappingProxyType(hotlines),
            menus=MappingProxyType(menus) if instead else self.menus,
            prompts=MappingProxyType({**self.prompts, **typed}) if typed else self.prompts,
        )

    def audio_of(self, slug: str) -> Path:
        """Where the audio of a prompt is, or would be."""
        return audio_path(self.folder, slug) if self.sounds is None else self.sounds / f"{slug}.wav"

    def seconds_of(self, slug: str) -> float:
        """How long a prompt lasts, by its audio; without any, about how long its text takes to say."""
        return prompt_s(self.audio_of(slug), self.prompts.get(slug))


def _saying(hotline: Hotline, notice: str | None, instead: Mapping[str, str]) -> Hotline:
    """The hotline with other prompts in its greeting, and one more; whoever calls a crisis line is not kept."""
    if hotline.crisis or not (notice or instead):
        return hotline
    greeting = (*(instead.get(prompt, prompt) for prompt in hotline.greeting), *([notice] if notice else []))
    night = hotline.night_prompt and instead.get(hotline.night_prompt, hotline.night_prompt)
    return hotline.model_copy(update={"greeting": greeting, "night_prompt": night})


def audio_path(folder: Path, slug: str) -> Path:
    """Where a city folder keeps the audio of a prompt."""
    return folder / "prompts" / f"{slug}.wav"
