"""Rules of a conversation: hold and retrieve, and when it is not recorded. The agent is talking all the while."""

from __future__ import annotations

from dataclasses import replace

from acd.commands import MuteRecording
from acd.events import CallHeld, CallRetrieved, PauseAsked, RecordingPaused, RecordingResumed
from acd.hall import Hall
from acd.model import CallId, Offer


def hold(hall: Hall, event: CallHeld) -> None:
    """保持. Told again, the hold goes on."""
    talk = _talk(hall, event.call, event.attempt)
    if talk is not None and talk.held_since is None:
        hall.book.answered(replace(talk, held_since=event.at))


def retrieve(hall: Hall, event: CallRetrieved) -> None:
    """取回."""
    talk = _talk(hall, event.call, event.attempt)
    if talk is not None:
        hall.book.answered(replace(talk, held_since=None))


def ask_pause(hall: Hall, event: PauseAsked) -> None:
    """Order the recording to be muted or unmuted; also when it is said to be so already: the agent is waiting."""
    talk = _talk(hall, event.call, event.attempt)
    if talk is not None:
        order = MuteRecording(at=event.at, call=talk.call, attempt=talk.attempt, seat=talk.seat, mute=event.pause)
        hall.orders.append(order)


def pause(hall: Hall, event: RecordingPaused) -> None:
    """暂停录音. Told again, the pause goes on."""
    talk = _talk(hall, event.call, event.attempt)
    if talk is not None and talk.unrecorded_since is None:
        hall.book.answered(replace(talk, unrecorded_since=event.at))


def resume(hall: Hall, event: RecordingResumed) -> None:
    """恢复录音."""
    talk = _talk(hall, event.call, event.attempt)
    if talk is not None:
        hall.book.answered(replace(talk, unrecorded_since=None))


def _talk(hall: Hall, call: CallId, attempt: int) -> Offer | None:
    talk = hall.book.talking.get(call)
    return talk if talk is not None and talk.attempt == attempt else None
