"""Handing a caller on, where news is missing, late, told twice or of somebody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from acd.events import AgentAnswered, CallHeld, RecordingPaused, RingFailed
from acd.model import AgentState, BreakReason, CallId, RingFailure, SeatId
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
    failed,
    goes_out,
    joins_all,
    states,
    waits_again,
)
from tests.acd.scene import Scene


@pytest.fixture
def scene() -> Scene:
    """101 talks with c1, 102 is ready."""
    return a_talk()


NOBODYS = SeatId("8999")

Act = Callable[[Scene, SeatId, CallId], None]
ACTS: list[Act] = [
    lambda scene, seat, call: begun(scene, seat, call),
    lambda scene, seat, call: failed(scene, seat, call),
    lambda scene, seat, call: asks(scene, seat, call),
    lambda scene, _, call: joins_all(scene, call),
    lambda scene, seat, call: done(scene, seat, call),
    lambda scene, _, call: goes_out(scene, call),
]


@pytest.mark.parametrize("act", ACTS)
def test_a_call_that_is_over_is_handed_on_to_nobody(scene: Scene, act: Act) -> None:
    """Late news of it rings no phone."""
    scene.end("c1")
    before = scene.core.snapshot()
    act(scene, SECOND, C1)

    assert scene.core.snapshot() == before


@pytest.mark.parametrize("act", ACTS)
def test_a_call_that_we_make_is_not_handed_on(act: Act) -> None:
    """Only a citizen's own call is."""
    scene = Scene()
    scene.staff("101")
    scene.staff("102", "health")
    scene.dial_out("101")
    scene.answer("out-1")
    before = scene.core.snapshot()
    act(scene, SECOND, CallId("out-1"))

    assert scene.core.snapshot() == before


@pytest.mark.parametrize(
    "news",
    [
        lambda scene: begun(scene, attempt=7),
        lambda scene: asks(scene, attempt=7),
        lambda scene: joins_all(scene, attempt=7),
        lambda scene: scene.tell(ConsultEnded(at=scene.now, call=C1, attempt=7)),
    ],
)
def test_news_of_another_conversation_moves_nobody(scene: Scene, news: Callable[[Scene], None]) -> None:
    """The agent still talks in the one that is known, and nobody is rung."""
    news(scene)

    assert states(scene) == (AgentState.TALKING, AgentState.READY)
    assert (scene.core.talking[C1].attempt, scene.core.talking[C1].asks_since) == (1, None)
    assert not scene.core.asked


@pytest.mark.parametrize(
    ("acts", "last"),
    [
        ((begun,), 2),
        ((lambda scene: begun(scene, None),), 2),
        ((begun, failed), 3),
        ((lambda scene: failed(scene, NOBODYS),), 3),
        ((done,), 2),
        ((lambda scene: done(scene, NOBODYS),), 2),
        ((joins_all,), 2),
    ],
)
def test_a_number_that_the_dialplan_used_is_not_used_again(
    scene: Scene, acts: tuple[Callable[[Scene], None], ...], last: int
) -> None:
    """A recording is named by it: whoever is offered the caller next gets a higher one."""
    for act in acts:
        act(scene)
    waits_again(scene)
    scene.staff("103")

    assert scene.rung_orders()[-1].attempt == last + 1


def test_a_target_whose_failure_was_not_told_is_as_free_as_before(scene: Scene) -> None:
    """Nothing is stopped: it is the dialplan that rings."""
    idle = scene.agent("102").idle_since
    begun(scene)
    failed(scene)

    assert (scene.state("102"), scene.agent("102").idle_since) == (AgentState.READY, idle)
    assert scene.agent("102").until is None  # as after no order of ours that failed
    assert (scene.state("101"), scene.agent("101").attempt, scene.stopped()) == (AgentState.RESERVED, 3, [])
    assert not scene.core.kept


def test_a_transfer_of_which_only_the_failure_was_heard_rings_the_first_agent(scene: Scene) -> None:
    """They are no longer talking, and talk again when they pick up."""
    scene.tell(CallHeld(at=scene.now, call=C1, attempt=1))
    scene.tell(RecordingPaused(at=scene.now, call=C1, attempt=1))
    failed(scene)
    offer = scene.core.offers[C1]
    assert (offer.agent, offer.attempt, offer.dialled) == ("101", 3, True)
    assert (offer.held_since, offer.unrecorded_since, offer.asks_since, offer.in_conference) == (
        None,
        None,
        None,
        False,
    )
    assert scene.state("101") is AgentState.RESERVED
    scene.tell(AgentAnswered(at=scene.now, call=C1, attempt=3))

    assert scene.talker("c1") == "101"


def test_a_transfer_of_which_only_the_failure_was_heard_at_another_seat_rings_there(scene: Scene) -> None:
    """The one who talked as far as we knew is out of it."""
    failed(scene, SECOND)

    assert states(scene) == (AgentState.WRAP_UP, AgentState.RESERVED)
    assert (scene.core.offers[C1].queue, scene.core.offers[C1].attempt) == ("general", 3)


def test_a_first_agent_whose_seat_was_closed_meanwhile_may_pick_up_but_need_not(scene: Scene) -> None:
    """They are writing; if they take the caller back, they talk."""
    begun(scene, None)
    scene.close("8101")
    failed(scene)
    assert scene.state("101") is AgentState.WRAP_UP
    assert C1 not in scene.core.offers
    scene.tell(AgentAnswered(at=scene.now, call=C1, attempt=3))

    assert scene.state("101") is AgentState.TALKING


def test_who_is_kept_has_time_for_a_phone_to_be_dialled_and_to_ring(scene: Scene) -> None:
    """Three seconds, twenty, and three for the dialplan."""
    begun(scene, None)
    scene.later(25.9)
    assert scene.state("101") is AgentState.RESERVED
    scene.later(0.1)

    assert scene.state("101") is AgentState.WRAP_UP


def test_a_target_who_is_rung_for_a_transfer_is_offered_nothing_else(scene: Scene) -> None:
    """And after the ring that nobody answered has missed a call."""
    begun(scene)
    scene.join("h", "health")
    assert "h" not in {call for call, _ in scene.rung()}
    scene.tell(RingFailed(at=scene.now, call=C1, attempt=2, failure=RingFailure.NO_ANSWER))

    assert scene.agent("102").missed == 1


def test_an_agent_is_kept_for_one_call_at_a_time(scene: Scene) -> None:
    """A second transfer of the same call frees whoever was kept for the first."""
    begun(scene)
    scene.tell(AgentAnswered(at=scene.now, call=C1, attempt=2))
    begun(scene, FIRST, attempt=2)

    assert scene.core.kept[C1].agent == "102"
    assert states(scene) == (AgentState.WRAP_UP, AgentState.RESERVED)


def test_a_target_whose_phone_says_nothing_is_unreachable(scene: Scene) -> None:
    """It was dialled: the dialplan said so. Three seconds, as for any phone."""
    begun(scene)
    scene.later(3)

    assert (scene.state("102"), scene.agent("102").reason) == (AgentState.ON_BREAK, BreakReason.PHONE_UNREACHABLE)


def test_a_caller_of_whom_only_the_transfers_failure_was_heard_waits_no_more(scene: Scene) -> None:
    """They waited as far as we knew; now the dialplan rings somebody for them."""
    scene.join("c2")
    assert scene.waiting() == ["c2"]
    failed(scene, SECOND, C2)

    assert scene.waiting() == []
    assert (scene.core.offers[C2].agent, scene.state("102")) == ("102", AgentState.RESERVED)


def test_a_target_whose_answer_was_never_told_is_the_next_to_be_kept(scene: Scene) -> None:
    """They hand the caller on in their turn: so they had them, and the first agent has been free of it since."""
    begun(scene)
    scene.staff("103", "health")
    begun(scene, THIRD, attempt=2)

    assert states(scene) == (AgentState.WRAP_UP, AgentState.RESERVED)
    assert scene.core.kept[C1].agent == "102"
    assert (scene.state("103"), scene.core.offers[C1].attempt) == (AgentState.RESERVED, 3)


def test_a_target_whose_answer_was_never_told_gives_the_caller_away(scene: Scene) -> None:
    """Neither they nor the first agent is kept for it."""
    begun(scene)
    scene.staff("103", "health")
    done(scene, THIRD, attempt=2)

    assert states(scene) == (AgentState.WRAP_UP, AgentState.WRAP_UP)
    assert scene.talker("c1") == "103"
    assert not scene.core.kept


def test_a_caller_rung_back_at_a_target_belongs_to_the_queue_they_came_by(scene: Scene) -> None:
    """Also where the target was not seen being rung: their wrap-up is general's, thirty seconds."""
    scene.rest("102")
    begun(scene)
    scene.tell(AgentAnswered(at=scene.now, call=C1, attempt=2))
    assert scene.core.talking[C1].queue == "general"
    scene.talk_ends("c1", 2)
    assert scene.agent("102").until == scene.now + timedelta(seconds=30)


def test_whoever_is_asked_is_out_when_a_transfer_has_failed(scene: Scene) -> None:
    """The one who talked is rung again, and nobody stands beside the call."""
    asks(scene)
    failed(scene)

    assert states(scene) == (AgentState.RESERVED, AgentState.READY)
    assert scene.agent("102").until is None
    assert not scene.core.asked
