"""A call's transcript: while it goes on and afterwards; who may read it, what is masked, what is written down."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.events import CallArrived
from acd.model import AgentId, CallId
from api.people import Role
from asr.transcript import Speaker, Transcript, Turn, Word
from recordings.access import listed
from recordings.calls import Call, note_calls
from tests.api.draft_scene import NUMBER, draft
from tests.api.face import NOW, Face

__all__ = ["draft"]

CALL = CallId("lx-1.1")
LINE = f"GET /api/calls/{CALL}/transcript"
HEARD = Transcript((Turn(Speaker.CALLER, 0.5, 3.0, (Word(f"电话{NUMBER}", 0.5, 3.0, 0.9),)),))


def goes_on(face: Face) -> None:
    """The call is here now, and its second attempt is heard live."""
    face.services.board.note(CallArrived(at=NOW, call=CALL, hotline="12345"))
    face.transcription.heard[CALL] = {2: HEARD}


async def test_a_call_is_read_while_it_goes_on_with_numbers_masked(face: Face, database: AsyncEngine) -> None:
    """By a leader; each reading is in the trail."""
    goes_on(face)

    status, read = await face.call(LINE, role=Role.LEADER)

    turn = {"speaker": "caller", "start_s": 0.5, "end_s": 3.0, "text": "电话138****0000"}
    parts = [{"attempt": 2, "recording": None, "turns": [turn]}]
    assert (status, read) == (200, {"call": CALL, "live": True, "parts": parts})
    async with database.connect() as connection:
        (line,) = await listed(connection, deed="transcript.read", subject=CALL)
    assert line.who == "leader#2"


async def test_reading_along_is_for_the_agent_of_the_call_and_leaders(face: Face, database: AsyncEngine) -> None:
    """It is listening in; a refusal leaves no line and no word."""
    goes_on(face)
    face.talks.agents[CALL] = AgentId("101")
    status, refused = await face.call(LINE, role=Role.OPERATOR)
    assert (status, refused["rule"]) == (403, "not_allowed")
    async with database.connect() as connection:
        assert not await listed(connection, deed="transcript.read")

    face.talks.agents[CALL] = AgentId("operator")  # the name of the operator's token

    assert (await face.call(LINE, role=Role.OPERATOR))[0] == 200


@pytest.mark.usefixtures("draft")
async def test_what_is_kept_is_read_before_what_was_heard_live(face: Face) -> None:
    """One part a recording, in order; of an attempt that is kept, what was heard live is not told again."""
    face.transcription.heard[CALL] = {2: HEARD, 1: HEARD}

    status, read = await face.call(LINE, role=Role.OPERATOR)

    assert (status, read["live"]) == (200, False)
    assert [(part["attempt"], bool(part["recording"])) for part in read["parts"]] == [(1, True), (2, False)]
    assert [turn["text"] for turn in read["parts"][0]["turns"]] == ["我要投诉"]
    assert NUMBER not in json.dumps(read)


@pytest.mark.usefixtures("draft")
async def test_a_confidential_hotlines_transcript_is_for_leaders_afterwards(face: Face, database: AsyncEngine) -> None:
    """Other hotlines' calls are read by whoever reads drafts."""
    await note_calls(database, [Call(call_id=CALL, hotline="12336")])

    assert [(await face.call(LINE, role=role))[0] for role in (Role.OPERATOR, Role.LEADER)] == [403, 200]


async def test_a_call_without_a_transcript_is_told_from_no_call(face: Face, database: AsyncEngine) -> None:
    """404 either way, with its own rule; odd ids are no calls."""
    for odd in ("x", "..%2f..%2fetc", "1" * 200):
        status, problem = await face.call(f"GET /api/calls/{odd}/transcript")
        assert (status, problem["rule"]) == (404, "unknown")
    await note_calls(database, [Call(call_id=CALL, hotline="12345")])

    status, problem = await face.call(LINE)

    assert (status, problem["rule"]) == (404, "not_transcribed")
