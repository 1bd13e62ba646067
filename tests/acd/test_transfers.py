"""Handing a caller on: who is kept, who is asked, and that nobody stays either."""

from __future__ import annotations

import pytest

from acd.call_facts import CallTransferredOut
from acd.distributor import Distributor
from acd.events import AgentAnswered, CallEnded, CallJoined, RingFailed, RingStarted, TalkEnded
from acd.model import AgentState, CallId, QueueName, RingFailure, SeatId
from acd.talk_facts import (
    ConsultAnswered,
    ConsultBegun,
    ConsultEnded,
    Party,
    ThreeWayBegun,
    TransferBegun,
    TransferDone,
    TransferFailed,
)
from tests.acd.scene import Scene

C1 = CallId("c1")
FIRST, SECOND = SeatId("8101"), SeatId("8102")


@pytest.fixture
def scene() -> Scene:
    """Agent 101 talks with caller c1; agent 102 is ready, in a queue where nobody waits."""
    scene = Scene()
    scene.staff("101")
    scene.staff("102", "health")
    scene.join("c1")
    scene.answer("c1")
    return scene


def pass_on(scene: Scene, seat: SeatId | None = SECOND) -> None:
    """A blind transfer begins."""
    to = Party.OUTSIDE if seat is None else Party.AGENT
    scene.tell(TransferBegun(at=scene.now, call=C1, attempt=1, to_attempt=2, to=to, seat=seat))


def ask(scene: Scene) -> None:
    """102 is consulted and picks up."""
    scene.tell(ConsultBegun(at=scene.now, call=C1, attempt=1, to=Party.AGENT, seat=SECOND))
    scene.tell(ConsultAnswered(at=scene.now, call=C1, attempt=1))


def states(scene: Scene) -> tuple[AgentState, AgentState]:
    """Of 101 and 102."""
    return scene.state("101"), scene.state("102")


def test_the_first_agent_stays_reserved_until_the_target_answers(scene: Scene) -> None:
    """And is offered nobody meanwhile; then wraps up."""
    scene.join("c2")
    pass_on(scene)
    scene.tell(RingStarted(at=scene.now, call=C1, attempt=2))
    assert states(scene) == (AgentState.RESERVED, AgentState.RINGING)
    assert not [order for order in scene.orders if order.call == "c2"]
    scene.tell(AgentAnswered(at=scene.now, call=C1, attempt=2))

    assert states(scene) == (AgentState.WRAP_UP, AgentState.TALKING)
    assert scene.core.talking[C1].attempt == 2
    assert not scene.core.kept


@pytest.mark.parametrize(
    ("failure", "target"),
    [
        (RingFailure.BUSY, AgentState.ON_BREAK),
        (RingFailure.NO_ANSWER, AgentState.READY),
        (RingFailure.REFUSED, AgentState.READY),
        (RingFailure.UNREACHABLE, AgentState.ON_BREAK),
    ],
)
def test_a_failed_transfer_rings_the_first_agent_again(scene: Scene, failure: RingFailure, target: AgentState) -> None:
    """And who of the two answers has the caller."""
    pass_on(scene)
    scene.tell(RingFailed(at=scene.now, call=C1, attempt=2, failure=failure))
    scene.tell(TransferFailed(at=scene.now, call=C1, attempt=2, to_attempt=3, seat=FIRST))
    scene.tell(RingStarted(at=scene.now, call=C1, attempt=3))
    assert states(scene) == (AgentState.RINGING, target)
    scene.tell(AgentAnswered(at=scene.now, call=C1, attempt=3))

    assert scene.state("101") is AgentState.TALKING
    assert scene.core.talking[C1].attempt == 3


def test_a_caller_whom_neither_agent_takes_waits_and_is_offered_anew(scene: Scene) -> None:
    """Under a number that was never used."""
    pass_on(scene)
    scene.tell(RingFailed(at=scene.now, call=C1, attempt=2, failure=RingFailure.BUSY))
    scene.tell(TransferFailed(at=scene.now, call=C1, attempt=2, to_attempt=3, seat=FIRST))
    scene.tell(RingFailed(at=scene.now, call=C1, attempt=3, failure=RingFailure.NO_ANSWER))
    assert not scene.core.waiting
    scene.tell(CallJoined(at=scene.now, call=C1, queue=QueueName("health"), priority=1, attempts=3))
    scene.later(11)

    assert scene.core.offers[C1].attempt == 4
    assert scene.agent("101").missed == 1


def test_a_caller_who_hangs_up_during_a_transfer_frees_both(scene: Scene) -> None:
    """The first wraps up, the target is ready as before."""
    pass_on(scene)
    scene.tell(CallEnded(at=scene.now, call=C1))

    assert states(scene) == (AgentState.WRAP_UP, AgentState.READY)


def test_an_agent_is_kept_only_so_long(scene: Scene) -> None:
    """Nothing was heard any more: time alone frees both."""
    pass_on(scene, None)
    assert scene.agent("101").until is not None
    scene.later(3600)

    assert scene.state("101") is AgentState.READY
    assert not scene.core.kept


@pytest.mark.parametrize("seat", [None, SECOND])
def test_a_caller_transferred_out_frees_the_agent(scene: Scene, seat: SeatId | None) -> None:
    """Blind, or after asking."""
    if seat is None:
        pass_on(scene, None)
    else:
        scene.tell(ConsultBegun(at=scene.now, call=C1, attempt=1, to=Party.OUTSIDE))
    scene.tell(CallTransferredOut(at=scene.now, call=C1, attempt=2, to_kind="outside"))

    assert scene.state("101") is AgentState.WRAP_UP
    assert not scene.core.talking


def test_a_target_on_break_who_picks_up_is_talking(scene: Scene) -> None:
    """A phone may be rung by its own number; the break goes on unless they answer."""
    scene.rest("102")
    pass_on(scene)
    assert states(scene) == (AgentState.RESERVED, AgentState.ON_BREAK)
    scene.tell(AgentAnswered(at=scene.now, call=C1, attempt=2))

    assert states(scene) == (AgentState.WRAP_UP, AgentState.TALKING)


def test_who_is_asked_is_rung_and_talks_and_wraps_up(scene: Scene) -> None:
    """The asking agent talks with the caller all the while, as far as the ACD is concerned."""
    scene.tell(ConsultBegun(at=scene.now, call=C1, attempt=1, to=Party.AGENT, seat=SECOND))
    assert states(scene) == (AgentState.TALKING, AgentState.RINGING)
    assert scene.core.talking[C1].asks_since == scene.now
    scene.tell(ConsultAnswered(at=scene.now, call=C1, attempt=1))
    assert scene.state("102") is AgentState.TALKING
    scene.tell(ConsultEnded(at=scene.now, call=C1, attempt=1))

    assert states(scene) == (AgentState.TALKING, AgentState.WRAP_UP)
    assert scene.core.talking[C1].asks_since is None


def test_who_is_asked_and_does_not_answer_has_missed_a_call(scene: Scene) -> None:
    """By the dialplan's word, or when nothing is heard."""
    scene.tell(ConsultBegun(at=scene.now, call=C1, attempt=1, to=Party.AGENT, seat=SECOND))
    scene.later(60)

    assert (scene.state("102"), scene.agent("102").missed) == (AgentState.READY, 1)
    assert scene.state("101") is AgentState.TALKING


def test_who_was_asked_takes_over(scene: Scene) -> None:
    """The first agent wraps up; the conversation has the next number."""
    ask(scene)
    scene.tell(TransferDone(at=scene.now, call=C1, attempt=1, to_attempt=2, seat=SECOND))

    assert states(scene) == (AgentState.WRAP_UP, AgentState.TALKING)
    assert (scene.core.talking[C1].agent, scene.core.talking[C1].attempt) == ("102", 2)
    assert scene.agent("102").attempt == 2
    scene.tell(TalkEnded(at=scene.now, call=C1, attempt=2))
    assert scene.state("102") is AgentState.WRAP_UP


def test_who_was_asked_is_out_when_the_first_agent_takes_the_caller_back(scene: Scene) -> None:
    """Nobody stays asked in a conversation that has gone on under another number."""
    ask(scene)
    scene.tell(TransferDone(at=scene.now, call=C1, attempt=1, to_attempt=2, seat=FIRST))

    assert states(scene) == (AgentState.TALKING, AgentState.WRAP_UP)
    assert not scene.core.asked


def test_who_is_in_a_three_way_talks_also_if_their_answer_was_never_told(scene: Scene) -> None:
    """Even if they were on break when they were asked."""
    scene.rest("102")
    scene.tell(ConsultBegun(at=scene.now, call=C1, attempt=1, to=Party.AGENT, seat=SECOND))
    scene.tell(ThreeWayBegun(at=scene.now, call=C1, attempt=1, to_attempt=2))

    assert states(scene) == (AgentState.TALKING, AgentState.TALKING)


def test_a_caller_who_is_with_somebody_outside_is_offered_to_nobody(scene: Scene) -> None:
    """Also if the ACD, which missed the talk before, believed that they wait and had a phone rung for them."""
    scene.join("c2", "health")
    scene.dial("c2")
    scene.tell(CallTransferredOut(at=scene.now, call=CallId("c2"), attempt=3, to_kind="outside"))
    scene.later(60)

    assert scene.rung()[2:] == []
    assert scene.waiting() == []
    assert scene.state("102") is AgentState.READY


@pytest.mark.parametrize("first_leaves", [True, False])
def test_either_agent_may_leave_a_three_way(scene: Scene, first_leaves: bool) -> None:
    """The other goes on with the caller, and wraps up when it is over."""
    ask(scene)
    scene.tell(ThreeWayBegun(at=scene.now, call=C1, attempt=1, to_attempt=2))
    assert scene.core.talking[C1].in_conference
    assert states(scene) == (AgentState.TALKING, AgentState.TALKING)
    if first_leaves:
        scene.tell(TransferDone(at=scene.now, call=C1, attempt=2, to_attempt=2, seat=SECOND))
    else:
        scene.tell(ConsultEnded(at=scene.now, call=C1, attempt=2))

    left, stays = ("101", "102") if first_leaves else ("102", "101")
    assert (scene.state(left), scene.state(stays)) == (AgentState.WRAP_UP, AgentState.TALKING)
    scene.tell(CallEnded(at=scene.now, call=C1))
    assert scene.state(stays) is AgentState.WRAP_UP


def test_who_stands_beside_a_call_is_remembered_over_a_restart(scene: Scene) -> None:
    """Kept and asked are part of the snapshot."""
    pass_on(scene, None)
    again = Distributor()
    again.restore(scene.core.snapshot())

    assert again.snapshot() == scene.core.snapshot()
    assert again.kept[C1].agent == "101"
