"""The engine's pulse as Asterisk sees it: only what the engine said, one at a time, the latest."""

from __future__ import annotations

import asyncio

from plumbing.lifecycle import background
from telephony.errors import ActionTimedOut
from telephony.heartbeat import Heartbeat


class Pbx:
    """Answers when it is let; refuses the first beat."""

    def __init__(self) -> None:
        self.counts: list[str] = []
        self.may_answer = asyncio.Event()

    async def action(self, name: str, deadline_s: float | None = None, /, **fields: str) -> None:
        """Note the count."""
        assert (name, fields["Variable"]) == ("Setvar", "HEARTBEAT")
        self.counts.append(fields["Value"])
        await self.may_answer.wait()
        if len(self.counts) == 1:
            raise ActionTimedOut("Setvar")


async def settled(pbx: Pbx, length: int) -> None:
    """Wait until so many beats came, and that there are no more."""
    async with asyncio.timeout(5):
        while len(pbx.counts) < length:  # noqa: ASYNC110 (the sender tells nobody)
            await asyncio.sleep(0)
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(pbx.counts) == length


async def test_nothing_is_sent_that_the_engine_did_not_say() -> None:
    """Beats that come before the answer replace each other; a failed one is not sent again."""
    pbx = Pbx()
    heartbeat = Heartbeat(pbx)
    async with background(heartbeat.run()):
        await settled(pbx, 0)
        heartbeat.beat(1)
        await settled(pbx, 1)
        for ticks in (2, 3, 4):
            heartbeat.beat(ticks)
        await settled(pbx, 1)
        pbx.may_answer.set()
        await settled(pbx, 2)

    assert [count.split("-")[1] for count in pbx.counts] == ["1", "4"]


def test_two_lives_never_count_the_same() -> None:
    """The dialplan tells a new controller's callers apart from those the old one knew."""
    lives = {Heartbeat(Pbx())._life for _ in range(100)}
    assert len(lives) == 100
    assert not any("-" in life for life in lives)
