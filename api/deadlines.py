"""办理时限 and 催办: which tickets are due when, whose time runs out, what is urgent, what is settled."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from api.asked import Answer, Asked, Nothing, Wish
from api.auth import NotAllowed
from api.people import Role
from tickets import clocking, escalations
from tickets.clocks import TicketClock
from tickets.escalations import Escalation
from tickets.ticket import TicketId

HANDLER = "handler"


class ClockSeen(Answer):
    """How long a ticket has. `said`: how it was counted; `calendar_known` false: by weekdays, for want of a notice."""

    ticket: TicketId
    urgency: str | None
    urgency_by: str | None
    received_at: datetime
    deadline_at: datetime
    working_days: int
    every_day: bool
    policy_version: str
    rule: str
    calendar_known: bool
    said: str
    settled_at: datetime | None
    settled_by: str | None
    outcome: str | None


class DeadlinesWanted(Wish):
    """Which ones: `overdue` ones only, `limit` at most."""

    overdue: bool = False
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class DeadlinesSeen(Answer):
    """Tickets whose clock runs, the soonest due first."""

    deadlines: tuple[ClockSeen, ...]


class SetUrgency(Wish):
    """An urgent class of the city, by its Chinese name; null: none."""

    urgency: Annotated[str, Field(min_length=1, max_length=60)] | None


class SettleTicket(Wish):
    """What was done about it, or answered."""

    outcome: Annotated[str, Field(min_length=2, max_length=500)]


class RuleSeen(Answer):
    """One rule: in how many working days, and where it holds; empty: everywhere."""

    name: str
    zh: str
    en: str
    days: int
    kinds: tuple[str, ...]
    categories: tuple[str, ...]
    hotlines: tuple[str, ...]
    first: date | None
    last: date | None


class UrgentSeen(Answer):
    """An urgent class and its clock."""

    zh: str
    en: str
    days: int
    every_day: bool


class PolicySeen(Answer):
    """By what deadlines are counted. `notices`: the years whose holidays are known, and by which notice."""

    version: str
    rules: tuple[RuleSeen, ...]
    urgent: tuple[UrgentSeen, ...]
    notices: dict[int, str]


class EscalationSeen(Answer):
    """One escalation as it was raised: so many per cent of the time were gone, `tells` were told."""

    number: int
    ticket: TicketId
    ticket_number: str | None
    subject: str | None
    urgency: str | None
    percent: int
    tells: tuple[str, ...]
    due_at: datetime
    deadline_at: datetime
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None


class EscalationsWanted(Wish):
    """Which ones: `all` of them or those that nobody has acknowledged; `before`: a number of the page before."""

    all: bool = False
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    before: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class EscalationsSeen(Answer):
    """The newest first."""

    escalations: tuple[EscalationSeen, ...]
    unacknowledged: int


async def everything(asked: Asked[DeadlinesWanted]) -> DeadlinesSeen:
    """What is to be settled, the soonest due first."""
    wish = asked.wish
    async with asked.services.database.connect() as connection:
        found = await escalations.running(connection, due_by=asked.now if wish.overdue else None, limit=wish.limit)
    return DeadlinesSeen(deadlines=tuple(map(clock_seen, found)))


async def policy(asked: Asked[Nothing]) -> PolicySeen:
    """By what deadlines are counted."""
    counted = asked.services.clocking.counting
    return PolicySeen(
        version=counted.policy.version,
        rules=tuple(RuleSeen.model_validate(rule) for rule in counted.policy.rules),
        urgent=tuple(UrgentSeen.model_validate(each) for each in counted.policy.urgent),
        notices=dict(counted.calendar.notices),
    )


async def set_urgency(asked: Asked[SetUrgency]) -> ClockSeen:
    """A person says whether a ticket is urgent; its deadline follows, and that is written down."""
    database, ticket = asked.services.database, TicketId(asked.path["ticket"])
    return clock_seen(
        await asked.services.clocking.set_urgency(database, ticket, asked.wish.urgency, by=str(asked.by), at=asked.now)
    )


async def settle(asked: Asked[SettleTicket]) -> ClockSeen:
    """办结: its clock stops, nobody is told any more."""
    database, ticket = asked.services.database, TicketId(asked.path["ticket"])
    return clock_seen(
        await clocking.settle(database, ticket, by=str(asked.by), at=asked.now, outcome=asked.wish.outcome)
    )


async def raised(asked: Asked[EscalationsWanted]) -> EscalationsSeen:
    """Whose time runs out."""
    wish = asked.wish
    async with asked.services.database.connect() as connection:
        found = await escalations.listed(connection, acknowledged_too=wish.all, before=wish.before, limit=wish.limit)
        waiting = await escalations.unacknowledged(connection)
    return EscalationsSeen(escalations=tuple(map(_seen, found)), unacknowledged=waiting)


async def acknowledge(asked: Asked[Nothing]) -> EscalationSeen:
    """Somebody sees to it. What tells leaders only a leader acknowledges."""
    number = asked.number("escalation")
    async with asked.services.database.begin() as connection:
        found = await escalations.read(connection, number)
        if HANDLER not in found.tells and asked.by.role < Role.LEADER:
            raise NotAllowed(Role.LEADER)
        return _seen(await escalations.acknowledge(connection, number, by=str(asked.by), at=asked.now))


def clock_seen(clock: TicketClock) -> ClockSeen:
    """A clock as a client sees it."""
    deadline = clock.deadline
    return ClockSeen(
        ticket=clock.ticket,
        urgency=clock.urgency,
        urgency_by=clock.urgency_by,
        received_at=clock.received_at,
        deadline_at=deadline.at,
        working_days=deadline.working_days,
        every_day=deadline.every_day,
        policy_version=deadline.policy_version,
        rule=deadline.rule,
        calendar_known=deadline.calendar_known,
        said=deadline.said,
        settled_at=clock.settled_at,
        settled_by=clock.settled_by,
        outcome=clock.outcome,
    )


def _seen(found: Escalation) -> EscalationSeen:
    return EscalationSeen.model_validate(found)
