"""Measures begin and end by the engine's time, also if nobody ran at that moment."""

from __future__ import annotations

import pytest

from acd.errors import (
    EndsBeforeItBegins,
    InThePast,
    PlansConflict,
)
from acd.measures import MeasureState
from tests.acd.centre import GENERAL, HEALTH, Centre, add, lend, level, limits
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
