"""The words of why: each thing that can be has its own, and a time is said as a person says it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

import pytest

from acd.account import OfferEnd, Phase
from acd.events import CallArrived, TimePassed
from acd.model import BreakReason, CallId, QueueName, RingFailure
from acd.why import AgentRule, Bar, CallRule, nobody_rings
from acd.why_terms import AGENT_RULES, BARS, BREAKS, CALL_RULES, OFFER_ENDS, PHASES, Words
from acd.why_words import duration, told, told_of_queue
from tests.acd.scene import Scene, giving_up, relaxing
from tests.acd.test_why import asked, text


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Bar, BARS),
        (BreakReason, BREAKS),
        (AgentRule, AGENT_RULES),
        (CallRule, CALL_RULES),
        (OfferEnd, OFFER_ENDS),
        (Phase, PHASES),
    ],
)
def test_whatever_can_be_has_words_of_its_own(kind: type[StrEnum], words: Mapping[StrEnum, Words]) -> None:
    """In Chinese and English, and no two things the same."""
    assert set(words) == set(kind)
    assert len({said.zh for said in words.values()}) == len({said.en for said in words.values()}) == len(kind)


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0.04, "0.0秒", "0.0 s"),
        (9.94, "9.9秒", "9.9 s"),
        (10, "10秒", "10 s"),
        (80, "1分20秒", "1 min 20 s"),
        (120, "2分", "2 min"),
        (3600 + 5, "1时5秒", "1 h 5 s"),
    ],
)
def test_a_time_is_said_as_a_person_says_it(seconds: float, zh: str, en: str) -> None:
    """Tenths while it is short, then whole seconds; nothing of which there is none."""
    assert duration(timedelta(seconds=seconds)) == (zh, en)


def test_the_account_says_to_whom_the_call_was_offered_and_when_it_ended() -> None:
    """From its arrival to its end."""
    scene = Scene()
    scene.staff("101")
    scene.tell(CallArrived(at=scene.now, call=CallId("c"), hotline="12345"))
    scene.join("c")
    scene.ring("c")
    scene.later(3)
    scene.answer("c")
    scene.later(60)
    scene.end("c")

    account = asked(scene.told, "c")

    assert account.ended == scene.now
    page = text(told(account))
    assert "12345" in page
    assert "由 101 接听" in page
    assert PHASES[Phase.RESTS].zh not in page


def test_a_first_call_that_rests_is_not_said_to_leave() -> None:
    """One whose order was not carried out rests; one that its recipe sends away leaves."""
    resting, leaving = Scene(), Scene()
    resting.staff("101")
    resting.join("c")
    resting.fail("c", RingFailure.NOT_CARRIED_OUT)
    leaving.load(giving_up(relaxing("general"), 5), relaxing("health"))
    leaving.join("c")
    leaving.later(5)

    pages = [text(told_of_queue(nobody_rings(of.core, QueueName("general")), of.now)) for of in (resting, leaving)]

    assert [BARS[Bar.RESTING].zh in page for page in pages] == [True, False]  # and so does the agent
    assert [PHASES[Phase.RESTS].zh in page for page in pages] == [True, False]
    assert [PHASES[Phase.LEAVES].zh in page for page in pages] == [False, True]


def test_who_could_serve_a_call_is_told_apart_from_who_could_not() -> None:
    """Who is on a break could; who lacks the queue could not, nor who is off duty."""
    scene = Scene()
    scene.staff("101")
    scene.rest("101", BreakReason.MEAL)
    scene.staff("102", "health")
    scene.staff("103")
    scene.log_off("103")
    scene.join("c")
    scene.later(10)

    lines = [line.zh for line in told(asked([*scene.told, TimePassed(at=scene.now)], "c"))]

    [could] = [line for line in lines if line.startswith("能接的人")]
    [could_not] = [line for line in lines if line.startswith("不能接的人")]
    assert "1.0 人" in could
    assert BREAKS[BreakReason.MEAL].zh in could
    assert BARS[Bar.OTHER_QUEUE].zh in could_not
    assert BARS[Bar.OFF_DUTY].zh not in could
