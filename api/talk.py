"""通话中: hold, retrieve, pause and resume by the agent or a leader; a leader beside a talk; a call's timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeVar

from pydantic import Field

from acd.model import CallId, SeatId
from api.asked import Answer, Asked, Done, Nothing, Wish
from api.auth import NotAllowed
from api.people import Role
from api.unanswered import Unknown
from recordings import ledger
from recordings.calls import read_call
from recordings.recording import RecordingId, RecordingState
from telephony.talk import Beside, TalkCode

W = TypeVar("W", bound=Wish)


async def hold(asked: Asked[Nothing]) -> Done:
    """保持: the caller hears music."""
    return await _press(asked, TalkCode.HOLD)


async def retrieve(asked: Asked[Nothing]) -> Done:
    """取回."""
    return await _press(asked, TalkCode.RETRIEVE)


async def pause(asked: Asked[Nothing]) -> Done:
    """暂停录音: nothing is recorded from here on, after a beep that both hear."""
    return await _press(asked, TalkCode.PAUSE)


async def resume(asked: Asked[Nothing]) -> Done:
    """恢复录音."""
    return await _press(asked, TalkCode.RESUME)


async def _press(asked: Asked[Nothing], code: TalkCode) -> Done:
    await asked.services.talks.press(call_of_theirs(asked), code)
    return Done()


def call_of_theirs(asked: Asked[W]) -> CallId:
    """The call of the path, if it is the asking agent's, or a leader asks. Raises NotAllowed."""
    call = CallId(asked.path["call"])
    if asked.by.role < Role.LEADER and asked.by.name != asked.services.talks.agent_of(call):
        raise NotAllowed(Role.LEADER)
    return call


class StandBeside(Wish):
    """Which phone to ring, and what its person does there."""

    seat: Annotated[str, Field(pattern=r"^[0-9]{2,8}$")]
    manner: Beside = Beside.LISTEN


async def supervise(asked: Asked[StandBeside]) -> Done:
    """监听/密语/强插: written down first, then the supervisor's own phone rings."""
    wish = asked.wish
    await asked.services.talks.stand_beside(CallId(asked.path["call"]), SeatId(wish.seat), wish.manner, str(asked.by))
    return Done()


class Mark(Answer):
    """Something that happened in the call; `what` names it: call_held, recording_paused, …"""

    at: datetime
    what: str
    attempt: int | None


class Segment(Answer):
    """One recording of the call."""

    id: RecordingId
    attempt: int
    state: RecordingState
    started: datetime | None
    ended: datetime | None
    seconds: float


class Timeline(Answer):
    """A call from its arrival to its end: its recordings, and what happened beside them."""

    call: CallId
    arrived: datetime | None
    ended: datetime | None
    recordings: tuple[Segment, ...]
    marks: tuple[Mark, ...]


async def timeline(asked: Asked[Nothing]) -> Timeline:
    """Everything that is known of one call, in order."""
    call_id = asked.path["call"]
    async with asked.services.database.connect() as connection:
        call = await read_call(connection, call_id)
        segments = await ledger.of_call(connection, call_id)
    marks = await asked.services.talks.happened(CallId(call_id))
    if call.arrived_at is None and not segments and not marks:
        raise Unknown(call_id)
    return Timeline(
        call=CallId(call_id),
        arrived=call.arrived_at,
        ended=call.ended_at,
        recordings=tuple(
            Segment(
                id=it.id,
                attempt=it.attempt,
                state=it.state,
                started=it.started_at,
                ended=it.ended_at,
                seconds=round(it.seconds, 2),
            )
            for it in segments
        ),
        marks=tuple(Mark.model_validate(mark) for mark in marks),
    )
