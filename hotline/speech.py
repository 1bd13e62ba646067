"""From recording to draft, built in one place: taken in, transcribed, drafted, kept. Nothing of calls in progress."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from acd.model import CallId
from api.board import Board
from asr.bell import Bell
from asr.decoder import Decoder
from asr.jobs import CONTROLLER, enqueue, reading
from asr.live import Live
from asr.transcriber import Transcriber
from asr.transcript import Transcript
from city.city import City
from hotline.alarm import Alarm
from hotline.crier import Crier
from hotline.fittings import in_turn, model_folder
from hotline.live_ears import LiveEars
from hotline.watchman import Watchman
from plumbing.settings import Settings
from plumbing.steady import Clock
from recordings.archive import Archive
from recordings.intake import Intake
from recordings.keeper import Keeper
from recordings.orphans import Orphans
from recordings.recording import Recording
from recordings.sweeper import Sweeper
from tickets.clocking import Clocking
from tickets.deadlines import Counting, policy_of
from tickets.drafting import Drafting
from tickets.flows import FlowBook
from tickets.high_risk import RiskTable
from tickets.urgency import UrgencyTable
from wording import lexis_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """The parts between a finished recording and its draft; each of the first seven has a `run`."""

    crier: Crier
    watchman: Watchman
    alarm: Alarm
    intake: Intake
    transcriber: Transcriber
    keeper: Keeper
    sweeper: Sweeper
    vault: Archive
    model: str  # the speech model's name


def drafting_of(city: City, now: Clock) -> Drafting:
    """Who drafts, with the city's names."""
    names = {number: hotline.zh for number, hotline in city.hotlines.items()}
    book = FlowBook(city.categories, city.flows)
    urgent = UrgencyTable(city.urgency.classes)
    return Drafting(
        city.places,
        names,
        flows=lambda: book,
        lexis=lexis_of(city),
        urgency=urgent,
        counting=counting_of(city),
        clock=now,
    )


def counting_of(city: City) -> Counting:
    """How the city counts deadlines."""
    return Counting(policy_of(city.deadlines, city.urgency), city.calendar)


def clocking_of(city: City, now: Clock) -> Clocking:
    """Who counts deadlines and looks for high-risk words, by the city's own tables."""
    return Clocking(counting_of(city), RiskTable(city.high_risk.risks), clock=now)


FollowUp = Callable[[AsyncConnection, Recording, Transcript], Awaitable[None]]


def one_after_the_other(*several: FollowUp) -> FollowUp:
    """All of them, in the transcript's one transaction."""

    async def follow_up(connection: AsyncConnection, recording: Recording, transcript: Transcript) -> None:
        for each in several:
            await each(connection, recording, transcript)

    return follow_up


def build_transcriber(
    settings: Settings,
    city: City,
    database: AsyncEngine,
    model: Path,
    now: Clock,
    *,
    worker: str = CONTROLLER,
    announce: Callable[[Recording], None] = lambda _: None,
    live: Callable[[Decoder], Live] | None = None,
) -> Transcriber:
    """The same in the controller and in a worker on another machine."""
    drafting, clocking = drafting_of(city, now), clocking_of(city, now)
    decoder = Decoder(model, children=settings.asr_children or os.cpu_count() or 1)
    return Transcriber(
        database,
        settings.state_dir / "recordings",
        decoder,
        model=model.name,
        follow_up=one_after_the_other(drafting.draft_of, clocking.begin),
        announce=announce,
        bell=Bell(settings.redis_url.get_secret_value()),
        worker=worker,
        silence_s=settings.asr_silence_s,
        live=live(decoder) if live and settings.asr_live else None,
        clock=now,
    )


async def build_speech(
    settings: Settings,
    city: City,
    database: AsyncEngine,
    board: Board,
    hotline_of: Callable[[str], str],
    now: Clock,
    taken_in: Callable[[Recording], None],
    is_over: Callable[[CallId], bool],
    ears: LiveEars,
) -> Speech:
    """Build them from what comes first to what comes last. Raises asr.models.ModelProblem.

    `taken_in` is told each recording that is there, in the loop's own thread; `is_over` knows calls that have ended.
    """
    archive = settings.state_dir / "recordings"
    crier = Crier(database, board.note_draft)
    model = await asyncio.to_thread(model_folder, settings)
    watchman = Watchman(database, board, now)
    alarm = Alarm(database, RiskTable(city.high_risk.risks), watchman.notice, now)
    ears.subscribe(alarm.note)
    told = in_turn(crier.note, lambda _: watchman.notice())
    live = partial(ears.follow, settings.spool_dir)
    transcriber = build_transcriber(settings, city, database, model, now, announce=told, live=live)
    in_line = partial(enqueue, crisis=frozenset(line.number for line in city.hotlines.values() if line.crisis))
    intake = Intake(
        settings.spool_dir,
        archive,
        database,
        follow_up=in_line,
        announce=in_turn(taken_in, transcriber.taken_in),
        hotline_of=hotline_of,
        orphans=Orphans(lambda call: is_over(CallId(call))),
        clock=now,
    )
    vault = Archive(archive)
    keeper = Keeper(database, vault, lambda connection, some: reading(connection, some, now()))
    sweeper = Sweeper(settings.spool_dir, vault, database, in_line, announce=transcriber.notice, clock=now)
    return Speech(
        crier=crier,
        watchman=watchman,
        alarm=alarm,
        intake=intake,
        transcriber=transcriber,
        keeper=keeper,
        sweeper=sweeper,
        vault=vault,
        model=model.name,
    )
