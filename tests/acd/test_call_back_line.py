"""A call-back waits in the citizen's place: matched as any call, an agent first, once, and only in its time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from acd.codec import decode, digest, encode
from acd.distributor import Distributor
from acd.events import CallEnded, GapMarked, QueuesLoaded
from acd.model import AgentId, AgentState, CallId, Queue, QueueName, RecipeRow, RingFailure, Skill, Snapshot
from acd.steps import Relax
from tests.acd.scene import Scene, clock, skilled


@pytest.fixture
def scene() -> Scene:
    """Nine o'clock, agent 101 talks; everybody else waits for them."""
    made = Scene()
    made.staff("101")
    made.join("first")
    made.dial("first")
    made.ring("first")
    made.answer("first")
    return made


def free(scene: Scene, call: str = "first") -> None:
    """The talk is over, and so is the wrap-up."""
    scene.end(call)
    scene.ready("101")


def test_a_call_back_is_served_in_the_place_that_its_citizen_had(scene: Scene) -> None:
    """Before who joined later, after who joined sooner, whenever it was lined up."""
    scene.join("sooner")
    scene.now = clock(60)
    scene.join("later")
    scene.line_up("gone", since_s=30)
    for call in ("sooner", "out-1"):
        free(scene, scene.core.agents[scene.agent("101").id].call or "first")
        scene.dial(call)
        scene.ring(call)
        scene.answer(call)
    free(scene, "out-1")

    assert [call for call, _ in scene.rung()] == ["first", "sooner", "out-1", "later"]


def test_it_asks_for_what_its_citizen_asked_for() -> None:
    """Queue, skills and priority are those of the call that was lost."""
    scene = Scene()
    scene.staff("101", "general")
    scene.staff("102", "health")
    scene.line_up("gone", queue="health", skills=skilled(psychology=2))
    assert scene.rung() == []
    scene.join("hurry", priority=1)
    scene.line_up("went", "out-2", priority=2)

    scene.staff("103", "health", psychology=3)
    assert scene.rung() == [("hurry", "101"), ("out-1", "103")]
    assert scene.lined() == [("out-2", "went"), ("out-1", "gone")]


def test_an_agent_is_on_a_call_while_they_call_back(scene: Scene) -> None:
    """Reserved, ringing, talking, wrap-up; the offer is the only one that this call gets."""
    scene.line_up("gone")
    free(scene)
    assert (scene.state("101"), scene.core.owed(CallId("out-1"))) == (AgentState.RESERVED, "gone")
    (order,) = [one for one in scene.rung_orders() if one.call == "out-1"]
    assert order.attempt == 1
    scene.dial("out-1")
    scene.ring("out-1")
    scene.answer("out-1")
    assert (scene.talker("out-1"), scene.lined()) == ("101", [])
    scene.end("out-1")
    assert scene.state("101") is AgentState.WRAP_UP


@pytest.mark.parametrize("failure", list(RingFailure))
def test_an_agents_phone_rung_in_vain_takes_it_out_of_the_line(scene: Scene, failure: RingFailure) -> None:
    """Whether it is lined up again, under another id, is not decided here; the old id never is."""
    scene.staff("102")
    scene.rest("102")
    scene.line_up("gone")
    free(scene)
    scene.fail("out-1", failure)
    scene.line_up("gone", "out-1")
    scene.ready("102")

    assert [call for call, _ in scene.rung()] == ["first", "out-1"]
    assert scene.lined() == []
    scene.line_up("gone", "out-2")
    assert scene.rung()[-1][0] == "out-2"


def test_a_debt_stands_in_the_line_once(scene: Scene) -> None:
    """Told twice, under another id, or as a call that is not ours: nothing changes."""
    scene.line_up("gone")
    scene.line_up("gone", "out-2", since_s=-60)
    scene.line_up("other", "out-1")
    scene.line_up("other", "c7")

    assert scene.lined() == [("out-1", "gone")]


def test_it_is_not_offered_before_its_time_nor_after(scene: Scene) -> None:
    """Who is ready through the night is rung when the quiet hours end; at their beginning it leaves the line."""
    scene.line_up("night", not_before=clock(100))
    scene.line_up("evening", "out-2", queue="health", lapses=clock(200))
    free(scene)
    scene.later(98)
    assert scene.rung() == [("first", "101")]
    scene.later(1)
    assert scene.rung()[-1] == ("out-1", "101")

    scene.later(99)
    assert ("out-2", "evening") in scene.lined()
    scene.later(1)
    assert scene.lined() == []
    assert scene.core.next_deadline() is None


def test_a_phone_that_rings_when_its_time_is_over_may_be_picked_up(scene: Scene) -> None:
    """It is a matter of seconds, and the agent was promised the call."""
    scene.line_up("gone", lapses=clock(2))
    free(scene)
    scene.dial("out-1")
    scene.ring("out-1")
    scene.later(5)
    scene.answer("out-1")

    assert scene.talker("out-1") == "101"


def test_who_rings_again_inherits_the_place_and_is_not_called(scene: Scene) -> None:
    """Before everybody who joined after the first call, only in the same queue, and never further back."""
    scene.now = clock(60)
    scene.join("other")
    scene.line_up("gone", since_s=30)
    scene.now = clock(90)
    scene.join("again")
    scene.inherit("again", 30, "health")
    assert scene.waiting() == ["other", "again"]
    scene.withdraw("gone")
    scene.inherit("again", 30)
    scene.inherit("again", 80)
    assert (scene.waiting(), scene.lined()) == (["again", "other"], [])

    free(scene)
    assert scene.rung()[-1] == ("again", "101")


def test_an_agent_who_is_rung_when_the_debt_is_withdrawn_is_free_again(scene: Scene) -> None:
    """The citizen rings us in that moment: the phone stops, and they are offered the citizen themselves."""
    scene.line_up("gone")
    free(scene)
    scene.dial("out-1")
    scene.ring("out-1")
    scene.join("again")
    scene.withdraw("gone")

    assert scene.stopped() == [("out-1", 1)]
    assert scene.rung()[-1] == ("again", "101")


def test_once_an_agent_has_picked_up_a_withdrawal_comes_too_late(scene: Scene) -> None:
    """The citizen's phone rings already."""
    scene.line_up("gone")
    free(scene)
    scene.dial("out-1")
    scene.ring("out-1")
    scene.answer("out-1")
    scene.withdraw("gone")

    assert (scene.talker("out-1"), scene.stopped()) == ("101", [])


def test_who_asks_to_be_called_back_waits_no_more_and_keeps_the_place(scene: Scene) -> None:
    """Their line lives until they hang up; nobody is offered it; the call-back comes before who joined later."""
    scene.join("asks")
    scene.later(1)
    scene.join("later")
    scene.ask_back("asks")
    assert (scene.waiting(), list(scene.core.arrived)) == (["later"], ["asks"])
    scene.line_up("asks", since_s=1)
    scene.end("asks")
    free(scene)

    assert scene.rung()[-1] == ("out-1", "101")


def test_who_asks_while_an_agents_phone_rings_is_still_that_agents(scene: Scene) -> None:
    """The offer says by itself that the caller is gone."""
    free(scene)
    scene.join("asks")
    scene.ask_back("asks")

    assert scene.waiting() == ["asks"]


def test_nothing_is_on_any_telephone_until_it_is_offered(scene: Scene) -> None:
    """So a look at the telephones does not take it for a call that was lost."""
    scene.line_up("gone")
    assert CallId("out-1") not in scene.core.calls
    free(scene)
    assert CallId("out-1") in scene.core.calls


def test_the_line_outlives_a_restart(scene: Scene) -> None:
    """Through a checkpoint: place, window, and whoever is being rung; and nobody is rung while facts are missing."""
    scene.line_up("one")
    scene.line_up("two", "out-2", since_s=-5, not_before=clock(50), lapses=clock(500))
    past = decode(Snapshot, encode(scene.core.snapshot()))
    again = Distributor()
    again.restore(past)
    assert digest(again.snapshot()) == digest(scene.core.snapshot())

    scene.core = again
    scene.tell(GapMarked(at=scene.now))
    scene.tell(CallEnded(at=scene.now, call=CallId("first")))
    scene.ready("101")
    assert scene.core.offers == {}
    scene.later(60)
    assert [call for call, _ in scene.rung()] == ["first", "out-1", "out-2"]


def test_whom_the_citizen_knows_is_rung_first_if_they_are_free() -> None:
    """As for a caller; a call-back waits for nobody alone, for its citizen has waited long enough."""
    scene = Scene()
    scene.staff("101")
    scene.staff("102")
    scene.line_up("gone", prefers=AgentId("102"))

    assert scene.rung() == [("out-1", "102")]


def test_what_its_citizen_asked_for_is_relaxed_as_it_was_for_them() -> None:
    """By how long they have waited, also for who inherits the place."""
    row = RecipeRow(timedelta(seconds=60), Relax(Skill("psychology")))
    scene = Scene()
    scene.tell(QueuesLoaded(at=scene.now, queues=(Queue(QueueName("general"), recipe=(row,)),)))
    scene.staff("101")
    scene.later(100)
    scene.line_up("gone", skills=skilled(psychology=2))
    assert scene.rung() == [("out-1", "101")]
    scene.end("out-1")
    scene.join("again", psychology=2)
    assert scene.waiting() == ["again"]
    scene.inherit("again", 0)

    assert scene.rung()[-1] == ("again", "101")
