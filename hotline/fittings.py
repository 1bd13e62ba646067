"""Small pieces that fit the parts of the house to each other; each is the real part seen through somebody's Protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.distributor import Distributor
from acd.engine import Engine
from acd.events import Request
from acd.model import Agent, AgentId, AgentState, CallId, Queue, QueueName, Seat, SeatId, Skill, SkillLevel
from api.ports import VitalSigns
from asr import jobs
from asr.transcriber import Transcriber
from city.city import City
from recordings.calls import calls
from telephony.ami import Ami
from tickets.ticket import masked


def acd_queues(city: City) -> tuple[Queue, ...]:
    """The city's queues in the ACD's words."""
    return tuple(
        Queue(
            name=QueueName(queue.name),
            ring_time=timedelta(seconds=queue.ring_time_s),
            wrap_up_time=timedelta(seconds=queue.wrap_up_s),
        )
        for queue in city.queues.values()
    )


def first_seats(city: City) -> tuple[Seat, ...]:
    """The seats that are open on the day the city first starts."""
    return tuple(
        Seat(
            id=SeatId(seat.extension),
            queues=frozenset(map(QueueName, seat.queues)),
            skills=frozenset(SkillLevel(Skill(name), level) for name, level in seat.skills.items()),
        )
        for seat in city.seats
        if seat.open
    )


class Floor:
    """The engine, as the API sees it."""

    def __init__(self, engine: Engine, distributor: Distributor) -> None:
        self._engine, self._distributor = engine, distributor

    def agents(self) -> Iterable[Agent]:
        """Everybody who is logged on."""
        everybody = self._distributor.agents.values()
        return [agent for agent in everybody if agent.state is not AgentState.LOGGED_OFF]

    async def ask(self, request: Request) -> None:
        """Apply a request; it is on disk when this returns."""
        await self._engine.ask(request)


def sitting_at(distributor: Distributor) -> Callable[[SeatId], tuple[AgentId, AgentState] | None]:
    """Who is logged on at a seat, and in which state."""

    def look(seat: SeatId) -> tuple[AgentId, AgentState] | None:
        for agent in distributor.agents.values():
            if agent.seat == seat and agent.state is not AgentState.LOGGED_OFF:
                return agent.id, agent.state
        return None

    return look


class Callers:
    """The call book behind the masking gate."""

    def __init__(self, database: AsyncEngine) -> None:
        self._database = database

    async def masked(self, wanted: Sequence[CallId]) -> Mapping[CallId, str]:
        """The callers' numbers, masked; hidden ones are left out."""
        async with self._database.connect() as connection:
            query = select(calls.c.call_id, calls.c.ani).where(calls.c.call_id.in_(wanted))
            rows = (await connection.execute(query)).all()
        return {CallId(row.call_id): masked(row.ani) for row in rows if row.ani}


class Vitals:
    """How the controller does, looked at now."""

    def __init__(
        self, engine: Engine, ami: Ami, transcriber: Transcriber, database: AsyncEngine, model: str
    ) -> None:
        self._engine, self._ami, self._transcriber = engine, ami, transcriber
        self._database, self._model = database, model

    async def signs(self) -> VitalSigns:
        """Look."""
        async with self._database.connect() as connection:
            waiting = await jobs.listed(connection, jobs.JobState.QUEUED, jobs.JobState.RUNNING)
            failed = await jobs.listed(connection, jobs.JobState.DEAD)
        health = self._transcriber.health
        return VitalSigns(
            engine_ticked_s_ago=self._engine.seconds_since_tick(),
            pbx_connected=self._ami.is_connected,
            pbx_version=None,
            transcription=self._model if health.on else "",
            transcription_off=health.reason or "",
            jobs_waiting=len(waiting),
            jobs_failed=len(failed),
        )


class SeatDesk:
    """temp"""

    def __init__(self, capacity): ...


def model_name(settings):
    """temp"""
    return model_folder(settings).name


def model_folder(settings):
    """temp"""
    return settings.asr_model or settings.state_dir / "models"


def feed_rate(model):
    """temp"""
    from asr.models import check_model

    return check_model(model).feed_hz
