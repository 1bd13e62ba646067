"""Should we die: Asterisk knows it by the heartbeat, by the mirror whom it may ring, and by the briefing for what."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from acd.distributor import Distributor
from city.city import City
from hotline.fallbacks import brief_of
from hotline.fittings import serving
from telephony.ami import Ami
from telephony.briefing import Briefing
from telephony.heartbeat import Heartbeat
from telephony.mirroring import Mirror


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """All that Asterisk is told for the time without us."""

    heartbeat: Heartbeat
    mirror: Mirror
    briefing: Briefing

    def look(self) -> None:
        """At each login: what Asterisk knows may be anything."""
        self.briefing.look()
        self.mirror.look()

    def runs(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """To be run until the end."""
        return self.heartbeat.run(), self.mirror.run(), self.briefing.run()


def set_up_left_alone(
    ami: Ami, distributor: Distributor, is_blind: Callable[[], bool], city: Callable[[], City]
) -> LeftAlone:
    """`is_blind`: whether it is unknown who serves. `city`: as it is written, without measures."""
    briefing = Briefing(ami, lambda: brief_of(city()), lambda: mirror.look())  # noqa: PLW0108 - made below
    mirror = Mirror(
        ami,
        lambda: None if is_blind() else briefing.natively(serving(distributor)),
        lambda call: distributor.is_blind or call in distributor.offers,
    )
    return LeftAlone(heartbeat=Heartbeat(ami), mirror=mirror, briefing=briefing)
