"""A crisis lane keeps its last agent on duty, whoever wants them elsewhere, and nothing is half done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.crisis import lanes_of
from acd.errors import CrisisLaneNeedsAgents
from acd.measures import MeasureState
from acd.model import SeatId
from city.level import Lend
from tests.acd.centre import CITY, GENERAL, HEALTH, Centre, lend, level
from tests.acd.scene import make_seat, skilled
from tests.databases import BOTH

pytestmark = BOTH

LINE = CITY.hotlines["12320"].model_copy(update={"crisis": True, "menu": None, "skills": {"psychology": 2}})
EMERGENCY = CITY.levels["emergency"].model_copy(
    update={"lend": (Lend(lender="health", borrower="general", seats=2, keep=0),)}
)
CRISIS = replace(CITY, hotlines={**CITY.hotlines, "12320": LINE}, levels={**CITY.levels, "emergency": EMERGENCY})


@pytest.fixture
async def centre(centre: Centre) -> Centre:
    """Health is a crisis lane whose callers ask for psychology: 8007 and 8008 are on duty, only 8007 has it."""
    centre.measures = centre.reborn(CRISIS)
    await centre.measures.restore()
    await centre.on_duty("8007", "8008")
    await change(centre, "8007", "health", psychology=3)
    return centre


async def change(centre: Centre, seat: str, serves: str, **skills: int) -> int:
    """Change a seat; the number of the change."""
    [stored] = [one for one in await centre.capacity.list_seats() if one.seat.id == seat]
    changed = make_seat(seat, serves, **skills)
    return (await centre.capacity.change_seat(changed, version=stored.version, who="ops", why="x")).version


async def close(centre: Centre, seat: str) -> int:
    """Remove a seat."""
    [stored] = [one for one in await centre.capacity.list_seats() if one.seat.id == seat]
    return await centre.capacity.close_seat(SeatId(seat), version=stored.version, who="ops", why="x")


def test_a_lane_is_a_queue_and_what_its_callers_ask_for() -> None:
    """Somebody who serves the queue at all counts, too."""
    assert {(lane.queue, lane.skills) for lane in lanes_of(CRISIS)} == {
        (HEALTH, frozenset()),
        (HEALTH, skilled(psychology=2)),
    }
    assert lanes_of(CITY) == frozenset()


async def test_nobody_lends_a_crisis_lanes_last_agent(centre: Centre) -> None:
    """Neither by number nor by name, nor who alone has the skill, nor by a level; not even to try it."""
    before = centre.engine.distributor.snapshot().seats
    for aim in (lend(2), lend(0, "8007", "8008"), lend(0, "8007"), level("emergency")):
        for dry_run in (True, False):
            with pytest.raises(CrisisLaneNeedsAgents, match="health"):
                await centre.make(aim, dry_run=dry_run)

    assert centre.engine.distributor.snapshot().seats == before
    assert (await centre.measures.history(9), centre.measures.version) == ([], 0)
    await centre.make(lend(0, "8008"))
    assert [centre.serves("8007"), centre.serves("8008")] == ["health", "general"]


async def test_a_timed_loan_that_would_take_the_last_agent_does_not_begin(centre: Centre) -> None:
    """Who is on duty then is not known when it is planned; the rule stands in the measure."""
    made = await centre.make(lend(2), begins=60, ends=120)
    assert made.measure.state is MeasureState.PLANNED

    await centre.later(60)

    [measure] = await centre.measures.history(9)
    assert (measure.state, measure.over_why[:24]) == (MeasureState.REFUSED, "crisis_lane_needs_agents")
    assert [centre.serves("8007"), centre.serves("8008")] == ["health", "health"]


async def test_who_came_to_a_crisis_lane_last_is_not_taken_back_by_hand(centre: Centre) -> None:
    """By its time the loan ends all the same: it was known from the beginning."""
    await centre.rest("107")
    await centre.rest("108")
    await centre.on_duty("8001")
    await change(centre, "8001", "general", psychology=2)
    loan = await centre.make(lend(1, lender=GENERAL, borrower=HEALTH), ends=60)

    with pytest.raises(CrisisLaneNeedsAgents):
        await centre.undo(loan)
    assert centre.serves("8001") == "health"

    await centre.later(60)
    assert centre.serves("8001") == "general"


async def test_a_seat_is_not_moved_or_closed_under_a_crisis_lanes_last_agent(centre: Centre) -> None:
    """Nor does it lose the skill; the trail and the engine know nothing of it. Off duty, it may go."""
    trail = await centre.capacity.history()
    for act in (
        change(centre, "8007", "general", psychology=3),
        change(centre, "8007", "health", psychology=1),
        close(centre, "8007"),
        centre.capacity.undo(trail[0].seq, who="ops"),
    ):
        with pytest.raises(CrisisLaneNeedsAgents):
            await act
    assert await centre.capacity.history() == trail
    assert centre.engine.distributor.seats[SeatId("8007")] == make_seat("8007", "health", psychology=3)

    await centre.rest("107")
    await close(centre, "8007")
    with pytest.raises(CrisisLaneNeedsAgents):
        await change(centre, "8008", "general")
    assert [centre.serves("8007"), centre.serves("8008")] == ["-", "health"]


async def test_a_change_is_rehearsed_under_the_same_rule(centre: Centre) -> None:
    """What would be refused is refused when tried."""
    [stored] = [one for one in await centre.capacity.list_seats() if one.seat.id == "8007"]

    with pytest.raises(CrisisLaneNeedsAgents):
        await centre.capacity.rehearsal().close_seat(SeatId("8007"), version=stored.version, who="ops", why="x")


async def test_a_lane_without_anybody_is_no_reason_to_refuse(centre: Centre) -> None:
    """Nothing is taken from it."""
    await centre.rest("107")
    await centre.rest("108")

    await centre.make(lend(0, "8007", "8008"))

    assert [centre.serves("8007"), centre.serves("8008")] == ["general", "general"]
