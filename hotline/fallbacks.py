"""From the city to what Asterisk does with its callers when there is no controller: rendered, and told meanwhile."""

from __future__ import annotations

from city.city import City
from telephony.asterisk.config import Fallback
from telephony.asterisk.known import known
from telephony.briefing import Brief


def brief_of(city: City) -> Brief:
    """What Asterisk has to know of a city that is in force. BadPbxConfig."""
    return Brief(variables=known(fallbacks(city)), queues=tuple(city.queues))


def fallbacks(city: City) -> tuple[Fallback, ...]:
    """What the dialplan does for each hotline without a controller; the default hotline first."""
    first = city.about.default_hotline
    hotlines = sorted(city.hotlines.values(), key=lambda hotline: hotline.number != first)
    dialled: dict[str, list[str]] = {}
    for form, number in city.numbers.items():
        dialled.setdefault(number, []).append(form)
    return tuple(
        Fallback(number=h.number, queue=h.queue, greeting=h.greeting, crisis=h.crisis, dialled=tuple(dialled[h.number]))
        for h in hotlines
    )
