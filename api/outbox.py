"""外发: which messages to other systems have not arrived, and why; one is tried again by a person."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.asked import Answer, Asked, Nothing, Reason, Wish
from recordings.access import note
from tickets import outbox
from tickets.outbox import Letter, LetterState
from tickets.webhook import Destination

UNDELIVERED = (LetterState.STUCK, LetterState.WAITING)
"""Those that need a person first."""


class LetterSeen(Answer):
    """One message, without what it says. `reason`: why the last attempt failed."""

    number: int
    event: str
    destination: Destination
    ticket: str | None  # null: it is about none
    state: LetterState
    attempts: int
    reason: str | None
    made_at: datetime
    tried_at: datetime | None
    not_before: datetime
    delivered_at: datetime | None


class LettersWanted(Wish):
    """In which state (all that have not arrived, when none is named), `limit` at most."""

    state: LetterState | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class LettersSeen(Answer):
    """Stuck ones first, then those that wait, the oldest first. `receivers`: who has an address in the city's file."""

    letters: tuple[LetterSeen, ...]
    counts: dict[LetterState, int]
    receivers: tuple[Destination, ...]


async def everything(asked: Asked[LettersWanted]) -> LettersSeen:
    """What has not arrived, and why."""
    wish, found = asked.wish, list[Letter]()
    async with asked.services.database.connect() as connection:
        counts = await outbox.counted(connection)
        for state in (wish.state,) if wish.state else UNDELIVERED:
            found += await outbox.listed(connection, state, limit=wish.limit - len(found))
    receivers = tuple(asked.services.courier.destinations)
    return LettersSeen(letters=tuple(map(_seen, found)), counts=dict(counts), receivers=receivers)


class ReloadReceivers(Wish):
    """Take webhooks.toml as it is now. `why`: in a person's words."""

    why: Reason


class ReceiversTaken(Answer):
    """`changed`: whether the file said anything new. `receivers`: who has an address now."""

    changed: bool
    receivers: tuple[Destination, ...]


async def reload(asked: Asked[ReloadReceivers]) -> ReceiversTaken:
    """Who and why is written down. ReceiversRefused: messages go where they went."""
    changed = await asked.services.receivers.reload(by=str(asked.by), why=asked.wish.why)
    return ReceiversTaken(changed=changed, receivers=tuple(asked.services.courier.destinations))


async def retry(asked: Asked[Nothing]) -> LetterSeen:
    """Send a message now, from its first attempt; who wanted it is written down."""
    number = asked.number("letter")
    async with asked.services.database.begin() as connection:
        letter = await outbox.retry(connection, number, asked.now)
        await note(
            connection, at=asked.now, who=str(asked.by), deed="message.retried", subject=letter.ticket or letter.event
        )
    asked.services.courier.notice()
    return _seen(letter)


def _seen(letter: Letter) -> LetterSeen:
    same = {name: getattr(letter, name) for name in LetterSeen.model_fields if name != "number"}
    return LetterSeen(number=letter.seq, **same)
