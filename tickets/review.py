"""审核: what a person does with a ticket, by the table of `tickets.states`. Pure.

Whoever changes a ticket names the version they saw; a ticket that has changed meanwhile is not changed by them. Who
may is looked at first: somebody whose draft was claimed by another wants to know by whom.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from asr.plain import plain_text
from tickets.contact import without_numbers
from tickets.states import CHINESE, CLAIM_FOR, TABLE, TicketFact, TicketState
from tickets.ticket import (
    ClaimedByAnother,
    ClaimFirst,
    ReasonMissing,
    Ticket,
    TicketChanged,
    TicketNumber,
    TransitionNotAllowed,
    edited,
)

_REASON_CHARS_MAX = 500


def claim(ticket: Ticket, *, version: int, by: str, at: datetime) -> Ticket:
    """A person begins to work on a draft, or goes on. TransitionNotAllowed, ClaimedByAnother, TicketChanged.

    Since when they have had it stays, however often they renew it: it is when they opened it.
    """
    fact = _claim_fact(ticket, by, at)
    moved = _moved(ticket, fact, version)
    opened = ticket.claimed_at if fact is TicketFact.RENEWED else at
    return replace(moved, claimed_by=by, claimed_at=opened, claimed_until=at + CLAIM_FOR)


def _claim_fact(ticket: Ticket, by: str, at: datetime) -> TicketFact:
    if ticket.state is not TicketState.CLAIMED:
        return TicketFact.CLAIMED
    if ticket.claimed_by == by:
        return TicketFact.RENEWED
    if ticket.claimed_until is None or at >= ticket.claimed_until:
        return TicketFact.LAPSED
    raise _claimed_by_another(ticket)


def take_over(ticket: Ticket, *, version: int, by: str, at: datetime) -> Ticket:
    """A leader goes on where somebody else is. TransitionNotAllowed, TicketChanged."""
    moved = _moved(ticket, TicketFact.TAKEN_OVER, version)
    return replace(moved, claimed_by=by, claimed_at=at, claimed_until=at + CLAIM_FOR)


def give_back(ticket: Ticket, *, version: int, by: str, at: datetime, reason: str) -> Ticket:
    """A person returns their draft to the others and says why. What `confirm` raises, and ReasonMissing."""
    moved = _moved_by(ticket, TicketFact.RETURNED, version, by)
    said = reason_of(reason)
    free = replace(moved, claimed_by=None, claimed_at=None, claimed_until=None)
    return replace(free, returned_by=by, returned_at=at, return_reason=said)


def confirm(
    ticket: Ticket, *, version: int, by: str, at: datetime, number: TicketNumber, edits: Mapping[str, str | None]
) -> Ticket:
    """A person has read it and put it right.

    TransitionNotAllowed, ClaimFirst, ClaimedByAnother, TicketChanged, EditNotAllowed.
    """
    moved = _moved_by(ticket, TicketFact.CONFIRMED, version, by)
    corrected: dict[str, Any] = {name: edited(name, text) for name, text in edits.items()}
    return replace(moved, number=number, confirmed_by=by, confirmed_at=at, **corrected)


def discard(ticket: Ticket, *, version: int, by: str, at: datetime, reason: str) -> Ticket:
    """A person says that it is no ticket, and why. What `confirm` raises, and ReasonMissing."""
    moved = _moved_by(ticket, TicketFact.DISCARDED, version, by)
    return replace(moved, discarded_by=by, discarded_at=at, discard_reason=reason_of(reason))


def reason_of(text: str) -> str:
    """A person's reason, harmless, its long numbers masked. ReasonMissing when nothing readable is left."""
    said = without_numbers(plain_text(text, _REASON_CHARS_MAX))
    if not said:
        raise ReasonMissing("say why", "须说明原因")
    return said


def _moved_by(ticket: Ticket, fact: TicketFact, version: int, by: str) -> Ticket:
    """Only who has claimed it may."""
    if ticket.state is TicketState.DRAFT:
        raise ClaimFirst("claim the draft first", "请先领取该草稿")
    if ticket.state is TicketState.CLAIMED and ticket.claimed_by != by:
        raise _claimed_by_another(ticket)
    return _moved(ticket, fact, version)


def _moved(ticket: Ticket, fact: TicketFact, version: int) -> Ticket:
    into = TABLE[ticket.state].get(fact)
    if into is None:
        raise TransitionNotAllowed(f"it is {ticket.state}: not now", f"该工单{CHINESE[ticket.state]}，不能再次操作")
    if ticket.version != version:
        raise TicketChanged("someone changed it meanwhile: look again", "工单已被他人修改，请刷新后再操作")
    return replace(ticket, state=into, version=ticket.version + 1)


def _claimed_by_another(ticket: Ticket) -> ClaimedByAnother:
    return ClaimedByAnother(f"{ticket.claimed_by} has claimed it", f"该草稿已由 {ticket.claimed_by} 领取")
