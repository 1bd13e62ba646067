"""What is learnt of callers and agents while they call and serve."""

from __future__ import annotations

from random import Random

import pytest

from acd.call_back_facts import CallBackAsked
from acd.codec import decode, digest, encode
from acd.distributor import Distributor
from acd.model import CallId, QueueName, Rates, Snapshot
from acd.rates import Learning, arrivals_per_s, handle_s, patience, pick_up
from tests.acd.scene import Scene, clock

GENERAL = QueueName("general")


def learnt(scene: Scene, queue: str = "general") -> Rates:
    """What the core has learnt of a queue."""
    [rates] = [rates for rates in scene.core.snapshot().rates if rates.queue == queue]
    return rates


def served(scene: Scene, call: str, rings_s: float = 4, talks_s: float = 96) -> None:
    """A call comes to the one free agent, is answered and over."""
    scene.join(call)
    scene.dial(call)
    scene.ring(call)
    scene.later(rings_s)
    scene.answer(call)
    scene.later(talks_s)
    scene.end(call)


def test_handling_is_ringing_talk_and_wrap_up_together() -> None:
    """4 s, 96 s and the 30 s of the queue; known after enough talks, not before."""
    scene = Scene()
    scene.staff("101")
    for number in range(16):
        assert handle_s(learnt(scene)) is None if number else True
        served(scene, f"c{number}")
        scene.later(30)

    assert handle_s(learnt(scene)) == pytest.approx(130)
    assert pick_up(learnt(scene)) == pytest.approx((4, 0))


def test_how_much_picking_up_differs_is_learnt() -> None:
    """Two and six seconds in turn: four, and two to each side."""
    scene = Scene()
    scene.staff("101")
    for number in range(200):
        served(scene, f"c{number}", rings_s=2 + 4 * (number % 2))
        scene.later(30)

    assert pick_up(learnt(scene)) == pytest.approx((4, 4), rel=0.01)


def test_a_wrap_up_that_is_ended_early_counts_as_long_as_it_was() -> None:
    """By saying ready after 10 s; and one that ends in a break after 5."""
    scene = Scene()
    scene.staff("101")
    served(scene, "a")
    scene.later(10)
    scene.ready("101")
    assert learnt(scene).handling_s == pytest.approx(110)

    served(scene, "b", talks_s=46)
    scene.later(5)
    scene.rest("101")
    assert learnt(scene).handled == pytest.approx(2, abs=0.01)
    assert learnt(scene).handling_s == pytest.approx(165, abs=1)


def test_a_phone_that_nobody_answers_teaches_no_handling() -> None:
    """The agent missed it, and rests; the next one who is found answers."""
    scene = Scene()
    scene.staff("101")
    scene.join("a")
    scene.dial("a")
    scene.ring("a")
    scene.later(24)

    assert learnt(scene).handled == 0
    assert scene.core.snapshot().engaged == ()


def test_arrivals_are_counted_once_a_caller() -> None:
    """Ten seconds apart: a tenth a second. Whoever lost their agent and waits again has not come anew."""
    scene = Scene()
    scene.staff("101")
    for number in range(20):
        scene.now = clock(10 + 10 * number)
        scene.join(f"c{number}")
    scene.join("c5")  # told twice
    scene.answer("c0")
    scene.later(5)
    scene.join("c0")  # back in the waiting room

    rates = learnt(scene)
    assert arrivals_per_s(rates, scene.now) == pytest.approx(0.1)
    assert rates.last_joined == clock(200)


def test_a_silence_makes_the_arrivals_fewer_before_it_ends() -> None:
    """Ten minutes after the last of many, a tenth a second is no longer believed."""
    learning = Learning()
    for number in range(50):
        learning.joined(GENERAL, clock(10 * number))

    busy, quiet = (arrivals_per_s(learning.rates(GENERAL), clock(490 + silence)) for silence in (0, 600))
    assert busy == pytest.approx(0.1)
    assert quiet is not None
    assert quiet < 0.04


def test_patience_is_learnt_from_those_who_were_answered_too() -> None:
    """Means of those who gave up alone would be far too short: 60 s of 180 s here."""
    dice, learning = Random(7), Learning()
    for number in range(2000):
        gives_up, answered = dice.expovariate(1 / 180), dice.expovariate(1 / 90)
        waits = min(gives_up, answered)
        learning.waited(GENERAL, clock(number), clock(number + waits), gave_up=gives_up < answered)

    seen = learning.rates(GENERAL)
    assert patience(seen, seen).mean_s() == pytest.approx(180, rel=0.2)


def test_a_quiet_day_does_not_forget_how_long_people_wait_in_a_surge() -> None:
    """Two minutes and more are reached in a surge alone: a thousand who are answered at once teach nothing of it."""
    learning = Learning()
    for number in range(20):
        learning.waited(GENERAL, clock(number), clock(number + 150), gave_up=number % 2 == 0)
    before = learning.rates(GENERAL)
    for number in range(1000):
        learning.waited(GENERAL, clock(number), clock(number + 3), gave_up=False)
    after = learning.rates(GENERAL)

    assert (before.gave_up[1:], before.waited_s[1:]) == (after.gave_up[1:], after.waited_s[1:])
    assert patience(after, after).at(150)[0] > 5 * patience(after, after).at(5)[0]


def test_only_who_hung_up_has_given_up() -> None:
    """One hangs up, one is answered, one was gone after a gap in which nobody looked."""
    scene = Scene()
    scene.join("a")
    scene.later(60)
    scene.end("a")
    rates = learnt(scene)
    assert (rates.gave_up, rates.waited_s) == ((0, 0, 0, 1), (15, 15, 30, 0))

    scene.staff("101")
    served(scene, "b", rings_s=5)
    assert learnt(scene).gave_up == (0, 0, 0, 1)
    assert learnt(scene).waited_s == pytest.approx((20, 15, 30, 0), abs=0.1)


def test_who_asks_to_be_called_back_has_not_given_up() -> None:
    """They waited so long, and would have waited on."""
    scene = Scene()
    scene.join("a")
    scene.later(20)
    scene.tell(CallBackAsked(at=scene.now, call=CallId("a")))
    scene.end("a")

    assert (learnt(scene).gave_up, learnt(scene).waited_s) == ((0, 0), (15, 5))


def test_rates_follow_what_changes() -> None:
    """After a thousand talks of ten minutes the short ones of before are all but forgotten."""
    scene = Scene()
    scene.staff("101")
    for number in range(20):
        served(scene, f"short{number}")
        scene.later(60)
    for number in range(1000):
        served(scene, f"long{number}", talks_s=566)
        scene.later(60)

    assert handle_s(learnt(scene)) == pytest.approx(600, rel=0.02)


def test_a_clock_that_went_back_teaches_nothing_negative() -> None:
    """Whoever joined later than they were answered waited no time."""
    learning = Learning()
    learning.joined(GENERAL, clock(10))
    learning.joined(GENERAL, clock(0))
    learning.waited(GENERAL, clock(10), clock(0), gave_up=True)

    rates = learning.rates(GENERAL)
    assert (rates.gaps, rates.gaps_s, rates.waited_s, rates.last_joined) == (1, 0, (0,), clock(10))
    assert arrivals_per_s(rates, clock(10)) is None


def test_what_was_learnt_outlives_a_restart() -> None:
    """Through the checkpoint's JSON, in the middle of a talk: what follows teaches both cores the same."""
    before = Scene()
    before.staff("101")
    served(before, "a", rings_s=1 / 3)
    before.later(30)
    before.join("b")
    before.answer("b")

    after = Scene()
    after.core, after.now = Distributor(), before.now
    after.core.restore(decode(Snapshot, encode(before.core.snapshot())))
    for scene in (before, after):
        scene.later(100 / 7)
        scene.end("b")
        scene.later(31)

    assert learnt(before).handled == pytest.approx(2, abs=0.01)
    assert digest(before.core.snapshot()) == digest(after.core.snapshot())
