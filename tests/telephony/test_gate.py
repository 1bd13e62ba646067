"""The gate beside an Asterisk with bad manners: an order is sent once, and what is not known is not told as done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from acd.commands import RingAgent
from acd.dial_facts import AgentDialsOut, DialOutcome, DialOutOver
from acd.events import AgentAnswered, CallEnded, Event, GapClosed, Request, RingFailed
from acd.model import AgentId, CallId, Offer, QueueName, SeatId
from city.load import load_city
from plumbing.database import connect, prepare
from plumbing.lifecycle import background
from telephony.dial_book import DialOut
from telephony.dial_rules import Wish
from telephony.errors import ActionTimedOut, AsteriskRefused, AsteriskUnreachable, ConnectionLost
from telephony.gate import LAST_WORD_S, Gate, new_call
from telephony.intents import Also
from telephony.message import AmiReply
from tests.acd.running import until
from tests.city.scene import SAMPLE

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
NUMBER = "13812345678"


@dataclass
class House:
    """An exchange that answers as it is told to, an ACD that only remembers, and gates on one database."""

    database: AsyncEngine
    trouble: Exception | None = None
    sent: list[dict[str, Any]] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    due: str | None = None  # the number of a call-back that stood in the line by itself

    async def action(self, name: str, deadline_s: float | None = None, /, **fields: Any) -> AmiReply:
        """Asterisk."""
        if name == "Originate":
            self.sent.append(fields)
            if self.trouble:
                raise self.trouble
        return AmiReply(b"Value: carrier")

    def tell(self, event: Event) -> None:
        """A fact for the ACD."""
        self.told.append(event)

    async def ask(self, request: Request) -> None:
        """A request to the ACD: granted."""
        self.asked.append(request)

    def gate(self) -> Gate:
        """A controller's gate."""
        city = load_city(SAMPLE)

        async def nothing(*_: object) -> None:
            """Durable at once, and nobody is owed anything."""

        def offer(call: CallId) -> Offer | None:
            return Offer(call, 1, AgentId("101"), SeatId("8001"), QueueName("general")) if self.asked else None

        return Gate(
            *(self, self, self.database, lambda: city, lambda: NOON),
            durable=nothing,
            offer=offer,
            due=self.due_now,
            on_over=nothing,
        )

    async def due_now(self, order: RingAgent) -> tuple[Wish, Also] | None:
        """What stood in the line by itself."""
        if self.due is None:
            return None
        return Wish(agent=order.agent, number=self.due, who="call-back", why="回拨", about=("call-back-asked",)), also

    async def ordered(self, gate: Gate) -> RingAgent:
        """An intent that the ACD has granted: its order."""
        call = await gate.dial(Wish(agent=AgentId("101"), number=NUMBER, who="101#1", why="回访"))
        seat, agent = SeatId("8001"), AgentId("101")
        return RingAgent(at=NOON, call=call, attempt=1, seat=seat, agent=agent, ring_time=timedelta(seconds=20))

    async def outcome(self) -> str | None:
        """What the book says of the one call."""
        async with self.database.connect() as connection:
            return (await connection.execute(text("select outcome from dialouts"))).scalar_one()


async def also(_connection: AsyncConnection, intent: DialOut) -> None:
    """Nothing more."""
    assert intent.agent == "101"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A fresh SQLite file."""
    engine = connect(f"sqlite+aiosqlite:///{tmp_path}/hotline.db")
    await prepare(engine)
    yield House(engine)
    await engine.dispose()


async def test_an_order_is_sent_once_whoever_tries_again(house: House) -> None:
    """Twice by one gate, and by another controller's on the same database: one Originate, under our own id."""
    gate = house.gate()
    order = await house.ordered(gate)
    for who in (gate, gate, house.gate()):
        await who.send(order)

    (sent,) = house.sent
    assert [type(request) for request in house.asked] == [AgentDialsOut]
    assert (sent["ChannelId"], sent["Context"], sent["Exten"]) == (order.call, "dial-out", NUMBER)
    assert NUMBER not in f"{sent['CallerID']} {sent['Variable']}"


@pytest.mark.parametrize("trouble", [AsteriskRefused("no"), AsteriskUnreachable("gone"), None])
async def test_what_was_surely_not_sent_is_told_as_not_dialled(house: House, trouble: Exception | None) -> None:
    """Asterisk said no, or was not there; without trouble nothing is told: the telephones will."""
    gate, house.trouble = house.gate(), trouble
    async with background(gate.run()):
        order = await house.ordered(gate)
        await gate.send(order)
        failed = [fact for fact in house.told if isinstance(fact, RingFailed)]
        assert len(failed) == (1 if trouble else 0)
        for fact in failed:
            gate.note(fact, ())
        for fact in house.told[1:]:
            gate.note(fact, ())
        await gate.written()

    assert await house.outcome() == (DialOutcome.NOT_DIALLED if trouble else None)


@pytest.mark.parametrize("trouble", [ConnectionLost("after it was sent"), ActionTimedOut("no answer")])
async def test_what_may_have_been_sent_is_not_told_as_failed_and_never_sent_again(
    house: House, trouble: Exception
) -> None:
    """Nobody knows: the next run finds it without an outcome, not on the telephones, and says unknown."""
    gate, house.trouble = house.gate(), trouble
    order = await house.ordered(gate)
    await gate.send(order)
    assert house.told == []

    house.trouble, house.asked = None, []  # a new run, whose ACD does not know of the call
    after = house.gate()
    await after.inherit()
    async with background(after.run()):
        after.note(GapClosed(at=NOON), ())
        await until(lambda: house.told)
        (over,) = house.told
        after.note(over, ())
        await after.written()

    assert isinstance(over, DialOutOver)
    assert await house.outcome() == DialOutcome.UNKNOWN
    assert len(house.sent) == 1


async def test_the_last_word_that_comes_behind_the_look_is_what_counts(house: House) -> None:
    """The list lacks the call already, the news of how it ended comes after: both talked, and that is written down."""
    gate = house.gate()
    async with background(gate.run()):
        order = await house.ordered(gate)
        await gate.send(order)
        for fact in (
            AgentAnswered(at=NOON, call=order.call, attempt=1),
            CallEnded(at=NOON, call=order.call, missed=True),
            GapClosed(at=NOON),
            DialOutOver(at=NOON, call=order.call, outcome=DialOutcome.ANSWERED),
        ):
            gate.note(fact, ())
        await gate.written()
        await asyncio.sleep(LAST_WORD_S + 0.1)

    assert house.told == []
    assert await house.outcome() == DialOutcome.ANSWERED


def offered(call: CallId) -> RingAgent:
    """The ACD's order for a call-back whose turn has come."""
    seat, agent = SeatId("8001"), AgentId("101")
    return RingAgent(at=NOON, call=call, attempt=1, seat=seat, agent=agent, ring_time=timedelta(seconds=20))


async def test_a_call_back_whose_turn_has_come_is_written_down_and_sent_once(house: House) -> None:
    """Nobody asked for it but the line; the second order, of this gate or of another's, finds it taken."""
    gate, house.due = house.gate(), NUMBER
    house.asked = [Request(at=NOON)]  # the ACD has offered it
    order = offered(new_call())
    for who in (gate, gate, house.gate()):
        await who.send(order)

    (sent,) = house.sent
    assert (sent["ChannelId"], sent["Exten"]) == (order.call, NUMBER)
    assert "ABOUT=call-back-asked" in sent["Variable"]
    assert [fact.call for fact in house.told if isinstance(fact, RingFailed)] == [order.call, order.call]


@pytest.mark.parametrize("number", ["110", "16812345", "999999"])
async def test_whom_a_rule_protects_is_not_dialled_from_the_line_either(house: House, number: str) -> None:
    """The agent is let go; nothing is written down, nothing sent."""
    gate, house.due = house.gate(), number
    house.asked = [Request(at=NOON)]
    await gate.send(offered(new_call()))

    assert house.sent == []
    assert [type(fact) for fact in house.told] == [RingFailed]
    async with house.database.connect() as connection:
        assert (await connection.execute(text("select count(*) from dialouts"))).scalar_one() == 0
