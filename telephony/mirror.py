"""Who Asterisk's own queues may ring should the controller die: what should be, what is, and the difference.

Members are people who are logged on, at their seats, in the queues their seats serve. Only a break that a person ends
pauses a member. Offers, talks and wrap-up change nothing here: Asterisk itself sees that a phone is in use, and wrap-up
is not enforced without a controller; so an ordinary call costs no AMI action at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from acd.model import Agent, AgentId, AgentState, BreakReason, CallId, QueueName, Seat, SeatId

PREFIX: Final = "fallback-"
PHONE: Final = "PJSIP/"
PASSING: Final = frozenset({BreakReason.PHONE_BUSY, BreakReason.PHONE_UNREACHABLE})
"""Breaks that end by themselves; Asterisk knows the phone's state better than we do once we are dead."""

Message = Mapping[str, str]
Action = tuple[str, dict[str, str]]
Place = tuple[QueueName, SeatId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person at a seat, in one queue."""

    queue: QueueName
    seat: SeatId
    agent: AgentId
    is_paused: bool

    @property
    def place(self) -> Place:
        """A seat is at most once in a queue."""
        return self.queue, self.seat


def members_wanted(agents: Iterable[Agent], seats: Mapping[SeatId, Seat]) -> frozenset[Member]:
    """Who should be in Asterisk's queues now."""
    serving = [agent for agent in agents if agent.state is not AgentState.LOGGED_OFF]
    return frozenset(
        Member(queue=queue, seat=seat.id, agent=agent.id, is_paused=_is_paused(agent))
        for agent in serving
        if agent.seat and (seat := seats.get(agent.seat))
        for queue in seat.queues
    )


def _is_paused(agent: Agent) -> bool:
    return agent.state is AgentState.ON_BREAK and agent.reason not in PASSING


def members_found(status: Iterable[Message]) -> frozenset[Member]:
    """Who is in Asterisk's queues, by the items of QueueStatus. Members of queues that are not ours are left alone."""
    return frozenset(
        Member(
            queue=QueueName(item["Queue"].removeprefix(PREFIX)),
            seat=SeatId(item.get("Location", "").removeprefix(PHONE)),
            agent=AgentId(item.get("Name", "")),
            is_paused=item.get("Paused") == "1",
        )
        for item in status
        if item.get("Event") == "QueueMember" and item.get("Queue", "").startswith(PREFIX)
    )


def callers_found(status: Iterable[Message]) -> list[CallId]:
    """Who waits in Asterisk's queues, in their order, by the items of QueueStatus."""
    return [
        CallId(item["Uniqueid"])
        for item in status
        if item.get("Event") == "QueueEntry" and item.get("Queue", "").startswith(PREFIX)
    ]


def difference(wanted: frozenset[Member], found: frozenset[Member]) -> list[Action]:
    """The AMI actions that turn what is into what should be, in a fixed order; none if it is so already."""
    old, new = {member.place: member for member in found}, {member.place: member for member in wanted}
    actions: list[Action] = []
    for place in sorted(old.keys() | new.keys()):
        actions += _change(old.get(place), new.get(place))
    return actions


def _change(old: Member | None, new: Member | None) -> list[Action]:
    if old and new and old.agent == new.agent:
        return [] if old.is_paused == new.is_paused else [_pause(new)]
    return ([_remove(old)] if old else []) + ([_add(new)] if new else [])


def _add(member: Member) -> Action:
    return "QueueAdd", _name(member) | {"MemberName": member.agent, "Paused": "true" if member.is_paused else "false"}


def _remove(member: Member) -> Action:
    return "QueueRemove", _name(member)


def _pause(member: Member) -> Action:
    return "QueuePause", _name(member) | {"Paused": "true" if member.is_paused else "false"}


def _name(member: Member) -> dict[str, str]:
    return {"Queue": f"{PREFIX}{member.queue}", "Interface": f"{PHONE}{member.seat}"}


def way_back(call: CallId) -> Action:
    """The action that fetches a caller out of Asterisk's queue, into the waiting room."""
    return "Redirect", {"Channel": call, "Context": "waiting-room", "Exten": "s", "Priority": "1"}
