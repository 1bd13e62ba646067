"""The autopilot's hands on real measures: made, known again and ended, in the name of whoever said so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.advice import ITSELF, Action, Advice, AdviceGone, Doable, Lent, Sight, Turn
from acd.advised_change import ROWS
from acd.errors import CrisisHasNoMachine, NotEnoughSeats
from acd.measures import MeasureState
from acd.steps import OfferCallBack
from city.level import Lend
from city.queue import CallsBack
from city.trunks import Outgoing
from hotline.pilot_hands import MeasuringHands
from plumbing.database import connect, prepare
from tests.acd.centre import CITY, GENERAL, HEALTH, Centre, centre_open, level, limits
from tests.acd.running import Clock

DIALS = replace(CITY, lines=CITY.lines.model_copy(update={"outgoing": Outgoing(trunk="carrier", number="051812345")}))
"""The sample city with a way out."""


@pytest.fixture
async def centre(database_url: str) -> AsyncIterator[Centre]:
    """8007 to 8009 serve health, with an agent each; 8001 serves general."""
    database: AsyncEngine = connect(database_url)
    await prepare(database)
    async with centre_open(database, Clock()) as opened:
        await opened.on_duty("8007", "8008", "8009", "8001")
        yield opened
    await database.dispose()


@pytest.fixture
def hands(centre: Centre) -> MeasuringHands:
    """On that centre."""
    return MeasuringHands(centre.measures)


def advice(action: Action, turn: Turn = Turn.BEGIN, **more: object) -> Advice:
    """For general."""
    doable = Doable(possible=frozenset(), on=frozenset(), wrap_up=timedelta(seconds=30))
    sight = Sight(
        queue=GENERAL, wait=None, waiting=9, serving=1, arrivals_per_s=None, handle_s=None, doable=doable, lends={}
    )
    made = Advice(queue=GENERAL, action=action, turn=turn, since=Clock()(), limit_s=90.0, sight=sight)
    return replace(made, **more)  # type: ignore[arg-type]


async def test_seats_are_borrowed_and_given_back(centre: Centre, hands: MeasuringHands) -> None:
    """Two of health's three; the lender keeps what it was promised, and everything is as before after the end."""
    before = centre.engine.distributor.snapshot()
    await hands.carry_out(advice(Action.BORROW, seats=(Lent(HEALTH, 2, 1),)), who=ITSELF, why="general.borrow.begin: x")

    serving = [centre.serves(seat) for seat in ("8001", "8007", "8008", "8009")]
    assert serving == ["general", "general", "general", "health"]
    assert hands.doable(GENERAL).on == hands.doable(GENERAL).ours == {Action.BORROW}
    assert hands.doable(HEALTH).on == frozenset()
    with pytest.raises(NotEnoughSeats):
        await hands.carry_out(advice(Action.BORROW, seats=(Lent(HEALTH, 1, 1),)), who=ITSELF, why="x")

    await hands.carry_out(advice(Action.BORROW, Turn.END), who="leader#2", why="x")
    assert centre.engine.distributor.snapshot().seats == before.seats
    [measure] = await centre.measures.history(9)
    assert (measure.who, measure.state, measure.over_by) == (ITSELF, MeasureState.OVER, "leader#2")
    with pytest.raises(AdviceGone):
        await hands.carry_out(advice(Action.BORROW, Turn.END), who="leader#2", why="x")


async def test_the_wrap_up_is_shortened_in_the_name_of_who_accepted(centre: Centre, hands: MeasuringHands) -> None:
    """Then it is no more possible below ten seconds; what a person did is not the autopilot's."""
    shorter = advice(Action.WRAP_UP, wrap_up=timedelta(seconds=10))
    assert hands.doable(GENERAL).possible == {Action.ANNOUNCE, Action.BORROW, Action.WRAP_UP, Action.LEVEL}

    await hands.carry_out(shorter, who="leader#2", why="general.wrap_up.begin: x")
    assert centre.times()[1] == 10
    now = hands.doable(GENERAL)
    assert (now.on, now.ours) == (frozenset({Action.WRAP_UP}), frozenset())
    assert now.wrap_up == timedelta(seconds=10)
    assert Action.WRAP_UP not in now.possible

    await hands.carry_out(advice(Action.WRAP_UP, Turn.END), who=ITSELF, why="x")
    assert centre.times()[1] == 30


async def test_what_is_said_and_offered_is_laid_on_the_recipe_and_taken_off_again(centre: Centre) -> None:
    """In any order, each known by itself; a promise that is owed yet holds the call-back's end back."""
    owed: set[str] = set()
    hands = MeasuringHands(centre.measures, owed.__contains__)
    centre.measures.now = replace(centre.measures.now, base=DIALS)
    own = centre.steps()
    assert hands.doable(GENERAL).possible >= {Action.ANNOUNCE, Action.CALL_BACK}
    assert Action.MESSAGE not in hands.doable(GENERAL).possible  # the sample's own recipe comes to it
    assert Action.MESSAGE in hands.doable(HEALTH).possible

    for action in (Action.ANNOUNCE, Action.CALL_BACK):
        await hands.carry_out(advice(action), who=ITSELF, why="x")
    offers = [after_s for after_s, step in centre.steps().items() if step is OfferCallBack]
    assert offers == [row.after_s for row in ROWS[Action.CALL_BACK]]
    assert centre.measures.now.city.queues[GENERAL].calls_back is CallsBack.ASKED
    owed.add(GENERAL)
    now = hands.doable(GENERAL)
    assert now.ours == {Action.ANNOUNCE, Action.CALL_BACK}
    assert now.stays == {Action.CALL_BACK}
    assert not now.possible & now.on

    for action in (Action.ANNOUNCE, Action.CALL_BACK):
        await hands.carry_out(advice(action, Turn.END), who=ITSELF, why="x")
    assert centre.steps() == own
    assert centre.measures.now.city.queues[GENERAL].calls_back is CallsBack.NOBODY


async def test_an_advice_is_tried_on_the_live_queue(centre: Centre, hands: MeasuringHands) -> None:
    """Who would be rung at once; that nothing would be said while no wait is known; its end, too. Nothing happens."""
    await centre.waits("c1", "c2", "c3")
    await hands.carry_out(advice(Action.MESSAGE), who=ITSELF, why="x")
    before, told = centre.engine.distributor.snapshot(), len(centre.floor.orders)
    centre.clock.move(59)  # half a minute is over; c1 is being rung

    lent = await hands.foresee(advice(Action.BORROW, seats=(Lent(HEALTH, 2, 1),)))
    said = await hands.foresee(advice(Action.ANNOUNCE))
    ended = await hands.foresee(advice(Action.MESSAGE, Turn.END))

    assert lent
    assert [(offer.call, offer.seat) for offer in lent.offers] == [("c2", "8007"), ("c3", "8008")]
    assert said
    assert ended
    assert (said.spoken_to, said.to_message, ended.spoken_to) == (0, 0, 0)
    assert (centre.engine.distributor.snapshot(), len(centre.floor.orders)) == (before, told)


async def test_no_advice_sends_who_calls_a_crisis_line_to_a_machine(centre: Centre, hands: MeasuringHands) -> None:
    """None is made for it; and if one were, the measure would be refused."""
    crisis = {"12345": CITY.hotlines["12345"].model_copy(update={"crisis": True, "menu": None})}
    centre.measures.now = replace(centre.measures.now, base=replace(DIALS, hotlines={**CITY.hotlines, **crisis}))

    for action in (Action.CALL_BACK, Action.MESSAGE):
        with pytest.raises(CrisisHasNoMachine):
            await hands.carry_out(advice(action), who="leader#2", why="x")


async def test_limits_of_something_else_are_not_a_shorter_wrap_up(centre: Centre, hands: MeasuringHands) -> None:
    """A person's other ring time."""
    await centre.make(limits(ring_time_s=10))

    assert hands.doable(GENERAL).on == frozenset()


async def test_the_next_level_is_set_and_taken_back(centre: Centre, hands: MeasuringHands) -> None:
    """Elevated after normal; the highest has none above it."""
    await hands.carry_out(advice(Action.LEVEL), who=ITSELF, why="x")
    assert centre.measures.now.level[0].name == "elevated"
    assert hands.doable(HEALTH).ours == {Action.LEVEL}

    await hands.carry_out(advice(Action.LEVEL, Turn.END), who=ITSELF, why="x")
    assert centre.measures.now.level[0].name == "normal"
    await centre.make(level("emergency"))
    assert Action.LEVEL not in hands.doable(GENERAL).possible


async def test_a_level_that_touches_a_crisis_lane_is_not_proposed(centre: Centre) -> None:
    """Neither its rules nor its seats."""
    crisis = {"12320": CITY.hotlines["12320"].model_copy(update={"crisis": True, "menu": None})}
    city = replace(CITY, hotlines={**CITY.hotlines, **crisis})
    assert city.crisis_queues == {HEALTH}
    lends = CITY.levels["elevated"].model_copy(
        update={"queues": {}, "lend": (Lend(lender="health", borrower="general", seats=1),)}
    )

    for levels in (CITY.levels, {**CITY.levels, "elevated": lends}):
        centre.measures.now = replace(centre.measures.now, base=replace(city, levels=levels))
        assert Action.LEVEL not in MeasuringHands(centre.measures).doable(GENERAL).possible
