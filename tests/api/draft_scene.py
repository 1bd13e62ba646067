"""A draft ticket born from a recorded, transcribed talk."""

from __future__ import annotations

import wave
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from asr.transcript import Speaker, Transcript, Turn, Word
from asr.transcripts import keep
from recordings.archive import Archive
from recordings.ledger import close_row, open_rows
from recordings.recording import Leg, Recording, RecordingState, SpoolName
from tests.api.face import NOW, Face
from tickets.draft import CallFacts, Draft
from tickets.field import Field
from tickets.heard import Span
from tickets.store import draft_once, list_tickets

SECONDS, RATE_HZ = 2, 8000
NUMBER = "13812340000"


def leg(file: Path, level: int) -> None:
    """A leg of constant samples, so that the sides can be told apart."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE_HZ)
        wav.writeframes(np.full(SECONDS * RATE_HZ, level, "<i2").tobytes())


def proposed() -> Draft:
    """A proposal with one piece of evidence, and one empty field that says why."""
    evidence = (Span(0.5, 1.5, "我要投诉"),)
    said = Field(value="我要投诉", confidence=0.9, rule="来电人原话", evidence=evidence)
    return Draft(
        caller=Field(value="138****0000", confidence=1.0, rule="主叫号码"),
        hotline=Field(value="12345", confidence=1.0, rule="被叫号码"),
        contact=Field(value=None, confidence=0.0, rule="未听到电话号码"),
        kind=Field(value="投诉", confidence=0.9, rule="我要+类型", evidence=evidence),
        place=Field(value=None, confidence=0.0, rule="未听到地名"),
        subject=said,
        summary=said,
    )


@pytest.fixture
async def draft(face: Face, database: AsyncEngine) -> str:
    """The id of a draft born from a recorded, transcribed talk."""
    archive: Archive = face.services.archive
    name = SpoolName("lx-1.1", 1)
    words = (Word("我要", 0.5, 1.0, 0.9), Word("投诉", 1.0, 1.5, 0.9))
    async with database.begin() as connection:
        (opened,) = (await open_rows(connection, [name], NOW)).values()
        kept = Recording(
            id=opened.id, call_id=name.call_id, attempt=1, state=RecordingState.KEPT, seconds=float(SECONDS)
        )
        await close_row(connection, kept)
        for side, level in ((Leg.CALLER, 100), (Leg.AGENT, -200)):
            leg(archive.path(opened.id, side), level)
        transcript = Transcript((Turn(Speaker.CALLER, 0.5, 1.5, words),))
        await keep(connection, opened.id, transcript, model="test", at=NOW)
        facts = CallFacts(call_id=name.call_id, hotline="12345", hotline_name=None, ani=NUMBER)
        await draft_once(connection, kept, facts, proposed(), NOW + timedelta(seconds=1))
        return (await list_tickets(connection))[0].id
