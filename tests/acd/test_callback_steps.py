"""How a debt, and a call that we make, go on: only along their tables."""

from __future__ import annotations

import pytest

from acd.callbacks import CallBackFact, CallBackState, step
from acd.dialling import BEFORE, DialStep
from acd.errors import NotNow

S, F = CallBackState, CallBackFact


def after(state: CallBackState, fact: CallBackFact) -> CallBackState | None:
    """Where a debt stands then; None: the fact cannot be."""
    try:
        return step(state, fact)
    except NotNow:
        return None


@pytest.mark.parametrize(
    ("fact", "into", "of"),
    [
        (F.TAKEN, S.TAKEN, {S.OWED, S.TAKEN, S.LEFT}),  # also by the next agent, and what was left to people
        (F.RELEASED, S.OWED, {S.TAKEN}),
        (F.DIALLED, S.DIALLING, {S.OWED, S.TAKEN, S.LEFT}),  # never twice at a time
        (F.FAILED, S.OWED, {S.DIALLING}),
        (F.UNTRIED, S.OWED, {S.DIALLING}),
        (F.LEFT, S.LEFT, {S.OWED, S.DIALLING}),  # not what an agent has taken
        (F.SETTLED, S.SETTLED, {S.OWED, S.TAKEN, S.DIALLING, S.LEFT}),  # however it stood
    ],
)
def test_a_debt_goes_on_only_from_where_it_can(fact: CallBackFact, into: CallBackState, of: set[CallBackState]) -> None:
    """And what is settled stays settled."""
    assert {state: after(state, fact) for state in S} == {state: into if state in of else None for state in S}


def test_a_call_that_we_make_only_goes_forward() -> None:
    """A step is taken from an earlier one; the order is sent once, out of the intention; it can be over at any time."""
    steps = list(DialStep)

    for step_, before in BEFORE.items():
        assert before <= set(steps[: steps.index(step_)])
    assert list(BEFORE) == steps
    assert BEFORE[DialStep.SENT] == {DialStep.INTENDED}
    assert BEFORE[DialStep.DIALLING] == {DialStep.SENT}
    assert BEFORE[DialStep.TALKING] == {DialStep.SENT, DialStep.DIALLING}
    assert BEFORE[DialStep.OVER] == set(steps) - {DialStep.OVER}
