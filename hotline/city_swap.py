"""The city as the running house has it at each moment, and what the house does when another is put in force."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from acd.arrangement import Arrangement
from acd.capacity import Capacity
from acd.staff import Staff
from city.city import City
from hotline.books import Usage, usage_of
from hotline.fittings import skills_of


class _House(NamedTuple):
    arrangement: Arrangement
    capacity: Capacity
    staff: Staff


class CitySwap:
    """Made before the house, which joins it once it is built; nothing is put in force before that."""

    def __init__(self) -> None:
        self._first: City | None = None
        self._joined: _House | None = None
        self._watchers: list[Callable[[], None]] = []

    def watch(self, watcher: Callable[[], None]) -> None:
        """To be called each time another city is in force."""
        self._watchers.append(watcher)

    def begin(self, city: City) -> None:
        """What the house is built with."""
        self._first = city

    def join(self, arrangement: Arrangement, capacity: Capacity, staff: Staff) -> None:
        """The house that takes what is put in force."""
        self._joined = _House(arrangement, capacity, staff)

    def now(self) -> City:
        """The city of this moment: measures and the response level are in it."""
        if self._joined is None and self._first is not None:
            return self._first
        return self._house.arrangement.now.city

    def hotline_of(self, dnis: str) -> str:
        """The number of the hotline that a number dialled means now."""
        return self.now().hotline_for(dnis).hotline.number

    def voices(self) -> Mapping[str, str]:
        """By which names prompts are played to who calls now."""
        return self.now().voices

    def usage(self) -> Usage:
        """How the city counts its calls now."""
        return usage_of(self.now())

    def is_confidential(self, hotline: str | None) -> bool:
        """Whether a hotline promises secrecy."""
        return self.now().is_confidential(hotline)

    async def put(self, city: City, *, by: str, written: Callable[[], Awaitable[None]]) -> None:
        """Have the house take the city. acd.errors.Refused, acd.inbox.EngineStopped: it goes on as it was."""
        house = self._house
        await house.arrangement.take(city, by=by, written=written)
        house.capacity.skills = house.staff.skills = skills_of(city)
        for watcher in self._watchers:
            watcher()

    @property
    def _house(self) -> _House:
        if self._joined is None:
            raise RuntimeError("nobody is at home yet")
        return self._joined
