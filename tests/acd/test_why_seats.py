"""Which seats came to a queue or left it, and by whose order: told of measures and changes alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from acd.measures import CLOCKWORK, Measure, MeasureState
from acd.model import QueueName, Seat, SeatId
from acd.seat_table import Action, SeatChange
from acd.why_seats import Turn, told_of_seats, turns
from acd.why_words import FEW, MANY
from tests.acd.centre import GENERAL, HEALTH, add, lend, limits
from tests.acd.scene import clock, make_seat
from tests.acd.test_measures import measure

LENT = measure(lend(0, "8007", "8008"), number=3, starts=10, ends=7200)
"""Seats of health serve general from ten seconds after nine to eleven o'clock."""
BACK = replace(LENT, state=MeasureState.OVER, over_at=clock(60), over_by="李班长", over_why="够了")


def change(at: float, before: Seat | None, after: Seat | None) -> SeatChange:
    """What a person did to seat 8001."""
    return SeatChange(
        seq=12,
        at=clock(at),
        who="王班长",
        why="支援",
        action=Action.CHANGE,
        seat=SeatId("8001"),
        before=before,
        after=after,
    )


def page(seen: Sequence[Turn], queue: QueueName = GENERAL) -> str:
    """All lines."""
    return "\n".join(f"{line.zh} / {line.en}" for line in told_of_seats(queue, seen))


def of(queue: QueueName, *measures: Measure, since: float = 0, until: float = 100) -> list[Turn]:
    """The turns that measures make."""
    return list(turns(queue, measures, (), clock(since), clock(until)))


def test_borrower_is_told_who_ordered_and_until_when_and_the_lender_too() -> None:
    """By its number, with the reason; both queues see the same loan from their side."""
    mine, theirs = page(of(GENERAL, LENT)), page(of(HEALTH, LENT), HEALTH)

    assert "坐席 8007 8008 借自 health(措施 3,ops:surge;至 " in mine
    assert "; until 01-06 11:00)" in mine
    assert "借给 general(措施 3," in theirs
    assert "lent to general (measure 3, ops: surge; until " in theirs
    assert "至有人结束" in page(of(GENERAL, replace(LENT, ends_at=None)))


def test_seats_that_were_given_back_are_told_with_who_ended_it() -> None:
    """In the order in which it happened; by the clock it says so, and who had ordered it."""
    seen = of(GENERAL, BACK)

    assert [(turn.at, turn.came, turn.is_over) for turn in seen] == [
        (clock(10), True, False),
        (clock(60), False, True),
    ]
    assert "归还 health(措施 3,李班长 结束:够了)" in page(seen)
    assert "由 general 归还(措施 3," in page(of(HEALTH, BACK), HEALTH)
    assert "到时结束;当初 ops:surge" in page(of(GENERAL, replace(BACK, over_by=CLOCKWORK)))


def test_what_was_back_before_or_never_began_or_began_later_is_not_told() -> None:
    """Only what explains this wait; a loan that goes on from before does."""
    planned = replace(LENT, state=MeasureState.PLANNED)

    assert of(GENERAL, BACK, since=61) == []
    assert len(of(GENERAL, BACK, since=60)) == 2
    assert of(GENERAL, planned, measure(limits(wrap_up_s=5))) == []
    assert of(GENERAL, LENT, until=9) == []
    assert [turn.came for turn in of(GENERAL, LENT, since=50)] == [True]
    assert page([]) == ""


def test_added_seats_are_nobodys_else() -> None:
    """They have no lender to go back to."""
    extra = measure(add(0, "8100"))

    assert "坐席 8100 临时增席(措施 1," in page(of(HEALTH, extra), HEALTH)
    over = replace(extra, state=MeasureState.OVER, over_at=clock(5), over_by="ops")
    assert "增席结束,撤回" in page(of(HEALTH, over), HEALTH)
    assert of(GENERAL, extra) == []


def test_seat_that_a_person_moved_is_told_where_it_came_or_went() -> None:
    """By the number of the change; one that changed no queue of ours is not told, nor one from before."""
    here, elsewhere = make_seat("8001", "general"), make_seat("8001", "health")
    came, went, opened = change(20, elsewhere, here), change(30, here, elsewhere), change(40, None, here)
    skill = change(50, here, make_seat("8001", "general", english=2))

    seen = list(turns(GENERAL, (), (came, went, opened, skill), clock(0), clock(100)))

    assert [(turn.at, turn.came) for turn in seen] == [(clock(20), True), (clock(30), False), (clock(40), True)]
    assert "坐席 8001 调入(变更 12,王班长:支援)" in page(seen)
    assert "调出" in page(seen)
    assert list(turns(GENERAL, (), (came,), clock(21), clock(100))) == []


def test_turns_of_some_seats_only() -> None:
    """Why an agent got a call is about where they sit."""
    (turn,) = of(GENERAL, LENT)
    mine = turn.of({SeatId("8008")})

    assert mine is not None
    assert mine.seats == ("8008",)
    assert (turn.of({SeatId("8001")}), turn.of(None)) == (None, turn)


def test_page_is_bounded_unless_all_is_asked_for() -> None:
    """The first seats of each line and the newest lines."""
    many = measure(lend(0, *(str(8000 + n) for n in range(FEW + 1))))
    seen = of(GENERAL, many) * (MANY + 1)

    short, whole = list(told_of_seats(GENERAL, seen)), list(told_of_seats(GENERAL, seen, everything=True))

    assert (len(short), len(whole)) == (1 + MANY, 2 + MANY)
    assert "8005" not in short[1].zh
    assert f"… ({FEW + 1})" in short[1].zh
    assert "8005" in whole[1].zh
