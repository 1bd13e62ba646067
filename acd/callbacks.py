"""待回拨: who is owed a call-back, and what becomes of the debt. The one table of its states; no number, no clock.

An agent may take a debt and dial at any time. Where the city has it so, debts also stand in the line by themselves
(acd.call_back_plan says which, acd.call_back_line what the line does with them). One that came to nothing is a debt
again, until it has been tried as often as the city allows: then it is left to people.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from acd.call_facts import Debt
from acd.dial_facts import DialOutcome
from acd.errors import NotNow
from acd.model import Refusal
from acd.outcome import Outcome


class CallBackState(StrEnum):
    """回拨状态. Where a debt stands."""

    OWED = "owed"  # 待回拨
    TAKEN = "taken"  # 已领取: an agent sees to it
    DIALLING = "dialling"  # 回拨中: our call to the citizen is on its way, or they talk
    LEFT = "left"  # 留待人工: no rule dials it (any more); why is written beside it
    SETTLED = "settled"  # 已了结: the citizen was talked with, or has left a message


class CallBackFact(StrEnum):
    """What can happen to a debt."""

    TAKEN = "taken"
    RELEASED = "released"
    DIALLED = "dialled"
    FAILED = "came to nothing"
    UNTRIED = "not dialled after all"  # nothing reached the citizen's phone, so it was no attempt
    LEFT = "left to people"
    SETTLED = "settled"


_S, _F = CallBackState, CallBackFact

TABLE: Final[Mapping[CallBackState, Mapping[CallBackFact, CallBackState]]] = {
    _S.OWED: {_F.TAKEN: _S.TAKEN, _F.DIALLED: _S.DIALLING, _F.LEFT: _S.LEFT, _F.SETTLED: _S.SETTLED},
    _S.TAKEN: {_F.TAKEN: _S.TAKEN, _F.RELEASED: _S.OWED, _F.DIALLED: _S.DIALLING, _F.SETTLED: _S.SETTLED},
    _S.DIALLING: {_F.FAILED: _S.OWED, _F.UNTRIED: _S.OWED, _F.LEFT: _S.LEFT, _F.SETTLED: _S.SETTLED},
    _S.LEFT: {_F.TAKEN: _S.TAKEN, _F.DIALLED: _S.DIALLING, _F.SETTLED: _S.SETTLED},
    _S.SETTLED: {},
}


def step(state: CallBackState, fact: CallBackFact) -> CallBackState:
    """Where the debt stands after `fact`. Raises NotNow if the table has no such step."""
    into = TABLE[state].get(fact)
    if into is None:
        raise NotNow(f"this call-back is {state}: not now ({fact})", f"该回拨状态为 {state},此时不能这样操作")
    return into


UNTRIED: Final = frozenset({DialOutcome.NOT_DIALLED, DialOutcome.AGENT_MISSED})
"""Outcomes of a call of ours in which the citizen's phone surely did not ring. An unknown one is an attempt."""


def after(outcome: DialOutcome) -> CallBackFact:
    """What a call that we made for a debt has been to it.

    Of an unknown outcome nobody knows whether they have talked: no rule dials such a debt again.
    """
    if outcome in UNTRIED:
        return CallBackFact.UNTRIED
    known = {DialOutcome.ANSWERED: CallBackFact.SETTLED, DialOutcome.UNKNOWN: CallBackFact.LEFT}
    return known.get(outcome, CallBackFact.FAILED)


def debt_of(outcome: Outcome, refusal: Refusal | None, *, waited: bool, abandoned_too: bool) -> Debt | None:
    """Why a caller whose number is known is owed a call-back, if they are. `abandoned_too` is the city's policy.

    Who was refused because of their own number's many calls is not: those are being served.
    """
    if outcome is Outcome.REFUSED and refusal is Refusal.LINES_FULL:
        return Debt.REFUSED
    if outcome is Outcome.LOST_BY_PBX and waited:
        return Debt.LOST
    return Debt.ABANDONED if outcome is Outcome.ABANDONED and waited and abandoned_too else None
