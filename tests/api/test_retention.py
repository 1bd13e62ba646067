"""Retention by HTTP: what is due, what is held, what goes; and what a draft still needs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.people import Role
from hotline.speech import needed
from recordings.intake import Intake
from recordings.recording import RecordingId
from tests.api.draft_scene import draft
from tests.api.face import NOW, Face
from tests.recordings.scenes import leave_call
from tickets.store import list_tickets

__all__ = ["draft"]

ORDINARY_DAYS = 1095
"""Of the sample's first class."""
NOBODY_HAS = "01a2068f-8a00-75a4-80fa-d8127af05079"


@pytest.fixture
async def old(tmp_path: Path, database: AsyncEngine) -> list[str]:
    """Two recordings whose time is over today."""
    for number in range(2):
        leave_call(tmp_path / "spool", call=f"lx-{number}.1", seconds=0.1)
    then = NOW - timedelta(days=ORDINARY_DAYS)
    taken = await Intake(tmp_path / "spool", tmp_path / "recordings", database, clock=lambda: then).sweep()
    return [row.id for row in taken]


async def test_what_is_held_stays_and_the_rest_goes(face: Face, old: list[str]) -> None:
    """Held by a leader, with a reason; seen before; let go, it goes with the next sweep."""
    held, other = old
    wish = {"why": "行政复议"}
    assert (await face.call(f"POST /api/recordings/{held}/hold", wish, role=Role.OPERATOR))[0] == 403
    status, seen = await face.call(f"POST /api/recordings/{held}/hold", wish, role=Role.LEADER)
    assert (status, seen["why"], seen["by"]) == (200, "行政复议", "leader#2")
    again = await face.call(f"POST /api/recordings/{held}/hold", {"why": "再次"}, role=Role.LEADER)
    assert again == (200, seen)

    _, before = await face.call("GET /api/retention")
    _, swept = await face.call("POST /api/retention/sweep", {})
    _, after = await face.call("GET /api/retention")

    kept = {"keep_days": ORDINARY_DAYS, "transcript_days": ORDINARY_DAYS}
    ordinary = {"name": "ordinary", **kept, "due": 1, "soon": 0}
    assert (before["classes"][0], before["held"], before["holds"]) == (ordinary, 1, [seen])
    assert swept == {"deleted": 1, "transcripts": 0}
    assert (after["classes"][0]["due"], after["held"]) == (0, 1)
    assert (await face.call(f"POST /api/recordings/{other}/grants", {"reason": "核对"}))[0] == 409
    assert (await face.call(f"POST /api/recordings/{held}/release", {"why": "结案"}))[0] == 200
    assert (await face.call(f"POST /api/recordings/{held}/release", {"why": "结案"}))[0] == 404
    assert (await face.call("POST /api/retention/sweep", {}))[1] == {"deleted": 1, "transcripts": 0}
    assert (await face.call(f"POST /api/recordings/{held}/hold", wish))[0] == 409


async def test_unknown_recordings_and_reasons_that_say_nothing_are_refused(face: Face, old: list[str]) -> None:
    """Nothing is written."""
    assert (await face.call(f"POST /api/recordings/{NOBODY_HAS}/hold", {"why": "复议"}))[0] == 404
    for why in ("", "\x00\x01", "x" * 301):
        assert (await face.call(f"POST /api/recordings/{old[0]}/hold", {"why": why}))[0] == 422
    assert (await face.call("GET /api/retention"))[1]["holds"] == []


async def test_a_draft_that_nobody_has_decided_needs_its_recording(
    face: Face, draft: str, database: AsyncEngine
) -> None:
    """Confirmed or discarded, it does not."""
    async with database.connect() as connection:
        recording = RecordingId((await list_tickets(connection))[0].recording)
        assert await needed(lambda: NOW, connection, {recording}) == {recording}
    assert (await face.call(f"POST /api/drafts/{draft}/claim", {"version": 1}))[0] == 200
    assert (await face.call(f"POST /api/drafts/{draft}/discard", {"version": 2, "reason": "误拨"}))[0] == 200

    async with database.connect() as connection:
        assert (await list_tickets(connection))[0].state == "discarded"
        assert await needed(lambda: NOW, connection, {recording}) == set()
