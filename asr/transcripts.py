"""Table `transcripts`: one a recording, as JSON, with what made it; gone when its time is over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, Text, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asr.transcript import Transcript, from_json
from plumbing.columns import Instant, insert_once
from plumbing.database import metadata
from recordings.recording import RecordingId

transcripts = Table(
    "transcripts",
    metadata,
    Column("recording", String(36), ForeignKey("recordings.id"), primary_key=True),
    Column("turns", Text, nullable=False),
    Column("model", String(120), nullable=False),
    Column("made_at", Instant, nullable=False),
)


async def keep(
    connection: AsyncConnection, recording: RecordingId, transcript: Transcript, *, model: str, at: datetime
) -> bool:
    """Store it, in the caller's transaction. False when this recording has one."""
    row = {"recording": recording, "turns": transcript.to_json(), "model": model, "made_at": at}
    return await insert_once(connection, transcripts, row)


async def transcript_of(connection: AsyncConnection, recording: RecordingId) -> Transcript | None:
    """What was said in a recording, None when it is not transcribed (yet)."""
    turns = await connection.scalar(select(transcripts.c.turns).where(transcripts.c.recording == recording))
    return None if turns is None else from_json(turns)


async def forget_transcript(connection: AsyncConnection, recording: RecordingId) -> str | None:
    """Delete it, in the caller's transaction; what it was, None when there was none."""
    one = transcripts.c.recording == recording
    turns: str | None = await connection.scalar(select(transcripts.c.turns).where(one))
    await connection.execute(delete(transcripts).where(one))
    return turns
