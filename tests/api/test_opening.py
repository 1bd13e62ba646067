"""A seat added together with its agent: both, or neither."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

import pytest

from acd.capacity import Capacity
from acd.errors import NotNow
from acd.events import AgentBecameReady, AgentLoggedOn, Request
from acd.model import AgentId, AgentState, QueueName, Seat, SeatId
from api.opening import SeatOpenWithoutAgent, open_with_agent
from api.ports import Floor
from tests.api.face import NOW, Face

ADDED = {"seat": "8011", "queues": ["general"], "agent": "111", "why": "高峰 / peak"}


async def nothing_happened(face: Face) -> bool:
    """No seat, and no line in the history."""
    _, history = await face.call("GET /api/seats/changes")
    return not face.house.seats() and not history["changes"]


async def test_the_agent_is_logged_on_ready_with_their_own_skills(face: Face) -> None:
    """In the answer, on the floor, and in the journal with who wanted it."""
    await face.house.enter("111", psychology=2)

    status, seen = await face.call("POST /api/seats", ADDED)

    assert (status, seen["agent"], seen["state"]) == (200, "111", "ready")
    agent = face.house.engine.distributor.agents[AgentId("111")]
    assert (agent.state, agent.seat, {skill.skill for skill in agent.skills}) == (
        AgentState.READY,
        "8011",
        {"psychology"},
    )
    asked = [
        event async for event in face.house.journal.events() if isinstance(event, AgentLoggedOn | AgentBecameReady)
    ]
    assert [event.by for event in asked] == ["admin#3", "admin#3"]


async def test_a_caller_who_waits_is_offered_at_once(face: Face) -> None:
    """When the answer is there, the phones have been ordered to ring: the longest waiting first."""
    for call in ("lx-1.1", "lx-1.2", "lx-1.3"):
        await face.house.waits(call)
    for agent, seat in (("111", "8011"), ("112", "8012")):
        await face.house.enter(agent)
        _, seen = await face.call("POST /api/seats", {**ADDED, "seat": seat, "agent": agent})
        assert seen["state"] == "reserved"

    assert face.house.switchboard.rung == [("lx-1.1", "111", "8011"), ("lx-1.2", "112", "8012")]


async def test_an_agent_whom_nobody_knows_opens_nothing(face: Face) -> None:
    """404 naming the number; no seat was opened, not even for a moment."""
    status, problem = await face.call("POST /api/seats", ADDED)

    assert (status, problem["rule"], "111" in problem["zh"]) == (404, "unknown_agent", True)
    assert await nothing_happened(face)


async def test_an_agent_who_sits_elsewhere_stays_there(face: Face) -> None:
    """409 naming the seat; no second seat was opened, and the agent is where they were."""
    await face.house.enter("111")
    await face.call("POST /api/seats", ADDED)

    status, problem = await face.call("POST /api/seats", {**ADDED, "seat": "8012"})

    assert (status, problem["rule"], "8011" in problem["zh"]) == (409, "agent_already_logged_on", True)
    assert list(face.house.seats()) == ["8011"]
    assert face.house.state("111") is AgentState.READY


async def test_a_seat_where_somebody_still_talks_is_not_given_away(face: Face) -> None:
    """The seat was removed under a talk; another agent cannot be put there before it is over."""
    for agent in ("111", "112"):
        await face.house.enter(agent)
    await face.house.waits("lx-1.1")
    await face.call("POST /api/seats", ADDED)
    await face.house.answers("lx-1.1")
    await face.call("DELETE /api/seats/8011", {"version": 1, "why": "x"})

    status, problem = await face.call("POST /api/seats", {**ADDED, "agent": "112"})

    assert (status, problem["rule"]) == (409, "seat_taken")
    assert face.house.seats() == {}


async def test_a_queue_that_is_not_there_logs_nobody_on(face: Face) -> None:
    """What the seat is refused for, the agent does not feel."""
    await face.house.enter("111")

    assert (await face.call("POST /api/seats", {**ADDED, "queues": ["x"]}))[0] == 422

    assert await nothing_happened(face)
    assert AgentId("111") not in face.house.engine.distributor.agents


async def test_two_leaders_want_the_same_agent(face: Face) -> None:
    """One gets them; the other is refused, and has no seat either: whatever came first is undone."""
    await face.house.enter("111")

    answers = await asyncio.gather(
        *(face.call("POST /api/seats", {**ADDED, "seat": seat}) for seat in ("8011", "8012", "8013"))
    )

    assert sorted(status for status, _ in answers) == [200, 409, 409]
    agent = face.house.engine.distributor.agents[AgentId("111")]
    assert list(face.house.seats()) == [agent.seat]
    assert agent.state is AgentState.READY


SEAT = Seat(id=SeatId("8011"), queues=frozenset({QueueName("general")}))


@dataclass
class Contrary:
    """A floor that refuses to make anybody ready; before that, somebody may touch the seat."""

    floor: Floor
    seats: Capacity
    meddles: bool = False

    def agents(self) -> object:
        """As they are."""
        return self.floor.agents()

    async def ask(self, request: Request) -> None:
        """Everything but readiness."""
        if not isinstance(request, AgentBecameReady):
            return await self.floor.ask(request)
        if self.meddles:
            await self.seats.change_seat(replace(SEAT, queues=frozenset()), version=1, who="another", why="x")
        raise NotNow("not now", "现在不行")


async def test_a_refusal_after_the_opening_undoes_it(face: Face) -> None:
    """The seat is gone, the agent is logged off again, and the history shows both steps with the reason."""
    await face.house.enter("111")
    contrary = Contrary(face.services.floor, face.services.seats)
    services = replace(face.services, floor=contrary)  # type: ignore[arg-type]

    with pytest.raises(NotNow):
        await open_with_agent(services, SEAT, "111", who="leader#2", why="高峰", at=NOW)

    assert face.house.seats() == {}
    assert face.house.state("111") is AgentState.LOGGED_OFF
    undone, opened = await face.services.seats.history()
    assert (undone.undoes, undone.why, undone.who) == (opened.seq, "现在不行 / not now", "leader#2")


async def test_an_opening_that_cannot_be_undone_is_said(face: Face) -> None:
    """Somebody changed the seat in between: it is left to them, and the refusal says that it is open."""
    await face.house.enter("111")
    contrary = Contrary(face.services.floor, face.services.seats, meddles=True)
    services = replace(face.services, floor=contrary)  # type: ignore[arg-type]

    with pytest.raises(SeatOpenWithoutAgent) as refused:
        await open_with_agent(services, SEAT, "111", who="leader#2", why="高峰", at=NOW)

    assert "坐席 8011 已开" in refused.value.zh
    assert list(face.house.seats()) == ["8011"]
