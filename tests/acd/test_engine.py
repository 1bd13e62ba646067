"""One inbox, one loop, one order of events: with a real loop, a moved clock and fakes of five lines."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from acd.commands import Command, RingAgent
from acd.distributor import Distributor
from acd.engine import BEAT_S, SLICE, Engine
from acd.errors import TooBusy, UnknownAgent
from acd.events import (
    AgentBecameReady,
    AgentLoggedOn,
    CallArrived,
    CallEnded,
    CallJoined,
    Event,
    GapMarked,
    QueuesLoaded,
    RingFailed,
    SeatOpened,
    TimePassed,
)
from acd.inbox import EngineStopped
from acd.model import AgentId, AgentState, CallId, QueueName, SeatId
from tests.acd.running import Clock, Floor, Notebook, running, until
from tests.acd.scene import NINE, QUEUES, make_seat

AGENT = AgentId("101")


def make_engine(clock: Clock, floor: Floor | None = None, notebook: Notebook | None = None, **more: int) -> Engine:
    """An engine of the sample queues and one seat."""
    engine = Engine(Distributor(), floor or Floor(), notebook or Notebook(), clock, **more)
    engine.tell(QueuesLoaded(at=NINE, queues=QUEUES))
    engine.tell(SeatOpened(at=NINE, seat=make_seat("8001")))
    return engine


def staff(engine: Engine) -> None:
    """Agent 101 is ready."""
    engine.tell(AgentLoggedOn(at=NINE, agent=AGENT, seat=SeatId("8001")))
    engine.tell(AgentBecameReady(at=NINE, agent=AGENT))


def joined(call: str = "c1") -> CallJoined:
    """A caller waits."""
    return CallJoined(at=NINE, call=CallId(call), queue=QueueName("general"))


async def test_facts_become_orders(clock: Clock) -> None:
    """What is told is decided and carried out, in order."""
    floor = Floor()
    engine = make_engine(clock, floor)
    staff(engine)
    engine.tell(joined())

    async with running(engine):
        await until(lambda: floor.orders)

    [order] = floor.orders
    assert isinstance(order, RingAgent)


async def test_engine_wakes_itself_at_the_deadline(clock: Clock) -> None:
    """Nobody tells it anything: a wrap-up and an offer end all the same."""
    floor = Floor()
    engine = make_engine(clock, floor)
    staff(engine)
    engine.tell(joined())

    async with running(engine):
        await until(lambda: len(floor.orders) == 1)
        clock.move(3)
        await until(lambda: len(floor.orders) == 2)

    assert engine.distributor.agents[AGENT].state is AgentState.READY


async def test_flood_of_events_does_not_starve_a_deadline(clock: Clock) -> None:
    """A deadline that is due is acted on between two events, however many are queued."""
    notebook = Notebook()
    engine = make_engine(clock, notebook=notebook)
    staff(engine)
    engine.tell(joined())
    clock.move(3)
    for number in range(1000):
        engine.tell(CallArrived(at=NINE, call=CallId(f"n{number}"), hotline="12345"))

    async with running(engine):
        await until(lambda: len(notebook.events) >= 1006)

    kinds = [type(event) for event in notebook.events]
    assert kinds.index(TimePassed) == 5
    assert kinds.index(CallArrived) == 6


async def test_flood_of_deadlines_does_not_starve_an_event(clock: Clock) -> None:
    """Events are taken between deadlines: the tenth call's end comes before the last of a hundred deadlines."""
    notebook = Notebook()
    engine = make_engine(clock, notebook=notebook)
    for number in range(100):
        engine.tell(SeatOpened(at=NINE, seat=make_seat(f"9{number:03}")))
        engine.tell(AgentLoggedOn(at=NINE, agent=AgentId(f"9{number:03}"), seat=SeatId(f"9{number:03}")))
        engine.tell(AgentBecameReady(at=NINE, agent=AgentId(f"9{number:03}")))
        engine.tell(joined(f"c{number}"))
    async with running(engine):
        await until(lambda: len(engine.distributor.offers) == 100)
        clock.move(3)
        for number in range(10):
            engine.tell(CallEnded(at=clock(), call=CallId(f"n{number}")))
        await until(lambda: sum(isinstance(event, TimePassed) for event in notebook.events) >= 100)

    kinds = [type(event) for event in notebook.events]
    last_end = len(kinds) - 1 - kinds[::-1].index(CallEnded)
    assert kinds[:last_end].count(TimePassed) <= 11


async def test_refusal_reaches_whoever_asked(clock: Clock) -> None:
    """And nothing is journalled, for nothing happened."""
    notebook = Notebook()
    engine = make_engine(clock, notebook=notebook)

    async with running(engine):
        with pytest.raises(UnknownAgent):
            await engine.ask(AgentBecameReady(at=NINE, agent=AGENT))

    assert [type(event) for event in notebook.events] == [QueuesLoaded, SeatOpened]


async def test_request_is_acknowledged_only_when_it_is_durable(clock: Clock) -> None:
    """Nobody hears "you are ready" before the journal has it on disk; the decision itself does not wait."""

    class Slow(Notebook):
        disk = asyncio.Event()

        async def flushed(self, seq: int) -> None:
            assert seq == 3
            await self.disk.wait()

    notebook = Slow()
    engine = make_engine(clock, notebook=notebook)
    async with running(engine), asyncio.TaskGroup() as group:
        asking = group.create_task(engine.ask(AgentLoggedOn(at=NINE, agent=AGENT, seat=SeatId("8001"))))
        await until(lambda: AGENT in engine.distributor.agents)
        assert not asking.done()
        notebook.disk.set()
        await asking


async def test_raising_floor_loses_nothing(clock: Clock) -> None:
    """The order that could not be given counts as not carried out at once; everything else goes on."""

    class Broken(Floor):
        def carry_out(self, command: Command) -> None:
            super().carry_out(command)
            if len(self.orders) == 1:
                raise OSError("no line")

    floor, notebook = Broken(), Notebook()
    engine = make_engine(clock, floor, notebook)
    staff(engine)
    engine.tell(joined())
    async with running(engine):
        await until(lambda: any(isinstance(event, RingFailed) for event in notebook.events))
        clock.move(2)
        await until(lambda: len(floor.orders) == 2)

    assert [order.attempt for order in floor.orders] == [1, 2]


async def test_raising_watcher_disturbs_nobody(clock: Clock) -> None:
    """Live views see every event with its orders; a broken one is contained, one that left is not called."""
    seen: list[tuple[Event, tuple[Command, ...]]] = []
    left: list[Event] = []

    def broken(event: Event, commands: tuple[Command, ...]) -> None:
        raise RuntimeError("no screen")

    engine = make_engine(clock)
    engine.subscribe(broken)
    engine.subscribe(lambda event, commands: seen.append((event, commands)))
    leave = engine.subscribe(lambda event, commands: left.append(event))
    leave()
    staff(engine)
    engine.tell(joined())
    async with running(engine):
        await until(lambda: len(seen) == 5)

    assert [len(commands) for _, commands in seen] == [0, 0, 0, 0, 1]
    assert left == []


async def test_full_inbox_drops_facts_marks_the_gap_and_refuses_requests(clock: Clock) -> None:
    """Nothing blocks and nothing is lost in silence."""
    notebook = Notebook()
    engine = make_engine(clock, notebook=notebook, inbox_limit=4)
    for number in range(5):
        engine.tell(joined(f"c{number}"))
    with pytest.raises(TooBusy):
        await engine.ask(AgentBecameReady(at=NINE, agent=AGENT))
    async with running(engine):
        await until(lambda: len(notebook.events) == 5)  # also when nothing more is told
        engine.tell(joined("later"))
        await until(lambda: len(notebook.events) == 6)

    gap = notebook.events[4]
    assert isinstance(gap, GapMarked)
    assert gap.lost == 3


async def test_full_journal_refuses_requests_but_serves_callers(clock: Clock) -> None:
    """What cannot be recorded is not promised to a person."""
    notebook, floor = Notebook(), Floor()
    engine = make_engine(clock, floor, notebook)
    staff(engine)
    async with running(engine):
        await until(lambda: len(notebook.events) == 4)
        notebook.full = True
        with pytest.raises(TooBusy):
            await engine.ask(AgentBecameReady(at=NINE, agent=AGENT))
        engine.tell(joined())
        await until(lambda: floor.orders)


async def test_whoever_asks_when_the_engine_ends_is_told_so(clock: Clock) -> None:
    """Nobody waits for ever for an answer, neither in the inbox nor later."""
    engine = make_engine(clock)
    for number in range(SLICE):
        engine.tell(joined(f"c{number}"))
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(_expect_stopped(engine))
        await asyncio.sleep(0)
        task = group.create_task(engine.run())
        engine.subscribe(lambda event, commands: stop(task))
        await asking
    await _expect_stopped(engine)


def stop(task: asyncio.Task[None]) -> None:
    """End the engine."""
    task.cancel()


async def _expect_stopped(engine: Engine) -> None:
    with pytest.raises(EngineStopped):
        await engine.ask(AgentBecameReady(at=NINE, agent=AGENT))


async def test_request_whose_asker_left_is_not_carried_out(clock: Clock) -> None:
    """Who hung up before the answer was promised nothing."""
    engine = make_engine(clock)
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(engine.ask(AgentLoggedOn(at=NINE, agent=AGENT, seat=SeatId("8001"))))
        await asyncio.sleep(0)
        asking.cancel()
    async with running(engine):
        engine.tell(joined())
        await until(lambda: engine.distributor.waiting)

    assert engine.distributor.agents == {}


async def test_heart_beats_from_the_loop_itself(clock: Clock) -> None:
    """Also when nothing happens, and also if whoever listens fails."""
    beats: list[int] = []
    loop = asyncio.get_running_loop()

    def broken(ticks: int) -> None:
        raise RuntimeError("no line")

    engine = make_engine(clock)
    engine.on_beat(broken)
    engine.on_beat(beats.append)
    began = loop.time()
    async with running(engine):
        await until(lambda: len(beats) >= 3)

    assert beats == sorted(set(beats))
    assert loop.time() - began >= 2 * BEAT_S - timedelta(milliseconds=10).total_seconds()
    assert engine.ticks >= beats[-1]
