"""A call that we make: by an agent who is free for it, once, and the agent is as on any other call."""

from __future__ import annotations

import pytest

from acd.commands import RingAgent, StopRinging
from acd.dial_facts import DialOutcome, DialOutOver
from acd.dialling import BEFORE, DialStep, after_a_death, outcome_of
from acd.errors import NotNow, UnknownAgent
from acd.events import CallEnded, GapMarked, RingFailed
from acd.model import AgentState, BreakReason, CallId, RingFailure
from tests.acd.scene import Scene, clock

OUT = CallId("out-1")


@pytest.fixture
def scene() -> Scene:
    """Agent 101 is ready."""
    made = Scene()
    made.staff("101")
    return made


def test_an_agent_who_dials_out_is_on_a_call_from_the_first_moment(scene: Scene) -> None:
    """Reserved, ringing, talking, wrap-up, ready; no citizen's call is offered to them meanwhile."""
    scene.dial_out("101")
    scene.join("c1")
    assert scene.state("101") is AgentState.RESERVED
    scene.dial("out-1")
    scene.ring("out-1")
    assert scene.state("101") is AgentState.RINGING
    scene.answer("out-1")
    assert (scene.state("101"), scene.talker("out-1")) == (AgentState.TALKING, "101")
    scene.end("out-1")
    assert scene.state("101") is AgentState.WRAP_UP
    assert scene.rung() == [("out-1", "101")]

    scene.later(30)
    assert scene.rung() == [("out-1", "101"), ("c1", "101")]


def test_who_wraps_up_may_dial_out_and_who_has_a_call_or_a_break_may_not(scene: Scene) -> None:
    """The agent is never booked twice."""
    scene.join("c1")
    for step in (lambda: None, lambda: scene.dial("c1"), lambda: scene.ring("c1"), lambda: scene.answer("c1")):
        step()
        with pytest.raises(NotNow):
            scene.dial_out("101")
    scene.end("c1")
    scene.dial_out("101")
    assert scene.state("101") is AgentState.RESERVED
    with pytest.raises(NotNow):
        scene.dial_out("101", "out-2")

    with pytest.raises(UnknownAgent):
        scene.dial_out("102", "out-3")
    scene.staff("103")
    scene.rest("103")
    with pytest.raises(NotNow):
        scene.dial_out("103", "out-3")


def test_nobody_dials_out_while_facts_are_missing(scene: Scene) -> None:
    """Whom the telephones have, nobody knows then."""
    scene.tell(GapMarked(at=scene.now))

    with pytest.raises(NotNow):
        scene.dial_out("101")
    assert scene.state("101") is AgentState.READY


def test_an_id_is_used_once(scene: Scene) -> None:
    """Also after the call is over."""
    scene.dial_out("101")
    scene.end("out-1")
    with pytest.raises(NotNow):
        scene.dial_out("101")
    with pytest.raises(NotNow):
        scene.dial_out("101", "c1")


@pytest.mark.parametrize(
    ("failure", "state", "reason"),
    [
        (RingFailure.NO_ANSWER, AgentState.READY, None),
        (RingFailure.BUSY, AgentState.ON_BREAK, BreakReason.PHONE_BUSY),
        (RingFailure.UNREACHABLE, AgentState.ON_BREAK, BreakReason.PHONE_UNREACHABLE),
        (RingFailure.NOT_CARRIED_OUT, AgentState.READY, None),
    ],
)
def test_an_agents_phone_rung_in_vain_ends_the_call(
    scene: Scene, failure: RingFailure, state: AgentState, reason: BreakReason | None
) -> None:
    """It is not offered again, to nobody; late news of it changes nothing."""
    scene.dial_out("101")
    scene.fail("out-1", failure)
    scene.answer("out-1")
    scene.end("out-1")
    agent = scene.agent("101")

    assert (agent.state, agent.reason) == (state, reason)
    assert scene.waiting() == []
    assert OUT not in scene.core.calls


def test_a_phone_that_rang_until_the_call_was_over_was_not_picked_up(scene: Scene) -> None:
    """Asterisk tells of an expired Originate by its hang-up alone."""
    scene.dial_out("101")
    scene.dial("out-1")
    scene.ring("out-1")
    scene.end("out-1")

    assert (scene.state("101"), scene.agent("101").missed) == (AgentState.READY, 1)


def test_an_order_without_effect_is_hung_up_in_time(scene: Scene) -> None:
    """So that it cannot take effect later."""
    scene.dial_out("101")
    scene.later(3)

    assert [type(order) for order in scene.orders] == [RingAgent, StopRinging]
    assert scene.state("101") is AgentState.READY


def test_a_step_is_never_taken_back() -> None:
    """Nor the first one twice."""
    assert BEFORE[DialStep.SENT] == {DialStep.INTENDED}
    for step, before in BEFORE.items():
        assert step not in before
        assert all(step not in BEFORE[earlier] for earlier in before)


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    """What was sent counts; what was not sent did not happen."""
    gone, missed = CallEnded(at=clock(0), call=OUT), CallEnded(at=clock(0), call=OUT, missed=True)
    failed = RingFailed(at=clock(0), call=OUT, attempt=1, failure=RingFailure.NOT_CARRIED_OUT)
    told = DialOutOver(at=clock(0), call=OUT, outcome=DialOutcome.BUSY)

    assert outcome_of(gone, DialStep.SENT) is DialOutcome.AGENT_MISSED
    assert outcome_of(gone, DialStep.TALKING) is DialOutcome.UNKNOWN
    assert outcome_of(missed, DialStep.SENT) is DialOutcome.UNKNOWN
    assert outcome_of(failed, DialStep.SENT) is DialOutcome.NOT_DIALLED
    assert outcome_of(told, DialStep.SENT) is DialOutcome.BUSY
    assert after_a_death(DialStep.INTENDED) is DialOutcome.NOT_DIALLED
    assert after_a_death(DialStep.SENT) is DialOutcome.UNKNOWN
