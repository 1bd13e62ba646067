"""Recordings by HTTP: leave asked for with a reason, the sound by that leave only, every refusal by its name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.people import Role
from recordings.access import deeds_on, listed
from recordings.calls import Call, note_calls
from recordings.keeper import Keeper
from tests.api.draft_scene import RATE_HZ, SECONDS, draft
from tests.api.face import NOW, Face
from tests.databases import BOTH
from tickets.store import list_tickets

__all__ = ["draft"]

pytestmark = BOTH

WHY = {"reason": "核对草稿"}


@pytest.fixture
async def recording(face: Face, draft: str, database: AsyncEngine) -> str:
    """A recording of a talk that the agent named `operator` had."""
    async with database.connect() as connection:
        ticket = (await list_tickets(connection))[0]
    await note_calls(database, [Call(call_id=ticket.call_id, agent="operator", seat="8001", answered_at=NOW)])
    return ticket.recording


async def granted(face: Face, recording: str, wish: dict[str, Any], role: Role = Role.LEADER) -> dict[str, Any]:
    """What a person of a role gets who asks for leave."""
    status, given = await face.call(f"POST /api/recordings/{recording}/grants", wish, role=role)
    assert status == 200, given
    return dict(given)


async def sound(
    face: Face, recording: str, token: str, role: Role = Role.LEADER, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the audio."""
    headers["Authorization"] = f"Bearer {face.tokens[role]}"
    url = f"{face.url}/api/recordings/{recording}/audio"
    async with face.http.get(url, params={"grant": token}, headers=headers) as response:
        return response.status, dict(response.headers), await response.read()


async def refused(face: Face, recording: str, token: str, role: Role = Role.LEADER) -> tuple[int, str]:
    """How it is refused."""
    status, problem = await face.call(f"GET /api/recordings/{recording}/audio?grant={token}", role=role)
    return status, problem["rule"]


async def test_a_recording_is_heard_in_stereo_and_written_down(
    face: Face, recording: str, database: AsyncEngine
) -> None:
    """Caller left, agent right; leave and listening stand in the audit trail, with the reason, its numbers masked."""
    given = await granted(face, recording, {"reason": "市民13812345678要求复听"})

    status, headers, heard = await sound(face, recording, given["token"])

    assert (status, headers["Content-Type"], "Content-Disposition" in headers) == (200, "audio/wav", False)
    sides = np.frombuffer(heard[44:], "<i2").reshape(-1, 2)
    assert (len(sides), set(sides[:, 0]), set(sides[:, 1])) == (SECONDS * RATE_HZ, {100}, {-200})
    async with database.connect() as connection:
        done = [(who, deed) for _, who, deed in await deeds_on(connection, recording)]
        (asked,) = await listed(connection, deed="recording.granted")
    assert done == [("leader#2", "recording.granted"), ("leader#2", "recording.played")]
    assert str(asked.detail).endswith("市民138****5678要求复听")


async def test_a_player_asks_for_pieces_within_one_listening(face: Face, recording: str, database: AsyncEngine) -> None:
    """A browser jumps to the evidence by a byte range; nonsense gets the whole; one line stands in the trail."""
    token = (await granted(face, recording, WHY))["token"]

    status, headers, piece = await sound(face, recording, token, Range="bytes=44-51")
    assert (status, piece) == (206, np.array([100, -200, 100, -200], "<i2").tobytes())
    assert headers["Content-Range"] == f"bytes 44-51/{44 + SECONDS * RATE_HZ * 4}"
    assert (await sound(face, recording, token, Range="bytes=x"))[0] == 200
    async with database.connect() as connection:
        assert len(await listed(connection, deed="recording.played")) == 1


async def test_the_agent_of_the_call_needs_no_reason_everybody_else_does(
    face: Face, recording: str, database: AsyncEngine
) -> None:
    """Whatever their role; a reason is a line of words."""
    line = f"POST /api/recordings/{recording}/grants"
    await granted(face, recording, {}, Role.OPERATOR)
    assert (await face.call(line, {}, role=Role.ADMIN))[1]["rule"] == "reason_needed"
    await note_calls(database, [Call(call_id="lx-1.1", agent="another", seat="8001", answered_at=NOW)])

    assert (await face.call(line, {}, role=Role.OPERATOR))[1]["rule"] == "reason_needed"
    for none in (" ", "x", "a\nb", "a\u0000b"):
        assert (await face.call(line, {"reason": none}))[1]["rule"] == "not_valid"


async def test_every_refusal_has_its_name(face: Face, recording: str) -> None:
    """Nobody else's, for no other recording, not when it was taken back or is over, and never by guessing."""
    given = await granted(face, recording, WHY)
    token = given["token"]
    brief = (await granted(face, recording, {**WHY, "seconds": 1}))["until"]

    assert await refused(face, recording, token, Role.ADMIN) == (403, "grant_of_another")
    assert await refused(face, "0" * 36, token) == (403, "grant_for_another")
    assert await refused(face, recording, "") == await refused(face, recording, "lg_x") == (403, "grant_unknown")
    assert (await face.call(f"DELETE /api/recordings/{recording}/grants/{given['id']}", role=Role.OPERATOR))[0] == 404
    assert (await face.call(f"DELETE /api/recordings/{recording}/grants/{given['id']}", role=Role.ADMIN))[0] == 200
    assert await refused(face, recording, token) == (403, "grant_revoked")
    assert (given["until"], brief) == ("2026-11-23T08:32:00Z", "2026-11-23T08:30:01Z")


async def test_a_download_is_for_leaders_and_marked(face: Face, recording: str, database: AsyncEngine) -> None:
    """By its kind in the trail, and as a file with a name that tells nothing of the call."""
    wish = {**WHY, "kind": "download"}
    line = f"POST /api/recordings/{recording}/grants"
    assert (await face.call(line, wish, role=Role.OPERATOR))[1]["rule"] == "not_allowed"

    _, headers, _ = await sound(face, recording, (await granted(face, recording, wish))["token"])

    assert headers["Content-Disposition"] == f'attachment; filename="{recording}.wav"'
    async with database.connect() as connection:
        assert [deed for *_, deed in await deeds_on(connection, recording)][-1] == "recording.downloaded"


async def test_no_byte_is_given_when_it_cannot_be_written_down(
    face: Face, recording: str, database: AsyncEngine
) -> None:
    """The trail cannot be appended to: an error, and no sound."""
    token = (await granted(face, recording, WHY))["token"]
    async with database.begin() as connection:
        await connection.execute(text("DELETE FROM audit_head"))

    status, headers, body = await sound(face, recording, token)

    assert (status, headers["Content-Type"], b"RIFF" in body) == (500, "application/json", False)


async def test_what_lies_in_the_vault_is_heard_the_same(face: Face, recording: str, database: AsyncEngine) -> None:
    """By the same grant."""

    async def nobody(_: object, __: object) -> set[Any]:
        return set()

    token = (await granted(face, recording, WHY))["token"]
    before = await sound(face, recording, token)
    assert await Keeper(database, face.services.archive, nobody).sweep() == [recording]

    assert (await sound(face, recording, token))[2] == before[2]


async def test_a_recording_that_is_not_there_is_not_found(face: Face) -> None:
    """Whatever the id looks like."""
    for odd in ("x", "..%2f..%2fetc", "0" * 36):
        status, problem = await face.call(f"POST /api/recordings/{odd}/grants", WHY)
        assert (status, problem["rule"]) == (404, "unknown_recording")


async def test_a_sweep_names_what_a_person_must_look_at(face: Face, recording: str) -> None:
    """For leaders; the recording is here and its hash was never written: nothing differs, and nothing is repaired."""
    assert (await face.call("POST /api/recordings/sweep", {}, role=Role.OPERATOR))[0] == 403

    _, swept = await face.call("POST /api/recordings/sweep", {"everything": True}, role=Role.LEADER)

    named = ("adopted", "found_again", "missing", "keyless", "altered", "stuck")
    assert swept == {name: [] for name in named} | {"cleared": 0, "set_aside": 0}
