"""The judgements of why, one by one: what keeps somebody, what puts a call first, and when an answer would disagree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.commands import RingAgent
from acd.matching import Ask
from acd.model import AgentId, AgentState, BreakReason, CallId, QueueName, RingFailure, WaitingCall
from acd.why import (
    AgentRule,
    Bar,
    CallRule,
    Choice,
    Kept,
    Rival,
    choices,
    goes_first_by,
    is_held_from,
    kept_from,
    may_be_offered,
)
from tests.acd.phones import take_phone
from tests.acd.scene import Scene, clock, skilled

GENERAL = QueueName("general")
ASK = Ask(GENERAL, skilled(english=2))


def waits(call: str, joined: float = 0, priority: int = 0) -> WaitingCall:
    """A call in the line of general."""
    return WaitingCall(CallId(call), GENERAL, clock(joined), priority=priority)


@pytest.mark.parametrize(
    ("first", "other", "rule"),
    [
        (waits("a"), waits("b"), CallRule.NUMBER),
        (waits("a", 0), waits("b", 1), CallRule.EARLIER),
        (waits("b", 0), waits("a", 1), CallRule.EARLIER),
        (waits("a", 0, 1), waits("b", 1), CallRule.EARLIER),
        (waits("a", 1, 1), waits("b", 0), CallRule.PRIORITY),
        (waits("a", 0, 1), waits("b", 0), CallRule.PRIORITY),
        (waits("b"), waits("a"), CallRule.UNEXPLAINED),
        (waits("a", 1), waits("b", 0), CallRule.UNEXPLAINED),
        (waits("a", 301, 1), waits("b", 0), CallRule.UNEXPLAINED),
    ],
)
def test_a_call_goes_first_by_the_first_rule_that_tells_the_two_apart(
    first: WaitingCall, other: WaitingCall, rule: CallRule
) -> None:
    """Earlier, or later with a priority that is worth it; else it should not have gone first."""
    assert goes_first_by(first, other) is rule


def test_an_answer_disagrees_if_another_should_have_been_chosen() -> None:
    """Somebody else stands first, nobody is free at all, or no rule explains the call."""
    mine, theirs = (Rival(AgentId(agent), 0, clock(0)) for agent in ("101", "102"))
    good = Choice(AgentId("101"), AgentRule.ONLY_ONE, (mine, theirs), CallRule.ONLY_ONE, ())

    assert good.agrees
    assert not replace(good, rivals=(theirs, mine)).agrees
    assert not replace(good, rivals=()).agrees
    assert not replace(good, call_rule=CallRule.UNEXPLAINED).agrees


def kept(scene: Scene, agent: str = "101", ask: Ask = ASK) -> Kept:
    """What keeps the agent from such a call."""
    return kept_from(scene.core, scene.agent(agent), ask)


def test_what_keeps_somebody_is_the_most_lasting_thing() -> None:
    """From not being there, over what they cannot do, to what they are doing now."""
    scene = Scene()
    scene.seat("8101", "health")
    scene.log_on("101", "8101", english=1)
    bars = [kept(scene)]
    for change in (
        lambda: scene.seat("8101", "general"),
        lambda: scene.log_on("101", "8101", english=2),
        lambda: scene.ready("101"),
        lambda: take_phone(scene, "8101"),
        lambda: scene.close("8101"),
    ):
        change()
        bars.append(kept(scene))

    assert bars == [
        Kept(Bar.OTHER_QUEUE),
        Kept(Bar.SKILL, "english≥2"),
        Kept(Bar.ON_BREAK, BreakReason.REST),
        Kept(Bar.NOTHING),
        Kept(Bar.PHONE_IN_USE),
        Kept(Bar.OFF_DUTY),
    ]


def test_an_agent_with_a_call_is_kept_by_what_they_do_with_it() -> None:
    """Reserved and ringing are the same to whoever waits."""
    scene = Scene()
    scene.staff("101", english=2)
    scene.join("c")
    bars = [kept(scene).bar]
    for act in (scene.ring, scene.answer, scene.talk_ends):
        act("c")
        bars.append(kept(scene).bar)
    assert bars == [Bar.OFFERED, Bar.OFFERED, Bar.TALKING, Bar.WRAP_UP]

    scene.end("c")
    scene.ready("101")
    scene.join("d")
    scene.fail("d", RingFailure.REFUSED)
    assert kept(scene) == Kept(Bar.RESTING)
    scene.log_off("101")
    assert kept(scene) == Kept(Bar.OFF_DUTY)


def test_only_the_skills_that_are_missing_are_named() -> None:
    """One that is asked for and reached keeps nobody."""
    scene = Scene()
    scene.staff("101", english=2, law=1)

    assert kept(scene, ask=Ask(GENERAL, skilled(english=2, law=2, psychology=1))) == Kept(
        Bar.SKILL, "law≥2 psychology≥1"
    )


def test_a_call_waits_for_one_agent_only_while_it_is_held() -> None:
    """It is held from all others."""
    held = replace(waits("c"), prefers=AgentId("101"), held_until=clock(20))

    assert [is_held_from(held, AgentId(agent)) for agent in ("101", "102")] == [False, True]
    assert not is_held_from(replace(held, held_until=None), AgentId("102"))


def test_a_call_may_be_offered_unless_it_rests_or_is_being_offered() -> None:
    """One or the other is enough."""
    scene = Scene()
    scene.staff("101")
    scene.join("offered")
    [offered] = scene.core.waiting

    assert not may_be_offered(scene.core, offered)
    assert may_be_offered(scene.core, waits("other"))
    assert not may_be_offered(scene.core, replace(waits("other"), rests_until=clock(9)))


def test_of_two_offers_at_once_each_is_explained_without_the_other() -> None:
    """The first agent and the first call are taken then; nobody who is busy or dials a code was a rival."""
    scene = Scene()
    for agent in ("101", "102", "103", "104"):
        scene.seat(f"8{agent}", "health")
        scene.log_on(agent, f"8{agent}")
    scene.join("a")
    scene.join("b")
    for agent in ("101", "102", "103"):
        scene.ready(agent)
    take_phone(scene, "8103")
    scene.measure(dict.fromkeys(("8101", "8102", "8103", "8104"), "general"))
    rings = [order for order in scene.orders if isinstance(order, RingAgent)]
    told = [choice for _, choice in choices(scene.core, rings)]

    assert [(order.call, order.agent) for order in rings] == [("a", "101"), ("b", "102")]
    assert [[rival.agent for rival in choice.rivals] for choice in told] == [["101", "102"], ["102"]]
    assert [[call.id for call in choice.behind] for choice in told] == [["b"], []]
    assert [choice.call_rule for choice in told] == [CallRule.NUMBER, CallRule.ONLY_ONE]
    assert [choice.agrees for choice in told] == [True, True]
    assert scene.state("104") is AgentState.ON_BREAK
