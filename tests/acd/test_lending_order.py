"""Which seats go first when some are lent, told of the hall alone: no engine, no database."""

from __future__ import annotations

import pytest

from acd.errors import NotEnoughSeats
from acd.lending import chosen, on_duty, seats_on_duty
from acd.measures import Loan
from acd.model import QueueName, SeatId
from tests.acd.scene import Scene

GENERAL, HEALTH = QueueName("general"), QueueName("health")


def lent(scene: Scene, count: int = 0, *seats: str, keep: int = 0, at_most: bool = False) -> list[str]:
    """Seats of health for general."""
    loan = Loan(GENERAL, HEALTH, tuple(map(SeatId, seats)), count, keep)
    return list(chosen(scene.core, loan, None, at_most=at_most).seats)


def hall() -> Scene:
    """Of health: 105 is ready, 101 writes, 102 is reserved, 103 is rung, 104 talks; 106 is at lunch, 107 gone."""
    scene = Scene()
    for agent, acts in (("104", 2), ("103", 1), ("102", 0), ("101", 3)):
        scene.staff(agent, "health")
        scene.join(f"c{agent}", "health")
        for act in (scene.ring, scene.answer, scene.talk_ends)[:acts]:
            act(f"c{agent}")
    for agent in ("105", "106", "107"):
        scene.staff(agent, "health")
    scene.rest("106")
    scene.log_off("107")
    return scene


def test_seats_go_by_what_their_agents_do_and_only_where_somebody_is_on_duty() -> None:
    """Idle, writing, reserved, ringing, talking."""
    scene = hall()

    assert lent(scene, 5) == ["8105", "8101", "8102", "8103", "8104"]
    assert set(on_duty(scene.core)) == {"8101", "8102", "8103", "8104", "8105"}
    assert seats_on_duty(scene.core, HEALTH) == ["8101", "8102", "8103", "8104", "8105"]
    assert seats_on_duty(scene.core, GENERAL) == []


def test_of_equals_the_longest_idle_goes_first_and_who_serves_the_borrower_already_last() -> None:
    """So that most is won by it."""
    scene = Scene()
    for agent, serves in (("103", "general health"), ("102", "health"), ("101", "health")):
        scene.staff(agent, serves)

    assert lent(scene, 3) == ["8102", "8101", "8103"]


def test_the_lender_keeps_as_many_as_it_must() -> None:
    """By count, the first so many go; fewer than asked for only where that is better than none."""
    scene = hall()

    assert lent(scene, 3, keep=2) == ["8105", "8101", "8102"]
    with pytest.raises(NotEnoughSeats, match="health can lend 3 seats, not 4"):
        lent(scene, 4, keep=2)
    assert lent(scene, 4, keep=2, at_most=True) == ["8105", "8101", "8102"]
    assert lent(scene, 4, keep=9, at_most=True) == []


def test_named_seats_go_as_named_and_those_without_an_agent_cost_nothing() -> None:
    """Of too many the last ones named stay, if that is allowed; else it is said how many would be left."""
    scene = hall()
    named = ("8104", "8106", "8101", "8102")

    assert lent(scene, 0, *named, keep=2) == list(named)
    with pytest.raises(NotEnoughSeats, match="would keep 2 agents on duty, not 3"):
        lent(scene, 0, *named, keep=3)
    assert lent(scene, 0, *named, keep=3, at_most=True) == ["8104", "8106", "8101"]
    assert lent(scene, 0, *named, keep=9, at_most=True) == ["8106"]


def test_seats_in_reserve_are_the_phones_that_are_no_seats_yet() -> None:
    """In the order of their numbers; too few is refused in their own words."""
    scene = Scene()
    scene.seat("8101")
    phones = frozenset(map(SeatId, ("8103", "8101", "8102")))

    assert chosen(scene.core, Loan(GENERAL, count=2), phones).seats == ("8102", "8103")
    with pytest.raises(NotEnoughSeats, match="in reserve are 2 seats, not 3"):
        chosen(scene.core, Loan(GENERAL, count=3), phones)
    assert chosen(scene.core, Loan(GENERAL, count=3), phones, at_most=True).seats == ("8102", "8103")


def test_whoever_talks_at_a_seat_that_was_closed_serves_nowhere() -> None:
    """They finish, and nothing can be lent of them."""
    scene = Scene()
    scene.staff("101", "health")
    scene.join("c", "health")
    scene.answer("c")
    scene.close("8101")

    assert on_duty(scene.core) == {}
