"""How long whoever waits has to: counted from the lines as they are, also where agents serve several."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from acd.events import GapMarked
from acd.matching import Ask
from acd.model import CallId, QueueName, WaitingCall
from acd.outlook import Crew, Standers
from tests.acd.scene import NINE, Scene, skilled

GENERAL = Ask(QueueName("general"), frozenset())
HEALTH = Ask(QueueName("health"), frozenset())


def taught() -> Scene:
    """One agent, 101, has served twenty calls of 100 s with their wrap-up, each picked up after 2 s."""
    scene = Scene()
    scene.staff("101")
    for number in range(20):
        answered(scene, f"past{number}")
        scene.later(68)
        scene.end(f"past{number}")
        scene.later(30)
    return scene


def answered(scene: Scene, call: str, queue: str = "general") -> None:
    """A call comes to somebody free, who picks up after 2 s."""
    scene.join(call, queue)
    scene.ring(call)
    scene.later(2)
    scene.answer(call)


def newcomer_s(scene: Scene, ask: Ask = GENERAL, priority: int = 0) -> float | None:
    """The mean wait of somebody who joins now."""
    wait = scene.core.outlook().newcomer(ask, scene.now, priority)
    return None if wait is None else wait.mean_s


def ahead(scene: Scene, ask: Ask) -> list[float]:
    """The share of each caller who goes before one who joins now."""
    last = WaitingCall(CallId("~"), ask.queue, scene.now, ask.skills)
    return [caller.share for caller in scene.core.outlook().line(last, scene.now).ahead]


def test_whoever_finds_somebody_free_waits_for_the_phone_only() -> None:
    """Two seconds, as learnt."""
    assert newcomer_s(taught()) == pytest.approx(2)


def test_each_caller_ahead_is_another_call_to_wait_for() -> None:
    """One agent, 100 s a call: a newcomer behind nobody, one, two."""
    scene = taught()
    answered(scene, "now")
    waits = [newcomer_s(scene)]
    for call in ("a", "b"):
        scene.join(call)
        waits.append(newcomer_s(scene))

    assert waits == pytest.approx([102, 202, 302])
    outlook = scene.core.outlook()
    of_those_who_wait = [wait.mean_s for call in scene.core.waiting if (wait := outlook.caller(call, scene.now))]
    assert of_those_who_wait == pytest.approx([102, 202])


def test_a_caller_who_is_being_offered_is_not_ahead() -> None:
    """Their agent counts as busy, and they as served."""
    scene = taught()
    scene.join("rung")

    assert newcomer_s(scene) == pytest.approx(102)


def test_whoever_has_priority_waits_for_fewer() -> None:
    """A step is worth five minutes: those who joined within them are behind."""
    scene = taught()
    answered(scene, "now")
    scene.join("a")

    assert newcomer_s(scene, priority=1) == pytest.approx(102)
    assert newcomer_s(scene, priority=-1) == pytest.approx(202)


def test_an_agent_on_break_does_not_count() -> None:
    """Two serve, then one; then nobody, and nothing is said."""
    scene = taught()
    scene.staff("102")
    answered(scene, "a")
    answered(scene, "b")
    assert newcomer_s(scene) == pytest.approx(52)

    scene.end("b")
    scene.rest("102")
    assert scene.core.outlook().crew(GENERAL) == Crew(serving=1, free=0)
    assert newcomer_s(scene) == pytest.approx(102, rel=0.1)  # "b" was a short call

    scene.end("a")
    scene.rest("101")
    assert newcomer_s(scene) is None


def test_an_agent_serves_from_ready_to_the_end_of_the_writing() -> None:
    """Ready, reserved, ringing, talking, in wrap-up; free in the first of these only."""
    scene = Scene()
    scene.staff("101")
    seen = [scene.core.outlook().crew(GENERAL)]
    for act in (scene.join, scene.ring, scene.answer, scene.talk_ends):
        act("c")
        seen.append(scene.core.outlook().crew(GENERAL))

    assert seen == [Crew(serving=1, free=1), *[Crew(serving=1, free=0)] * 4]


def test_an_agent_comes_free_as_fast_as_calls_of_the_queue_that_keeps_them_busy_end() -> None:
    """General's take a hundred seconds, health's two hundred, whoever waits for that agent next."""
    scene = taught()
    scene.log_off("101")
    scene.staff("103", "health")
    for number in range(20):
        answered(scene, f"slow{number}", "health")
        scene.later(138)
        scene.end(f"slow{number}")
        scene.later(60)
    scene.log_off("103")
    scene.staff("102", "general health")
    answered(scene, "h", "health")

    assert newcomer_s(scene, GENERAL) == pytest.approx(202)


def test_how_patient_a_queues_callers_are_is_known_from_those_who_gave_up() -> None:
    """None, while nobody did."""
    scene = Scene()
    assert scene.core.outlook().patience_s(GENERAL.queue) is None
    for number in range(5):
        scene.join(f"c{number}")
        scene.later(100)
        scene.end(f"c{number}")

    assert scene.core.outlook().patience_s(GENERAL.queue) == pytest.approx(100, rel=0.2)


def test_who_stands_ahead_has_waited_since_they_joined() -> None:
    """Not a second yet, and ten."""
    scene = taught()
    answered(scene, "now")
    scene.join("a")
    last = WaitingCall(CallId("~"), GENERAL.queue, scene.now, GENERAL.skills)
    [fresh] = scene.core.outlook().line(last, scene.now).ahead
    scene.later(10)
    [later] = scene.core.outlook().line(replace(last, joined=scene.now), scene.now).ahead

    assert (fresh.waited_s, later.waited_s) == (0, 10)


def test_nothing_is_said_before_enough_was_learnt() -> None:
    """Who is free is seen all the same."""
    scene = Scene()
    scene.staff("101")
    free = scene.core.outlook().newcomer(GENERAL, scene.now)
    assert free is not None
    assert (free.mean_s, free.least_s, free.most_s) == (0, 0, 0)

    answered(scene, "a")
    assert newcomer_s(scene) is None


def test_nothing_is_said_while_facts_are_missing() -> None:
    """Nor of somebody who seems free."""
    scene = taught()
    scene.tell(GapMarked(at=scene.now))

    assert newcomer_s(scene) is None


def test_a_queue_that_saw_too_little_takes_what_all_saw_together() -> None:
    """Health has never had a call; its agent is taken to need as long as the others."""
    scene = taught()
    scene.staff("102", "health")
    answered(scene, "h", "health")

    assert newcomer_s(scene, HEALTH) == pytest.approx(102)


def test_callers_of_another_queue_count_by_the_agents_they_share_with_us() -> None:
    """Three serve general, one of them health, too: each general caller ahead takes that one in three times."""
    scene = taught()
    scene.staff("102")
    scene.staff("103", "general health")
    for call in ("a", "b", "c"):
        answered(scene, call)
    for call in ("x", "y", "z"):
        scene.join(call)
    assert ahead(scene, HEALTH) == pytest.approx([1 / 3] * 3)
    assert ahead(scene, GENERAL) == [1, 1, 1]
    assert newcomer_s(scene, HEALTH) == pytest.approx(202)
    assert newcomer_s(scene, GENERAL) == pytest.approx(3 * 100 / 3 + 100 / 3 + 2)


def test_a_call_back_in_the_line_is_ahead_and_one_that_rests_is_not() -> None:
    """It takes an agent as any caller does; in quiet hours it takes none, and nobody listens while it waits."""
    scene = taught()
    answered(scene, "now")
    scene.line_up("owed1", "out-1", since_s=scene.now.timestamp() - NINE.timestamp())
    scene.line_up("owed2", "out-2", not_before=scene.now + timedelta(hours=8))

    assert newcomer_s(scene) == pytest.approx(202)
    assert scene.core.outlook().standing(GENERAL.queue).waiting == 0


def test_callers_whom_none_of_ours_can_serve_do_not_count() -> None:
    """Health waits for nobody's sake, and psychology for somebody who masters it."""
    scene = taught()
    answered(scene, "now")
    scene.join("h", "health")
    scene.join("p", "general", psychology=3)

    assert ahead(scene, GENERAL) == []
    assert scene.core.outlook().crew(Ask(QueueName("general"), skilled(psychology=3))) == Crew(serving=0, free=0)
    assert newcomer_s(scene) == pytest.approx(102)


def test_a_call_back_is_waited_for_like_a_caller_but_is_none() -> None:
    """It is ahead once its time has come; nobody counts it among those who wait, and it never gives up."""
    scene = taught()
    answered(scene, "now")
    scene.join("a")
    alone = newcomer_s(scene)
    scene.line_up("gone", "out-1", not_before=scene.now + timedelta(minutes=5))
    assert newcomer_s(scene) == alone
    scene.line_up("went", "out-2")
    standing = scene.core.outlook().standing(QueueName("general"))

    assert alone is not None
    assert newcomer_s(scene) == pytest.approx(alone + 100, rel=0.1)
    assert (standing.waiting, standing.longest) == (1, scene.core.waiting[0].joined)
    last = WaitingCall(CallId("~"), GENERAL.queue, scene.now, GENERAL.skills)
    assert [other.stays for other in scene.core.outlook().line(last, scene.now).ahead] == [True, False]


def test_what_is_kept_of_who_waits_is_what_would_be_worked_out_anew() -> None:
    """Also of a call that asks for less meanwhile, stands elsewhere, or has gone."""
    first, second, third = (
        WaitingCall(CallId(name), GENERAL.queue, NINE + timedelta(seconds=number), skilled(english=3))
        for number, name in enumerate("abc")
    )
    kept = Standers()
    kept.line([first, second, third])
    now = [replace(second, relaxed=skilled(english=1)), replace(first, joined=NINE + timedelta(minutes=1))]

    assert kept.line(now) == Standers().line(now)
