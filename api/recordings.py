"""录音: leave to hear one, for a reason and a short while; and the one gate through which every route gives sound."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated, TypeVar

from aiohttp import web
from pydantic import Field

from api.asked import Answer, Asked, Done, Nothing, Reason, Wish
from api.auth import NotAllowed
from api.people import Role
from api.secrecy import must_not_be_secret
from api.unanswered import Unknown
from recordings import grants, ledger
from recordings.grants import GrantKind
from recordings.recording import RecordingId
from tickets.contact import without_numbers

OWN_CALL = "本人通话 own call"

W = TypeVar("W", bound="GrantHeld")


class ReasonNeeded(Exception):
    """Whoever was not the agent of the call says why they want to hear it."""


class AskGrant(Wish):
    """To play or (leaders) to download, and why; the agent of the call need not say why."""

    kind: GrantKind = GrantKind.PLAY
    reason: Reason | None = None
    seconds: Annotated[int, Field(ge=1, le=600)] = int(grants.LIFE.total_seconds())


class GrantGiven(Answer):
    """The only time the token is seen. It opens this recording, for who asked, up to before `until`."""

    id: str
    token: str
    kind: GrantKind
    until: datetime


class GrantHeld(Wish):
    """The token of a grant of the same person."""

    grant: Annotated[str, Field(max_length=100)] = ""


async def allow(asked: Asked[AskGrant]) -> GrantGiven:
    """Leave to hear one recording, written down with its reason."""
    wish = asked.wish
    if wish.kind is GrantKind.DOWNLOAD and asked.by.role < Role.LEADER:
        raise NotAllowed(Role.LEADER)
    async with asked.services.database.begin() as connection:
        found = await ledger.read(connection, RecordingId(asked.path["recording"]))
        call = await must_not_be_secret(asked, connection, found.call_id)
        if wish.reason is None and call.agent != asked.by.name:
            raise ReasonNeeded
        grant, token = await grants.allow(
            connection,
            found.id,
            person=str(asked.by),
            kind=wish.kind,
            reason=without_numbers(wish.reason) if wish.reason else OWN_CALL,
            at=asked.now,
            life=timedelta(seconds=wish.seconds),
        )
    return GrantGiven(id=grant.id, token=token, kind=grant.kind, until=grant.until)


async def revoke(asked: Asked[Nothing]) -> Done:
    """Take a grant back: one's own; a leader, anybody's."""
    person = None if asked.by.role >= Role.LEADER else str(asked.by)
    async with asked.services.database.begin() as connection:
        recording = RecordingId(asked.path["recording"])
        grant = asked.path["grant"]
        if not await grants.revoke(connection, recording, grant, person=person, by=str(asked.by), at=asked.now):
            raise Unknown(grant)
    return Done()


async def hear(asked: Asked[GrantHeld]) -> web.StreamResponse:
    """The recording as stereo WAV: caller left, agent right."""
    return await sound_of(asked, RecordingId(asked.path["recording"]))


async def sound_of(asked: Asked[W], recording: RecordingId) -> web.StreamResponse:
    """The one gate: a grant is looked at and its use written down before a byte is sent; ranges are served."""
    services = asked.services
    sound, kind = await grants.hear(
        services.database, services.archive, recording, asked.wish.grant, person=str(asked.by), at=asked.now
    )
    start, stop = _range(asked.request, sound.size_bytes)
    response = web.StreamResponse(
        status=200 if (start, stop) == (0, sound.size_bytes) else 206,
        headers={"Content-Type": "audio/wav", "Accept-Ranges": "bytes"},
    )
    if response.status == 206:
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{sound.size_bytes}"
    if kind is GrantKind.DOWNLOAD:
        response.headers["Content-Disposition"] = f'attachment; filename="{recording}.wav"'
    response.content_length = stop - start
    await response.prepare(asked.request)
    with suppress(ConnectionError):  # who has heard enough hangs up
        async for piece in sound.stream(start, stop):
            await response.write(piece)
    return response


def _range(request: web.Request, size_bytes: int) -> tuple[int, int]:
    """The bytes asked for; everything when the header is absent or makes no sense here."""
    try:
        start, stop, _ = request.http_range.indices(size_bytes)
    except ValueError:
        return 0, size_bytes
    return (start, stop) if start < stop else (0, size_bytes)


class SweepWanted(Wish):
    """The last seven days, or everything there is."""

    everything: bool = False


class SweepSeen(Answer):
    """What was repaired (`adopted`, `found_again`, `cleared` files), and what a person must look at."""

    adopted: tuple[str, ...]
    found_again: tuple[str, ...]
    cleared: int
    missing: tuple[str, ...]
    keyless: tuple[str, ...]
    altered: tuple[str, ...]
    stuck: tuple[str, ...]
    set_aside: int


async def sweep(asked: Asked[SweepWanted]) -> SweepSeen:
    """Compare table, archive and spool now."""
    swept = await asked.services.sweeping.sweep(everything=asked.wish.everything)
    found = {name: getattr(swept.differences, name) for name in SweepSeen.model_fields.keys() - {"stuck", "set_aside"}}
    return SweepSeen(stuck=swept.stuck, set_aside=swept.set_aside, **found)
