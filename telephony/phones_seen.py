"""Phones beside the ACD's belief: which are there, and which dial a code. The difference, as facts. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from acd.events import Event, PhoneLost, PhoneRegistered
from acd.model import Agent, AgentId, AgentState, BreakReason, CallId, PhoneUse, SeatId
from acd.phone_facts import PhoneFreed, PhoneTaken
from telephony.telephones import Telephones


class Floor(Protocol):
    """What the ACD believes of those who sit at phones."""

    @property
    def agents(self) -> Mapping[AgentId, Agent]:
        """Everybody."""

    @property
    def in_use(self) -> Mapping[SeatId, PhoneUse]:
        """Phones that dial a code."""


def phones(now: Telephones, acd: Floor, at: datetime) -> Iterator[Event]:
    """Phones that came or went, as far as it changes what their agents can do."""
    for agent in sorted(acd.agents.values(), key=lambda agent: agent.id):
        is_there = now.phones.get(agent.seat) if agent.seat is not None else None
        if agent.seat is None or is_there is None:
            continue
        if agent.state is AgentState.READY and not is_there:
            yield PhoneLost(at=at, seat=agent.seat)
        was_lost = agent.state is AgentState.ON_BREAK and agent.reason is BreakReason.PHONE_UNREACHABLE
        if was_lost and agent.until is None and is_there:
            yield PhoneRegistered(at=at, seat=agent.seat)


def uses(now: Telephones, acd: Floor, at: datetime, known: Collection[CallId] | None) -> Iterator[Event]:
    """Codes whose calls are over, then those that are being dialled.

    Only one of `known` can be over: those the ACD knew when the snapshot began (None: nothing was told since). That a
    code begins comes by another way than AMI's news, which is held back meanwhile.
    """
    over = {seat for seat, use in acd.in_use.items() if use.use not in now.in_use.get(seat, ())}
    over = {seat for seat in over if known is None or acd.in_use[seat].use in known}
    for seat in sorted(over):
        yield PhoneFreed(at=at, seat=seat, use=acd.in_use[seat].use)
    for seat in sorted(now.in_use):
        if seat in over or seat not in acd.in_use:
            yield PhoneTaken(at=at, seat=seat, use=max(now.in_use[seat]))
