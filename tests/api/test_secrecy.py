"""保密热线: a confidential hotline's drafts and recordings say nothing to whoever did not have the call."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.people import Role
from recordings.calls import Call, note_calls
from tests.api.draft_scene import draft
from tests.api.face import Face

__all__ = ["draft"]

CALL = "lx-1.1"
CONFIDENTIAL = "12336"


@pytest.fixture
async def secret(draft: str, database: AsyncEngine) -> str:
    """A draft of a call to the confidential hotline, which another agent had."""
    await note_calls(database, [Call(call_id=CALL, hotline=CONFIDENTIAL, agent="101")])
    return draft


async def test_others_see_that_there_is_a_draft_and_no_word_of_it(face: Face, secret: str) -> None:
    """In the list; a leader reads it."""
    _, seen = await face.call("GET /api/drafts", role=Role.OPERATOR)
    _, read = await face.call("GET /api/drafts", role=Role.LEADER)

    assert [each["drafts"][0]["id"] for each in (seen, read)] == [secret, secret]
    assert [each["drafts"][0]["summary"] for each in (seen, read)] == [None, "我要投诉"]
    assert "我要投诉" not in json.dumps(seen, ensure_ascii=False)


@pytest.mark.parametrize(
    ("line", "wish"),
    [
        ("GET /api/drafts/{draft}", None),
        ("GET /api/drafts/{draft}/repeats", None),
        ("POST /api/drafts/{draft}/claim", {"version": 1}),
        ("POST /api/drafts/{draft}/confirm", {"version": 1}),
        ("POST /api/drafts/{draft}/discard", {"version": 1, "reason": "重复"}),
        ("POST /api/drafts/{draft}/return", {"version": 1, "reason": "重复"}),
        ("POST /api/drafts/{draft}/merge", {"version": 1, "into": "0" * 36, "reason": "同一件事"}),
        ("POST /api/drafts/{draft}/unmerge", {"version": 1, "reason": "不是"}),
        ("POST /api/recordings/{recording}/grants", {"reason": "核对"}),
    ],
)
async def test_others_can_do_nothing_with_it(face: Face, secret: str, line: str, wish: dict[str, object]) -> None:
    """403, whatever is asked; the same is not refused to a leader for that."""
    _, listed = await face.call("GET /api/drafts", role=Role.LEADER)
    line = line.format(draft=secret, recording=listed["drafts"][0]["recording"])

    status, problem = await face.call(line, wish, role=Role.OPERATOR)

    assert (status, problem["rule"]) == (403, "not_allowed")
    assert (await face.call(line, wish, role=Role.LEADER))[0] != 403


async def test_the_agent_of_the_call_writes_its_ticket(face: Face, secret: str, database: AsyncEngine) -> None:
    """They heard it all."""
    await note_calls(database, [Call(call_id=CALL, agent="operator")])  # the name of the operator's token

    status, read = await face.call(f"GET /api/drafts/{secret}", role=Role.OPERATOR)

    assert (status, [turn["text"] for turn in read["transcript"]]) == (200, ["我要投诉"])
    assert (await face.call(f"POST /api/drafts/{secret}/claim", {"version": 1}, role=Role.OPERATOR))[0] == 200
