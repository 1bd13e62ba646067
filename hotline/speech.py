"""From recording to draft, built in one place: taken in, transcribed, drafted, kept. Nothing of calls in progress."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
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
from city.case_rules import CaseRules
from city.city import City
from city.places import Place
from city.retention import RecordingClass
from hotline.alarm import Alarm
from hotline.city_swap import CitySwap
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
from recordings.recording import Recording, RecordingId
from recordings.retention import Retention, Term
from recordings.sweeper import Sweeper
from tickets.clocking import Clocking
from tickets.drafting import Drafting
from tickets.forgetting import Forgetting
from tickets.learned_file import lessons_of
from tickets.rules import Rules
from tickets.undecided import undecided
from wording import Lexis, lexis_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """The parts between a finished recording and its draft; each of the first eight has a `run`."""

    crier: Crier
    watchman: Watchman
    alarm: Alarm
    intake: Intake
    transcriber: Transcriber
    keeper: Keeper
    sweeper: Sweeper
    retention: Retention
    forgetting: Forgetting
    vault: Archive
    model: str  # the speech model's name

    def watching(self) -> tuple[Coroutine[None, None, None], ...]:
        """Those who look from time to time."""
        return self.watchman.run(), self.alarm.run(), self.retention.run(), self.forgetting.run()


def drafting_of(city: Callable[[], City], rules: Callable[[], Rules], now: Clock) -> Drafting:
    """Who drafts, with the hotlines, places, words and rules of each moment."""
    return Drafting(
        PlacesNow(city),
        Names(city),
        rules=rules,
        lexis=lambda written: _lexis(city(), written),
        lessons=lessons_of(city().folder),
        is_confidential=lambda hotline: city().is_confidential(hotline),
        clock=now,
    )


class KeptBy:
    """How long recordings are kept: recordings.retention.Terms of the city of each moment."""

    def __init__(self, city: Callable[[], City]) -> None:
        self._city = city

    def classes(self) -> Sequence[Term]:
        """All there are."""
        retention = self._city().retention
        return [_term(each) for each in retention.classes] if retention else []

    def of(self, hotline: str | None) -> Term | None:
        """Of one hotline."""
        found = self._city().recording_class(hotline)
        return _term(found) if found else None


def _term(of: RecordingClass) -> Term:
    words = None if of.transcript_days is None else timedelta(days=of.transcript_days)
    return Term(of.name, timedelta(days=of.keep_days), words)


async def needed(now: Clock, connection: AsyncConnection, recordings: Collection[RecordingId]) -> set[RecordingId]:
    """What is being transcribed, or is evidence of a draft that nobody has decided."""
    return await reading(connection, recordings, now()) | await undecided(connection, recordings)


class Names(Mapping[str, str]):
    """What the hotlines of this moment are called, by number."""

    def __init__(self, city: Callable[[], City]) -> None:
        self._city = city

    def __getitem__(self, number: str) -> str:
        return self._city().hotlines[number].zh

    def __iter__(self) -> Iterator[str]:
        return iter(self._city().hotlines)

    def __len__(self) -> int:
        return len(self._city().hotlines)


class PlacesNow(Iterable[Place]):
    """The places of this moment."""

    def __init__(self, city: Callable[[], City]) -> None:
        self._city = city

    def __iter__(self) -> Iterator[Place]:
        return iter(self._city().places)


def _lexis(city: City, written: CaseRules) -> Lexis:
    """Of words of the trade also those that the rules of this moment speak of."""
    return lexis_of(replace(city, categories=written.categories, flows=written.flows))


FollowUp = Callable[[AsyncConnection, Recording, Transcript], Awaitable[None]]


def one_after_the_other(*several: FollowUp) -> FollowUp:
    """All of them, in the transcript's one transaction."""

    async def follow_up(connection: AsyncConnection, recording: Recording, transcript: Transcript) -> None:
        for each in several:
            await each(connection, recording, transcript)

    return follow_up


def build_transcriber(
    settings: Settings,
    city: Callable[[], City],
    rules: Callable[[], Rules],
    database: AsyncEngine,
    model: Path,
    now: Clock,
    *,
    worker: str = CONTROLLER,
    announce: Callable[[Recording], None] = lambda _: None,
    live: Callable[[Decoder], Live] | None = None,
) -> Transcriber:
    """The same in the controller and in a worker on another machine."""
    drafting, clocking = drafting_of(city, rules, now), Clocking(rules, clock=now)
    decoder = Decoder(model, children=settings.asr_children)
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
    swap: CitySwap,
    rules: Callable[[], Rules],
    database: AsyncEngine,
    board: Board,
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
    alarm = Alarm(database, lambda: rules().risks, watchman.notice, now)
    ears.subscribe(alarm.note)
    told = in_turn(crier.note, lambda _: watchman.notice())
    live = partial(ears.follow, settings.spool_dir)
    transcriber = build_transcriber(settings, swap.now, rules, database, model, now, announce=told, live=live)

    async def in_line(connection: AsyncConnection, recording: Recording) -> None:
        """Crisis hotlines first, as the city has them then."""
        await enqueue(connection, recording, crisis=swap.now().crisis_hotlines)

    intake = Intake(
        settings.spool_dir,
        archive,
        database,
        follow_up=in_line,
        announce=in_turn(taken_in, transcriber.taken_in),
        hotline_of=swap.hotline_of,
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
        retention=Retention(database, vault, kept_by := KeptBy(swap.now), partial(needed, now), now),
        forgetting=Forgetting(database, kept_by, partial(needed, now), now),
        vault=vault,
        model=model.name,
    )
