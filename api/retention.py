"""保存期: which recordings are kept how long, what is due, and which a person keeps beyond that."""

from __future__ import annotations

from datetime import datetime

from api.asked import Answer, Asked, Done, Nothing, Reason, Wish
from api.secrecy import must_not_be_secret
from api.unanswered import Unknown
from recordings import ledger
from recordings.holds import Hold, held, hold, let_go
from recordings.recording import RecordingId


class HoldSeen(Answer):
    """封存: a recording that is kept until somebody lets go of it."""

    recording: str
    by: str
    at: datetime
    why: str


class ClassSeen(Answer):
    """录音级别: how long its recordings are kept; how many are due, and how many will be within 30 days.

    `transcript_days`: how long what was said is kept, word for word.
    """

    name: str
    keep_days: int
    transcript_days: int
    due: int
    soon: int


class RetentionSeen(Answer):
    """The classes of the city in force; none: nothing is ever deleted. `needed`, `held`: due, but they stay for now."""

    classes: tuple[ClassSeen, ...]
    needed: int  # for a transcription, or a draft that nobody has decided
    held: int
    holds: tuple[HoldSeen, ...]


class WhyHeld(Wish):
    """Why a recording is kept, or need not be any more."""

    why: Reason


class Deleted(Answer):
    """How many recordings, and transcripts, were deleted."""

    deleted: int
    transcripts: int


async def read(asked: Asked[Nothing]) -> RetentionSeen:
    """What would be deleted now, and what stays."""
    retention = asked.services.retention
    outlook = await retention.outlook()
    async with asked.services.database.connect() as connection:
        holds = await held(connection)
    return RetentionSeen(
        classes=tuple(
            ClassSeen(
                name=term.name,
                keep_days=term.keep.days,
                transcript_days=term.keep_words.days,
                due=outlook.due.get(term.name, 0),
                soon=outlook.soon.get(term.name, 0),
            )
            for term in retention.classes()
        ),
        needed=outlook.needed,
        held=outlook.held,
        holds=tuple(_seen(each) for each in holds),
    )


async def sweep(asked: Asked[Nothing]) -> Deleted:
    """Delete what is due now, rather than within six hours."""
    services = asked.services
    return Deleted(deleted=await services.retention.sweep(), transcripts=await services.forgetting.sweep())


async def keep(asked: Asked[WhyHeld]) -> HoldSeen:
    """Keep a recording until somebody lets go of it; one that is held already stays as it is."""
    wanted = Hold(RecordingId(asked.path["recording"]), str(asked.by), asked.now, asked.wish.why)
    async with asked.services.database.begin() as connection:
        found = await ledger.read(connection, wanted.recording)
        await must_not_be_secret(asked, connection, found.call_id)
        if await hold(connection, wanted):
            return _seen(wanted)
        return next(_seen(each) for each in await held(connection) if each.recording == found.id)


async def release(asked: Asked[WhyHeld]) -> Done:
    """Its class says again how long it is kept."""
    recording = RecordingId(asked.path["recording"])
    async with asked.services.database.begin() as connection:
        if not await let_go(connection, recording, by=str(asked.by), at=asked.now, why=asked.wish.why):
            raise Unknown(recording)
    return Done()


def _seen(kept: Hold) -> HoldSeen:
    return HoldSeen(recording=kept.recording, by=kept.by, at=kept.at, why=kept.why)
