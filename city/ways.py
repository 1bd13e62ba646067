"""来电去向: how a hotline is served at one moment, decided for the whole house. Pure: no clock, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from city.calendar import WorkCalendar
from city.city import City
from city.hotline import Hotline, Night
from city.hours import ALWAYS, Opening, opening


class Way(StrEnum):
    """去向: what happens with a caller once the greeting is over."""

    QUEUE = "queue"  # 人工队列, through the hotline's menu if there is one
    TRANSFER = "transfer"  # 转外部号码; who cannot be put through waits in `queue`
    MESSAGE = "message"  # 语音留言


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """How callers of a hotline are served at a moment."""

    hotline: Hotline
    opening: Opening
    way: Way
    queue: str
    """Where they wait; with TRANSFER, if nobody answers there."""
    transfer: str | None = None
    """With TRANSFER: the number, as `[[outside]]` lists it."""
    published: bool = True
    """Whether the year's notice of holidays is known, as far as this hotline's hours depend on it."""

    @property
    def is_usual(self) -> bool:
        """Whether the hotline's own queue, skills and menu hold."""
        return self.opening.is_open


def served(city: City, hotline: Hotline, now: datetime, calendar: WorkCalendar | None = None) -> Served:
    """How the hotline is served at `now` (aware): by its hours, its night service, and where its calls go.

    `calendar`: the city's, if it has been reckoned already.

    While it is closed a caller who can neither be put through nor leave a message waits where the default hotline's
    callers do: that one is never closed.
    """
    local = now.astimezone(city.zone)
    if hotline.hours is None:
        return _open(hotline, ALWAYS, published=True)
    calendar = calendar or city.calendar
    published = calendar.is_published(local.year)
    found = opening(city.hours[hotline.hours], local, calendar)
    if found.is_open:
        return _open(hotline, found, published=published)
    last_resort = city.hotlines[city.about.default_hotline].queue
    match hotline.night:
        case Night.TRANSFER:
            way, queue, transfer = Way.TRANSFER, last_resort, hotline.night_transfer
        case Night.MESSAGE:
            way, queue, transfer = Way.MESSAGE, hotline.queue, None
        case _:
            way, queue, transfer = Way.QUEUE, hotline.night_queue or last_resort, None
    return Served(hotline=hotline, opening=found, way=way, queue=queue, transfer=transfer, published=published)


def _open(hotline: Hotline, found: Opening, *, published: bool) -> Served:
    is_sent = hotline.is_branch and hotline.transfer is not None
    return Served(
        hotline=hotline,
        opening=found,
        way=Way.TRANSFER if is_sent else Way.QUEUE,
        queue=hotline.queue,
        transfer=hotline.transfer if is_sent else None,
        published=published,
    )
