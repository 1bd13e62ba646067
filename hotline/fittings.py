"""Small pieces that fit the parts of the house to each other: each is a real part seen through another's Protocol."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, ParamSpec

from sqlalchemy import Row, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.distributor import Distributor
from acd.engine import Engine
from acd.events import Request
from acd.model import (
    Agent,
    AgentId,
    AgentState,
    BreakReason,
    CallId,
    Force,
    Queue,
    QueueName,
    Seat,
    SeatId,
    Skill,
    SkillLevel,
)
from acd.outlook import Outlook
from acd.overstay import Limits
from acd.why import NobodyRings, nobody_rings
from api.ports import VitalSigns
from asr import jobs
from asr.jobs import JobState
from asr.models import ModelProblem, find_model
from asr.transcriber import Broker, Transcriber
from city.city import City
from hotline.perimeter import Perimeter
from hotline.recipes import acd_row
from plumbing.settings import Settings
from recordings.calls import calls
from recordings.sweeper import Sweeper
from recordings.witness import Witness
from telephony.ami import Ami
from telephony.listener import Listener
from telephony.lookout import Lookout
from telephony.mirror import Member, members_wanted
from tickets import outbox
from tickets.outbox import LetterState
from tickets.ticket import masked

DATABASE_S = 2.0  # one that does not answer within this is away


def acd_queues(city: City) -> tuple[Queue, ...]:
    """The city's queues in the ACD's words."""
    return tuple(
        Queue(
            name=QueueName(queue.name),
            ring_time=timedelta(seconds=queue.ring_time_s),
            wrap_up_time=timedelta(seconds=queue.wrap_up_s),
            extend_wrap_up=timedelta(seconds=queue.extend_wrap_up_s),
            extensions_most=queue.extensions_most if queue.extend_wrap_up_s else 0,
            recipe=tuple(map(acd_row, queue.recipe)),
            prefer_for=timedelta(seconds=queue.prefer_last_agent_s),
            breaks_at_once=queue.breaks_at_once,
            break_after_missed=queue.break_after_missed,
        )
        for queue in city.queues.values()
    )


def break_limits(city: City) -> Limits:
    """How long breaks may be, by their reason."""
    return {BreakReason(limit.reason): timedelta(minutes=limit.limit_min) for limit in city.about.breaks}


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


def phones_of(city: City) -> frozenset[SeatId]:
    """The extensions that have a phone on the PBX, open seats or not."""
    return frozenset(SeatId(seat.extension) for seat in city.seats)


def skills_of(city: City) -> frozenset[Skill]:
    """The skills that seats and people may be given."""
    return frozenset(Skill(skill.name) for skill in city.about.skills)


class Floor:
    """The engine, as the API sees it."""

    def __init__(self, engine: Engine, distributor: Distributor, limits: Limits) -> None:
        self._engine, self._distributor = engine, distributor
        self.break_limits = limits

    @property
    def turns(self) -> int:
        """The engine's turns."""
        return self._engine.ticks

    def agents(self) -> Iterable[Agent]:
        """Everybody who is logged on."""
        everybody = self._distributor.agents.values()
        return [agent for agent in everybody if agent.state is not AgentState.LOGGED_OFF]

    def forces(self) -> Mapping[AgentId, Force]:
        """What team leaders did last about agents' states."""
        return self._distributor.forces

    def queues(self) -> Iterable[QueueName]:
        """The city's queues, in the city's order."""
        return list(self._distributor.queues)

    def outlook(self) -> Outlook:
        """The lines as they are now."""
        return self._distributor.outlook()

    async def ask(self, request: Request) -> None:
        """Apply a request; it is on disk when this returns."""
        await self._engine.ask(request)

    def nobody_rings(self, queue: QueueName) -> NobodyRings | None:
        """What keeps everybody from the calls of a queue, now."""
        is_known = queue in self._distributor.queues
        return nobody_rings(self._distributor, queue) if is_known else None


def sitting_at(distributor: Distributor) -> Callable[[SeatId], tuple[AgentId, AgentState] | None]:
    """Who is logged on at a seat, and in which state."""

    def look(seat: SeatId) -> tuple[AgentId, AgentState] | None:
        for agent in distributor.agents.values():
            if agent.seat == seat and agent.state is not AgentState.LOGGED_OFF:
                return agent.id, agent.state
        return None

    return look


def serving(distributor: Distributor) -> frozenset[Member]:
    """Whom Asterisk's own queues may ring, should we die now."""
    return members_wanted(distributor.agents.values(), distributor.seats)


Said = ParamSpec("Said")


def in_turn(*takers: Callable[Said, None]) -> Callable[Said, None]:
    """One taker that is all of them, in this order."""

    def take(*said: Said.args, **named: Said.kwargs) -> None:
        for taker in takers:
            taker(*said, **named)

    return take


class Callers:
    """The call book behind the masking gate."""

    def __init__(self, database: AsyncEngine) -> None:
        self._database = database
        self._known: dict[CallId, str] = {}  # of those asked about last; empty: hidden

    async def masked(self, wanted: Sequence[CallId]) -> Mapping[CallId, str]:
        """The callers' numbers, masked; hidden ones are left out. Asked again, only new calls are looked up."""
        known = {call: self._known[call] for call in wanted if call in self._known}
        fresh = await self._looked_up([call for call in wanted if call not in known])
        numbers = known | {row.call_id: masked(row.ani) if row.ani else "" for row in fresh}
        is_final = {row.call_id for row in fresh if row.ani or row.arrived_at}
        self._known = {call: number for call, number in numbers.items() if call in known or call in is_final}
        return {call: number for call, number in numbers.items() if number}

    async def _looked_up(self, wanted: Sequence[CallId]) -> Sequence[Row[*tuple[Any, ...]]]:
        if not wanted:
            return ()
        column = calls.c
        async with self._database.connect() as connection:
            query = select(column.call_id, column.ani, column.arrived_at).where(column.call_id.in_(wanted))
            return (await connection.execute(query)).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What connects the ACD with the telephones, one way: Asterisk's words, and looking."""

    ami: Ami
    listener: Listener
    lookout: Lookout
    perimeter: Perimeter


class Vitals:
    """How the controller does, looked at now."""

    def __init__(
        self,
        engine: Engine,
        sight: Sight,
        transcriber: Transcriber,
        database: AsyncEngine,
        model: str,
        witness: Witness,
        sweeper: Sweeper,
    ) -> None:
        self._engine, self._sight, self._transcriber = engine, sight, transcriber
        self._database, self._model, self._witness, self._sweeper = database, model, witness, sweeper
        self._beat_s = time.monotonic()
        engine.on_beat(self._note_beat)

    def _note_beat(self, _: int) -> None:
        self._beat_s = time.monotonic()

    async def signs(self) -> VitalSigns:
        """Look."""
        counts, letters = await self._counts()
        health, seen = self._transcriber.health, self._sight.lookout.sightings
        return VitalSigns(
            engine_ticked_s_ago=time.monotonic() - self._beat_s,
            pbx_connected=self._sight.ami.is_connected,
            pbx_version=self._sight.ami.version,
            transcription=self._model if health.on else "",
            transcription_off=health.reason or "",
            messages_waiting=letters[LetterState.WAITING],
            messages_stuck=letters[LetterState.STUCK],
            database=self._database.dialect.name if counts else "",
            broker=self._transcriber.broker,
            broker_away=self._transcriber.broker is Broker.AWAY,
            jobs_waiting=counts[JobState.QUEUED] + counts[JobState.RUNNING],
            jobs_failed=counts[JobState.FAILED],
            jobs_dead=counts[JobState.DEAD],
            resync_due=seen.blind,
            resyncs=seen.resyncs,
            repairs=seen.repairs,
            facts_lost=self._engine.facts_lost,
            event_lag_s=self._sight.listener.lag.seconds,
            audit=self._witness.broken,
            swept=self._sweeper.last,
            recordings_repaired=self._sweeper.repairs,
            trunks=self._sight.perimeter.trunks(seen.lines),
            banned=self._sight.perimeter.banned,
        )

    async def _counts(self) -> tuple[Counter[JobState], Counter[LetterState]]:
        """How many jobs and messages are in each state; empty when the database does not say."""
        try:
            async with asyncio.timeout(DATABASE_S), self._database.connect() as connection:
                return Counter(await jobs.counted(connection)), Counter(await outbox.undelivered(connection))
        except (SQLAlchemyError, TimeoutError):
            return Counter(), Counter()


def model_folder(settings: Settings) -> Path:
    """The model that the settings choose, else the largest that was fetched, else where one would be."""
    shelf = settings.state_dir / "models"
    try:
        return find_model(settings.asr_model, shelf)
    except ModelProblem:
        return settings.asr_model or shelf
