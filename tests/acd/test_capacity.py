"""Seats are added, changed, removed and undone while calls are running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.capacity import Capacity
from acd.distributor import Distributor
from acd.engine import Engine
from acd.errors import (
    BadSeat,
    NoSuchPhone,
    Refused,
    SeatChangedMeanwhile,
    SeatExists,
    TooBusy,
    UnknownChange,
    UnknownQueue,
    UnknownSeat,
)
from acd.events import AgentBecameReady, AgentLoggedOn, CallJoined, QueuesLoaded, SeatOpened
from acd.journal import Journal
from acd.model import AgentId, CallId, QueueName, Seat, SeatId
from acd.seat_table import Action
from tests.acd.running import Clock, Floor, running, until
from tests.acd.scene import NINE, QUEUES, make_seat
from tests.databases import BOTH

pytestmark = BOTH

OPS = {"who": "ops", "why": "surge"}


@dataclass
class House:
    """A running engine with its seats in a database."""

    database: AsyncEngine
    engine: Engine
    journal: Journal
    floor: Floor
    capacity: Capacity

    def seats(self) -> dict[SeatId, Seat]:
        """The seats as the engine knows them."""
        return dict(self.engine.distributor.seats)

    async def stored(self) -> dict[SeatId, Seat]:
        """The seats as the database knows them."""
        return {one.seat.id: one.seat for one in await self.capacity.list_seats()}


@pytest.fixture
async def house(database: AsyncEngine, clock: Clock) -> AsyncIterator[House]:
    """The sample city's queues, no seat yet."""
    journal, floor = Journal(database), Floor()
    await journal.open()
    engine = Engine(Distributor(), floor, journal, clock)
    engine.tell(QueuesLoaded(at=NINE, queues=QUEUES))
    async with running(journal, engine):
        await until(lambda: engine.distributor.queues)
        yield House(database, engine, journal, floor, Capacity(database, engine))


async def test_opened_seat_is_there_when_the_call_returns(house: House) -> None:
    """In the engine, in the table and in the journal: durable before acknowledged."""
    seat = make_seat("8001", "general health", psychology=3)
    await house.capacity.open_seat(seat, **OPS)

    assert house.seats() == await house.stored() == {"8001": seat}
    journalled = [event async for event in house.journal.events()]
    assert isinstance(journalled[-1], SeatOpened)
    assert journalled[-1].by == "ops"


async def test_changed_seat_rings_for_a_call_that_waits_already(house: House) -> None:
    """Applied to the running engine at once."""
    opened = await house.capacity.open_seat(make_seat("8001"), **OPS)
    await house.engine.ask(AgentLoggedOn(at=NINE, agent=AgentId("101"), seat=SeatId("8001")))
    await house.engine.ask(AgentBecameReady(at=NINE, agent=AgentId("101")))
    house.engine.tell(CallJoined(at=NINE, call=CallId("c1"), queue=QueueName("health")))

    await house.capacity.change_seat(make_seat("8001", "health"), version=opened.version, **OPS)

    assert [order.call for order in house.floor.orders] == ["c1"]


@pytest.mark.parametrize(
    ("seat", "refusal"),
    [
        (make_seat("8001"), SeatExists),
        (make_seat("80 01"), BadSeat),
        (make_seat(""), BadSeat),
        (make_seat("８００１"), BadSeat),
        (make_seat("8" * 33), BadSeat),
        (make_seat("8002*1*20"), BadSeat),
        (make_seat("8002", psychology=0), BadSeat),
        (make_seat("8002", psychology=6), BadSeat),
        (make_seat("8002", Psychology=1), BadSeat),
        (
            Seat(SeatId("8002"), frozenset(), frozenset({*make_seat("x", a=1).skills, *make_seat("x", a=2).skills})),
            BadSeat,
        ),
        (make_seat("8002", "general helth"), UnknownQueue),
    ],
)
async def test_bad_seat_is_refused_and_leaves_no_trace(house: House, seat: Seat, refusal: type[Refused]) -> None:
    """Each for its reason; nothing is stored, told or audited."""
    await house.capacity.open_seat(make_seat("8001"), **OPS)
    with pytest.raises(refusal):
        await house.capacity.open_seat(seat, **OPS)

    assert list(house.seats()) == list(await house.stored()) == ["8001"]
    assert len(await house.capacity.history()) == 1


async def test_seat_that_is_not_there_cannot_be_changed_closed_or_undone(house: House) -> None:
    """Situation-named refusals."""
    with pytest.raises(UnknownSeat):
        await house.capacity.change_seat(make_seat("8001"), version=1, **OPS)
    with pytest.raises(UnknownSeat):
        await house.capacity.close_seat(SeatId("8001"), version=1, **OPS)
    with pytest.raises(UnknownChange):
        await house.capacity.undo(7, who="ops")


async def test_two_editors_cannot_overwrite_each_other_unseen(house: House) -> None:
    """Of two who read the same version, the second is told that it changed meanwhile."""
    opened = await house.capacity.open_seat(make_seat("8001"), **OPS)
    results = await asyncio.gather(
        house.capacity.change_seat(make_seat("8001", "health"), version=opened.version, **OPS),
        house.capacity.change_seat(make_seat("8001", "general health"), version=opened.version, **OPS),
        house.capacity.close_seat(SeatId("8001"), version=opened.version, **OPS),
        return_exceptions=True,
    )

    assert [type(result) for result in results[1:]] == [SeatChangedMeanwhile] * 2
    assert house.seats() == await house.stored() == {"8001": make_seat("8001", "health")}


async def test_seat_opened_again_is_not_the_one_that_was_read_before(house: House) -> None:
    """A version names one state of one seat for ever."""
    first = await house.capacity.open_seat(make_seat("8001"), **OPS)
    await house.capacity.close_seat(SeatId("8001"), version=first.version, **OPS)
    await house.capacity.open_seat(make_seat("8001"), **OPS)

    with pytest.raises(SeatChangedMeanwhile):
        await house.capacity.close_seat(SeatId("8001"), version=first.version, **OPS)


async def test_every_change_can_be_undone_and_so_can_the_undo(house: House) -> None:
    """Open, change and close, each taken back with one call that is itself in the trail."""
    capacity, wide = house.capacity, make_seat("8001", "general health")
    opened = await capacity.open_seat(make_seat("8001"), **OPS)
    changed = await capacity.change_seat(wide, version=opened.version, **OPS)
    await capacity.undo(changed.version, who="chief", why="too many")
    assert house.seats() == await house.stored() == {"8001": make_seat("8001")}
    again = await capacity.undo((await capacity.history())[0].seq, who="ops")
    assert house.seats()[SeatId("8001")] == wide
    closed = await capacity.close_seat(SeatId("8001"), version=again, **OPS)
    assert house.seats() == await house.stored() == {}
    await capacity.undo(closed, who="ops")

    assert house.seats() == await house.stored() == {"8001": wide}
    trail = list(reversed(await capacity.history(seat=SeatId("8001"))))
    assert [line.action for line in trail] == [
        Action.OPEN, Action.CHANGE, Action.CHANGE, Action.CHANGE, Action.CLOSE, Action.OPEN,
    ]  # fmt: skip
    assert trail[2].undoes == changed.version
    assert (trail[2].who, trail[2].why) == ("chief", "too many")
    assert (trail[0].before, trail[0].after) == (None, make_seat("8001"))
    assert (trail[4].before, trail[4].after) == (wide, None)
    assert trail[0].at == NINE


async def test_undo_of_something_changed_since_is_refused(house: House) -> None:
    """Nobody's later work is taken back along with it; the same change is not undone twice."""
    opened = await house.capacity.open_seat(make_seat("8001"), **OPS)
    changed = await house.capacity.change_seat(make_seat("8001", "health"), version=opened.version, **OPS)

    with pytest.raises(SeatChangedMeanwhile):
        await house.capacity.undo(opened.version, who="ops")
    await house.capacity.undo(changed.version, who="ops")
    with pytest.raises(SeatChangedMeanwhile):
        await house.capacity.undo(changed.version, who="ops")


async def test_change_that_the_engine_refuses_is_not_promised_by_the_table(house: House) -> None:
    """If the engine cannot take it in, the table goes back, and the trail shows both."""

    class Busy(Engine):
        async def ask(self, request: object) -> None:
            raise TooBusy("busy", "忙")

    busy = Busy(house.engine.distributor, house.floor, house.journal, house.engine.now)
    with pytest.raises(TooBusy):
        await Capacity(house.database, busy).open_seat(make_seat("8001"), **OPS)

    assert house.seats() == await house.stored() == {}
    assert [line.action for line in await house.capacity.history()] == [Action.CLOSE, Action.OPEN]


async def test_stored_seats_are_told_to_the_engine_at_start(house: House, clock: Clock) -> None:
    """A queue that the city has no more is left out; the seat stays usable and stays stored as it was."""
    await house.capacity.open_seat(make_seat("8001", "general health"), **OPS)
    await house.capacity.open_seat(make_seat("8002", "health"), **OPS)
    engine = Engine(Distributor(), Floor(), house.journal, clock)
    engine.tell(QueuesLoaded(at=NINE, queues=QUEUES[:1]))

    told = await Capacity(house.database, engine).restore({QueueName("general")})
    async with running(engine):
        await until(lambda: len(engine.distributor.seats) == told == 2)

    assert engine.distributor.seats[SeatId("8001")].queues == {"general"}
    assert engine.distributor.seats[SeatId("8002")].queues == frozenset()
    assert (await house.stored())[SeatId("8002")].queues == {"health"}


async def test_changes_hold_while_the_journal_is_busy(house: House) -> None:
    """Seats and journal share one database; neither locks the other out."""

    async def talk() -> None:
        for number in range(300):
            house.engine.tell(CallJoined(at=NINE, call=CallId(f"c{number}"), queue=QueueName("general")))
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        group.create_task(talk())
        for number in range(20):
            group.create_task(house.capacity.open_seat(make_seat(f"81{number:02}"), **OPS))

    assert len(house.seats()) == len(await house.stored()) == 20


async def test_a_seat_without_a_phone_on_the_pbx_is_refused(house: House) -> None:
    """Where the phones are known, an extension that has none cannot become a seat; nothing is stored."""
    capacity = Capacity(house.database, house.engine, phones={SeatId("8001")})

    with pytest.raises(NoSuchPhone):
        await capacity.open_seat(make_seat("9999"), **OPS)

    assert SeatId("9999") not in await house.stored()
