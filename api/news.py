"""News of the live stream besides the calls that move: each has its own kind of event."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel


class DraftBorn(BaseModel):
    """A draft ticket exists, `seconds` after the talk ended (None when that is not known)."""

    draft: str
    call: str
    seconds: float | None = None


class RingMissed(BaseModel):
    """An agent let it ring, or refused: the `missed`th in a row. A warning, unless they are on break for it now."""

    agent: str
    seat: str
    call: str
    at: datetime
    missed: int
    on_break: bool


class WrapUpLonger(BaseModel):
    """An agent extended the wrap-up, for the `extended`th time; it ends at `until`."""

    agent: str
    extended: int
    until: datetime


class BreakOverstayed(BaseModel):
    """An agent's break is longer than the city allows for its reason: it should have been over at `due`."""

    agent: str
    reason: str
    due: datetime


class AgentOrdered(BaseModel):
    """A team leader's order about an agent: made, carried out, void or withdrawn (acd.force)."""

    agent: str
    number: int
    into: str
    reason: str | None
    by: str
    why: str
    at: datetime
    state: str


class AlertTold(BaseModel):
    """高危提醒: a caller said something of which a team leader hears at once. The words are in GET /api/alerts."""

    alert: int
    call: str
    risk: str
    manner: str
    start_s: float
    end_s: float
    raised_at: datetime


class EscalationTold(BaseModel):
    """催办: so many per cent of a ticket's time are gone; `tells` are told."""

    escalation: int
    ticket: str
    number: str | None
    percent: int
    tells: tuple[str, ...]
    deadline_at: datetime
