"""Measures begin and end by the engine's time, also if nobody ran at that moment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.arrangement import Arrangement
from acd.capacity import Capacity
from acd.distributor import Distributor
from acd.engine import Engine
from acd.errors import EndsBeforeItBegins, InThePast, PlansConflict
from acd.events import Event, QueuesLoaded, SeatOpened
from acd.measures import MeasureState
from acd.model import SeatId
from hotline.beginning import open_seats
from hotline.fittings import acd_queues
from tests.acd.centre import CITY, GENERAL, HEALTH, PHONES, Centre, add, lend, level, limits
from tests.acd.running import Floor, Notebook, running, until
from tests.databases import BOTH

pytestmark = BOTH


async def test_a_timed_level_stands_above_and_gives_way(centre: Centre) -> None:
    """Begun and ended by the engine's time; below it is what people chose."""
    await centre.make(level("elevated"))
    await centre.make(level("emergency"), begins=60, ends=120)
    assert centre.measures.now.level[0].name == "elevated"
    await centre.later(60)
    assert centre.measures.now.level[0].name == "emergency"

    await centre.later(60)

    assert centre.measures.now.level[0].name == "elevated"
    assert [line.who for line in await centre.measures.trail(2)] == ["hotline", "hotline"]


async def test_time_is_kept_also_while_nobody_ran(centre: Centre) -> None:
    """What should have begun begins, what should have ended ends, what was wholly missed is said to be."""
    await centre.make(add(0, "8011"), begins=10, ends=1000)
    await centre.make(add(0, "8012"), ends=20)
    await centre.make(add(0, "8013"), begins=10, ends=20)
    await centre.make(add(0, "8014"), ends=1000)
    centre.clock.move(100)
    successor = centre.reborn()

    await successor.restore()
    assert (await centre.capacity.restore({GENERAL, HEALTH})) == 5
    await successor.keep_time()

    assert [centre.serves(seat) for seat in ("8011", "8012", "8013", "8014")] == ["health", "-", "-", "health"]
    states = [measure.state for measure in reversed(await successor.history(9))]
    assert states == [MeasureState.IN_FORCE, MeasureState.OVER, MeasureState.MISSED, MeasureState.IN_FORCE]


async def test_times_that_cannot_be_are_refused(centre: Centre) -> None:
    """In the past, ending before beginning."""
    for times, refusal in (
        ({"begins": -1}, InThePast),
        ({"begins": 0}, InThePast),
        ({"ends": 0}, InThePast),
        ({"begins": 20, "ends": 20}, EndsBeforeItBegins),
    ):
        with pytest.raises(refusal):
            await centre.make(level("elevated"), **times)


async def test_plans_that_want_the_same_at_one_time_are_named(centre: Centre) -> None:
    """Two levels, the same limits, the same seats; side by side in time, or of other things, they are welcome."""
    await centre.make(level("elevated"), begins=100, ends=200)
    await centre.make(limits(wrap_up_s=10), begins=100, ends=200)
    await centre.make(add(0, "8011", "8012"), begins=100, ends=200)
    for aim in (level("emergency"), limits(wrap_up_s=5, ring_time_s=9), add(0, "8012")):
        with pytest.raises(PlansConflict, match="surge"):
            await centre.make(aim, begins=150, ends=300)

    for aim in (level("emergency"), limits(wrap_up_s=5), add(0, "8012")):
        await centre.make(aim, begins=200, ends=300)
    await centre.make(limits(ring_time_s=9), begins=150, ends=300)


async def test_a_plan_is_cancelled_and_resumed(centre: Centre) -> None:
    """A cancelled plan does nothing at its time, unless it is resumed before its end."""
    plan = await centre.make(add(0, "8011"), begins=10, ends=100)
    await centre.undo(plan)
    await centre.later(20)
    assert centre.serves("8011") == "-"
    await centre.undo(plan)

    await centre.later(0)

    assert centre.serves("8011") == "health"


async def test_a_plan_that_cannot_begin_says_why(centre: Centre) -> None:
    """Fewer seats than planned are better than none; none at all is said, and nothing changes."""
    await centre.make(lend(2, keep=1), begins=10, ends=100)
    await centre.make(lend(2, keep=1), begins=50, ends=100)
    await centre.on_duty("8008", "8007")
    await centre.later(10)
    assert (centre.serves("8008"), centre.serves("8007")) == ("general", "health")

    await centre.later(40)

    (refused, _) = await centre.measures.history(2)
    assert refused.state is MeasureState.REFUSED
    assert refused.over_why.startswith("not_enough_seats: ")


async def test_after_a_restart_nothing_is_told_as_it_is_without_the_measures(centre: Centre) -> None:
    """The successor's first queues are those of the level, its first seats are lent: nobody is offered a wrong call."""
    await centre.make(lend(0, "8007"))
    await centre.make(level("elevated"))
    told: list[Event] = []
    engine = Engine(Distributor(), Floor(), Notebook(), centre.clock)
    engine.subscribe(lambda event, _: told.append(event))
    capacity = Capacity(centre.database, engine, phones=PHONES)
    arrangement = Arrangement(centre.database, engine, capacity, CITY, acd_queues)

    async with running(engine):
        await open_seats(CITY, engine, capacity, arrangement)
        await until(lambda: len(engine.distributor.seats) == 5)

    (loaded,) = (fact for fact in told if isinstance(fact, QueuesLoaded))
    assert {queue.name: queue.wrap_up_time.total_seconds() for queue in loaded.queues} == {"general": 20, "health": 30}
    opened = {fact.seat.id: fact.seat.queues for fact in told if isinstance(fact, SeatOpened)}
    assert [sorted(opened[SeatId(seat)]) for seat in ("8007", "8008")] == [[GENERAL], [HEALTH]]
    assert arrangement.version == centre.measures.version


async def test_what_the_city_has_no_more_is_passed_by(centre: Centre) -> None:
    """After a restart on edited files: a level that is gone, a queue that is gone; a plan for either says why not."""
    await centre.make(lend(0, "8001", borrower="health", lender="general"))
    await centre.make(level("elevated"))
    await centre.make(level("emergency"), begins=10)
    await centre.make(limits("health", wrap_up_s=5))
    at_rest = {"normal": CITY.levels["normal"]}
    successor = centre.reborn(replace(CITY, levels=at_rest, queues={"general": CITY.queues["general"]}))

    queues = await successor.restore()
    await centre.capacity.restore({GENERAL})
    centre.clock.move(20)
    await successor.keep_time()

    assert [(queue.name, queue.wrap_up_time.total_seconds()) for queue in queues] == [("general", 30)]
    assert (successor.now.level[0].name, centre.serves("8001")) == ("normal", "general")
    (plan,) = [measure for measure in await successor.history(9) if measure.state is MeasureState.REFUSED]
    assert plan.over_why.startswith("unknown_level: ")
