"""A recording is heard by a grant or not at all, and never before that is written down; on real databases."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import Awaitable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from plumbing.database import connect
from recordings.access import audit, deeds_on, listed
from recordings.archive import Archive
from recordings.grants import (
    LIFE,
    Grant,
    GrantExpired,
    GrantForAnother,
    GrantKind,
    GrantOfAnother,
    GrantRefused,
    GrantRevoked,
    GrantUnknown,
    NothingToHear,
    allow,
    grants,
    hear,
    refusal,
    revoke,
)
from recordings.intake import Intake
from recordings.ledger import RecordingUnknown
from recordings.recording import Leg, Recording, RecordingId, SpoolName
from tests.databases import BOTH, locked
from tests.recordings.scenes import NOON, count, heard, leave_call

pytestmark = BOTH

LATER = NOON + timedelta(seconds=60)


@pytest.fixture
async def recording(spool: Path, archive: Path, engine: AsyncEngine) -> Recording:
    """One recording of a second, taken in."""
    leave_call(spool)
    (recording,) = await Intake(spool, archive, engine).sweep()
    return recording


async def granted(engine: AsyncEngine, recording: RecordingId, **differently: object) -> tuple[Grant, str]:
    """101 may hear it."""
    usual = {"person": "101", "kind": GrantKind.PLAY, "reason": "核对", "at": NOON}
    async with engine.begin() as connection:
        return await allow(connection, recording, **usual | differently)


async def deeds(engine: AsyncEngine, recording: RecordingId) -> list[tuple[str, str]]:
    """What was done to it by whom, in order."""
    async with engine.connect() as connection:
        return [(who, deed) for _, who, deed in await deeds_on(connection, recording)]


async def test_granting_and_the_first_use_are_written_down(
    recording: Recording, archive: Path, engine: AsyncEngine
) -> None:
    """Who, what, why; then the sound, in as many pieces as one likes; a download is marked as one."""
    _, token = await granted(engine, recording.id)
    for _ in range(2):
        sound, kind = await hear(engine, Archive(archive), recording.id, token, person="101", at=LATER)
    _, other = await granted(engine, recording.id, person="102", kind=GrantKind.DOWNLOAD, reason="法院调取")
    await hear(engine, Archive(archive), recording.id, other, person="102", at=LATER)

    streamed = b"".join([piece async for piece in sound.stream(step=1000)])
    with wave.open(io.BytesIO(streamed)) as file:
        assert (file.getnframes(), kind) == (8000, GrantKind.PLAY)
    assert await deeds(engine, recording.id) == [
        ("101", "recording.granted"),
        ("101", "recording.played"),
        ("102", "recording.granted"),
        ("102", "recording.downloaded"),
    ]
    async with engine.connect() as connection:
        reasons = [line.detail for line in await listed(connection, deed="recording.granted")]
    assert ["法院调取" in str(reasons[0]), "核对" in str(reasons[1])] == [True, True]


async def test_only_the_hash_of_a_token_is_kept(recording: Recording, engine: AsyncEngine) -> None:
    """Nengine the table nor the trail gives it away."""
    _, token = await granted(engine, recording.id)

    async with engine.connect() as connection:
        rows = [*await connection.execute(grants.select()), *await connection.execute(audit.select())]
    assert rows
    assert token not in str(rows)


def test_the_rule_names_what_is_wrong() -> None:
    """Another person's, another recording's, taken back, over: in this order; the last moment is over."""
    mine, other = RecordingId("mine"), RecordingId("other")
    grant = Grant(id="g", recording=mine, person="101", kind=GrantKind.PLAY, until=NOON + LIFE)
    gone = Grant(id="g", recording=mine, person="101", kind=GrantKind.PLAY, until=NOON + LIFE, revoked_at=NOON)
    just_before = NOON + LIFE - timedelta(microseconds=1)

    assert refusal(grant, mine, "101", just_before) is None
    assert isinstance(refusal(grant, mine, "101", NOON + LIFE), GrantExpired)
    assert isinstance(refusal(grant, other, "101", NOON), GrantForAnother)
    assert isinstance(refusal(grant, mine, "102", NOON), GrantOfAnother)
    assert isinstance(refusal(gone, mine, "101", NOON), GrantRevoked)


async def test_misused_grants_open_nothing_and_are_written_down(
    recording: Recording, spool: Path, archive: Path, engine: AsyncEngine
) -> None:
    """By whoever tried; a grant that is merely over or unknown leaves no line; nobody has heard anything."""
    leave_call(spool, call="other-1.1")
    (other,) = await Intake(spool, archive, engine).sweep()
    grant, token = await granted(engine, recording.id)

    async def tried(what: RecordingId, with_: str, person: str, at: timedelta = timedelta(0)) -> type[GrantRefused]:
        with pytest.raises(GrantRefused) as refused:
            await hear(engine, Archive(archive), what, with_, person=person, at=NOON + at)
        return refused.type

    assert await tried(recording.id, token, "102") is GrantOfAnother
    assert await tried(other.id, token, "101") is GrantForAnother
    assert await tried(recording.id, token, "101", LIFE) is GrantExpired
    assert await tried(recording.id, "lg_guessed", "101") is GrantUnknown
    async with engine.begin() as connection:
        assert await revoke(connection, recording.id, grant.id, person="101", by="101", at=NOON)
        assert not await revoke(connection, recording.id, grant.id, person=None, by="103", at=NOON)
    assert await tried(recording.id, token, "101") is GrantRevoked

    assert await deeds(engine, recording.id) == [
        ("101", "recording.granted"),
        ("102", "recording.refused"),
        ("101", "recording.grant_revoked"),
        ("101", "recording.refused"),
    ]
    assert await deeds(engine, other.id) == [("101", "recording.refused")]


async def test_one_takes_back_ones_own_grants_only(recording: Recording, engine: AsyncEngine) -> None:
    """And only those of the recording that is named."""
    grant, _ = await granted(engine, recording.id)
    async with engine.begin() as connection:
        assert not await revoke(connection, recording.id, grant.id, person="102", by="102", at=NOON)
        assert not await revoke(connection, RecordingId("x"), grant.id, person="101", by="101", at=NOON)


async def test_hearing_and_taking_back_at_once_leave_a_line_for_every_sound(
    recording: Recording, archive: Path, database_url: str
) -> None:
    """Whoever of the two is first; what was heard stands there."""
    engine = connect(database_url)
    for number in range(10):
        grant, token = await granted(engine, recording.id, person=f"{number}")

        async def take_back(grant: Grant = grant) -> bool:
            async with engine.begin() as connection:
                return await revoke(connection, recording.id, grant.id, person=None, by="leader", at=NOON)

        hearing: list[Awaitable[object]] = [
            hear(engine, Archive(archive), recording.id, token, person=f"{number}", at=NOON) for _ in range(2)
        ]
        *sounds, taken_back = await asyncio.gather(*hearing, take_back(), return_exceptions=True)

        played = (f"{number}", "recording.played") in await deeds(engine, recording.id)
        assert taken_back is True
        assert played == any(not isinstance(sound, GrantRevoked) for sound in sounds), sounds
    await engine.dispose()


async def test_grants_are_forgotten_a_day_after_their_end(recording: Recording, engine: AsyncEngine) -> None:
    """The trail remembers."""
    await granted(engine, recording.id)
    await granted(engine, recording.id, at=NOON + LIFE + timedelta(days=1, seconds=1))

    assert (await count(engine, grants), await count(engine, audit)) == (1, 2)


async def test_nothing_is_heard_when_it_cannot_be_written_down(
    recording: Recording, archive: Path, engine: AsyncEngine, database_url: str
) -> None:
    """No line, no sound."""
    _, token = await granted(engine, recording.id)

    with locked(database_url), pytest.raises(OperationalError, match="lock"):
        await hear(engine, Archive(archive), recording.id, token, person="101", at=NOON)


async def test_nobody_is_granted_anything_without_a_name(recording: Recording, engine: AsyncEngine) -> None:
    """An anonymous listener is refused, and no grant is left."""
    with pytest.raises(ValueError, match="person"):
        await granted(engine, recording.id, person=" ")

    assert await count(engine, grants) == 0


async def test_empty_recording_says_why_there_is_nothing_to_hear(
    spool: Path, archive: Path, engine: AsyncEngine
) -> None:
    """The reason is for people."""
    leave_call(spool)
    for leg in Leg:
        (spool / SpoolName("lx1-1732.1", 1).leg(leg)).write_bytes(b"")
    (recording,) = await Intake(spool, archive, engine).sweep()

    with pytest.raises(NothingToHear, match="从未接通"):
        await heard(engine, Archive(archive), recording)


@pytest.mark.parametrize("hostile", ["../../../etc/passwd", "x' OR 1=1 --", "019abc00-0000-7000-8000-000000000000"])
async def test_unknown_recording_is_unknown_whatever_it_is_called(engine: AsyncEngine, hostile: str) -> None:
    """No path, no SQL, no line about what is not."""
    with pytest.raises(RecordingUnknown):
        await granted(engine, RecordingId(hostile))

    assert await count(engine, audit) == 0
