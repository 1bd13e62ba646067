"""The two things Asterisk asks us over FastAGI: where a citizen's call goes, and what an agent's feature code does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import structlog

from city.city import City
from ivr.agent_codes import Desk, serve
from ivr.line import Keypad
from ivr.menu import journey_of
from ivr.walk import walk

log = structlog.get_logger(__name__)


class Caller(Keypad, Protocol):
    """One FastAGI connection, as the scripts need it."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the dialplan passed to AGI()."""

    async def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable."""


class Reception:
    """Answers both scripts. The city is asked for anew with every call, so a swapped one serves the next caller."""

    def __init__(self, city: Callable[[], City], desk: Desk) -> None:
        self._city, self._desk = city, desk

    async def receive(self, caller: Caller) -> None:
        """Script `call`: name the hotline by the number dialled, walk its menu, say where the call waits.

        WALKED is set last: without it the dialplan takes the caller on by itself.
        """
        city = self._city()
        hotline, known = city.hotline_for(caller.arguments[0])
        if not known:
            log.warning("a number that no hotline lists was dialled", hotline=hotline.number)
        join = await walk(journey_of(city, hotline), caller)
        skills = "&".join(f"{need.skill}:{need.level}" for need in sorted(join.skills))
        for name, value in (
            ("HOTLINE", hotline.number),
            ("QUEUE", join.queue),
            ("SKILLS", skills),
            ("CALL_PRIORITY", str(join.priority)),
            ("WALKED", "yes"),
        ):
            await caller.set_variable(name, value)

    async def serve_agent(self, phone: Caller) -> None:
        """Script `agent-code`: carry out the code dialled at a seat and say what became of it."""
        code, seat = phone.arguments
        await serve(code, seat, phone, self._desk)
        await phone.set_variable("SERVED", "yes")
