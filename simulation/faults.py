"""What goes wrong, how often, and when: news that is lost, late, doubled or reordered; orders refused; things that die.

News on one AMI connection really comes in order and once; but it is lost with the connection, and held up. That each
may also happen by itself is harsher than reality, on purpose: whatever is true then is true in a city.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from acd.events import Event


class Fault(StrEnum):
    """One way to go wrong."""

    NONE = "none"
    LOST = "lost"  # one piece of news, and nobody notices: the reconciler must
    LATE = "late"
    DOUBLED = "doubled"
    REORDERED = "reordered"  # comes after the news that followed it
    REFUSED = "refused"  # an order, refused by the PBX or without effect
    DEAF = "deaf"  # no connection to the PBX for a while; it is noticed
    CONTROLLER_DIED = "controller died"
    PBX_DIED = "pbx died"
    CLOCK_STEPPED = "clock stepped"  # the PBX's while it runs, the controller's when it starts


OF_NEWS = (Fault.LOST, Fault.LATE, Fault.DOUBLED, Fault.REORDERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How often what happens."""

    news: Mapping[Fault, float]  # share of all news, by what happens to it
    refused: float = 0.02  # share of orders that the PBX refuses
    swallowed: float = 0.01  # share of orders that have no effect, and nobody says so
    late_s: float = 3.0  # at most
    every_s: Mapping[Fault, float]  # mean time between the others: DEAF, CONTROLLER_DIED, PBX_DIED, CLOCK_STEPPED
    lasts_s: float = 4.0  # at most, of each of those
    step_s: float = 90.0  # at most, either way
    unplugged_every_s: float = 20.0  # any of the phones


Deliver = Callable[[Event, Fault], None]
Later = Callable[[float, Callable[[], None]], None]


class Noise:
    """Between the telephones and the controller. `later` plans something in so many seconds."""

    def __init__(
        self,
        dice: Random,
        weather: Weather,
        deliver: Deliver,
        lose: Deliver,
        later: Callable[[float, Callable[[], None]], None],
    ) -> None:
        self._dice, self._weather, self._deliver, self._lose, self._later = dice, weather, deliver, lose, later
        self._held: Event | None = None
        self.is_on = True

    def hear(self, event: Event) -> None:
        """Pass on one piece of news, or not."""
        fault = self._fate() if self.is_on else Fault.NONE
        if fault is Fault.REORDERED and self._held is None:
            self._held = event
            self._later(self._weather.late_s, lambda: self._let_go(event))
            return
        if fault is Fault.LOST:
            self._lose(event, fault)
        elif fault is Fault.LATE:
            self._later(self._dice.uniform(0.01, self._weather.late_s), lambda: self._deliver(event, fault))
        else:
            self._deliver(event, Fault.NONE)
            if fault is Fault.DOUBLED:
                self._later(self._dice.uniform(0.0, self._weather.late_s), lambda: self._deliver(event, fault))
        if self._held is not None:
            self._let_go(self._held)

    def _let_go(self, event: Event) -> None:
        if self._held is event:
            self._held = None
            self._deliver(event, Fault.REORDERED)

    def _fate(self) -> Fault:
        luck = self._dice.random()
        for fault, share in self._weather.news.items():
            luck -= share
            if luck < 0.0:
                return fault
        return Fault.NONE
