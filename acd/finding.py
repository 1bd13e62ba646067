"""Rules of a gap: facts were missed, the telephones were looked at, and what they do is found out.

While blind, what the ACD knows may be wrong, so nobody is offered a call and no offer is given up for its silence: an
order that follows from old knowledge could tear a caller out of a conversation. Blindness ends by itself.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from acd.agents import TABLE, AgentFact
from acd.events import GapClosed, GapMarked, OfferFound, Repaired
from acd.hall import Hall
from acd.model import Offer

BLIND_FOR: Final = timedelta(seconds=10)
"""So long a resync may take; after that the ACD goes on with what it knows. Callers are served rather than certain."""

JOURNAL_FULL: Final = "journal full"
"""Why the gap is there, in its GapMarked, when facts were decided and could not be written down."""


def mark_gap(hall: Hall, event: GapMarked) -> None:
    """What is known may be wrong from now on."""
    hall.book.forget_late()
    hall.go_blind(event.at + BLIND_FOR)


def close_gap(hall: Hall, event: GapClosed) -> None:  # noqa: ARG001 - every rule is given its fact
    """What is known is right again; whatever became possible meanwhile is looked at now."""
    hall.see_again()


def note_repair(_hall: Hall, _event: Repaired) -> None:
    """The repair itself follows as ordinary facts."""


def find_offer(hall: Hall, event: OfferFound) -> None:
    """An offer unknown to us is remembered under its number; if the phone is being rung by it, it is open again."""
    talk = hall.book.talking.get(event.call)
    hall.book.handed(event.call, event.attempt)
    if hall.has_ended(event.call) or hall.book.current(event.call, event.attempt) is not None:
        return
    if talk is not None and talk.attempt == event.attempt:
        return
    offer = Offer(event.call, event.attempt, event.agent, event.seat, event.queue, dialled=True)
    agent = hall.sitting_at(offer.seat)
    is_free = agent is not None and agent.id == offer.agent and AgentFact.FOUND in TABLE[agent.state]
    if event.talking or not is_free or event.call not in hall.waiting or event.call in hall.book.open:
        hall.book.remember(offer)
        return
    hall.begin_offer(offer)
    hall.change(offer.agent, AgentFact.FOUND, event.at, offer=offer)
