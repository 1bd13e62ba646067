"""By which change of a queue an advice is carried out, and which are possible at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from acd.advice import Action, Advice, Doable, Sight, Turn
from acd.advised_change import ROWS, actions_in, at_once, change_for, possible_for
from acd.model import QueueName
from city.level import changed, changes, fitted
from city.queue import CallsBack, Queue
from tests.acd.scene import clock

PLAIN = Queue(name="general", zh="综合", en="General")
SAID = frozenset({Action.ANNOUNCE, Action.CALL_BACK, Action.MESSAGE})


def advice(action: Action, serving: int = 42) -> Advice:
    """For a queue with so many agents."""
    doable = Doable(possible=frozenset(), on=frozenset(), wrap_up=timedelta(seconds=30))
    sight = Sight(
        queue=QueueName("general"),
        wait=None,
        waiting=9,
        serving=serving,
        arrivals_per_s=None,
        handle_s=None,
        doable=doable,
        lends={},
    )
    return Advice(queue=sight.queue, action=action, turn=Turn.BEGIN, since=clock(0), limit_s=90.0, sight=sight)


def under(queue: Queue, *actions: Action) -> Queue:
    """The queue with these switched on."""
    for action in actions:
        change = change_for(advice(action), queue)
        assert change is not None
        queue = changed(queue, [change])
    return queue


@pytest.mark.parametrize("action", sorted(SAID))
def test_what_is_switched_on_is_known_again_and_not_possible_twice(action: Action) -> None:
    """By its rows, whoever laid them."""
    change = change_for(advice(action), PLAIN)
    assert change is not None

    assert actions_in(change) == {action}
    assert possible_for(PLAIN, dials=True) == SAID | {Action.WRAP_UP}
    assert possible_for(under(PLAIN, action), dials=True) == (SAID | {Action.WRAP_UP}) - {action}


def test_what_a_recipe_does_by_itself_is_not_proposed() -> None:
    """Nor what it would never come to; where nobody outside can be dialled, no call-back."""
    own = Queue.model_validate({**dict(PLAIN), "wrap_up_s": 10.0, "recipe": ROWS[Action.MESSAGE]})
    soon = Queue.model_validate(
        {**dict(PLAIN), "recipe": (ROWS[Action.MESSAGE][0].model_copy(update={"after_s": 20.0}),)}
    )

    assert possible_for(own, dials=True) == {Action.ANNOUNCE, Action.CALL_BACK}
    assert possible_for(soon, dials=True) == {Action.WRAP_UP}
    assert possible_for(own, dials=False) == {Action.ANNOUNCE}


def test_what_is_said_to_a_caller_is_never_said_at_once_with_another() -> None:
    """All three switched on: half a minute lies between two rows, and the message is the last."""
    rows = under(PLAIN, Action.ANNOUNCE, Action.CALL_BACK, Action.MESSAGE).recipe
    moments = [row.after_s for row in rows]

    assert [row.step for row in rows][-1] == "message"
    assert len(rows) == sum(map(len, ROWS.values()))
    assert all(later - sooner >= 30 for sooner, later in pairwise(moments))


def test_rows_come_when_they_are_worth_saying() -> None:
    """The wait after half a minute and thrice in all; a call-back after a minute, where two more are to come; a message
    after ten minutes, once.
    """
    minutes = {action: [row.after_s / 60 for row in rows] for action, rows in ROWS.items()}

    assert minutes[Action.ANNOUNCE] == [0.5, 2.5, 5]
    assert (minutes[Action.CALL_BACK][0], len(minutes[Action.CALL_BACK])) == (1, 3)
    assert {row.predicted_wait_s for row in ROWS[Action.CALL_BACK] if row.step == "offer_call_back"} == {120.0}
    assert minutes[Action.MESSAGE] == [10]


def test_a_shorter_wrap_up_is_a_limit_and_known_again() -> None:
    """Half a minute becomes fifteen seconds, and nothing else of the queue changes."""
    change = change_for(replace(advice(Action.WRAP_UP), wrap_up=timedelta(seconds=15)), PLAIN)
    assert change is not None

    assert changes(change) == {"wrap_up_s": 15.0}
    assert actions_in(change) == {Action.WRAP_UP}


def test_who_is_offered_a_call_back_is_called_by_a_rule() -> None:
    """A city that calls back more of them goes on doing so; the share grows with the agents, and never shrinks."""
    asked = under(PLAIN, Action.CALL_BACK)
    missed = under(
        PLAIN.model_copy(update={"calls_back": CallsBack.MISSED, "call_backs_at_once": 50}), Action.CALL_BACK
    )

    assert (asked.calls_back, asked.call_backs_at_once) == (CallsBack.ASKED, at_once(42))
    assert (missed.calls_back, missed.call_backs_at_once) == (CallsBack.MISSED, 50)
    assert asked.keeps_offers
    assert [at_once(serving) for serving in (0, 1, 5, 6, 42)] == [0, 1, 1, 1, 5]


def test_the_share_is_one_that_a_queue_can_have() -> None:
    """Also of one whom nobody serves."""
    change = change_for(advice(Action.CALL_BACK, serving=0), PLAIN)
    assert change is not None

    assert fitted(PLAIN, change) is not None
    assert changes(change)["call_backs_at_once"] == PLAIN.call_backs_at_once


def test_seats_and_levels_are_no_change_of_a_queue() -> None:
    """Other measures carry them out."""
    assert change_for(advice(Action.BORROW), PLAIN) is None
    assert change_for(advice(Action.LEVEL), PLAIN) is None
