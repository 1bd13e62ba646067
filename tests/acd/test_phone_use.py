"""功能码: who dials a code at their phone is not rung before that leg is hung up, and keeps their place."""

from __future__ import annotations

import pytest

from acd.errors import NotNow
from acd.model import AgentState, BreakReason, RingFailure
from acd.phone_use import LONGEST
from acd.why import Bar, nobody_rings
from tests.acd.phones import free_phone, take_phone
from tests.acd.scene import Scene


@pytest.fixture
def scene() -> Scene:
    """101 is idle longest, then 102, at 8101 and 8102."""
    scene = Scene()
    for agent in ("101", "102"):
        scene.staff(agent)
    return scene


def test_whoever_says_ready_by_a_code_is_rung_when_the_code_s_call_is_over(scene: Scene) -> None:
    """Ready at once, as the voice says; offered a call when the phone can ring, without a rest."""
    scene.rest("101")
    scene.rest("102")
    scene.join("c1")
    take_phone(scene, "8101")
    scene.ready("101")

    assert (scene.state("101"), scene.rung()) == (AgentState.READY, [])
    free_phone(scene, "8101")
    assert scene.rung() == [("c1", "101")]


def test_a_call_does_not_wait_for_whoever_dials_a_code(scene: Scene) -> None:
    """It goes to the next; the place in the idle line is kept."""
    take_phone(scene, "8101")
    scene.join("c1")
    free_phone(scene, "8101")
    scene.join("c2")

    assert scene.rung() == [("c1", "102"), ("c2", "101")]


def test_an_older_use_frees_nothing(scene: Scene) -> None:
    """News of the code before, late or twice; also of a leg that never was a code's."""
    scene.rest("102")
    take_phone(scene, "8101", "use-1")
    take_phone(scene, "8101", "use-2")
    free_phone(scene, "8101", "use-1")
    free_phone(scene, "8102", "use-2")
    scene.join("c1")

    assert scene.rung() == []
    free_phone(scene, "8101", "use-2")
    assert scene.rung() == [("c1", "101")]


def test_a_phone_of_which_nothing_is_heard_is_free_at_the_latest_when_the_dialplan_has_hung_up(scene: Scene) -> None:
    """Nobody is out of the line for good because one piece of news was lost."""
    scene.rest("102")
    take_phone(scene, "8101")
    scene.join("c1")
    scene.later(LONGEST.total_seconds() - 1)

    assert scene.rung() == []
    scene.later(1)
    assert scene.rung() == [("c1", "101")]


def test_a_phone_that_was_found_engaged_by_its_own_code_rings_again_when_that_is_over(scene: Scene) -> None:
    """The offer crossed the code on its way: the break for a busy phone ends with what kept it busy."""
    scene.rest("102")
    scene.join("c1")
    scene.dial("c1")
    take_phone(scene, "8101")
    scene.fail("c1", RingFailure.BUSY)

    assert scene.agent("101").reason is BreakReason.PHONE_BUSY
    free_phone(scene, "8101")
    assert scene.rung() == [("c1", "101"), ("c1", "101")]


def test_a_break_of_the_agent_s_own_outlasts_the_code(scene: Scene) -> None:
    """*73 is a code, too."""
    take_phone(scene, "8101")
    scene.rest("101", BreakReason.MEAL)
    free_phone(scene, "8101")

    assert scene.agent("101").reason is BreakReason.MEAL


def test_nobody_dials_out_while_their_phone_dials_a_code(scene: Scene) -> None:
    """Their own phone would be rung first."""
    take_phone(scene, "8101")

    with pytest.raises(NotNow):
        scene.dial_out("101")
    free_phone(scene, "8101")
    scene.dial_out("101")
    assert scene.state("101") is AgentState.RESERVED


def test_why_nobody_rings_names_the_code(scene: Scene) -> None:
    """Ready, and yet not rung: ops should not have to guess."""
    scene.rest("102")
    take_phone(scene, "8101")
    scene.join("c1")

    assert {kept.bar for kept in nobody_rings(scene.core, scene.core.waiting[0].queue).kept} == {
        Bar.PHONE_IN_USE,
        Bar.ON_BREAK,
    }
