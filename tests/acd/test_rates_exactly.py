"""What each observation counts, to the last digit: how sums that are learnt forget, and from when on they are used."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.model import Agent, AgentId, AgentState, CallId, Engaged, Offer, QueueName, Rates, SeatId
from acd.patience import NOTHING_SEEN
from acd.rates import Learning, arrivals_per_s, handle_s, patience, pick_up
from tests.acd.scene import clock

GENERAL, HEALTH = QueueName("general"), QueueName("health")
KEPT = 255 / 256
"""So much of everything before is kept when something is seen."""
READY = Agent(AgentId("101"), frozenset(), AgentState.READY)
OFFER = Offer(CallId("c"), 1, AgentId("101"), SeatId("8101"), GENERAL)


def moves(learning: Learning, *steps: tuple[float, AgentState], offer: Offer = OFFER) -> None:
    """The agent goes through these states at these seconds, for the offer's call until it is over."""
    before = READY
    for at, state in steps:
        busy = state in (AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING)
        after = replace(before, state=state, call=offer.call if busy else None)
        learning.moved(before, after, offer if busy else None, clock(at))
        before = after


S = AgentState
TALK = ((0.0, S.RESERVED), (1.0, S.RINGING), (4.0, S.TALKING), (100.0, S.WRAP_UP), (130.0, S.READY))
LATER = ((200.0, S.RESERVED), (210.0, S.TALKING), (240.0, S.WRAP_UP), (260.0, S.ON_BREAK))


def test_a_second_talk_leaves_255_in_256_of_the_first() -> None:
    """Of handling, of the time to the answer, and of its square."""
    learning = Learning()
    moves(learning, *TALK)
    moves(learning, *LATER)
    rates = learning.rates(GENERAL)

    assert (rates.handled, rates.handling_s) == (KEPT + 1, 130 * KEPT + 60)
    assert (rates.picked_up, rates.picking_up_s) == (KEPT + 1, 4 * KEPT + 10)
    assert rates.picking_up_s2 == 16 * KEPT + 100


@pytest.mark.parametrize("end", [S.READY, S.ON_BREAK, S.LOGGED_OFF])
def test_an_agent_is_free_of_a_call_however_the_writing_ends(end: AgentState) -> None:
    """Also by logging off."""
    learning = Learning()
    moves(learning, *TALK[:-1], (130.0, end))

    assert learning.rates(GENERAL).handling_s == 130
    assert learning.busy_with(AgentId("101")) is None


def test_who_is_busy_is_so_for_the_queue_of_their_call_until_they_are_free() -> None:
    """While it rings, in the talk, while they write."""
    learning = Learning()
    for upto in range(1, 5):
        learning = Learning()
        moves(learning, *TALK[:upto])
        assert learning.busy_with(AgentId("101")) == GENERAL
    assert learning.busy_with(AgentId("102")) is None


def test_a_call_that_comes_while_writing_ends_the_handling_of_the_one_before() -> None:
    """The agent dials out of the wrap-up: what they wrote until then counts for the talk before."""
    learning = Learning()
    before = replace(READY, state=S.WRAP_UP)
    moves(learning, *TALK[:-1])
    learning.moved(before, replace(READY, state=S.RESERVED, call=CallId("d")), OFFER, clock(110))

    assert learning.rates(GENERAL).handling_s == 110
    assert learning.snapshot()[1] == (Engaged(AgentId("101"), GENERAL, clock(110), talked=False),)


def test_who_is_found_talking_is_engaged_from_then_on_and_has_no_pick_up() -> None:
    """After a gap: nobody knows how long the phone rang."""
    learning = Learning()
    moves(learning, (50.0, S.TALKING), (90.0, S.WRAP_UP), (100.0, S.READY))
    rates = learning.rates(GENERAL)

    assert (rates.picked_up, rates.handled, rates.handling_s) == (0, 1, 50)


def test_an_answer_told_twice_and_a_call_that_we_make_teach_no_pick_up() -> None:
    """The citizen's phone is not the agent's; handling counts all the same."""
    learning, ours = Learning(), replace(OFFER, call=CallId("out-1"))
    moves(learning, *TALK[:3], (9.0, S.TALKING))
    assert (learning.rates(GENERAL).picked_up, learning.rates(GENERAL).picking_up_s) == (1, 4)

    learning = Learning()
    moves(learning, *TALK, offer=ours)
    assert (learning.rates(GENERAL).picked_up, learning.rates(GENERAL).handled) == (0, 1)


def test_a_phone_that_rang_in_vain_leaves_nothing_behind() -> None:
    """The next ring begins anew."""
    learning = Learning()
    moves(learning, (0.0, S.RESERVED), (1.0, S.RINGING), (21.0, S.READY))
    moves(learning, (30.0, S.RESERVED), (33.0, S.TALKING))

    assert (learning.rates(GENERAL).handled, learning.rates(GENERAL).picking_up_s) == (0, 3)


def test_a_joining_leaves_31_in_32_of_those_before() -> None:
    """Three callers: two gaps, 10 s and then 4 s."""
    learning = Learning()
    for at in (0, 10, 14):
        learning.joined(GENERAL, clock(at))
    rates = learning.rates(GENERAL)

    assert (rates.gaps, rates.gaps_s, rates.last_joined) == (31 / 32 + 1, 10 * 31 / 32 + 4, clock(14))


def test_arrivals_are_known_from_the_second_caller_on() -> None:
    """A silence counts once it is longer than the mean gap, as if a caller came at its end."""
    one, two = (Rates(GENERAL, last_joined=clock(0)), Rates(GENERAL, gaps=2.0, gaps_s=20.0, last_joined=clock(0)))

    assert arrivals_per_s(one, clock(100)) is None
    assert arrivals_per_s(replace(two, last_joined=None), clock(100)) is None
    assert arrivals_per_s(two, clock(10)) == 0.1
    assert arrivals_per_s(two, clock(50)) == (2 * 31 / 32 + 1) / (20 * 31 / 32 + 50)


def test_handling_is_made_use_of_from_fifteen_talks_on() -> None:
    """Fewer say nothing, nor do talks that took no time at all."""
    assert handle_s(Rates(GENERAL, handled=15.0, handling_s=1500.0)) == 100
    assert handle_s(Rates(GENERAL, handled=14.99, handling_s=1500.0)) is None
    assert handle_s(Rates(GENERAL, handled=15.0, handling_s=0.0)) is None


def test_how_picking_up_differs_is_never_less_than_not_at_all() -> None:
    """Rounding cannot make a variance negative."""
    assert pick_up(Rates(GENERAL)) is None
    assert pick_up(Rates(GENERAL, picked_up=2.0, picking_up_s=8.0, picking_up_s2=40.0)) == (4, 4)
    assert pick_up(Rates(GENERAL, picked_up=2.0, picking_up_s=8.0, picking_up_s2=31.0)) == (4, 0)


def test_a_queue_s_own_patience_counts_from_three_who_gave_up() -> None:
    """Before that, as all the others' together; where nobody waited, nobody gives up."""
    others = Rates(GENERAL, gave_up=(60.0,), waited_s=(6000.0,))
    few, enough = (Rates(GENERAL, gave_up=(count,), waited_s=(30000.0,)) for count in (2.99, 3.0))

    assert patience(few, others).rates == patience(others, others).rates
    assert patience(enough, others).rates[0] == pytest.approx(3 / 30000)
    assert patience(others, few).rates == pytest.approx((60 / 6000,) * len(NOTHING_SEEN))
    assert patience(Rates(GENERAL), Rates(GENERAL)).rates == NOTHING_SEEN


def test_a_wait_forgets_only_in_the_parts_that_it_reached() -> None:
    """20 s given up, then 5 s answered, then 40 s given up."""
    learning = Learning()
    for waited, gave_up in ((20, True), (5, False), (40, True)):
        learning.waited(GENERAL, clock(0), clock(waited), gave_up=gave_up)
    rates = learning.rates(GENERAL)

    assert rates.waited_s == ((15 * KEPT + 5) * KEPT + 15, 5 * KEPT + 15, 10)
    assert rates.gave_up == (0, KEPT, 1)


def test_all_queues_together_are_the_sums_of_each() -> None:
    """Arrivals are each queue's own."""
    learning = Learning()
    moves(learning, *TALK)
    moves(learning, *LATER, offer=replace(OFFER, queue=HEALTH))
    learning.waited(GENERAL, clock(0), clock(20), gave_up=True)
    learning.waited(HEALTH, clock(0), clock(5), gave_up=True)
    learning.joined(GENERAL, clock(0))
    learning.joined(GENERAL, clock(9))

    assert learning.together() == Rates(
        QueueName(""), 2.0, 130.0 + 60.0, 2.0, 4.0 + 10.0, 16.0 + 100.0, (1.0, 1.0), (15.0 + 5.0, 5.0)
    )


def test_what_is_handed_out_is_a_copy() -> None:
    """Nobody outside changes what was learnt, nor is changed by what is learnt next."""
    learning, again = Learning(), Learning()
    learning.joined(GENERAL, clock(0))
    kept = learning.snapshot()[0]
    seen = learning.rates(GENERAL)
    again.restore(kept, ())
    learning.joined(GENERAL, clock(10))

    assert (seen.gaps, kept[0].gaps, again.rates(GENERAL).gaps) == (0, 0, 0)
    assert learning.rates(HEALTH) == Rates(HEALTH)
