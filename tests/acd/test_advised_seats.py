"""How many seats are advised to be borrowed, and of whom: by hand, from what is seen of both sides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from acd.advice import Action, Advice, AdviceGone, Doable, Lender, Lent, Sight, Turn, gone, see, spare, worked_out
from acd.forecast import Ahead, Line, Spread, estimate
from acd.model import QueueName
from acd.patience import Patience
from tests.acd.scene import clock
from tests.acd.test_outlook import taught

GENERAL, HEALTH = QueueName("general"), QueueName("health")
NOTHING = Doable(possible=frozenset(), on=frozenset(), wrap_up=timedelta(seconds=30))


def sight(calls_per_hour: float = 60.0, serving: int = 30) -> Sight:
    """Nobody waits; four minutes a call; health could lend ten."""
    return Sight(
        queue=GENERAL,
        wait=None,
        waiting=0,
        serving=serving,
        arrivals_per_s=calls_per_hour / 3600,
        handle_s=240.0,
        doable=NOTHING,
        lends={HEALTH: 10},
    )


def borrowing(seen: Sight) -> Advice:
    """The wait has been long for some time."""
    return Advice(queue=seen.queue, action=Action.BORROW, turn=Turn.BEGIN, since=clock(0), limit_s=90.0, sight=seen)


@pytest.mark.parametrize(("calls_per_hour", "serving", "spared"), [(60, 30, 22), (240, 30, 9), (360, 30, 0)])
def test_a_queue_spares_all_but_those_it_needs_and_one_more(calls_per_hour: float, serving: int, spared: int) -> None:
    """Erlang C, 80 % within 15 s: of 60 calls an hour 7 agents are needed, of 240 20, of 360 29."""
    assert spare(sight(calls_per_hour, serving)) == spared


def test_a_queue_that_needs_everybody_spares_nobody() -> None:
    """29 agents for 360 calls an hour: nobody is left over, nor are there fewer than none."""
    assert spare(sight(360, 29)) == 0


def test_agents_who_serve_no_crisis_lane_can_be_lent_beside_one() -> None:
    """The lane has agents of its own; sharing is what forbids it, not the lane."""
    scene = taught()
    for agent in range(110, 140):
        scene.staff(str(agent), "general")
    scene.staff("102", "health")

    seen = see(GENERAL, (GENERAL, HEALTH), scene.core.outlook(), scene.now, NOTHING, crisis=[HEALTH])

    assert (seen.beside_crisis, spare(seen) > 0) == (False, True)


@pytest.mark.parametrize("unknown", ["arrivals_per_s", "handle_s"])
def test_of_a_queue_with_half_a_past_nothing_is_reckoned(unknown: str) -> None:
    """No load without both; so nothing is spared and nothing borrowed."""
    half = replace(sight(), **{unknown: None})  # type: ignore[arg-type]

    assert (half.load, spare(half)) == (None, 0)
    assert worked_out(borrowing(half), {HEALTH: Lender(30, 10)}) is None


def test_as_many_as_bring_the_load_to_nine_tenths() -> None:
    """600 calls an hour keep 40 agents busy; 45 are wanted, 42 are there; the lender keeps what it cannot spare."""
    lenders = {HEALTH: Lender(serving=30, spare=10)}
    advice = worked_out(borrowing(sight(600, 42)), lenders)

    assert advice
    assert advice.seats == (Lent(HEALTH, 3, keep=20),)
    assert lenders[HEALTH] == Lender(serving=27, spare=7)


def test_a_single_seat_is_borrowed_too() -> None:
    """It is better than none."""
    advice = worked_out(borrowing(sight(600, 42)), {HEALTH: Lender(serving=3, spare=1)})

    assert advice
    assert advice.seats == (Lent(HEALTH, 1, keep=2),)


def test_a_queue_whose_agents_all_serve_this_one_too_lends_nobody() -> None:
    """They take its calls already; nor does a queue lend to itself."""
    both = {QueueName("taxes"): Lender(serving=9, spare=9), GENERAL: Lender(serving=9, spare=9)}

    assert worked_out(borrowing(sight(600, 42)), both) is None
    itself = replace(sight(600, 42), lends={GENERAL: 9})
    assert worked_out(borrowing(itself), both) is None


def test_the_wait_foreseen_with_borrowed_seats_counts_the_calls_that_they_end() -> None:
    """Each ends one in four minutes; where there is no line nothing is foreseen."""
    line = Line(ahead=(Ahead(0.0),) * 40, freeing_per_s=42 / 240, patience=Patience(), pick_up=Spread(3, 1), seen=200)
    lined = replace(sight(600, 42), line=line)

    with_line = worked_out(borrowing(lined), {HEALTH: Lender(30, 10)})
    without = worked_out(borrowing(sight(600, 42)), {HEALTH: Lender(30, 10)})

    assert with_line
    assert without
    assert with_line.then == estimate(replace(line, freeing_per_s=45 / 240))
    assert without.then is None


def test_the_time_to_write_is_halved_but_never_below_ten_seconds() -> None:
    """And one that is as short already is left alone."""
    shorter = {}
    for seconds in (40, 20, 16, 10, 5):
        seen = replace(sight(), doable=replace(NOTHING, wrap_up=timedelta(seconds=seconds)))
        advice = worked_out(replace(borrowing(seen), action=Action.WRAP_UP), {})
        shorter[seconds] = advice and advice.wrap_up and advice.wrap_up.total_seconds()

    assert shorter == {40: 20, 20: 10, 16: 10, 10: None, 5: None}


def test_who_answers_an_advice_that_is_gone_is_told_which() -> None:
    """In both languages, under the rule's own name."""
    refusal = gone("general.borrow.begin")

    assert (refusal.rule, isinstance(refusal, AdviceGone)) == ("advice_gone", True)
    assert all("general.borrow.begin" in words for words in (str(refusal), refusal.zh))
