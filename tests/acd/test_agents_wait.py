"""How long each state of an agent lasts by itself, what shows that somebody is there, and who is on duty."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from acd.agents import ON_A_CALL, ON_DUTY, PRESENT, AgentFact, turn
from acd.errors import NotNow
from acd.model import Agent, AgentState, BreakReason
from tests.acd.scene import clock
from tests.acd.test_agents import STEPS, agent_in

S, F = AgentState, AgentFact

LASTS_S = {
    F.OFFERED: 3,  # the order to take effect
    F.DIALS_OUT: 3,
    F.FOUND: 3,
    F.DIALLED: 3,  # the phone to say that it rings
    F.NOT_CARRIED_OUT: 2,  # rests
    F.MISSED: 10,  # the caller goes to somebody else meanwhile
    F.BUSY: 10,
    F.UNREACHABLE: 30,
}
"""Everything else lasts until somebody does something."""


@pytest.mark.parametrize(("state", "fact"), STEPS)
def test_a_state_lasts_as_long_as_the_fact_says(state: AgentState, fact: AgentFact) -> None:
    """And what is said of one turn counts before the rule."""
    until = turn(agent_in(state), fact, clock(100)).until

    assert until == (clock(100 + LASTS_S[fact]) if fact in LASTS_S else None)
    assert turn(agent_in(state), fact, clock(100), until=clock(7)).until == clock(7)


@pytest.mark.parametrize(
    ("state", "fact", "reason"),
    [
        (S.LOGGED_OFF, F.LOGGED_ON, BreakReason.REST),
        (S.RINGING, F.MISSED_AGAIN, BreakReason.MISSED),
        (S.RINGING, F.BUSY, BreakReason.PHONE_BUSY),
        (S.RESERVED, F.UNREACHABLE, BreakReason.PHONE_UNREACHABLE),
        (S.READY, F.PHONE_LOST, BreakReason.PHONE_UNREACHABLE),
        (S.READY, F.SAID_READY, None),
    ],
)
def test_a_break_that_nobody_chose_says_why(state: AgentState, fact: AgentFact, reason: BreakReason | None) -> None:
    """By itself; a reason that is given counts before it."""
    assert turn(agent_in(state), fact, clock(5)).reason is reason
    assert turn(agent_in(state), fact, clock(5), reason=BreakReason.MEAL).reason is BreakReason.MEAL


def missed_twice(state: AgentState) -> Agent:
    """Two rings in a row."""
    return replace(agent_in(state), missed=2)


@pytest.mark.parametrize(("state", "fact"), STEPS)
def test_rings_are_missed_in_a_row_until_the_person_shows(state: AgentState, fact: AgentFact) -> None:
    """Counted on with each one; forgotten when somebody is there; nothing else, a leader's order least, changes it."""
    shows = {F.LOGGED_ON, F.SAID_READY, F.WENT_ON_BREAK, F.DIALS_OUT, F.ANSWERED, F.TALK_ENDED, F.LOGGED_OFF}
    expected = 0 if fact in shows else 3 if fact in {F.MISSED, F.MISSED_AGAIN} else 2

    assert turn(missed_twice(state), fact, clock(5)).missed == expected
    assert shows == PRESENT


def test_who_is_ready_keeps_the_place_in_the_idle_line_unless_they_missed_a_ring() -> None:
    """An offer that fails by no fault of theirs costs nothing; a ring that was missed puts them last."""
    ringing = replace(agent_in(S.RINGING), idle_since=clock(1))

    places = {fact: turn(ringing, fact, clock(50)).idle_since for fact in (F.WITHDRAWN, F.NOT_CARRIED_OUT, F.MISSED)}
    assert places == {F.WITHDRAWN: clock(1), F.NOT_CARRIED_OUT: clock(1), F.MISSED: clock(50)}
    offered = turn(replace(agent_in(S.READY), idle_since=clock(1)), F.OFFERED, clock(50))
    assert (offered.idle_since, turn(offered, F.RANG, clock(51)).idle_since) == (clock(1), clock(1))
    assert turn(ringing, F.ANSWERED, clock(50)).idle_since is None
    assert turn(agent_in(S.WRAP_UP), F.TIME_UP, clock(50)).idle_since == clock(50)


def test_who_is_on_duty_takes_calls_or_will_when_this_one_is_over() -> None:
    """Breaks and logging off are not; a call is being had while reserved, rung or talking."""
    assert set(S) - ON_DUTY == {S.LOGGED_OFF, S.ON_BREAK}
    assert set(ON_DUTY - ON_A_CALL) == {S.READY, S.WRAP_UP}


def test_a_refusal_names_the_agent_and_what_they_are_doing() -> None:
    """In both languages; nothing has changed."""
    with pytest.raises(NotNow, match="agent 101 is wrap up") as refused:
        turn(agent_in(S.WRAP_UP), F.RANG, clock(5))

    assert refused.value.zh == "话务员 101 正在话后整理,此时不能这样操作"


def test_a_break_by_the_phone_is_over_by_itself() -> None:
    """Engaged: after ten seconds; silent: after thirty at the latest. Then the agent is ready."""
    for fact, seconds in ((F.BUSY, 10), (F.UNREACHABLE, 30)):
        resting = turn(agent_in(S.RINGING), fact, clock(0))
        assert resting.until == clock(0) + timedelta(seconds=seconds)
        assert turn(resting, F.TIME_UP, clock(seconds)).state is S.READY
