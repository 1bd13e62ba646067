"""Orders carried out on an exchange with bad manners: what is refused, repeated, reported."""

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta

from acd.commands import RingAgent, StopRinging
from acd.events import RingFailed
from acd.model import AgentId, CallId, RingFailure, SeatId
from plumbing.lifecycle import background
from telephony.errors import ActionTimedOut, AsteriskRefused
from telephony.orders import action_for
from telephony.switchboard import Switchboard

NINE = datetime(2026, 1, 6, 9, 0, tzinfo=UTC)
OFFER = {"at": NINE, "call": CallId("lx1-1.7"), "attempt": 2, "seat": SeatId("8001")}
RING = RingAgent(**OFFER, agent=AgentId("101"), ring_time=timedelta(seconds=20))
STOP = StopRinging(**OFFER)


class Exchange:
    """Answers with these, one after the other: None is a yes."""

    def __init__(self, *answers):
        self.answers, self.asked, self.gated = list(answers), [], []

    async def dial_out(self, order):
        """The gate."""
        self.gated.append(order)

    def send(self, name, /, **fields):
        """Asked; awaited, the next answer."""
        self.asked.append(fields["Context"])
        return self._answer()

    async def _answer(self):
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer


async def carried_out(exchange, *orders, until):
    """What the ACD was told, once `until` holds."""
    told = []
    switchboard = Switchboard(exchange, told.append, lambda: NINE, dial_out=exchange.dial_out)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(switchboard.run())
        for order in orders:
            switchboard.carry_out(order)
        async with asyncio.timeout(5):
            while not until(told):  # noqa: ASYNC110 - what is waited for is anything at all
                await asyncio.sleep(0.005)
        running.cancel()
    return told


async def test_an_order_that_follows_another_is_repeated_when_it_is_refused():
    """The channel has not arrived yet where the order before sent it; a refusal carried nothing out."""
    exchange = Exchange(None, AsteriskRefused("not up"), None)

    assert await carried_out(exchange, STOP, RING, until=lambda _: len(exchange.asked) == 3) == []
    assert exchange.asked == ["waiting-room", "connect", "connect"]


async def test_an_order_is_on_its_way_at_once_unless_another_for_its_caller_is():
    """A phone rings sooner by two turns of the loop; two Redirects of one caller would lose the first."""
    exchange = Exchange()
    switchboard = Switchboard(exchange, [].append, lambda: NINE, dial_out=exchange.dial_out)
    for order in (STOP, RING, dataclasses.replace(RING, call=CallId("lx1-1.8"))):
        switchboard.carry_out(order)

    assert exchange.asked == ["waiting-room", "connect"]
    async with background(switchboard.run()):
        async with asyncio.timeout(5):
            while len(exchange.asked) < 3:  # noqa: ASYNC110 - what is waited for is anything at all
                await asyncio.sleep(0.005)


async def test_a_lone_order_that_is_refused_is_reported_at_once():
    """The caller is gone: the agent goes free."""
    exchange = Exchange(AsteriskRefused("no such channel"))
    told = await carried_out(exchange, RING, until=bool)

    assert told == [RingFailed(at=NINE, call=RING.call, attempt=2, failure=RingFailure.NOT_CARRIED_OUT)]
    assert exchange.asked == ["connect"]


async def test_an_unanswered_order_is_never_repeated():
    """Nobody knows whether it was carried out, so asking again could ring twice."""
    exchange = Exchange(None, ActionTimedOut("Redirect"))
    told = await carried_out(exchange, STOP, RING, until=bool)

    assert [fact.failure for fact in told] == [RingFailure.NOT_CARRIED_OUT]
    assert exchange.asked == ["waiting-room", "connect"]


async def test_an_order_for_a_call_that_we_make_goes_through_the_gate():
    """Nothing else dials a citizen; to take it back is to hang up, for nobody waits."""
    exchange = Exchange()
    ours = dataclasses.replace(RING, call=CallId("out-1"))
    await carried_out(exchange, ours, until=lambda _: exchange.gated)

    assert (exchange.gated, exchange.asked) == ([ours], [])
    assert action_for(dataclasses.replace(STOP, call=CallId("out-1"))) == ("Hangup", {"Channel": "out-1"})
