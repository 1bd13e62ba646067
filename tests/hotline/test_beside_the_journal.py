"""What a look back needs and the journal does not hold: who dialled again, and seats without their measures."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.measure_table import insert_measure
from acd.measures import Aim, Kind, Loan, Measure, MeasureState
from acd.model import Seat, SeatId
from acd.seat_table import StoredSeat, Wish
from acd.seat_table import write as write_seat
from hotline.redials import redials
from hotline.unmeasured import seats_unmeasured
from recordings.calls import calls
from tests.databases import BOTH
from tests.simulation.past_day import GENERAL, HEALTH, SINCE, UNTIL
from tests.simulation.town import NINE

pytestmark = BOTH


async def test_who_dialled_again_is_known_by_the_number_alone(database: AsyncEngine) -> None:
    """Nobody answered, and the same number came again within half an hour."""
    rows = [
        ("a", "13800000001", 0, None, 60),
        ("b", "13800000001", 120, None, 200),
        ("c", "13800000001", 7200, None, 7300),
        ("d", "13800000002", 130, 140, 200),
        ("e", "13800000002", 300, None, 350),
        ("f", None, 310, None, 350),
    ]
    async with database.begin() as connection:
        for call, ani, came, answered, ended in rows:
            moments = {"arrived_at": came, "joined_at": came + 5, "answered_at": answered, "ended_at": ended}
            times = {key: None if s is None else NINE + timedelta(seconds=s) for key, s in moments.items()}
            await connection.execute(insert(calls).values(call_id=call, ani=ani, **times))

    assert await redials(database, NINE, NINE + timedelta(hours=3)) == {"a": "b"}


async def test_seats_without_measures_are_as_people_had_left_them(database: AsyncEngine) -> None:
    """One that a measure had lent at that moment serves its own queue again, one that it had added is not there."""
    lent, added, later_on = SeatId("9001"), SeatId("9002"), SeatId("9003")
    its_own = Seat(lent, frozenset({GENERAL}))
    async with database.begin() as connection:
        version = await write_seat(connection, Wish(lent, its_own, "li", "", lambda _: None), None, NINE)
        stored = StoredSeat(its_own, version)
        await write_seat(connection, Wish(lent, None, "li", "", lambda _: None), stored, UNTIL)
        for seat, lender, starts in ((lent, GENERAL, NINE), (added, None, NINE), (later_on, None, UNTIL)):
            loan = Loan(HEALTH, lender, (seat,))
            measure = Measure(
                number=0,
                aim=Aim(kind=Kind.LEND if lender else Kind.ADD, loans=(loan,)),
                who="li",
                why="",
                made_at=NINE,
                starts_at=starts,
                state=MeasureState.OVER,
                over_at=UNTIL + timedelta(hours=1),
            )
            await insert_measure(connection, measure)

    known = [lent, added, later_on]
    assert await seats_unmeasured(database, SINCE, known) == {lent: its_own, added: None}
    assert await seats_unmeasured(database, UNTIL + timedelta(hours=2), known) == {}
