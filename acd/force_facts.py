"""What team leaders order about agents' states. Both may be refused; what they mean, and when: acd.force."""

from __future__ import annotations

from dataclasses import dataclass

from acd.events import Request
from acd.model import AgentId, BreakReason, ForcedTo


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentForced(Request):
    """强制: a leader put an agent into a state; or, as the agent has a call, ordered that for afterwards."""

    agent: AgentId
    into: ForcedTo
    why: str
    seen: int  # acd.model.Force.number that the leader has read; 0: none
    reason: BreakReason = BreakReason.REST  # of a break


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceWithdrawn(Request):
    """撤回强制: an order that had not taken effect yet never will."""

    agent: AgentId
    why: str
    seen: int  # as in AgentForced
