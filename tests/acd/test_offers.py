"""What is remembered of a call's offers: over a restart, through a gap, and not a moment longer than the call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from acd.codec import decode, encode
from acd.distributor import Distributor
from acd.events import AgentAnswered, CallArrived, GapClosed, GapMarked, RingFailed
from acd.model import AgentState, CallId, RingFailure, Snapshot
from tests.acd.handing import C1, a_talk, asks, begun
from tests.acd.scene import Scene


def offered() -> Scene:
    """101 is rung for c1."""
    scene = Scene()
    scene.staff("101")
    scene.join("c1")
    return scene


def answered_late() -> Scene:
    """101 has picked up c1 after all, while the order to ring 102 is on its way."""
    scene = offered()
    scene.fail("c1", RingFailure.BUSY)
    scene.staff("102")
    scene.answer("c1", attempt=1)
    return scene


def kept() -> Scene:
    """101 is kept while somebody outside is dialled."""
    scene = a_talk()
    begun(scene, None)
    return scene


def asked() -> Scene:
    """102 is asked by 101."""
    scene = a_talk()
    asks(scene)
    return scene


def handed() -> Scene:
    """102, who is on a break, is rung by the dialplan."""
    scene = a_talk()
    scene.rest("102")
    begun(scene)
    return scene


def arrives(scene: Scene, call: CallId) -> None:
    """A citizen is answered by the PBX."""
    scene.tell(CallArrived(at=scene.now, call=call, hotline="12345"))


SCENES = [offered, answered_late, a_talk, kept, asked, handed]


@pytest.mark.parametrize("scene_of", SCENES)
def test_whoever_stands_beside_a_call_does_so_after_a_restart(scene_of: Callable[[], Scene]) -> None:
    """Through the checkpoint's JSON: rung, talking, late, kept, asked, handed on."""
    before = scene_of().core.snapshot()
    successor = Distributor()
    successor.restore(decode(Snapshot, encode(before)))

    assert successor.snapshot() == before


@pytest.mark.parametrize("scene_of", SCENES)
def test_nothing_is_remembered_of_a_call_that_is_over(scene_of: Callable[[], Scene]) -> None:
    """But that it is: its id is never used again."""
    scene = scene_of()
    scene.end("c1")
    core = scene.core
    after = core.snapshot()

    assert [core.offers, core.talking, core.kept, core.asked] == [{}, {}, {}, {}]
    assert after.past is not None
    assert not any((after.past.made, after.past.counts, after.past.late, after.past.handed))
    assert after.ended == (C1,)


def test_an_old_checkpoint_that_remembers_no_past_still_counts_the_offers_it_has() -> None:
    """The next one gets the next number."""
    scene = offered()
    scene.core.restore(replace(scene.core.snapshot(), past=None))
    scene.fail("c1", RingFailure.NO_ANSWER)
    scene.staff("102")

    assert scene.rung_orders()[-1].attempt == 2


def test_a_gap_forgets_who_seems_to_have_answered_late() -> None:
    """The telephones are about to be asked: if that agent has the caller, they say so."""
    scene = answered_late()
    scene.tell(GapMarked(at=scene.now))
    scene.tell(GapClosed(at=scene.now))
    scene.fail("c1", RingFailure.NOT_CARRIED_OUT, attempt=2)

    assert scene.talker("c1") is None
    assert scene.waiting() == ["c1"]


def test_an_answer_kept_in_mind_is_worth_nothing_once_its_agent_has_left() -> None:
    """The newer order comes to nothing, and the caller waits on."""
    scene = answered_late()
    scene.log_off("101")
    scene.fail("c1", RingFailure.NOT_CARRIED_OUT, attempt=2)

    assert scene.talker("c1") is None
    assert scene.waiting() == ["c1"]
    scene.later(2)
    assert scene.rung()[-1] == ("c1", "102")


def test_an_answer_kept_in_mind_is_worth_nothing_once_its_agent_talks_with_another() -> None:
    """One phone, one caller."""
    scene = answered_late()
    scene.later(1)
    scene.ready("101")
    scene.join("c2", priority=1)
    scene.answer("c2")
    assert scene.talker("c2") == "101"
    scene.fail("c1", RingFailure.NOT_CARRIED_OUT, attempt=2)

    assert scene.talker("c1") is None
    assert scene.waiting() == ["c1"]


def test_who_answers_late_while_another_call_rings_loses_that_offer() -> None:
    """Ringing already, not only on the way: it goes back to the line."""
    scene = offered()
    scene.fail("c1", RingFailure.NOT_CARRIED_OUT)
    scene.join("c2", priority=1)
    scene.later(2)
    scene.ring("c2")
    scene.answer("c1")

    assert (scene.talker("c1"), scene.waiting()) == ("101", ["c2"])
    assert scene.stopped() == [("c2", 1)]


def test_who_is_kept_for_a_call_has_not_answered_another_one() -> None:
    """They are engaged beside it: news of an older offer is not believed."""
    scene = Scene()
    scene.staff("101")
    scene.join("c0")
    scene.fail("c0", RingFailure.NOT_CARRIED_OUT)
    scene.join("c1", priority=1)
    scene.later(2)
    scene.answer("c1")
    begun(scene, None)
    scene.answer("c0")

    assert (scene.state("101"), scene.agent("101").call) == (AgentState.RESERVED, "c1")
    assert scene.waiting() == ["c0"]


def test_who_did_not_pick_up_for_a_transfer_cannot_do_so_any_more() -> None:
    """The same number, after it failed; the first agent is out if somebody has the caller all the same."""
    scene = handed()
    scene.tell(RingFailed(at=scene.now, call=C1, attempt=2, failure=RingFailure.NO_ANSWER))
    scene.tell(AgentAnswered(at=scene.now, call=C1, attempt=2))

    assert (scene.state("101"), scene.state("102")) == (AgentState.WRAP_UP, AgentState.ON_BREAK)


def test_the_first_agents_own_answer_told_again_ends_no_transfer() -> None:
    """A stranger's does: nobody of ours sits there, but the caller is with them."""
    scene = kept()
    scene.answer("c1", attempt=1)
    assert scene.core.kept[C1].agent == "101"
    scene.answer("c1", attempt=2)

    assert scene.state("101") is AgentState.WRAP_UP
    assert not scene.core.kept


def test_whoever_is_asked_is_free_when_the_talk_is_over() -> None:
    """The caller hung up on music."""
    scene = asked()
    scene.talk_ends("c1")

    assert (scene.state("101"), scene.state("102")) == (AgentState.WRAP_UP, AgentState.READY)
    assert not scene.core.asked


@pytest.mark.parametrize("act", ["waits", "talks", "is over"])
def test_a_call_that_has_come_further_does_not_arrive_again(act: str) -> None:
    """News of its arrival is late then."""
    scene = Scene()
    if act == "talks":
        scene.staff("101")
    scene.join("c1")
    if act == "talks":
        scene.answer("c1")
    if act == "is over":
        scene.end("c1")
    arrives(scene, C1)

    assert CallId("c1") not in scene.core.arrived
    arrives(scene, CallId("c9"))
    assert list(scene.core.arrived) == ["c9"]
