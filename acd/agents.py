"""What an agent does next: the one table of agent states, and the one function that moves an agent.

A fact about an agent meets the state the agent is in; TABLE says where that leads. A pair that is not in the table
leads nowhere: a person's request is refused with NotNow and nothing changes. State by state, with what each waits for:

- *logged off* waits for a log-on.
- *ready* waits for a call, or dials out (acd.dialling: the offer is a call that we make then). After an order that was
  not carried out it rests: no offer before `until`.
- *reserved* waits for the phone to say that it rings, at most START_WITHIN for the order to take effect and as long
  again for the phone. An order without effect costs the agent nothing (ready, same place in the idle line, after a
  short rest); a phone that says nothing is unreachable.
- *ringing* waits for an answer. The dialplan's own time-out normally ends it; RING_MARGIN later we do. Whoever missed
  it is ready again, last in the idle line, after MISSED_RESTS: the caller goes to somebody else meanwhile. Missed once
  too often in a row (the queue's break_after_missed; acd.offering.let_down) they are on break.
- *reserved* is also the first agent of a transfer, until the target answers or the phone is rung again (acd.transfers).
- *talking* waits for the end of the conversation or of the call. No deadline: people talk as long as they talk.
- *wrap-up* waits for the agent to say ready or to dial out, at most for the queue's wrap-up time.
- *on break* waits for the agent, if a person is the reason (also after missed calls: whoever does not answer may not
  be there). If the phone is the reason it ends by itself: engaged, after BUSY_FOR; unreachable, when the phone
  registers, and after a failed ring at the latest after UNREACHABLE_FOR.

Who is ready longest is served first. The place in that line (`idle_since`) survives offers that fail by no fault of
the agent's or the phone's.

`missed` counts the rings missed in a row. What shows that the person is there (PRESENT) sets it to nothing; a leader's
order (acd.force) shows nothing of the kind.

An agent may turn out to have *answered* in any state without a conversation: an offer taken back a moment too late.
The caller is with them, so they are talking.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from acd.errors import NotNow
from acd.model import Agent, AgentState, BreakReason, CallId

START_WITHIN: Final = timedelta(seconds=3)
RING_MARGIN: Final = timedelta(seconds=3)
AGENT_RESTS: Final = timedelta(seconds=2)
MISSED_RESTS: Final = timedelta(seconds=10)
BUSY_FOR: Final = timedelta(seconds=10)
UNREACHABLE_FOR: Final = timedelta(seconds=30)


class AgentFact(StrEnum):
    """What can happen to an agent."""

    LOGGED_ON = "logged on"
    SAID_READY = "said ready"
    WENT_ON_BREAK = "went on break"
    LOGGED_OFF = "logged off"
    FORCED_READY = "made ready by a leader"
    FORCED_BREAK = "sent on break by a leader"
    FORCED_OFF = "logged off by a leader"
    SEAT_CLOSED = "seat closed"
    OFFERED = "call offered"
    DIALS_OUT = "dials out"
    FOUND = "found being rung"
    DIALLED = "phone dialled"
    RANG = "phone rings"
    ANSWERED = "answered"
    MISSED = "not answered or refused"
    MISSED_AGAIN = "missed once too often"
    BUSY = "phone engaged"
    UNREACHABLE = "phone silent or unreachable"
    WITHDRAWN = "caller gone or offer taken back"
    NOT_CARRIED_OUT = "order not carried out"
    TALK_ENDED = "conversation over"
    PASSED_ON = "caller passed on"
    PHONE_LOST = "phone lost"
    PHONE_BACK = "phone registered"
    TIME_UP = "time is up"


_S, _F = AgentState, AgentFact

_OFFER_ENDS: Final = {
    _F.ANSWERED: _S.TALKING,
    _F.TALK_ENDED: _S.WRAP_UP,  # the answer was never told
    _F.MISSED: _S.READY,
    _F.MISSED_AGAIN: _S.ON_BREAK,
    _F.BUSY: _S.ON_BREAK,
    _F.UNREACHABLE: _S.ON_BREAK,
    _F.WITHDRAWN: _S.READY,
    _F.NOT_CARRIED_OUT: _S.READY,
    _F.SEAT_CLOSED: _S.LOGGED_OFF,
}

_NO_CALL: Final = {
    _F.SAID_READY: _S.READY,
    _F.WENT_ON_BREAK: _S.ON_BREAK,
    _F.LOGGED_OFF: _S.LOGGED_OFF,
    _F.FORCED_READY: _S.READY,
    _F.FORCED_BREAK: _S.ON_BREAK,
    _F.FORCED_OFF: _S.LOGGED_OFF,
    _F.SEAT_CLOSED: _S.LOGGED_OFF,  # in wrap-up: once its time is up
    _F.TIME_UP: _S.READY,
    _F.ANSWERED: _S.TALKING,
    _F.FOUND: _S.RESERVED,  # after a gap: the PBX carries out an order that we do not remember
}

TABLE: Final[Mapping[AgentState, Mapping[AgentFact, AgentState]]] = {
    _S.LOGGED_OFF: {_F.LOGGED_ON: _S.ON_BREAK},
    _S.READY: {**_NO_CALL, _F.OFFERED: _S.RESERVED, _F.DIALS_OUT: _S.RESERVED, _F.PHONE_LOST: _S.ON_BREAK},
    _S.RESERVED: {_F.DIALLED: _S.RESERVED, _F.RANG: _S.RINGING, **_OFFER_ENDS},
    _S.RINGING: _OFFER_ENDS,
    _S.TALKING: {_F.TALK_ENDED: _S.WRAP_UP, _F.PASSED_ON: _S.RESERVED},
    _S.WRAP_UP: {**_NO_CALL, _F.DIALS_OUT: _S.RESERVED},
    _S.ON_BREAK: {**_NO_CALL, _F.PHONE_BACK: _S.READY},  # PHONE_BACK: only if the phone is the reason
}

_REASONS: Final[Mapping[AgentFact, BreakReason]] = {
    _F.LOGGED_ON: BreakReason.REST,
    _F.MISSED_AGAIN: BreakReason.MISSED,
    _F.BUSY: BreakReason.PHONE_BUSY,
    _F.UNREACHABLE: BreakReason.PHONE_UNREACHABLE,
    _F.PHONE_LOST: BreakReason.PHONE_UNREACHABLE,
}

_LASTS: Final[Mapping[AgentFact, timedelta]] = {
    _F.OFFERED: START_WITHIN,
    _F.DIALS_OUT: START_WITHIN,
    _F.FOUND: START_WITHIN,
    _F.DIALLED: START_WITHIN,
    _F.BUSY: BUSY_FOR,
    _F.UNREACHABLE: UNREACHABLE_FOR,
    _F.NOT_CARRIED_OUT: AGENT_RESTS,
    _F.MISSED: MISSED_RESTS,
}

PRESENT: Final = frozenset(
    {_F.LOGGED_ON, _F.SAID_READY, _F.WENT_ON_BREAK, _F.DIALS_OUT, _F.ANSWERED, _F.TALK_ENDED, _F.LOGGED_OFF}
)
"""Facts that show that somebody is there, or that end their time at the seat."""

_MISSES: Final = frozenset({_F.MISSED, _F.MISSED_AGAIN})


class _Step(NamedTuple):
    """All that the tables above say of one fact in one state, so that a turn looks once."""

    into: AgentState
    reason: BreakReason | None
    lasts: timedelta | None
    is_missed: bool
    is_present: bool


_STEPS: Final[Mapping[AgentState, Mapping[AgentFact, _Step]]] = {
    state: {
        fact: _Step(into, _REASONS.get(fact), _LASTS.get(fact), fact in _MISSES, fact in PRESENT)
        for fact, into in steps.items()
    }
    for state, steps in TABLE.items()
}

ON_A_CALL: Final = frozenset({_S.RESERVED, _S.RINGING, _S.TALKING})
"""The states in which an agent has a call, and in no other."""

ON_DUTY: Final = ON_A_CALL | {_S.READY, _S.WRAP_UP}
"""The states in which an agent takes calls, or will as soon as this one is over."""

CHINESE: Final[Mapping[AgentState, str]] = {
    _S.LOGGED_OFF: "签出",
    _S.READY: "就绪",
    _S.RESERVED: "预占",
    _S.RINGING: "振铃",
    _S.TALKING: "通话",
    _S.WRAP_UP: "话后整理",
    _S.ON_BREAK: "小休",
}


def turn(
    agent: Agent,
    fact: AgentFact,
    at: datetime,
    *,
    call: CallId | None = None,
    attempt: int = 0,
    reason: BreakReason | None = None,
    until: datetime | None = None,
) -> Agent:
    """Return the agent after `fact`: state, since, call, attempt, reason and until are all set anew together.

    `reason` and `until` override what the fact implies. Raises NotNow if the table has no such step.
    """
    step = _STEPS[agent.state].get(fact)
    if step is None:
        raise _not_now(agent, fact)
    into = step.into
    if until is None and step.lasts is not None:
        until = at + step.lasts
    return Agent(
        agent.id,
        agent.skills,
        into,
        at,
        _idle_since(agent, fact, into, at),
        None if into is AgentState.LOGGED_OFF else agent.seat,
        call,
        attempt,
        reason or step.reason,
        until,
        0 if step.is_present else agent.missed + step.is_missed,
    )


def _idle_since(agent: Agent, fact: AgentFact, into: AgentState, at: datetime) -> datetime | None:
    """Keep the place in the idle line while ready, reserved or ringing; begin a new one on coming back to ready.

    Whoever missed a call stands behind everybody else.
    """
    if into is AgentState.READY:
        return at if fact is AgentFact.MISSED else agent.idle_since or at
    return agent.idle_since if into is AgentState.RESERVED or into is AgentState.RINGING else None


def _not_now(agent: Agent, fact: AgentFact) -> NotNow:
    return NotNow(
        f"agent {agent.id} is {agent.state.replace('_', ' ')}: not now ({fact})",
        f"话务员 {agent.id} 正在{CHINESE[agent.state]},此时不能这样操作",
    )


def diagram() -> str:
    """Return TABLE as the Markdown page docs/agent-states.md with its mermaid picture."""
    lines = [
        "# 坐席状态 Agent states",
        "",
        "Generated from the table in `acd/agents.py` by `python -m acd.agents`; a test keeps the two equal.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> logged_off",
        *(f"    {state} : {CHINESE[state]} {state.replace('_', ' ')}" for state in AgentState),
        *_arrows(),
        "```",
    ]
    return "\n".join(lines) + "\n"


def _arrows() -> list[str]:
    arrows: dict[tuple[AgentState, AgentState], list[AgentFact]] = {}
    for state, steps in TABLE.items():
        for fact, into in steps.items():
            arrows.setdefault((state, into), []).append(fact)
    return [f"    {state} --> {into} : {', '.join(facts)}" for (state, into), facts in arrows.items()]


if __name__ == "__main__":
    sys.stdout.write(diagram())
