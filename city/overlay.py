"""应急播报 emergency overlay: what is said, or done, on top of hotlines for a while, because of a storm or an outage.

Ops put one in force while calls come (acd.measures); nothing of the city's files is touched. Who calls a crisis line
hears none and is sent nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from city.hotline import Hotline, Number
from city.written import Slug, Written


class Overlay(Written):
    """应急播报."""

    prompt: Slug | None = None
    """播放的提示音 / the prompt that is said"""
    place: Literal["before", "after"] = "before"
    """在欢迎词之前或之后 / before or after the greeting"""
    hotlines: Annotated[tuple[Number, ...], Field(max_length=200)] = ()
    """哪些热线,不写为全部;危机热线除外 / of which hotlines; none named: of all, but crisis lines"""
    join: Slug | None = None
    """不经菜单直接进入此队列 / their callers go straight to this queue, past the menu"""

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if self.prompt is None and self.join is None:
            raise PydanticCustomError(
                "nothing_overlaid", "say a prompt, or join a queue", {"zh": "须写播放的提示音,或进入的队列"}
            )
        return self

    def covers(self, hotline: Hotline) -> bool:
        """Whether callers of this hotline meet it."""
        return not hotline.crisis and (not self.hotlines or hotline.number in self.hotlines)


def overlaid(hotline: Hotline, overlays: Iterable[Overlay]) -> Hotline:
    """The hotline under overlays, the later on top: the last word, or the first, and where its callers wait."""
    for overlay in overlays:
        if not overlay.covers(hotline):
            continue
        told: dict[str, object] = {}
        if overlay.prompt is not None:
            said = (overlay.prompt,)
            told["greeting"] = (*said, *hotline.greeting) if overlay.place == "before" else (*hotline.greeting, *said)
        if overlay.join is not None:
            told |= {"queue": overlay.join, "menu": None}
        hotline = hotline.model_copy(update=told)
    return hotline
