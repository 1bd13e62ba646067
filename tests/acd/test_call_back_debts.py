"""Who is owed a call-back, and what a call of ours has been to the debt and to the record of calls that we make."""

from __future__ import annotations

import pytest

from acd.call_facts import Debt
from acd.callbacks import CallBackFact, after, debt_of
from acd.dial_facts import CitizenAnswered, CitizenDialled, DialOutcome, DialOutOver
from acd.dialling import OF_THE_AGENT, DialStep, after_a_death, outcome_of, step_of
from acd.events import AgentAnswered, CallEnded, Event, RingFailed, RingStarted
from acd.model import CallId, Refusal, RingFailure
from acd.outcome import Outcome
from tests.acd.scene import clock

OURS = CallId("lx-out-1")
ANSWERED = AgentAnswered(at=clock(0), call=OURS, attempt=1)
OVER = DialOutOver(at=clock(0), call=OURS, outcome=DialOutcome.BUSY)


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("waited", [True, False])
@pytest.mark.parametrize("abandoned_too", [True, False])
def test_who_waited_and_was_lost_is_owed_a_call_back(outcome: Outcome, waited: bool, abandoned_too: bool) -> None:
    """One who gave up, where the city says so; nobody who never stood in a line, and nobody who was answered."""
    owed = debt_of(outcome, None, waited=waited, abandoned_too=abandoned_too)

    match outcome:
        case Outcome.LOST_BY_PBX:
            assert owed == (Debt.LOST if waited else None)
        case Outcome.ABANDONED:
            assert owed == (Debt.ABANDONED if waited and abandoned_too else None)
        case _:
            assert owed is None


def test_who_found_our_lines_full_is_owed_a_call_back() -> None:
    """They could not wait; whose own number calls too much is being served already."""
    owed = {why: debt_of(Outcome.REFUSED, why, waited=False, abandoned_too=False) for why in Refusal}

    assert owed == {
        Refusal.LINES_FULL: Debt.REFUSED,
        Refusal.NUMBER_AT_ONCE: None,
        Refusal.NUMBER_TOO_OFTEN: None,
    }


def test_a_reason_to_refuse_owes_nothing_to_who_was_not_refused() -> None:
    """The outcome decides."""
    assert debt_of(Outcome.ANSWERED, Refusal.LINES_FULL, waited=True, abandoned_too=True) is None


def test_only_a_phone_that_may_have_rung_is_an_attempt() -> None:
    """An answer settles the debt; where nobody knows whether they talked, no rule dials again."""
    nothing_reached_the_citizen = {DialOutcome.NOT_DIALLED, DialOutcome.AGENT_MISSED}

    for outcome in DialOutcome:
        match outcome:
            case DialOutcome.ANSWERED:
                into = CallBackFact.SETTLED
            case DialOutcome.UNKNOWN:
                into = CallBackFact.LEFT
            case _:
                into = CallBackFact.UNTRIED if outcome in nothing_reached_the_citizen else CallBackFact.FAILED
        assert after(outcome) is into


@pytest.mark.parametrize(
    ("event", "step"),
    [
        (ANSWERED, DialStep.DIALLING),  # the PBX dials the citizen by itself
        (CitizenDialled(at=clock(0), call=OURS), DialStep.DIALLING),
        (CitizenAnswered(at=clock(0), call=OURS), DialStep.TALKING),
        (OVER, DialStep.OVER),
        (RingStarted(at=clock(0), call=OURS, attempt=1), None),  # the agent's own phone
    ],
)
def test_a_call_that_we_make_goes_on_by_what_the_telephones_say(event: Event, step: DialStep | None) -> None:
    """Each fact takes one step, or none."""
    assert step_of(event) is step


@pytest.mark.parametrize("failure", RingFailure)
def test_an_agent_who_does_not_pick_up_has_missed_the_call(failure: RingFailure) -> None:
    """Nobody dialled the citizen; an order that was not carried out rang no phone at all."""
    outcome = outcome_of(RingFailed(at=clock(0), call=OURS, attempt=1, failure=failure), DialStep.SENT)

    not_carried_out = failure is RingFailure.NOT_CARRIED_OUT
    assert outcome is (DialOutcome.NOT_DIALLED if not_carried_out else DialOutcome.AGENT_MISSED)
    assert set(OF_THE_AGENT) == set(RingFailure)


def test_a_call_that_ends_before_the_agent_picked_up_was_missed_by_the_agent() -> None:
    """Later, or if its end was not seen, nobody knows what became of it; its dialplan's own word counts before."""
    ended, unseen = (CallEnded(at=clock(0), call=OURS, missed=missed) for missed in (False, True))

    by_step = {step: outcome_of(ended, step) for step in DialStep}
    assert by_step == {
        DialStep.INTENDED: DialOutcome.AGENT_MISSED,
        DialStep.SENT: DialOutcome.AGENT_MISSED,
        DialStep.DIALLING: DialOutcome.UNKNOWN,
        DialStep.TALKING: DialOutcome.UNKNOWN,
        DialStep.OVER: DialOutcome.UNKNOWN,
    }
    assert {outcome_of(unseen, step) for step in DialStep} == {DialOutcome.UNKNOWN}
    assert outcome_of(OVER, DialStep.TALKING) is DialOutcome.BUSY
    assert outcome_of(ANSWERED, DialStep.SENT) is None


def test_what_was_not_sent_before_a_death_was_not_dialled() -> None:
    """Whatever was sent may have rung the citizen's phone."""
    assert {step: after_a_death(step) is DialOutcome.NOT_DIALLED for step in DialStep} == {
        step: step is DialStep.INTENDED for step in DialStep
    }
