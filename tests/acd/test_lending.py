"""Seats are lent and added, and given back; nothing is dropped, nothing stored is overwritten."""

from __future__ import annotations

import pytest

from acd.errors import (
    MeasureIsOver,
    NotEnoughSeats,
    SeatOfMeasure,
)
from acd.events import AgentAnswered, AgentBecameReady, CallEnded
from acd.model import AgentId, AgentState, CallId, SeatId
from tests.acd.centre import HEALTH, Centre, add, lend
from tests.acd.scene import make_seat
from tests.databases import BOTH

pytestmark = BOTH


async def test_lent_seats_are_rung_at_once_for_whoever_waits(centre: Centre) -> None:
    """Those idle longest go; the lender keeps its floor."""
    await centre.on_duty("8009", "8007", "8008")
    await centre.waits("c1", "c2")

    made = await centre.make(lend(2, keep=1))

    assert made.measure.aim.loans[0].seats == ("8009", "8007")
    assert centre.rung() == [("c1", "8009"), ("c2", "8007")]
    assert [centre.serves(seat) for seat in ("8007", "8008", "8009")] == ["general", "health", "general"]


async def test_lender_keeps_its_floor(centre: Centre) -> None:
    """More than it can lend is refused, by number and by name; nothing changes."""
    await centre.on_duty("8007", "8008")
    for aim in (lend(2, keep=1), lend(0, "8007", "8008", keep=1), lend(3)):
        with pytest.raises(NotEnoughSeats):
            await centre.make(aim)

    assert centre.serves("8007") == "health"
    assert await centre.measures.history(9) == []


async def test_a_lent_seat_that_talks_serves_the_borrower_next(centre: Centre) -> None:
    """Nothing is dropped; the talk ends as it would, and the next call is the borrower's."""
    await centre.on_duty("8007")
    await centre.waits("c1", queue=HEALTH)
    centre.engine.tell(AgentAnswered(at=centre.clock(), call=CallId("c1"), attempt=1))
    await centre.waits("c2", "c3")
    await centre.make(lend(1))
    assert centre.engine.distributor.agents[AgentId("107")].state is AgentState.TALKING

    centre.engine.tell(CallEnded(at=centre.clock(), call=CallId("c1")))
    await centre.engine.ask(AgentBecameReady(at=centre.clock(), agent=AgentId("107")))

    assert centre.rung() == [("c1", "8007"), ("c2", "8007")]


async def test_what_is_lent_comes_back_by_hand_by_time_and_not_twice(centre: Centre) -> None:
    """Exactly as stored; an undone loan can be resumed until its end."""
    await centre.on_duty("8007", "8008")
    by_hand = await centre.make(lend(1))
    await centre.undo(by_hand)
    assert centre.serves("8007") == "health"
    await centre.undo(by_hand)
    assert centre.serves("8007") == "general"
    await centre.undo(by_hand)
    timed = await centre.make(lend(0, "8008"), ends=60)
    assert centre.serves("8008") == "general"

    await centre.later(60)

    assert centre.serves("8008") == "health"
    with pytest.raises(MeasureIsOver):
        await centre.undo(timed)


async def test_a_stored_seat_changed_while_lent_keeps_both_intents(centre: Centre) -> None:
    """The change counts, as lent; without the loan it is what was stored. A closed seat is not lent."""
    loan = await centre.make(lend(0, "8007", "8008"))
    (stored,) = [one for one in await centre.capacity.list_seats() if one.seat.id == "8007"]
    await centre.capacity.change_seat(
        make_seat("8007", "health", psychology=3), version=stored.version, who="ops", why="x"
    )
    (other,) = [one for one in await centre.capacity.list_seats() if one.seat.id == "8008"]
    await centre.capacity.close_seat(SeatId("8008"), version=other.version, who="ops", why="x")
    assert centre.engine.distributor.seats[SeatId("8007")] == make_seat("8007", "general", psychology=3)
    assert centre.serves("8008") == "-"

    await centre.undo(loan)

    assert centre.engine.distributor.seats[SeatId("8007")] == make_seat("8007", "health", psychology=3)
    assert centre.serves("8008") == "-"


async def test_added_seats_are_there_for_as_long_as_the_measure(centre: Centre) -> None:
    """Phones in reserve become seats, stored seats serve the queue as well; only the measure takes them away."""
    made = await centre.make(add(3), ends=60)
    wider = await centre.make(add(0, "8001", "8011"))
    assert [centre.serves(seat) for seat in ("8003", "8004", "8005", "8006")] == ["health", "health", "health", "-"]
    assert [centre.serves(seat) for seat in ("8001", "8011")] == ["general health", "health"]
    with pytest.raises(SeatOfMeasure):
        await centre.capacity.close_seat(SeatId("8003"), version=1, who="ops", why="x")

    await centre.later(60)
    await centre.undo(wider)

    assert made.measure.aim.loans[0].seats == ("8003", "8004", "8005")
    assert [centre.serves(seat) for seat in ("8003", "8001", "8011")] == ["-", "general", "-"]
