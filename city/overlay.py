"""应急播报 emergency overlay: what is said, or done, on top of hotlines for a while, because of a storm or an outage.

Ops put one in force while calls come (acd.measures); nothing of the city's files is touched. Who calls a crisis line
hears none and is sent nowhere else, and nobody else is sent to where they wait.

What is said is a prompt of the city's, or a text that somebody has just typed, spoken by a machine (hotline.voicing).
Such a text is a stranger's: only its digest becomes a name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from city.hotline import Hotline, Number
from city.prompts import Text
from city.written import Slug, Written


class Overlay(Written):
    """应急播报."""

    prompt: Slug | None = None
    """播放的提示音 / the prompt that is said"""
    text: Text | None = None
    """或:现场写下的文本,由机器合成 / or a text, spoken by a machine"""
    place: Literal["before", "after"] = "before"
    """在欢迎词之前或之后 / before or after the greeting"""
    hotlines: Annotated[tuple[Number, ...], Field(max_length=200)] = ()
    """哪些热线,不写为全部;危机热线除外 / of which hotlines; none named: of all, but crisis lines"""
    join: Slug | None = None
    """不经菜单直接进入此队列 / their callers go straight to this queue, past the menu"""

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if self.prompt is not None and self.text is not None:
            raise PydanticCustomError(
                "prompt_or_text", "say a prompt or a text, not both", {"zh": "提示音与文本只能写一个"}
            )
        if self.said is None and self.join is None:
            raise PydanticCustomError(
                "nothing_overlaid", "say a prompt or a text, or join a queue", {"zh": "须写提示音、文本或进入的队列"}
            )
        return self

    @property
    def said(self) -> str | None:
        """The name of the sound that is played."""
        return self.prompt if self.text is None else typed_as(self.text)

    def covers(self, hotline: Hotline) -> bool:
        """Whether callers of this hotline meet it."""
        return not hotline.crisis and (not self.hotlines or hotline.number in self.hotlines)


def typed_as(text: str) -> str:
    """The name of a typed text's sound: longer than any prompt of a city's may have, so it is none of theirs."""
    return f"typed-{hashlib.sha256(text.encode()).hexdigest()}"


def unspeakable(text: str) -> str:
    """What of a typed text is neither Chinese, nor a figure, nor a mark of punctuation; empty: nothing."""
    return "".join(dict.fromkeys(_UNSPEAKABLE.findall(text)))


_UNSPEAKABLE = re.compile(r"[^\u4e00-\u9fff0-9 ，。、；：？！,.;:?!“”‘’《》（）()…—-]")


def overlaid(hotline: Hotline, overlays: Iterable[Overlay]) -> Hotline:
    """The hotline under overlays, the later on top: the last word, or the first, and where its callers wait."""
    for overlay in overlays:
        if not overlay.covers(hotline):
            continue
        told: dict[str, object] = {}
        if overlay.said is not None:
            said = (overlay.said,)
            told["greeting"] = (*said, *hotline.greeting) if overlay.place == "before" else (*hotline.greeting, *said)
        if overlay.join is not None:
            told |= {"queue": overlay.join, "menu": None}
        hotline = hotline.model_copy(update=told)
    return hotline
