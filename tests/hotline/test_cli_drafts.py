"""Drafts on the command line, from a real recording: spoken, taken in, decoded by real Vosk, drafted; then by hand."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from asr.decoder import Decoder
from asr.jobs import enqueue
from asr.transcriber import Transcriber
from plumbing.lifecycle import background
from recordings.access import deeds_on
from recordings.calls import arrived, note_calls
from recordings.intake import Intake
from recordings.recording import Leg, SpoolName
from tests.api.face import NOW, Face
from tests.asr.conftest import MODEL
from tests.asr.talks import TALK, talk_samples
from tests.hotline.typed import hotline
from tests.recordings.scenes import write_wav
from tests.tickets.talks import PLACES
from tickets.drafting import Drafting
from tickets.store import list_tickets
from tickets.ticket import Ticket

ANI, CALLS_BACK_AT = "13812340000", "0518-8580 1234"
PATIENCE_S = 60.0


@pytest.fixture
async def draft(face: Face, database: AsyncEngine, tmp_path: Path) -> AsyncIterator[Ticket]:
    """The draft of a talk that was spoken, recorded and transcribed."""
    spool, name, born = tmp_path / "spool", SpoolName("lx-1.1", 1), asyncio.Event()
    await note_calls(database, [arrived(name.call_id, dnis="12345", hotline="12345", ani=ANI, at=NOW)])
    for leg, samples in (await asyncio.to_thread(talk_samples, TALK)).items():
        write_wav(spool / name.leg(leg), samples)
    (spool / name.marker).touch()
    archive, drafting = tmp_path / "recordings", Drafting(PLACES, {"12345": "政务服务便民热线"})
    transcriber = Transcriber(
        database,
        archive,
        Decoder(MODEL, children=2),
        model="sandbox",
        follow_up=drafting.draft_of,
        announce=lambda _: born.set(),
    )
    intake = Intake(spool, archive, database, follow_up=enqueue, announce=lambda _: transcriber.notice())
    async with background(intake.run(), transcriber.run()), asyncio.timeout(PATIENCE_S):
        await born.wait()
    async with database.connect() as connection:
        yield (await list_tickets(connection))[0]


async def test_a_draft_is_read_heard_put_right_and_confirmed(
    face: Face, draft: Ticket, state: Path, database: AsyncEngine, tmp_path: Path
) -> None:
    """What was said stands there, the WAV holds both sides, and the corrections are in the ticket; all written down."""
    shown = await hotline(state, "drafts", "show", draft.id[-6:])
    assert (shown.code, "海州区解放路12号" in shown.out, "市民:我要投诉" in shown.out) == (0, True, True), shown

    heard = await hotline(state, "drafts", "hear", draft.id, "--reason", "核对", "--into", str(tmp_path / "talk.wav"))
    twice = await hotline(state, "drafts", "hear", draft.id, "--reason", "核对", "--into", str(tmp_path / "talk.wav"))
    said = talk_samples(TALK)
    with wave.open(str(tmp_path / "talk.wav")) as wav:
        sides = np.frombuffer(wav.readframes(wav.getnframes()), "<i2").reshape(-1, 2)
    assert (heard.code, twice.code, "文件已存在" in twice.err) == (0, 1, True)
    assert np.array_equal(sides[:, 0], said[Leg.CALLER])
    assert np.array_equal(sides[:, 1], said[Leg.AGENT])

    claimed = await hotline(state, "drafts", "claim", draft.id[-6:])
    returned = await hotline(state, "drafts", "return", draft.id[-6:], "--reason", "转建设口")
    taken = await hotline(state, "drafts", "claim", draft.id[-6:])
    over = await hotline(state, "drafts", "take-over", draft.id[-6:], "--reason", "换班")
    assert [each.code for each in (claimed, returned, taken, over)] == [0, 0, 0, 0], (claimed, returned, taken, over)

    line = ("drafts", "confirm", draft.id[-6:], "--contact", CALLS_BACK_AT, "--subject", "夜间噪音", "--summary", "")
    confirmed = await hotline(state, *line)
    again = await hotline(state, "drafts", "confirm", draft.id)
    assert (confirmed.code, "工单编号 20261123-000001" in confirmed.out) == (0, True), confirmed
    assert (again.code, "不能再次操作" in again.err) == (1, True)

    quality = await hotline(state, "quality", "--since", "2026-11-23T00:00Z", "--until", "2026-11-24T00:00Z")
    assert (quality.code, "确认 1 张,其中 0 张一字未改" in quality.out, "sandbox" in quality.out) == (0, True, True), (
        quality
    )

    async with database.connect() as connection:
        ticket = (await list_tickets(connection))[0]
        deeds = [deed for _, _, deed in await deeds_on(connection, draft.recording)]
    assert (ticket.contact_number, ticket.subject, ticket.summary) == ("051885801234", "夜间噪音", None)
    assert (ticket.kind, ticket.place) == (draft.kind, draft.place)
    assert deeds == ["recording.granted", "recording.downloaded"]
    assert not any(number in text for text in (shown.out, confirmed.out) for number in (ANI, "051885801234"))
