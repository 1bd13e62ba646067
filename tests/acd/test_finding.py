"""After a gap: nobody is offered a call on old knowledge, and what the PBX does is taken as it is."""

from __future__ import annotations

from acd.events import CallJoined, GapClosed, GapMarked, OfferFound
from acd.finding import BLIND_FOR
from acd.model import AgentId, AgentState, CallId, QueueName, SeatId
from tests.acd.scene import Scene


def gap(scene: Scene) -> None:
    """Facts are missing."""
    scene.tell(GapMarked(at=scene.now))


def close(scene: Scene) -> None:
    """Nothing is missing any more."""
    scene.tell(GapClosed(at=scene.now))


def find(scene: Scene, call: str, agent: str, attempt: int = 1, *, talking: bool = False) -> None:
    """The PBX has the call with the agent's seat."""
    scene.tell(
        OfferFound(
            at=scene.now,
            call=CallId(call),
            attempt=attempt,
            agent=AgentId(agent),
            seat=SeatId(f"8{agent}"),
            queue=QueueName("general"),
            talking=talking,
        )
    )


def test_nobody_is_offered_a_call_while_facts_are_missing() -> None:
    """What seems free may talk; once all is known, whoever became possible meanwhile is served at once."""
    scene = Scene()
    gap(scene)
    scene.staff("101")
    scene.join("c1")

    assert scene.rung() == []
    close(scene)
    assert scene.rung() == [("c1", "101")]


def test_blindness_ends_by_itself() -> None:
    """If the telephones cannot be looked at, callers are served on what is known."""
    scene = Scene()
    gap(scene)
    scene.staff("101")
    scene.join("c1")
    scene.later(BLIND_FOR.total_seconds())

    assert scene.rung() == [("c1", "101")]
    assert not scene.core.is_blind


def test_callers_are_kept_waiting_for_no_more_than_ten_seconds_of_it() -> None:
    """A resync may take so long, and no longer."""
    scene = Scene()
    scene.staff("101")
    gap(scene)
    scene.join("c1")

    scene.later(9.9)
    assert scene.rung() == []
    scene.later(0.1)
    assert scene.rung() == [("c1", "101")]


def test_no_offer_is_given_up_while_facts_are_missing() -> None:
    """The answer may be among them: taking the offer back would tear a caller out of a conversation."""
    scene = Scene()
    scene.staff("101")
    scene.join("c1")
    scene.ring("c1")
    scene.later(20)
    gap(scene)
    scene.later(9)

    assert scene.stopped() == []
    scene.answer("c1")
    close(scene)
    assert scene.talker("c1") == "101"


def test_offer_that_nobody_remembers_is_open_again() -> None:
    """The order was carried out, the controller died before its journal had it: the agent is rung, not offered more."""
    scene = Scene()
    scene.staff("101")
    gap(scene)
    scene.join("c1")
    find(scene, "c1", "101", attempt=2)
    scene.ring("c1", 2)
    close(scene)

    assert scene.rung() == []
    assert scene.state("101") is AgentState.RINGING
    scene.answer("c1", 2)
    assert scene.talker("c1") == "101"


def test_conversation_that_nobody_remembers_is_found() -> None:
    """Whatever the agent was believed to do."""
    scene = Scene()
    scene.staff("101")
    scene.rest("101")
    scene.join("c1")
    find(scene, "c1", "101", talking=True)
    scene.answer("c1")

    assert scene.talker("c1") == "101"
    scene.talk_ends("c1")
    assert scene.state("101") is AgentState.WRAP_UP


def test_offer_found_of_a_call_that_rests_is_not_offered_again_when_it_has_rested() -> None:
    """One phone at a time."""
    scene = Scene()
    scene.staff("101")
    scene.staff("102")
    scene.rest("102")
    scene.join("c1")
    scene.later(4)  # never began: the call rests
    find(scene, "c1", "102", attempt=5)
    scene.later(2)

    assert [agent for _, agent in scene.rung()][1:] == []
    assert scene.state("102") is AgentState.RESERVED


def test_offer_of_a_call_that_has_ended_is_history() -> None:
    """The caller is gone."""
    scene = Scene()
    scene.staff("101")
    scene.join("c1")
    scene.end("c1")
    find(scene, "c1", "101", attempt=7)

    assert scene.state("101") is AgentState.READY


def test_call_told_again_counts_its_attempts_on() -> None:
    """The dialplan knows of offers that we do not."""
    scene = Scene()
    scene.join("c1")
    again = CallJoined(at=scene.now, call=CallId("c1"), queue=QueueName("general"), attempts=3)
    scene.tell(again)
    scene.staff("101")

    assert scene.orders[-1].attempt == 4


def test_after_a_gap_each_call_has_its_turn_with_the_agent_it_needs() -> None:
    """An agent who can take little became free with one who can take all: the call that is first gets the latter."""
    scene = Scene()
    scene.staff("101")
    scene.staff("102", "general health")
    gap(scene)
    scene.join("second")
    scene.join("first", "health", priority=1)
    scene.later(1)
    for agent in ("102", "101"):  # both become free again meanwhile, 102 being the one idle longest
        scene.rest(agent)
        scene.ready(agent)
    close(scene)

    assert sorted(scene.rung()) == [("first", "102"), ("second", "101")]
