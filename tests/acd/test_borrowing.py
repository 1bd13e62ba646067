"""When a recipe's order becomes a loan, and when that has done its work."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from acd.borrowing import RECIPE, Borrowing, Pair, by_recipes, is_left_alone, loan_of, reason
from acd.commands import BorrowSeats
from acd.measures import CLOCKWORK, Aim, Kind, Loan, Measure, MeasureState
from acd.model import CallId, QueueName
from tests.acd.scene import clock

GENERAL, HEALTH = QueueName("general"), QueueName("health")
PAIR = Pair(GENERAL, HEALTH)


def order(call: str = "c1") -> BorrowSeats:
    """Two seats of health, of which one stays."""
    return BorrowSeats(
        at=clock(60),
        call=CallId(call),
        borrower=GENERAL,
        lender=HEALTH,
        seats=2,
        keep=1,
        lasts=timedelta(minutes=15),
        waited=timedelta(seconds=60),
    )


def measure(**more: object) -> Measure:
    """A recipe's loan, in force."""
    aim = Aim(kind=Kind.LEND, loans=(loan_of(order()),))
    made = Measure(number=7, aim=aim, who=RECIPE, why=reason(order()), made_at=clock(0), starts_at=clock(0))
    return replace(made, **{"state": MeasureState.IN_FORCE, **more})  # type: ignore[arg-type]


def test_an_order_is_tried_at_once_and_again_while_its_caller_waits() -> None:
    """Every ten seconds, as long as nothing is lent; nothing is asked for any more once they are answered."""
    borrowing = Borrowing()
    borrowing.ask(order())

    tried = [second for second in range(25) if borrowing.due(lambda call: call == "c1", (), clock(second))]

    assert tried == [0, 10, 20]
    assert borrowing.due(lambda _: False, (), clock(30)) == []
    assert not borrowing.is_asked


def test_while_a_loan_stands_nothing_more_is_lent_for_the_same_two() -> None:
    """Once it is over, by its time, it is made again for whoever still waits."""
    borrowing = Borrowing()
    borrowing.ask(order("c1"))
    borrowing.ask(order("c2"))

    assert borrowing.due(lambda _: True, {PAIR}, clock(0)) == []
    assert borrowing.due(lambda _: True, (), clock(1)) == [order("c2")]
    borrowing.ask(replace(order("c3"), lender=QueueName("tax")))
    assert [each.lender for each in borrowing.due(lambda _: True, {PAIR}, clock(2))] == ["tax"]


def test_a_line_has_eased_when_nobody_waited_in_it_for_a_minute_on_end() -> None:
    """One caller begins the minute anew."""
    borrowing = Borrowing()

    eased = [s for s in range(200) if borrowing.eased([GENERAL], {GENERAL} if s in (10, 60) else {HEALTH}, clock(s))]

    assert eased == list(range(121, 200))
    assert borrowing.eased([HEALTH], (), clock(200)) == set()


def test_what_a_person_has_ended_is_left_alone_for_a_quarter_of_an_hour() -> None:
    """Not what the clock or the recipe itself has ended, nor what lies between other queues."""
    ended = measure(state=MeasureState.OVER, over_at=clock(100), over_by="leader#2")

    assert is_left_alone(PAIR, [ended], clock(999))
    assert not is_left_alone(PAIR, [ended], clock(1000))
    assert not is_left_alone(Pair(HEALTH, GENERAL), [ended], clock(999))
    for other in (replace(ended, over_by=CLOCKWORK), replace(ended, over_by=RECIPE), replace(ended, who="leader#2")):
        assert not is_left_alone(PAIR, [other], clock(999))


def test_a_recipes_loans_are_known_by_who_made_them() -> None:
    """Among all that stand; a person's loan between the same queues is theirs."""
    theirs = measure(number=8, who="leader#2")
    planned = measure(number=9, state=MeasureState.PLANNED)

    assert by_recipes([theirs, measure(), planned]) == {PAIR: measure()}
    assert loan_of(order()) == Loan(GENERAL, HEALTH, count=2, keep=1)
    assert reason(order()) == "general 的溢出方案:有来电已等候 60 秒 / recipe of general: a call has waited 60 s"
