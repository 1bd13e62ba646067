"""The people of the city in miniature, on real phones: agents who take what comes, citizens with a plan each.

An agent knows who is calling by the masked number on the display, as in life. What the phones saw is what everything
else is counted against.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from sandbox.diary import Kind
from sandbox.phone_call import Call
from sandbox.phone_errors import PhoneError
from sandbox.phones import Phone
from tickets.ticket import masked

LOOK_AGAIN_S = 0.05
HOTLINES = ("12345", "12345", "12345", "12320")
COUNTS_FROM_S = 1.0
"""A conversation that the phones had for so long has a recording and a draft."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a citizen is going to do."""

    number: str
    hotline: str
    dials_after_s: float
    speaks: int  # which of the sounds
    talks_s: float  # the speech and what follows it
    patience_s: float  # before giving up unanswered


def plans(dice: Random, numbers: list[str], over_s: float) -> list[Plan]:
    """Citizens who dial at any moment of a period; one in five has little patience."""
    return [
        Plan(
            number=number,
            hotline=dice.choice(HOTLINES),
            dials_after_s=dice.uniform(0, over_s),
            speaks=dice.randrange(100),
            talks_s=dice.uniform(2.0, 7.0),
            patience_s=dice.uniform(1.5, 5.0) if dice.random() < 0.2 else 60.0,
        )
        for number in numbers
    ]


class Citizen:
    """Somebody who dials, waits, tells a matter and hangs up."""

    def __init__(self, plan: Plan, phone: Phone) -> None:
        self.plan, self.phone = plan, phone
        self.met = asyncio.Event()
        self.call: Call | None = None

    async def live(self, sound) -> None:
        """The whole plan, or what the world lets come of it."""
        await asyncio.sleep(self.plan.dials_after_s)
        with suppress(PhoneError, TimeoutError):
            self.call = await self.phone.dial(self.plan.hotline)
            await self.call.established(self.plan.patience_s)
            if await self._is_met():
                async with asyncio.timeout(self.plan.talks_s):
                    await self.phone.play(sound)
                    await self.call.closed(self.plan.talks_s)
        with suppress(PhoneError, TimeoutError):
            await self.phone.hang_up()

    async def _is_met(self) -> bool:
        until = asyncio.get_running_loop().time() + self.plan.patience_s
        while not self.met.is_set():
            if self.call.end is not None or asyncio.get_running_loop().time() > until:
                return False
            await asyncio.sleep(LOOK_AGAIN_S)
        return True

    @property
    def dialled_s(self) -> float | None:
        """When Asterisk answered, by the monotonic clock."""
        return None if self.call is None else moments(self.call).get(Kind.ESTABLISHED)


@dataclass(frozen=True, kw_only=True)
class Talk:
    """One conversation as an agent's phone saw it; moments are of the monotonic clock."""

    seat: str
    caller: str  # the masked number on the display
    began_s: float
    ended_s: float


@dataclass(kw_only=True)
class Deskworker:
    """An agent at a seat, who answers whatever rings."""

    agent: str
    seat: str
    phone: Phone
    callers: dict[str, Citizen] = field(default_factory=dict)  # by the number on the display

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            call = await self.phone.incoming(24 * 3600)
            with suppress(PhoneError, TimeoutError):
                await call.established(30)
                await call.hearing()
                if (citizen := self.callers.get(display(call))) is not None:
                    citizen.met.set()

    @property
    def is_on_the_phone(self) -> bool:
        """Whether the phone rings or talks."""
        return bool(self.phone.calls) and self.phone.calls[-1].end is None

    @property
    def talks(self) -> list[Talk]:
        """Every conversation that is over."""
        return [talk for call in self.phone.calls if (talk := _talk(self.seat, call)) is not None]


def shown(number: str) -> str:
    """What an agent's display says of a citizen's number."""
    return masked(number)


def display(call: Call) -> str:
    """The number on an agent's display."""
    return call.peer.removeprefix("sip:").partition("@")[0]


def moments(call: Call) -> dict[Kind, float]:
    """When what happened to a call, by the monotonic clock."""
    return {event.kind: event.monotonic_s for event in call.events}


def _talk(seat: str, call: Call) -> Talk | None:
    when = moments(call)
    if Kind.ESTABLISHED not in when or call.end is None:
        return None
    return Talk(seat=seat, caller=display(call), began_s=when[Kind.ESTABLISHED], ended_s=call.end.monotonic_s)
