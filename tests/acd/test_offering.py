"""Who gets which call."""

from __future__ import annotations

from datetime import timedelta

from acd.commands import RingAgent
from acd.model import AgentId, AgentState, CallId, RingFailure, SeatId
from tests.acd.scene import Scene, clock


def test_longest_idle_agent_is_rung_first() -> None:
    """Of two who are free, the one free longer gets the call."""
    scene = Scene()
    scene.staff("102")
    scene.staff("101")

    scene.join("c1")

    assert scene.rung() == [("c1", "102")]


def test_equally_idle_agents_are_rung_by_number() -> None:
    """No tie is left to chance."""
    scene = Scene()
    for agent in ("103", "101", "102"):
        scene.seat(f"8{agent}")
        scene.log_on(agent, f"8{agent}")
        scene.ready(agent)

    scene.join("c1")

    assert scene.rung() == [("c1", "101")]


def test_longest_idle_goes_first_only_among_the_best_skilled() -> None:
    """Levels in what the call asks for are summed; what it does not ask for counts for nothing."""
    scene = Scene()
    scene.staff("101", psychology=3, french=5)
    scene.staff("102", psychology=3, english=4)
    scene.staff("103", psychology=4, english=3)

    for call in ("c1", "c2", "c3"):
        scene.join(call, psychology=3)

    assert scene.rung() == [("c1", "103"), ("c2", "101"), ("c3", "102")]


def test_higher_level_of_agent_and_seat_counts_for_best_skilled() -> None:
    """A desk may make its agent the better one."""
    scene = Scene()
    scene.staff("101", psychology=3)
    scene.seat("8102", "general", psychology=4)
    scene.log_on("102", "8102", psychology=1)
    scene.ready("102")

    scene.join("c1", psychology=1)

    assert scene.rung() == [("c1", "102")]


def test_call_that_waited_a_step_longer_goes_before_one_of_a_step_higher_priority() -> None:
    """Priority ages: five minutes of waiting outweigh a step, and a second less does not."""
    scene = Scene()
    scene.join("patient")
    scene.later(299)
    scene.join("urgent", priority=1)
    scene.later(2)
    scene.join("late", priority=1)

    for agent in ("101", "102", "103"):
        scene.staff(agent)

    assert scene.rung() == [("urgent", "101"), ("patient", "102"), ("late", "103")]


def test_priority_beyond_the_scale_counts_as_its_end() -> None:
    """A number that nobody could write in a city's files neither jumps the bound nor breaks the clock."""
    scene = Scene()
    scene.join("first", priority=100)
    scene.later(1)
    scene.join("beyond", priority=10**12)
    scene.join("below", priority=-(10**12))

    for agent in ("101", "102", "103"):
        scene.staff(agent)

    assert scene.rung() == [("first", "101"), ("beyond", "102"), ("below", "103")]


def test_priority_goes_first_then_longest_waiting() -> None:
    """An urgent call overtakes; calls of one priority keep their order."""
    scene = Scene()
    for call, priority in (("early", 0), ("late", 0), ("urgent", 5)):
        scene.join(call, priority=priority)
        scene.later(1)

    for agent in ("101", "102", "103"):
        scene.staff(agent)

    assert scene.rung() == [("urgent", "101"), ("early", "102"), ("late", "103")]


def test_call_waits_while_no_seat_serves_its_queue() -> None:
    """An agent at a seat of another queue is not rung."""
    scene = Scene()
    scene.staff("101", "general")

    scene.join("c1", "health")

    assert scene.rung() == []
    assert scene.waiting() == ["c1"]


def test_every_level_asked_for_must_be_reached() -> None:
    """A lower level or a missing skill is not enough."""
    scene = Scene()
    scene.staff("101", "health", psychology=2)
    scene.staff("102", "health", psychology=3)
    scene.staff("103", "health", psychology=3, english=1)

    scene.join("c1", "health", psychology=3, english=1)

    assert scene.rung() == [("c1", "103")]


def test_seat_adds_to_the_agents_skills_and_the_higher_level_counts() -> None:
    """What a desk offers joins what its agent masters; neither lowers the other."""
    scene = Scene()
    scene.seat("8001", "health", psychology=4, english=1)
    scene.log_on("101", "8001", psychology=1, english=5)
    scene.ready("101")

    scene.join("c1", "health", psychology=4, english=5)

    assert scene.rung() == [("c1", "101")]


def test_agent_who_becomes_free_takes_the_best_call_they_can_serve() -> None:
    """A call they cannot serve is passed over, not waited for."""
    scene = Scene()
    scene.join("health-first", "health")
    scene.join("general-next", "general")

    scene.staff("101", "general")

    assert scene.rung() == [("general-next", "101")]


def test_order_carries_everything_the_phone_needs() -> None:
    """Seat, attempt and the queue's ring time travel with the order."""
    scene = Scene()
    scene.staff("101", "health")
    scene.join("c1", "health")

    [order] = scene.orders

    assert order == RingAgent(
        at=clock(1),
        call=CallId("c1"),
        attempt=1,
        seat=SeatId("8101"),
        agent=AgentId("101"),
        ring_time=timedelta(seconds=15),
    )
    assert scene.agent("101").attempt == 1


def test_call_told_twice_is_offered_once() -> None:
    """News of a call that already waits changes nothing, also while it is being offered."""
    scene = Scene()
    scene.staff("101")
    scene.staff("102")
    scene.join("c1")
    scene.later(1)
    scene.join("c1")

    assert scene.rung() == [("c1", "101")]
    assert scene.core.waiting[0].joined == clock(2)


def test_call_keeps_its_place_after_a_failed_offer() -> None:
    """Whoever was not connected by no fault of theirs is next again."""
    scene = Scene()
    scene.staff("101")
    scene.join("first")
    scene.join("second")
    scene.fail("first", RingFailure.NO_ANSWER)

    scene.staff("102")

    assert scene.rung() == [("first", "101"), ("first", "102")]
    assert scene.core.attempts(CallId("first")) == 2


def test_ended_call_is_not_resurrected_by_late_news() -> None:
    """A call that joins after its end is history."""
    scene = Scene()
    scene.end("c1")
    scene.join("c1")

    assert scene.waiting() == []


def test_call_of_an_unknown_queue_waits_for_a_seat_to_serve_it() -> None:
    """A fact is taken as it is: the caller stays in the room, visible, with the standard rules."""
    scene = Scene()
    scene.join("c1", "newborn")

    assert scene.waiting() == ["c1"]


def test_resting_agent_and_resting_call_meet_others_at_once() -> None:
    """After an order without effect the call goes to another agent first, the agent to another call."""
    scene = Scene()
    scene.staff("101")
    scene.join("c1")
    scene.fail("c1", RingFailure.NOT_CARRIED_OUT)
    scene.staff("102")

    scene.later(2)

    assert scene.rung()[:2] == [("c1", "101"), ("c1", "102")]
    assert scene.state("101") is AgentState.READY
