"""强制: a team leader's orders about agents' states, each with who and why. What they mean: acd.force."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from acd.force_facts import AgentForced, ForceWithdrawn
from acd.model import AgentId, BreakReason, Force, ForcedTo, ForceState
from api.asked import Answer, Asked, Reason, Wish
from recordings import access
from tickets.contact import without_numbers

Seen = Annotated[int, Field(ge=0, le=10**9)]
"""`force_number` of the agent, as it was read: a leader who has not seen another's order is told of it instead."""


class ForceSeen(Answer):
    """What a leader did last about this agent; telephone numbers in `why` are masked."""

    number: int
    into: ForcedTo
    reason: BreakReason | None  # of a break
    by: str
    why: str
    at: datetime
    state: ForceState
    since: datetime | None  # when the agent's state began into which it put them


class ForceAgent(Wish):
    """Put an agent into a state; one who has a call finishes it first."""

    into: ForcedTo
    why: Reason
    seen: Seen
    reason: BreakReason = BreakReason.REST  # of a break


class WithdrawForce(Wish):
    """Take an order back that has not taken effect."""

    why: Reason
    seen: Seen


async def force(asked: Asked[ForceAgent]) -> ForceSeen:
    """Order it. It is in the journal, then in the audit trail, before this is answered."""
    wish, agent, by = asked.wish, AgentId(asked.path["agent"]), str(asked.by)
    why = without_numbers(wish.why)
    await asked.services.floor.ask(
        AgentForced(at=asked.now, by=by, agent=agent, into=wish.into, why=why, seen=wish.seen, reason=wish.reason)
    )
    into = f"{wish.into} {wish.reason}" if wish.into is ForcedTo.BREAK else wish.into
    return await _written_down(asked, agent, "agent.forced", f"{into}: {why}")


async def withdraw(asked: Asked[WithdrawForce]) -> ForceSeen:
    """Take it back."""
    wish, agent, by = asked.wish, AgentId(asked.path["agent"]), str(asked.by)
    why = without_numbers(wish.why)
    await asked.services.floor.ask(ForceWithdrawn(at=asked.now, by=by, agent=agent, why=why, seen=wish.seen))
    return await _written_down(asked, agent, "agent.force_withdrawn", why)


async def _written_down(
    asked: Asked[ForceAgent] | Asked[WithdrawForce], agent: AgentId, deed: str, detail: str
) -> ForceSeen:
    order = asked.services.floor.forces()[agent]
    async with asked.services.database.begin() as connection:
        await access.note(connection, at=asked.now, who=order.by, deed=deed, subject=agent, detail=detail)
    return seen(order)


def seen(order: Force) -> ForceSeen:
    """As clients know it."""
    return ForceSeen.model_validate(order)
