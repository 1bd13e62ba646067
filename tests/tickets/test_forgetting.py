"""Transcripts whose time is over: the words go with their proof, the ticket stays; holds and drafts are heeded."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asr.transcripts import keep, transcript_of
from recordings import ledger
from recordings.access import listed
from recordings.calls import arrived, note_calls
from recordings.holds import Hold, hold, let_go
from recordings.intake import Intake
from recordings.recording import Recording, RecordingId
from recordings.retention import Term
from tests.databases import BOTH
from tests.recordings.scenes import NOON, leave_call
from tests.recordings.test_retention import DAY, Kept
from tests.tickets.talks import drafted, talk
from tickets.alerts import raise_alert, risk_alerts
from tickets.draft import CallFacts
from tickets.forgetting import Forgetting
from tickets.high_risk import RiskFound
from tickets.phrases import Manner
from tickets.store import draft_once, list_tickets, read_draft

pytestmark = BOTH

SAID = ("我要投诉,新浦区解放东路晚上施工噪音太大。",)
TERMS = Kept({"12345": Term("ordinary", 365 * DAY, 30 * DAY), "12356": Term("crisis", 10 * DAY)})
RISK = RiskFound(risk="gas", manner=Manner.SAID, start_s=0.0, end_s=1.0, words="煤气味很重", confidence=0.9)


async def nobody(_: AsyncConnection, __: Collection[RecordingId]) -> set[RecordingId]:
    """Nobody needs any."""
    return set()


@pytest.fixture
async def rows(spool: Path, archive: Path, engine: AsyncEngine) -> dict[str, Recording]:
    """A talk of each hotline with its transcript, its draft, and an alert; made at NOON."""
    for hotline in ("12345", "12356"):
        leave_call(spool, f"lx-{hotline}.1")
        call = arrived(f"lx-{hotline}.1", dnis=hotline, hotline=hotline, ani=None, at=NOON)
        await note_calls(engine, [call])
    taken = await Intake(spool, archive, engine, clock=lambda: NOON).sweep()
    async with engine.begin() as connection:
        for row in taken:
            await keep(connection, row.id, talk(*SAID), model="test", at=NOON)
            facts = CallFacts(call_id=row.call_id, hotline=None, hotline_name=None, ani=None)
            await draft_once(connection, row, facts, drafted(*SAID), NOON)
            await raise_alert(connection, row.call_id, RISK, at=NOON)
    return {row.call_id[3:8]: row for row in taken}


def forgetting(engine: AsyncEngine, days: float, terms: Kept = TERMS) -> Forgetting:
    """So many days later."""
    return Forgetting(engine, terms, nobody, lambda: NOON + days * DAY)


async def words_of(engine: AsyncEngine, row: Recording) -> tuple[bool, set[str], set[str]]:
    """Whether there is a transcript, and the words of the draft's evidence and of alerts."""
    async with engine.connect() as connection:
        ticket = next(each for each in await list_tickets(connection) if each.recording == row.id)
        draft = await read_draft(connection, ticket.id)
        quoted = {span.words for span in (*draft.kind.evidence, *draft.summary.evidence)}
        mine = risk_alerts.c.call_id == row.call_id
        alerts = set(await connection.scalars(select(risk_alerts.c.words).where(mine)))
        return await transcript_of(connection, row.id) is not None, quoted, alerts


async def proofs(engine: AsyncEngine, row: Recording) -> list[str | None]:
    """What the audit trail has of it."""
    async with engine.connect() as connection:
        return [line.detail for line in await listed(connection, deed="transcript.deleted", subject=row.id)]


async def test_words_go_when_their_time_is_over_and_the_ticket_stays(
    rows: dict[str, Recording], engine: AsyncEngine
) -> None:
    """By the class's own days, not a second before; where the words stood, and what was made of them, stays."""
    ordinary, crisis = rows["12345"], rows["12356"]
    assert await forgetting(engine, 10).sweep() == 1  # a class without days of its own: as its recordings
    assert (await words_of(engine, crisis))[0] is False
    there, quoted, alerts = await words_of(engine, ordinary)
    assert (there, bool("".join(quoted)), alerts) == (True, True, {"煤气味很重"})
    assert await Forgetting(engine, TERMS, nobody, lambda: NOON + 30 * DAY - timedelta(seconds=1)).sweep() == 0

    assert await forgetting(engine, 30).sweep() == 1

    assert await words_of(engine, ordinary) == (False, {""}, {""})
    async with engine.connect() as connection:
        ticket = next(each for each in await list_tickets(connection) if each.recording == ordinary.id)
        kept = await read_draft(connection, ticket.id)
        assert (await ledger.read(connection, ordinary.id)).state == ordinary.state
    assert (ticket.kind, ticket.summary) == (kept.kind.value, kept.summary.value) == ("投诉", ticket.summary)
    assert kept.kind.evidence[0].end_s > kept.kind.evidence[0].start_s
    (proof,) = await proofs(engine, ordinary)
    assert proof is not None
    assert "ordinary 级,30 天" in proof
    assert len(proof.rpartition("SHA-256 ")[2]) == 64
    assert await forgetting(engine, 31).sweep() == 0


async def test_what_is_held_or_needed_is_remembered_until_that_is_over(
    rows: dict[str, Recording], engine: AsyncEngine
) -> None:
    """As its recording is."""
    row = rows["12345"]

    async def needed(_: AsyncConnection, asked: Collection[RecordingId]) -> set[RecordingId]:
        return {row.id} & set(asked)

    async with engine.begin() as connection:
        await hold(connection, Hold(row.id, "leader#2", NOON, "诉讼"))
    assert await forgetting(engine, 400).sweep() == 1  # the other
    async with engine.begin() as connection:
        await let_go(connection, row.id, by="leader#2", at=NOON, why="结案")
    assert await Forgetting(engine, TERMS, needed, lambda: NOON + 400 * DAY).sweep() == 0
    assert (await words_of(engine, row))[0]
    assert await proofs(engine, row) == []

    assert await forgetting(engine, 400).sweep() == 1


async def test_an_alert_of_a_talk_that_nobody_could_transcribe_is_forgotten_too(
    spool: Path, archive: Path, engine: AsyncEngine
) -> None:
    """It was heard live; there is no transcript to go by."""
    leave_call(spool, "lx-9.1")
    (row,) = await Intake(spool, archive, engine, clock=lambda: NOON).sweep()
    async with engine.begin() as connection:
        await raise_alert(connection, row.call_id, RISK, at=NOON)

    assert await forgetting(engine, 30).sweep() == 1

    async with engine.connect() as connection:
        assert list(await connection.scalars(select(risk_alerts.c.words))) == [""]
    assert [proof and proof.endswith("SHA-256 -") for proof in await proofs(engine, row)] == [True]


async def test_a_city_without_classes_or_that_keeps_for_a_century_forgets_nothing(
    rows: dict[str, Recording], engine: AsyncEngine
) -> None:
    """A century is longer than since the first moment of any id."""
    assert await forgetting(engine, 40_000, Kept({})).sweep() == 0
    assert await forgetting(engine, 400, Kept({"12345": Term("ages", 36_500 * DAY)})).sweep() == 0


async def test_two_who_look_at_once_delete_each_once(rows: dict[str, Recording], engine: AsyncEngine) -> None:
    """One proof of each: the clock's look, and a person's beside it."""
    look = forgetting(engine, 400)

    assert sorted(await asyncio.gather(look.sweep(), look.sweep())) == [0, 2]
    assert [len(await proofs(engine, row)) for row in rows.values()] == [1, 1]
