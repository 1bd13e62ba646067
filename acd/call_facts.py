"""Facts that decide what became of a call besides an answer or a hang-up; see acd.outcome for which of them stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from acd.events import Event
from acd.model import CallId


class Debt(StrEnum):
    """Why a citizen is owed a call-back. Only a call whose number is known can be one."""

    REFUSED = "refused"  # 线路全忙被拒: the lines were full
    ABANDONED = "abandoned"  # 久候放弃: waited, and hung up before an answer
    LOST = "lost"  # 系统丢失: waited, and the call was gone after a failure of ours
    ASKED = "asked"  # 要求回拨: asked for it


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageBegun(Event):
    """请留言: the caller has left the line by the queue's recipe and is being asked for a voice message."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceMessageLeft(Event):
    """语音留言: the caller spoke after the tone. Told when the recording is there, also after a time without us."""

    call: CallId
    attempt: int  # the recording's
    hotline: str = ""  # as in CallArrived, for a call of which nothing else was heard


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkRecorded(Event):
    """通话录音在案: both sides are on a recording, so somebody of ours has talked with the caller, heard or not."""

    call: CallId
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackOwed(Event):
    """待回拨: we owe this caller a call."""

    call: CallId
    why: Debt


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackSettled(Event):
    """已回拨: we owe this caller nothing any more."""

    call: CallId
    by: CallId  # the call that was answered: ours to the citizen, or another one of the citizen's; or their message


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTransferredOut(Event):
    """转出: the caller was handed over to somebody outside."""

    call: CallId
    attempt: int
    to_kind: str  # what they were handed over to
