"""Draft tickets by HTTP, on real recordings: read with evidence, heard and written down, confirmed, discarded."""

from __future__ import annotations

import json
import wave
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.people import Role
from asr.transcript import Speaker, Transcript, Turn, Word
from asr.transcripts import keep
from recordings.access import deeds_on
from recordings.archive import Archive
from recordings.ledger import close_row, open_row
from recordings.recording import Leg, Recording, RecordingState, SpoolName
from tests.api.face import NOW, Face
from tests.databases import BOTH
from tickets.draft import CallFacts, Draft, Field
from tickets.heard import Span
from tickets.store import draft_once, list_tickets

pytestmark = BOTH

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
        opened = await open_row(connection, name, NOW)
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


async def test_a_draft_is_listed_and_read_with_its_evidence(face: Face, draft: str, database: AsyncEngine) -> None:
    """Fields with spans in seconds, the words said, the number masked; reading is written down."""
    _, listed = await face.call("GET /api/drafts", role=Role.OPERATOR)
    status, read = await face.call(f"GET /api/drafts/{draft}", role=Role.OPERATOR)

    assert [each["id"] for each in listed["drafts"]] == [draft]
    assert status == 200
    assert read["proposed"]["kind"]["evidence"] == [{"start_s": 0.5, "end_s": 1.5, "words": "我要投诉"}]
    assert (read["proposed"]["place"]["value"], read["proposed"]["place"]["rule"]) == (None, "未听到地名")
    assert [(turn["speaker"], turn["text"]) for turn in read["transcript"]] == [("caller", "我要投诉")]
    assert NUMBER not in json.dumps([listed, read])
    async with database.connect() as connection:
        assert [(who, deed) for _, who, deed in await deeds_on(connection, draft)] == [("operator#1", "ticket.read")]


async def test_a_recording_is_heard_in_stereo_and_written_down(face: Face, draft: str, database: AsyncEngine) -> None:
    """Caller left, agent right; who heard it stands in the audit trail."""
    headers = {"Authorization": f"Bearer {face.tokens[Role.OPERATOR]}"}
    async with face.http.get(f"{face.url}/api/drafts/{draft}/audio", headers=headers) as response:
        heard = await response.read()
        assert (response.status, response.content_type) == (200, "audio/wav")

    sides = np.frombuffer(heard[44:], "<i2").reshape(-1, 2)
    assert (len(sides), set(sides[:, 0]), set(sides[:, 1])) == (SECONDS * RATE_HZ, {100}, {-200})
    async with database.connect() as connection:
        recording = (await list_tickets(connection))[0].recording
        assert [(who, deed) for _, who, deed in await deeds_on(connection, recording)] == [
            ("operator#1", "recording.heard")
        ]


async def test_a_piece_of_a_recording_can_be_asked_for(face: Face, draft: str) -> None:
    """A browser jumps to the evidence by a byte range; nonsense gets the whole."""
    headers = {"Authorization": f"Bearer {face.tokens[Role.OPERATOR]}"}
    url = f"{face.url}/api/drafts/{draft}/audio"
    async with face.http.get(url, headers={**headers, "Range": "bytes=44-51"}) as piece:
        assert (piece.status, await piece.read()) == (206, np.array([100, -200, 100, -200], "<i2").tobytes())
        assert piece.headers["Content-Range"] == f"bytes 44-51/{44 + SECONDS * RATE_HZ * 4}"
    async with face.http.get(url, headers={**headers, "Range": "bytes=x"}) as whole:
        assert whole.status == 200


async def test_a_draft_is_confirmed_once_with_corrections(face: Face, draft: str) -> None:
    """It gets a number; what was corrected is corrected; the second one is told that it is done."""
    wish = {"version": 1, "edits": {"place": "海州区", "kind": "求助"}}
    status, ticket = await face.call(f"POST /api/drafts/{draft}/confirm", wish, role=Role.OPERATOR)

    assert status == 200
    assert (ticket["state"], ticket["kind"], ticket["place"], ticket["subject"]) == (
        "confirmed",
        "求助",
        "海州区",
        "我要投诉",
    )
    assert (ticket["number"], ticket["confirmed_by"]) == ("20261123-000001", "operator#1")
    status, problem = await face.call(f"POST /api/drafts/{draft}/confirm", wish, role=Role.OPERATOR)
    assert (status, problem["rule"]) == (409, "ticket_refused")


async def test_a_contact_number_is_corrected_and_shown_masked(face: Face, draft: str) -> None:
    """What is typed is kept whole and shown masked; what is no number is refused, and the draft stays a draft."""
    line = f"POST /api/drafts/{draft}/confirm"
    status, problem = await face.call(line, {"version": 1, "edits": {"contact": "明天再说"}})
    assert (status, problem["rule"]) == (422, "edit_not_allowed")

    _, ticket = await face.call(line, {"version": 1, "edits": {"contact": "138-1234-5678"}})

    assert (ticket["state"], ticket["contact"]) == ("confirmed", "138****5678")
    async with face.services.database.connect() as connection:
        assert (await list_tickets(connection))[0].contact_number == "13812345678"


async def test_an_old_version_is_not_confirmed(face: Face, draft: str) -> None:
    """Somebody else was faster: 409, read again."""
    status, problem = await face.call(f"POST /api/drafts/{draft}/confirm", {"version": 7})

    assert (status, problem["rule"]) == (409, "changed_meanwhile")


async def test_a_draft_is_discarded_with_a_reason(face: Face, draft: str) -> None:
    """No reason, no discarding."""
    assert (await face.call(f"POST /api/drafts/{draft}/discard", {"version": 1, "reason": " "}))[0] == 422

    _, ticket = await face.call(f"POST /api/drafts/{draft}/discard", {"version": 1, "reason": "拨错号码"})

    assert (ticket["state"], ticket["discard_reason"]) == ("discarded", "拨错号码")
    assert (await face.call("GET /api/drafts"))[1] == {"drafts": []}
    assert len((await face.call("GET /api/drafts?state=discarded"))[1]["drafts"]) == 1


async def test_a_draft_that_is_not_there_is_not_found(face: Face) -> None:
    """Whatever the id looks like."""
    for odd in ("x", "..%2f..%2fetc", "0" * 36):
        for line in (f"GET /api/drafts/{odd}", f"GET /api/drafts/{odd}/audio"):
            status, problem = await face.call(line)
            assert (status, problem["rule"]) == (404, "unknown_ticket")


async def test_only_kinds_that_exist_are_taken(face: Face, draft: str) -> None:
    """A kind that is none of the six is refused, naming the field."""
    _, problem = await face.call(f"POST /api/drafts/{draft}/confirm", {"version": 1, "edits": {"kind": "闲聊"}})

    assert [(wrong["field"], wrong["zh"]) for wrong in problem["fields"]] == [("edits.kind", "不在可选范围内")]
