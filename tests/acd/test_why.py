"""Why a call waited and why an agent got it, told from the real distributor's decisions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

import pytest

from acd.account import Account, OfferEnd, Phase
from acd.distributor import Distributor
from acd.events import CallArrived, Event, GapClosed, GapMarked
from acd.inquiry import Inquiry
from acd.model import BreakReason, CallId, QueueName, RingFailure
from acd.why import AgentRule, Bar, CallRule, Kept, nobody_rings
from acd.why_terms import AGENT_RULES, BARS, BREAKS, CALL_RULES, OFFER_ENDS, PHASES
from acd.why_words import Line, told, told_of_queue
from tests.acd.scene import NINE, Scene

GENERAL, HEALTH = QueueName("general"), QueueName("health")


def asked(told: Iterable[Event], call: str, *, with_names: bool = False) -> Account:
    """What a call went through, when all that was told is told again."""
    core, inquiry = Distributor(), Inquiry(CallId(call), with_names=with_names)
    for event in told:
        inquiry.note(core, event, core.receive(event))
    return inquiry.close()


def phases(account: Account) -> list[tuple[Phase, float]]:
    """Its stretches and their seconds."""
    return [(span.phase, span.seconds) for span in account.spans if span.phase is not Phase.ELSEWHERE]


def text(lines: Iterable[Line]) -> str:
    """All lines, as a page."""
    return "\n".join(f"{line.zh} / {line.en}" for line in lines)


def test_every_second_of_a_wait_has_its_reason() -> None:
    """Nobody on duty; then one who talks and wraps up; then an offer; then the talk."""
    scene = Scene()
    scene.tell(CallArrived(at=scene.now, call=CallId("c"), hotline="12345"))
    scene.later(5)
    scene.join("c")
    scene.later(10)
    scene.staff("101")
    scene.ring("c")
    scene.later(4)
    scene.answer("c")

    account = asked(scene.told, "c")

    assert phases(account) == [(Phase.NOBODY, 10.0), (Phase.OFFERED, 4.0 + 1.0), (Phase.TALKING, 0.0)]
    assert account.arrived == NINE
    [offer] = account.offers
    assert (offer.agent, offer.end, offer.choice and offer.choice.agent_rule) == (
        "101",
        OfferEnd.ANSWERED,
        AgentRule.ONLY_ONE,
    )


def busy_two() -> Scene:
    """101 talks for 20 s, 102 is at lunch, 103 serves another queue; "c" waits for general."""
    scene = Scene()
    scene.staff("101")
    scene.staff("102")
    scene.staff("103", "health")
    scene.rest("102", BreakReason.MEAL)
    scene.join("first")
    scene.ring("first")
    scene.answer("first")
    scene.join("c")
    scene.later(20)
    scene.talk_ends("first")
    scene.later(30)
    return scene


def test_who_could_have_served_it_and_what_kept_them() -> None:
    """Agents' seconds by what kept them, over the stretch: 101 talked for 20 s of 50 and wrapped up for 30."""
    span = next(span for span in asked(busy_two().told, "c").spans if span.phase is Phase.ALL_BUSY)

    assert span.kept == {
        Kept(Bar.TALKING): 20.0,
        Kept(Bar.WRAP_UP): 30.0,
        Kept(Bar.ON_BREAK, "meal"): 50.0,
        Kept(Bar.OTHER_QUEUE): 50.0,
    }


def test_who_waits_again_is_told_of_those_who_are_busy_by_then() -> None:
    """What agents did while the caller talked counts, too."""
    scene = Scene()
    scene.staff("101")
    scene.staff("102")
    scene.join("c")
    scene.answer("c")
    scene.join("d")
    scene.join("c")  # the agent was lost

    assert [phase for phase, _ in phases(asked(scene.told, "c"))][-1] is Phase.ALL_BUSY


def test_names_are_told_only_when_asked_for() -> None:
    """Five hundred agents fit on a page by reason; with all, each is named."""
    few, everybody = asked(busy_two().told, "c"), asked(busy_two().told, "c", with_names=True)

    assert "102" not in text(told(few))
    assert "开始时小休(用餐):102" in text(told(everybody, everything=True))


def test_who_went_before_and_by_which_rule() -> None:
    """One joined earlier, one later with a higher priority; a third was lower in both and did not."""
    scene = Scene()
    scene.join("early")
    scene.later(5)
    scene.join("c")
    scene.later(1)
    scene.join("urgent", priority=1)
    scene.join("late")
    scene.staff("101")
    scene.end("urgent")
    scene.end("early")

    before = [one for span in asked(scene.told, "c").spans for one in span.before]

    assert [(one.call, one.rule) for one in before] == [("urgent", CallRule.PRIORITY), ("early", CallRule.EARLIER)]
    assert before[1].ahead == timedelta(seconds=5)


def test_what_was_given_to_those_who_cannot_serve_it_is_not_told() -> None:
    """It took nothing from this caller."""
    scene = Scene()
    scene.join("c", "health", psychology=2)
    scene.staff("101", "health", psychology=1)
    scene.join("other", "health")

    assert [one for span in asked(scene.told, "c").spans for one in span.before] == []


@pytest.mark.parametrize(
    ("levels", "rule"),
    [
        (({"psychology": 2}, {"psychology": 3}), AgentRule.BEST_SKILLED),
        (({"psychology": 2}, {"psychology": 2}), AgentRule.LONGEST_IDLE),
        (({"psychology": 2}, {}), AgentRule.ONLY_ONE),
    ],
)
def test_the_rule_that_chose_the_agent_is_the_first_that_told_them_apart(
    levels: tuple[dict[str, int], dict[str, int]], rule: AgentRule
) -> None:
    """Skill, then idle time; nothing, if nobody else could."""
    scene = Scene()
    for agent, skills in zip(("101", "102"), levels, strict=True):
        scene.staff(agent, **skills)
    scene.join("c", psychology=2)

    [offer] = asked(scene.told, "c").offers

    assert offer.choice is not None
    assert (offer.choice.agent_rule, offer.choice.agrees) == (rule, True)


def test_whom_the_citizen_knows_is_told_as_the_reason() -> None:
    """They come before who is better skilled or idle longer."""
    scene = Scene()
    for agent in ("101", "102"):
        scene.staff(agent)
    scene.join("c", prefers="102")

    [offer] = asked(scene.told, "c").offers

    assert offer.choice is not None
    assert (offer.agent, offer.choice.agent_rule, offer.choice.agrees) == ("102", AgentRule.PREFERRED, True)


def test_equal_in_everything_the_number_decides() -> None:
    """Of agents and of calls: two who are ready at the same moment, two who joined at it."""
    scene = Scene()
    for agent in ("102", "101"):
        scene.seat(f"8{agent}")
        scene.log_on(agent, f"8{agent}")
        scene.ready(agent)
    scene.join("c")
    agents = asked(scene.told, "c").offers[0].choice
    scene = Scene()
    for call in ("d", "c"):
        scene.join(call)
    scene.staff("101")
    calls = asked(scene.told, "c").offers[0].choice

    assert agents is not None
    assert calls is not None
    assert (agents.agent, agents.agent_rule) == ("101", AgentRule.NUMBER)
    assert (calls.call_rule, [call.id for call in calls.behind]) == (CallRule.NUMBER, ["d"])


@pytest.mark.parametrize("failure", list(RingFailure))
def test_what_became_of_an_offer_is_told(failure: RingFailure) -> None:
    """Each way in which a phone rings in vain has its name."""
    scene = Scene()
    scene.staff("101")
    scene.join("c")
    scene.ring("c")
    scene.later(2)
    scene.fail("c", failure)

    assert asked(scene.told, "c").offers[0].end == failure.value


def test_a_phone_that_says_nothing_is_told_from_one_that_rings_in_vain() -> None:
    """Both are ended by a deadline: seen in what it made of the agent."""
    ends = []
    for rings in (True, False):
        scene = Scene()
        scene.staff("101")
        scene.join("c")
        scene.dial("c")
        if rings:
            scene.ring("c")
        scene.later(30)
        ends.append(asked(scene.told, "c").offers[0].end)

    assert ends == [OfferEnd.NO_ANSWER, OfferEnd.UNREACHABLE]


def test_while_facts_are_missing_the_wait_says_so() -> None:
    """A gap is a delay like any other."""
    scene = Scene()
    scene.join("c")
    scene.tell(GapMarked(at=scene.now))
    scene.staff("101")
    scene.later(2)
    scene.tell(GapClosed(at=scene.now))

    assert phases(asked(scene.told, "c")) == [(Phase.BLIND, 3.0), (Phase.OFFERED, 0.0)]


def test_why_nobody_rings() -> None:
    """Who is next, what they ask for, and what keeps everybody on duty."""
    scene = busy_two()
    scene.ring("c")
    scene.join("d", psychology=3)

    seen = nobody_rings(scene.core, GENERAL)
    page = text(told_of_queue(seen, scene.now))

    assert (seen.waiting, seen.offered, seen.first and seen.first.id) == (2, (("c", "101"),), "d")
    assert seen.kept == {Kept(Bar.SKILL, "psychology≥3"): 2, Kept(Bar.OTHER_QUEUE): 1}
    assert "2 人技能不够(psychology≥3)" in page
    assert "无人等候" in text(told_of_queue(nobody_rings(scene.core, HEALTH), scene.now))


def test_everything_has_its_words_in_both_languages() -> None:
    """A rule, a reason, a phase or an outcome without words would be a hole in the answer."""
    tables: list[tuple[type[StrEnum], object]] = [
        (Bar, BARS),
        (BreakReason, BREAKS),
        (AgentRule, AGENT_RULES),
        (CallRule, CALL_RULES),
        (OfferEnd, OFFER_ENDS),
        (Phase, PHASES),
    ]
    for kinds, table in tables:
        assert isinstance(table, dict)
        assert set(table) == set(kinds)
        assert all(zh and en for zh, en in table.values())


def test_a_page_is_bounded_beside_hundreds_of_agents_and_calls() -> None:
    """An hour's wait in which 300 went before: reasons are grouped, calls are counted; with all, each is named."""
    scene = Scene()
    scene.staff("100", "general")
    for number in range(200):
        scene.staff(f"{200 + number}", "health")
    for number in range(300):
        scene.join(f"b{number:03}")
    scene.join("c")
    for number in range(300):
        scene.ring(f"b{number:03}")
        scene.answer(f"b{number:03}")
        scene.end(f"b{number:03}")
        scene.later(30)

    account = asked(scene.told, "c")
    short, whole = text(told(account)), text(told(account, everything=True))

    assert "等 299 个" in short
    assert len(short) < 2000
    assert "b298" not in short
    assert "b298" in whole
