"""In a conversation: hold, retrieve, and when it is not recorded."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from acd.commands import MuteRecording
from acd.events import CallHeld, CallRetrieved, Event, PauseAsked, RecordingPaused, RecordingResumed
from acd.model import AgentState, CallId, Offer
from tests.acd.scene import NINE, Scene

C1 = CallId("c1")


@pytest.fixture
def scene() -> Scene:
    """Agent 101 talks with caller c1."""
    scene = Scene()
    scene.staff("101")
    scene.join("c1")
    scene.answer("c1")
    return scene


def talk(scene: Scene) -> Offer:
    """The conversation as the core has it."""
    return scene.core.talking[C1]


def test_an_agent_with_a_caller_on_hold_is_talking(scene: Scene) -> None:
    """A hold is a fact about the conversation; told twice it began once."""
    scene.tell(CallHeld(at=NINE, call=C1, attempt=1))
    scene.later(5)
    scene.tell(CallHeld(at=scene.now, call=C1, attempt=1))

    assert talk(scene).held_since == NINE
    assert scene.state("101") is AgentState.TALKING
    scene.tell(CallRetrieved(at=scene.now, call=C1, attempt=1))
    assert talk(scene).held_since is None


@pytest.mark.parametrize("pause", [True, False])
def test_an_agent_who_asks_is_heard_and_the_recording_is_muted_or_not(scene: Scene, pause: bool) -> None:
    """The order names the conversation; what became of it comes as its own fact."""
    orders = scene.tell(PauseAsked(at=NINE, call=C1, attempt=1, pause=pause))

    assert orders == (MuteRecording(at=NINE, call=C1, attempt=1, seat=talk(scene).seat, mute=pause),)
    assert talk(scene).unrecorded_since is None


def test_a_pause_lasts_until_asterisk_says_that_it_records_again(scene: Scene) -> None:
    """Asterisk's word counts, not ours."""
    scene.tell(RecordingPaused(at=NINE, call=C1, attempt=1))
    assert talk(scene).unrecorded_since == NINE
    scene.tell(RecordingResumed(at=NINE, call=C1, attempt=1))
    assert talk(scene).unrecorded_since is None


@pytest.mark.parametrize(
    "told",
    [
        lambda: CallHeld(at=NINE, call=C1, attempt=2),
        lambda: CallRetrieved(at=NINE, call=CallId("c9"), attempt=1),
        lambda: PauseAsked(at=NINE, call=C1, attempt=2, pause=True),
        lambda: RecordingPaused(at=NINE, call=C1, attempt=2),
        lambda: RecordingResumed(at=NINE, call=CallId("c9"), attempt=1),
    ],
)
def test_news_of_another_conversation_changes_nothing(scene: Scene, told: Callable[[], Event]) -> None:
    """Late, early or unknown: it is not this one."""
    before = scene.core.snapshot()

    assert scene.tell(told()) == ()
    assert scene.core.snapshot() == before


def test_a_hold_ends_with_its_conversation(scene: Scene) -> None:
    """The next one with the same caller begins without it."""
    scene.tell(CallHeld(at=NINE, call=C1, attempt=1))
    scene.talk_ends("c1")
    scene.join("c1")
    scene.ready("101")
    scene.answer("c1", 2)

    assert talk(scene).held_since is None
