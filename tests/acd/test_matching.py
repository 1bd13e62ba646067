"""The proofs of acd.matching, tried."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from acd.matching import MOST, PRIORITY_CREDIT, TIDY_AT, Able, Matching, overtaken_until, rank
from acd.model import AgentId, CallId, QueueName, WaitingCall
from tests.acd.scene import Scene, clock, skilled

priorities = st.integers(-MOST - 5, MOST + 5)
GENERAL = QueueName("general")


def waiting(call: str, at: float, priority: int) -> WaitingCall:
    """A call that joined so many seconds after nine."""
    return WaitingCall(CallId(call), GENERAL, clock(at), priority=priority)


@given(priorities, priorities, st.floats(0, 1e6))
def test_whoever_joins_after_the_bound_goes_behind(mine: int, theirs: int, after: float) -> None:
    """However high their priority, and the bound is no looser than it need be."""
    call = waiting("a", 0, mine)
    later = (overtaken_until(call) - clock(0)).total_seconds() + after

    assert rank(call) < rank(waiting("b", later, theirs))
    assert rank(call) > rank(waiting("b", later - after - 1e-3, MOST))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=60))
def test_low_call_is_served_under_a_flood_of_high_ones(flood: list[int]) -> None:
    """One agent, one call a minute in, one a minute out: the low one's turn comes within the bound."""
    scene = Scene()
    scene.staff("101")
    scene.join("busy")
    scene.join("low")
    bound = 3 * PRIORITY_CREDIT // timedelta(minutes=1)
    for number in range(len(flood) + bound + 3):
        scene.join(f"high-{number}", priority=flood[number % len(flood)])
        call = scene.rung()[-1][0]
        scene.answer(call)
        scene.end(call)
        scene.ready("101")
        scene.now += timedelta(minutes=1)

    assert "low" in [call for call, _ in scene.rung()[: bound + 3]]


def test_index_forgets_sets_that_nobody_has_and_still_matches_the_best() -> None:
    """Skills come and go with edits for months; tidying loses no pair and no order of mastery."""
    index = Matching()
    for number in range(2 * TIDY_AT):
        index.add_agent(AgentId("passing"), Able(frozenset({GENERAL}), skilled(**{f"s{number}": 1})), clock(0))
    index.add_agent(AgentId("fair"), Able(frozenset({GENERAL}), skilled(english=2)), clock(0))
    index.add_agent(AgentId("good"), Able(frozenset({GENERAL}), skilled(english=3)), clock(1))
    index.add_call(WaitingCall(CallId("c"), GENERAL, clock(2), skills=skilled(english=1)))

    assert index.best_agent(CallId("c")) == "good"
    assert index.set_counts()[1] <= TIDY_AT


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1200), st.integers(-2, 3)), min_size=2, max_size=20))
def test_calls_are_served_in_the_order_of_joining_less_five_minutes_a_step(calls: list[tuple[int, int]]) -> None:
    """The rank, said again in seconds, over twenty minutes of joining."""
    scene = Scene()
    ordered = sorted(calls)
    for number, (second, priority) in enumerate(ordered):
        scene.now = clock(second)
        scene.join(f"c{number:02}", priority=priority)
    for number in range(len(calls)):
        scene.staff(str(100 + number))

    ranks = [(second - 300 * priority, number) for number, (second, priority) in enumerate(ordered)]
    assert [call for call, _ in scene.rung()] == [f"c{number:02}" for _, number in sorted(ranks)]
