"""Whom an agent may hand a caller to, or ask: somebody logged on, at a phone that is free, and not themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from acd.errors import NotNow, UnknownAgent
from acd.model import Agent, AgentId, AgentState, Offer, QueueName, Seat, SeatId

MAY_BE_RUNG = frozenset({AgentState.READY, AgentState.WRAP_UP})


class Floor(Protocol):
    """What is needed of the distributor."""

    @property
    def agents(self) -> Mapping[AgentId, Agent]:
        """Everybody."""

    @property
    def seats(self) -> Mapping[SeatId, Seat]:
        """Every seat."""


def seat_of(floor: Floor, agent: AgentId) -> SeatId:
    """Where an agent sits. Raises UnknownAgent."""
    found = floor.agents.get(agent)
    if found is None or found.seat is None:
        raise UnknownAgent(f"nobody is logged on as {agent}", f"没有工号为 {agent} 的话务员签入")
    return found.seat


def must_be_free(floor: Floor, seat: SeatId, but: SeatId) -> None:
    """Raises NotNow unless somebody else sits there and may be rung: ready, or writing."""
    agent = next((agent for agent in floor.agents.values() if agent.seat == seat), None)
    if agent is None or seat == but:
        raise NotNow(f"nobody to ask sits at {seat}", f"坐席 {seat} 没有可转接的话务员")
    if agent.state not in MAY_BE_RUNG:
        raise NotNow(f"agent {agent.id} is {agent.state.replace('_', ' ')}", f"话务员 {agent.id} 此时不能接听")


def must_be_two(talk: Offer) -> None:
    """Raises NotNow while somebody is asked, or in a conference: no leg is where keys and transfers find it."""
    if talk.asks_since is not None:
        raise NotNow("somebody is being asked: first back to the caller", "正在咨询,请先回到市民")
    if talk.in_conference:
        raise NotNow("not in a three-way", "三方通话中不能这样操作")


def free_at(floor: Floor, queue: QueueName, but: SeatId) -> SeatId:
    """The seat of whoever has been ready longest among those who serve a queue. Raises NotNow."""
    ready = [
        (agent.idle_since, agent.id, agent.seat)
        for agent in floor.agents.values()
        if agent.state is AgentState.READY and agent.idle_since and agent.seat and agent.seat != but
    ]
    for _, _, seat in sorted(ready):
        if seat in floor.seats and queue in floor.seats[seat].queues:
            return seat
    raise NotNow("nobody is free there", "该热线没有空闲的话务员")
