"""授权: leave for one person to hear one recording for a short while; table `grants`.

The only way to a recording's sound. A grant is bound to a person, a recording and a kind; its token is 256 random bits
of which the hash is kept, and it opens nothing in another person's hands. That it was made, and its first use, stand
in the audit trail before anything is given: what is heard within its life, in however many pieces, is one listening.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Column, String, Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from plumbing.columns import Instant
from plumbing.database import metadata
from recordings import ledger
from recordings.access import note
from recordings.archive import Archive
from recordings.listen import StereoSound, open_stereo
from recordings.recording import Leg, Recording, RecordingId, RecordingState, new_recording_id

LIFE = timedelta(seconds=120)
KEPT_AFTERWARDS = timedelta(days=1)  # then only the audit trail remembers it
PREFIX = "lg_"

grants = Table(
    "grants",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("recording", String(36), nullable=False),
    Column("person", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("until", Instant, nullable=False, index=True),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
)


class GrantKind(StrEnum):
    """What may be done with the sound. The bytes are the same; a download is marked as one, in the trail too."""

    PLAY = "play"  # 收听
    DOWNLOAD = "download"  # 下载


_DEEDS = {GrantKind.PLAY: "recording.played", GrantKind.DOWNLOAD: "recording.downloaded"}


class NothingToHear(LookupError):
    """The recording holds no sound: its `reason` says why."""

    def __init__(self, recording: Recording) -> None:
        super().__init__(recording.reason or recording.state)
        self.recording = recording


class GrantRefused(Exception):
    """The sound is not given. `misuse`: it was asked for with a grant that is not for this."""

    misuse = False


class GrantUnknown(GrantRefused):
    """There is no such grant, or it is long over."""


class GrantExpired(GrantRefused):
    """Its time is over."""


class GrantRevoked(GrantRefused):
    """It was taken back."""

    misuse = True


class GrantOfAnother(GrantRefused):
    """It was given to another person."""

    misuse = True


class GrantForAnother(GrantRefused):
    """It was given for another recording."""

    misuse = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A row of `grants`, without the token."""

    id: str
    recording: RecordingId
    person: str
    kind: GrantKind
    until: datetime
    revoked_at: datetime | None = None


def refusal(grant: Grant, recording: RecordingId, person: str, now: datetime) -> GrantRefused | None:
    """Why this grant does not open this recording for this person now. Pure: the one rule."""
    if grant.person != person:
        return GrantOfAnother()
    if grant.recording != recording:
        return GrantForAnother()
    if grant.revoked_at is not None:
        return GrantRevoked()
    if now >= grant.until:
        return GrantExpired()
    return None


async def allow(
    connection: AsyncConnection,
    recording: RecordingId,
    *,
    person: str,
    kind: GrantKind,
    reason: str,
    at: datetime,
    life: timedelta = LIFE,
) -> tuple[Grant, str]:
    """Make a grant, written down with its reason, in the caller's transaction; gives its token, seen only now.

    RecordingUnknown, NothingToHear.
    """
    found = await ledger.read(connection, recording)
    if found.state is not RecordingState.KEPT:
        raise NothingToHear(found)
    grant = Grant(id=new_recording_id(at), recording=found.id, person=person, kind=kind, until=at + life)
    token = PREFIX + secrets.token_urlsafe(32)
    kept = {"id": grant.id, "recording": found.id, "person": person, "kind": kind, "made_at": at, "until": grant.until}
    await connection.execute(delete(grants).where(grants.c.until < at - KEPT_AFTERWARDS))
    await connection.execute(insert(grants).values(token_hash=_hashed(token), **kept))
    detail = f"{kind} {grant.id}: {reason}"
    await note(connection, at=at, who=person, deed="recording.granted", subject=found.id, detail=detail)
    return grant, token


async def revoke(
    connection: AsyncConnection, recording: RecordingId, grant: str, *, person: str | None, by: str, at: datetime
) -> bool:
    """Take a grant back, at once: one of `person`, or (None) anybody's. False when there is none to take back."""
    c = grants.c
    there = update(grants).where(c.id == grant, c.recording == recording, c.revoked_at.is_(None))
    if person is not None:
        there = there.where(c.person == person)
    if (await connection.execute(there.values(revoked_at=at))).rowcount != 1:
        return False
    await note(connection, at=at, who=by, deed="recording.grant_revoked", subject=recording, detail=grant)
    return True


async def hear(
    engine: AsyncEngine, archive: Archive, recording: RecordingId, token: str, *, person: str, at: datetime
) -> tuple[StereoSound, GrantKind]:
    """Open a recording for who holds a grant; that is on the disk before. Any GrantRefused, Tampered, KeyLost."""
    async with engine.begin() as connection:
        grant = await _held(connection, token)
        refused = refusal(grant, recording, person, at)
        if refused is None:
            await _note_first_use(connection, grant, at)
        elif refused.misuse:
            detail = f"{type(refused).__name__} {grant.id}"
            await note(connection, at=at, who=person, deed="recording.refused", subject=recording, detail=detail)
    if refused:
        raise refused
    legs = archive.stored(grant.recording)
    return await asyncio.to_thread(open_stereo, legs[Leg.CALLER], legs[Leg.AGENT]), grant.kind


async def _note_first_use(connection: AsyncConnection, grant: Grant, at: datetime) -> None:
    c = grants.c
    first = await connection.execute(
        update(grants).where(c.id == grant.id, c.used_at.is_(None), c.revoked_at.is_(None)).values(used_at=at)
    )
    if first.rowcount:
        deed = _DEEDS[grant.kind]
        await note(connection, at=at, who=grant.person, deed=deed, subject=grant.recording, detail=grant.id)
    elif await connection.scalar(select(c.used_at).where(c.id == grant.id)) is None:
        raise GrantRevoked  # this very moment


async def _held(connection: AsyncConnection, token: str) -> Grant:
    c = grants.c
    query = select(c.id, c.recording, c.person, c.kind, c.until, c.revoked_at).where(c.token_hash == _hashed(token))
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise GrantUnknown
    return Grant(**row._asdict() | {"kind": GrantKind(row.kind)})


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
