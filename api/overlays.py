"""应急播报: an announcement on top of hotlines, or a straight way to a queue, at once and for a while.

It is a measure (acd.measures): timed, undone, listed and written down like any other. What is added here: how long
callers will be spoken to, measured from the audio. GB/T 33358, as we know it, counts these seconds inside the 15.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from acd.errors import AnnouncementTooLong, UnknownPrompt
from acd.measures import Aim, Kind
from api.asked import Asked
from api.measure_seen import MeasureDone, done, moment
from api.measures import ChangeMeasures, MakeMeasure, make
from api.prompt_port import PromptVoices
from city.city import City
from city.overlay import Overlay, overlaid
from city.pace import ANSWER_WITHIN_S, seconds_to_a_person
from city.prompts import audio_fault


class SetOverlay(MakeMeasure):
    """`ends` must be said: an overlay ends by itself."""

    overlay: Overlay


class OverlayDone(MeasureDone):
    """`seconds_before_waiting`: by hotline, of the caller who takes longest. `too_long`: those of more than 15 s."""

    seconds_before_waiting: dict[str, float]
    too_long: tuple[str, ...]


class ExtendMeasure(ChangeMeasures):
    """Until when it is to last instead; without a zone it is the city's time."""

    ends: datetime = Field()


async def put(asked: Asked[SetOverlay]) -> OverlayDone:
    """In force for the next caller. Refused: an unknown prompt, queue or hotline, no end, too long, cannot be said."""
    overlay, city = asked.wish.overlay, asked.services.measures.now.city
    seconds = await _measured(city, overlay, asked.services.prompts)
    made = await make(asked.services.measures, asked.wish, str(asked.by), Aim(kind=Kind.OVERLAY, overlay=overlay))
    too_long = tuple(number for number, lasts in seconds.items() if lasts > ANSWER_WITHIN_S)
    return OverlayDone(**made.model_dump(), seconds_before_waiting=dict(seconds), too_long=too_long)


async def extend(asked: Asked[ExtendMeasure]) -> MeasureDone:
    """Let a measure that has an end last longer, or less long."""
    measures, wish = asked.services.measures, asked.wish
    ends = moment(wish.ends, measures.now.base.zone)
    number, who = asked.number("measure"), str(asked.by)
    changed = await measures.extend(number, ends, version=wish.version, who=who, why=wish.why, dry_run=wish.dry_run)
    return done(measures, changed)


async def _measured(city: City, overlay: Overlay, voices: PromptVoices) -> Mapping[str, float]:
    """Seconds until the slowest caller waits for a person, by hotline (city.pace). A typed text is spoken now."""
    if overlay.text is not None:
        lasts = await voices.say(overlay.text)
        _must_be_short(lasts)
        return await asyncio.to_thread(_kept_s, city, overlay, {overlay.said: lasts})
    if overlay.prompt is not None:
        if await asyncio.to_thread(audio_fault, city.audio_of(overlay.prompt)):
            raise UnknownPrompt(
                f"prompt {overlay.prompt} has no audio that can be played", f"提示音“{overlay.prompt}”没有可播放的录音"
            )
        _must_be_short(await asyncio.to_thread(city.seconds_of, overlay.prompt))
    return await asyncio.to_thread(_kept_s, city, overlay, {})


def _must_be_short(lasts: float) -> None:
    if lasts > ANSWER_WITHIN_S:
        raise AnnouncementTooLong(
            f"an announcement of {lasts:.0f} s; at most {ANSWER_WITHIN_S:.0f}",
            f"播报长 {lasts:.0f} 秒,至多 {ANSWER_WITHIN_S:.0f} 秒",
        )


def _kept_s(city: City, overlay: Overlay, typed: Mapping[str | None, float]) -> Mapping[str, float]:
    """`typed`: how long what was typed just now lasts."""

    def length_s(prompt: str) -> float:
        return typed.get(prompt) or city.seconds_of(prompt)

    lines = [overlaid(line, [overlay]) for line in city.hotlines.values() if overlay.covers(line)]
    return {line.number: round(max(seconds_to_a_person(line, city.menus, length_s).values()), 1) for line in lines}
