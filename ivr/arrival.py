"""What a caller meets at a moment: the hotline's own journey, or another one while it is closed or served elsewhere."""

from __future__ import annotations

from city.city import City
from city.ways import Served, Way
from ivr.journey import journey_of
from ivr.menu import Join, Journey


def journey_at(city: City, served: Served) -> Journey:
    """The journey of a caller who is served so (city.ways).

    Who is sent elsewhere, or calls a closed hotline, hears the greeting and meets no menu; in another queue nobody need
    master what the hotline asks for.
    """
    hotline = served.hotline
    usual = journey_of(city, hotline)
    if served.way is Way.QUEUE and served.is_usual:
        return usual
    said = () if served.is_usual or hotline.night_prompt is None else (hotline.night_prompt,)
    person = usual.person if served.queue == hotline.queue else Join(served.queue, priority=hotline.priority)
    return Journey(greeting=(*hotline.greeting, *said), person=person)
