"""转写: what is said in a call, while it goes on and afterwards, with numbers masked; that it was read is written down.

Seconds are those of a recording, and a call that is handed on has several: so a call's transcript comes in parts.
"""

from __future__ import annotations

from collections.abc import Mapping

from acd.model import CallId
from api.asked import Answer, Asked, Nothing
from api.secrecy import must_be_theirs
from api.unanswered import Unknown
from asr.transcript import Transcript
from asr.transcripts import transcript_of
from recordings import ledger
from recordings.access import note
from recordings.calls import Call, read_call
from recordings.recording import RecordingId
from tickets.contact import without_numbers


class NotTranscribed(LookupError):
    """The call is known and over, and nothing said in it has been written down (yet)."""


class TurnSeen(Answer):
    """What one side said in one go."""

    speaker: str
    start_s: float
    end_s: float
    text: str


class PartSeen(Answer):
    """What was said in one attempt. `recording` null: heard live, and not kept yet; utterances that have ended."""

    attempt: int
    recording: RecordingId | None
    turns: tuple[TurnSeen, ...]


class TranscriptSeen(Answer):
    """A call's transcript so far. `live`: the call goes on, more may come."""

    call: CallId
    live: bool
    parts: tuple[PartSeen, ...]


def turns_seen(transcript: Transcript) -> tuple[TurnSeen, ...]:
    """Turns as they are shown: with numbers masked."""
    return tuple(
        TurnSeen(speaker=turn.speaker, start_s=turn.start_s, end_s=turn.end_s, text=without_numbers(turn.text))
        for turn in transcript.turns
    )


async def of_call(asked: Asked[Nothing]) -> TranscriptSeen:
    """What has been said in a call: what is kept of it, else what was heard live."""
    services, call_id = asked.services, CallId(asked.path["call"])
    goes_on = any(line.call == call_id for line in services.board.calls)
    async with services.database.begin() as connection:
        call = await read_call(connection, call_id)
        segments = await ledger.of_call(connection, call_id)
        if not (goes_on or segments) and call == Call(call_id=call_id):
            raise Unknown(call_id)
        _must_be_allowed(asked, call, goes_on=goes_on)
        parts = _heard(services.transcription.so_far(call_id))
        for segment in segments:
            if transcript := await transcript_of(connection, segment.id):
                turns = turns_seen(transcript)
                parts[segment.attempt] = PartSeen(attempt=segment.attempt, recording=segment.id, turns=turns)
        if not (goes_on or parts):
            raise NotTranscribed(call_id)
        await note(connection, at=asked.now, who=str(asked.by), deed="transcript.read", subject=call_id)
    return TranscriptSeen(call=call_id, live=goes_on, parts=tuple(parts[attempt] for attempt in sorted(parts)))


def _must_be_allowed(asked: Asked[Nothing], call: Call, *, goes_on: bool) -> None:
    """Afterwards as drafts are. Reading along is listening in: for the call's agent and leaders; a confidential
    hotline's calls are theirs alone afterwards, too.
    """
    if goes_on or asked.services.is_confidential(call.hotline):
        must_be_theirs(asked, call)


def _heard(so_far: Mapping[int, Transcript]) -> dict[int, PartSeen]:
    return {
        attempt: PartSeen(attempt=attempt, recording=None, turns=turns_seen(transcript))
        for attempt, transcript in so_far.items()
    }
