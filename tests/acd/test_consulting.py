"""Asking somebody while the caller hears music, and going on as three: who is engaged, and by what they are free."""

from __future__ import annotations

import pytest

from acd.events import CallHeld, RecordingPaused
from acd.model import AgentState, BreakReason, RingFailure, SeatId
from acd.talk_facts import ConsultEnded
from tests.acd.handing import (
    C1,
    C2,
    FIRST,
    SECOND,
    THIRD,
    a_talk,
    asks,
    begun,
    done,
    goes_out,
    joins_all,
    picks_up,
    states,
)
from tests.acd.scene import Scene


@pytest.fixture
def scene() -> Scene:
    """101 talks with c1, 102 is ready."""
    return a_talk()


def test_whoever_is_asked_is_out_when_the_caller_is_given_to_somebody_else(scene: Scene) -> None:
    """Blind to a third one: the consultation is over, too."""
    scene.staff("103", "health")
    asks(scene)
    picks_up(scene)
    begun(scene, THIRD)

    assert states(scene) == (AgentState.RESERVED, AgentState.WRAP_UP)
    assert scene.state("103") is AgentState.RESERVED
    assert not scene.core.asked


def test_a_caller_given_out_while_somebody_is_asked_frees_both(scene: Scene) -> None:
    """And while a target is rung: the target has lost nothing."""
    asks(scene)
    picks_up(scene)
    goes_out(scene)
    assert states(scene) == (AgentState.WRAP_UP, AgentState.WRAP_UP)

    scene.later(61)
    scene.ready("101")
    scene.join("c2")
    scene.answer("c2")
    begun(scene, SECOND, C2)
    goes_out(scene, C2)
    assert states(scene) == (AgentState.WRAP_UP, AgentState.READY)
    assert scene.agent("102").until is None
    assert not scene.core.kept
    assert scene.stopped() == []


def test_a_consultation_told_twice_began_once_and_asks_one(scene: Scene) -> None:
    """The caller hears music since the first; nobody else is engaged by the second."""
    scene.staff("103", "health")
    scene.tell(CallHeld(at=scene.now, call=C1, attempt=1))
    since = scene.now
    asks(scene)
    scene.later(5)
    asks(scene, THIRD)

    talk = scene.core.talking[C1]
    assert (talk.asks_since, talk.held_since) == (since, None)
    assert scene.core.asked[C1].agent == "102"
    assert scene.state("103") is AgentState.READY


def test_who_asks_themselves_is_not_asked(scene: Scene) -> None:
    """By their own number: it is engaged."""
    asks(scene, FIRST)

    assert scene.state("101") is AgentState.TALKING
    assert not scene.core.asked


@pytest.mark.parametrize("seat", [None, SeatId("8999")])
def test_asking_somebody_who_is_none_of_our_agents_engages_nobody(scene: Scene, seat: SeatId | None) -> None:
    """Outside, or where nobody sits; the caller hears music all the same."""
    asks(scene, seat)

    assert states(scene) == (AgentState.TALKING, AgentState.READY)
    assert scene.core.talking[C1].asks_since == scene.now
    assert not scene.core.asked


def test_who_is_asked_has_the_ring_time_of_the_callers_queue(scene: Scene) -> None:
    """Twenty seconds, and three for the dialplan to say so first."""
    asks(scene)
    scene.later(22.9)
    assert scene.state("102") is AgentState.RINGING
    scene.later(0.1)

    assert (scene.state("102"), scene.agent("102").missed) == (AgentState.READY, 1)


def test_who_is_asked_while_writing_stays_so_until_they_pick_up(scene: Scene) -> None:
    """The phone rings, and nothing is held against whoever lets it."""
    scene.rest("102", BreakReason.MEAL)
    asks(scene)
    assert states(scene) == (AgentState.TALKING, AgentState.ON_BREAK)
    scene.tell(ConsultEnded(at=scene.now, call=C1, attempt=1, failure=RingFailure.NO_ANSWER))
    assert (scene.state("102"), scene.agent("102").missed) == (AgentState.ON_BREAK, 0)
    asks(scene)
    picks_up(scene)

    assert states(scene) == (AgentState.TALKING, AgentState.TALKING)


@pytest.mark.parametrize(
    ("failure", "state", "missed"),
    [
        (RingFailure.BUSY, AgentState.ON_BREAK, 0),
        (RingFailure.NO_ANSWER, AgentState.READY, 1),
        (RingFailure.REFUSED, AgentState.READY, 1),
        (None, AgentState.READY, 0),
    ],
)
def test_a_consultation_that_comes_to_nothing_is_like_an_offer_that_does(
    scene: Scene, failure: RingFailure | None, state: AgentState, missed: int
) -> None:
    """By why it did; nothing is held against whoever was only hung up on."""
    asks(scene)
    scene.tell(ConsultEnded(at=scene.now, call=C1, attempt=1, failure=failure))

    assert (scene.state("102"), scene.agent("102").missed) == (state, missed)
    assert scene.core.talking[C1].asks_since is None


def test_whoever_is_asked_at_a_seat_that_is_closed_is_logged_off_when_it_is_over(scene: Scene) -> None:
    """They were rung there; nobody sits there any more."""
    asks(scene)
    scene.close("8102")
    assert scene.state("102") is AgentState.RINGING
    scene.tell(ConsultEnded(at=scene.now, call=C1, attempt=1))

    assert scene.state("102") is AgentState.LOGGED_OFF


def test_a_three_way_goes_on_under_the_next_number_without_hold_or_pause(scene: Scene) -> None:
    """For both agents, and each of them leaves by it."""
    scene.tell(RecordingPaused(at=scene.now, call=C1, attempt=1))
    asks(scene)
    picks_up(scene)
    joins_all(scene)

    talk = scene.core.talking[C1]
    assert (talk.attempt, talk.asks_since, talk.unrecorded_since, talk.in_conference) == (2, None, None, True)
    assert (scene.agent("101").attempt, scene.agent("102").attempt) == (2, 2)
    assert scene.core.asked[C1].attempt == 2


def test_who_talks_with_another_caller_is_not_drawn_into_a_three_way(scene: Scene) -> None:
    """Though they were asked: as far as we know, their phone is with that caller."""
    scene.staff("103")
    scene.join("c2")
    scene.answer("c2")
    asks(scene, THIRD)
    picks_up(scene)
    assert scene.talker("c2") == "103"
    joins_all(scene)

    assert scene.core.talking[C2].agent == "103"
    assert (scene.agent("103").call, scene.agent("103").attempt) == ("c2", 1)
    assert not scene.core.asked


def test_who_takes_over_without_having_been_asked_talks(scene: Scene) -> None:
    """Everything before was missed; whoever was asked instead is out."""
    scene.staff("103", "health")
    asks(scene)
    picks_up(scene)
    done(scene, THIRD)

    assert states(scene) == (AgentState.WRAP_UP, AgentState.WRAP_UP)
    assert (scene.talker("c1"), scene.state("103")) == ("103", AgentState.TALKING)
    assert scene.core.talking[C1].attempt == 2
    assert not scene.core.asked


@pytest.mark.parametrize("asked", [True, False])
def test_a_caller_taken_over_by_nobody_we_know_is_with_nobody(scene: Scene, asked: bool) -> None:
    """The first agent writes, whoever was asked is free, and no talk is believed in."""
    if asked:
        asks(scene)
    done(scene, SeatId("8999"))

    assert states(scene) == (AgentState.WRAP_UP, AgentState.READY)
    assert scene.talker("c1") is None
    assert not scene.core.asked


def test_who_takes_over_must_not_be_with_somebody_else(scene: Scene) -> None:
    """A talk that is known is not given up for one that nobody heard begin."""
    scene.staff("103")
    scene.join("c2")
    scene.answer("c2")
    done(scene, THIRD)

    assert (scene.talker("c1"), scene.talker("c2")) == (None, "103")
    assert scene.state("101") is AgentState.WRAP_UP


def test_an_asked_agent_who_takes_over_talks_also_if_their_answer_was_never_told(scene: Scene) -> None:
    """Rung as far as we knew; and it is no conference any more."""
    asks(scene)
    done(scene)

    assert states(scene) == (AgentState.WRAP_UP, AgentState.TALKING)
    assert not scene.core.talking[C1].in_conference
    assert scene.agent("102").attempt == 2


def test_whoever_takes_over_from_a_three_way_is_in_none_any_more(scene: Scene) -> None:
    """Under the next number; under the same one, the other has only left."""
    asks(scene)
    picks_up(scene)
    joins_all(scene)
    done(scene, attempt=2)

    assert (scene.talker("c1"), scene.core.talking[C1].in_conference) == ("102", False)


def test_who_is_being_offered_another_call_does_not_take_over(scene: Scene) -> None:
    """The offer is ours and known; the talk is only said to be."""
    scene.staff("103")
    scene.join("c2")
    done(scene, THIRD)

    assert scene.state("103") is AgentState.RESERVED
    assert (scene.talker("c1"), scene.core.offers[C2].agent) == (None, "103")
