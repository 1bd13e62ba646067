"""待回拨: who is owed a call-back, and what becomes of the debt. The one table of its states; no number, no clock.

A debt is a piece of work for a person. Nobody is dialled by a rule: an agent takes it and dials (telephony.gate), and
one that came to nothing is a debt again. When to dial (a kept place, quiet hours, several debts to one number) would
be decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from acd.call_facts import Debt
from acd.errors import NotNow
from acd.model import Refusal
from acd.outcome import Outcome


class CallBackState(StrEnum):
    """回拨状态. Where a debt stands."""

    OWED = "owed"  # 待回拨
    TAKEN = "taken"  # 已领取: an agent sees to it
    DIALLING = "dialling"  # 回拨中: our call to the citizen is on its way, or they talk
    SETTLED = "settled"  # 已了结: the citizen was talked with, or has left a message


class CallBackFact(StrEnum):
    """What can happen to a debt."""

    TAKEN = "taken"
    RELEASED = "released"
    DIALLED = "dialled"
    FAILED = "came to nothing"
    SETTLED = "settled"


_S, _F = CallBackState, CallBackFact

TABLE: Final[Mapping[CallBackState, Mapping[CallBackFact, CallBackState]]] = {
    _S.OWED: {_F.TAKEN: _S.TAKEN, _F.DIALLED: _S.DIALLING, _F.SETTLED: _S.SETTLED},
    _S.TAKEN: {_F.TAKEN: _S.TAKEN, _F.RELEASED: _S.OWED, _F.DIALLED: _S.DIALLING, _F.SETTLED: _S.SETTLED},
    _S.DIALLING: {_F.FAILED: _S.OWED, _F.SETTLED: _S.SETTLED},
    _S.SETTLED: {},
}


def step(state: CallBackState, fact: CallBackFact) -> CallBackState:
    """Where the debt stands after `fact`. Raises NotNow if the table has no such step."""
    into = TABLE[state].get(fact)
    if into is None:
        raise NotNow(f"this call-back is {state}: not now ({fact})", f"该回拨状态为 {state},此时不能这样操作")
    return into


def debt_of(outcome: Outcome, refusal: Refusal | None, *, waited: bool, abandoned_too: bool) -> Debt | None:
    """Why a caller whose number is known is owed a call-back, if they are. `abandoned_too` is the city's policy.

    Who was refused because of their own number's many calls is not: those are being served.
    """
    if outcome is Outcome.REFUSED and refusal is Refusal.LINES_FULL:
        return Debt.REFUSED
    if outcome is Outcome.LOST_BY_PBX and waited:
        return Debt.LOST
    return Debt.ABANDONED if outcome is Outcome.ABANDONED and waited and abandoned_too else None
