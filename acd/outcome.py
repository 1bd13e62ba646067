"""来电结局: which fact gives a call its outcome, and which outcome stands when facts give it two. Pure.

    fact                                        outcome
    AgentAnswered, or TalkEnded (the same, if   ANSWERED: also when nobody saw it end
      the answer itself was missed), or
      TalkRecorded (both were missed)
    CallRefused                                 REFUSED
    CallTransferredOut                          TRANSFERRED_OUT: nobody of ours had talked with the caller
    VoiceMessageLeft                            VOICE_MESSAGE
    CallBackOwed                                CALL_BACK_OWED
    CallEnded before any of these
      seen, up to `short` after the arrival     SHORT_ABANDONED: dialled by mistake, or thought better of it
      seen, later                               ABANDONED
      missed (a resync found the call gone)     LOST_BY_PBX: nobody knows why it ended, so it counts against us

The first one stands. Precedence, where news is late by nature: a message, and a talk that nobody heard of, is known
when its recording is there, and a debt when the call is over, so these take the place of a mere end
(TAKES_THE_PLACE_OF, whichever is heard first). Told beside an answer, a message, a debt or a transfer is an ordinary
part of a call and no second outcome (BESIDE), and a debt beside a loss does not hide the loss. Whatever else
contradicts the outcome that stands is a dispute: it changes nothing, and the call is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from acd.call_facts import CallBackOwed, CallTransferredOut, TalkRecorded, VoiceMessageLeft
from acd.events import AgentAnswered, CallEnded, CallRefused, Event, TalkEnded

SHORT: Final = timedelta(seconds=10)
"""短时放弃: who hangs up within this has not waited for us. Reports say both rates, with and without."""


class Outcome(StrEnum):
    """来电结局. What became of a call."""

    ANSWERED = "answered"  # 已接听: a person of ours talked with the caller
    CALL_BACK_OWED = "call_back_owed"  # 待回拨: nobody talked with the caller, but they are not forgotten
    VOICE_MESSAGE = "voice_message"  # 语音留言
    ABANDONED = "abandoned"  # 放弃: the caller hung up before an answer
    SHORT_ABANDONED = "short_abandoned"  # 短时放弃: so soon that nobody could have answered
    TRANSFERRED_OUT = "transferred_out"  # 转出: handed over without a person of ours having talked with the caller
    LOST_BY_PBX = "lost_by_pbx"  # 系统丢失: gone, and nobody saw why
    REFUSED = "refused"  # 过载拒接: the lines were busy, or this number called too much; the number is kept


_O = Outcome

TAKES_THE_PLACE_OF: Final[Mapping[Outcome, frozenset[Outcome]]] = {
    _O.VOICE_MESSAGE: frozenset({_O.ABANDONED, _O.SHORT_ABANDONED, _O.LOST_BY_PBX, _O.CALL_BACK_OWED}),
    _O.CALL_BACK_OWED: frozenset({_O.ABANDONED, _O.SHORT_ABANDONED, _O.REFUSED}),
    _O.ANSWERED: frozenset({_O.ABANDONED, _O.SHORT_ABANDONED, _O.TRANSFERRED_OUT, _O.LOST_BY_PBX}),
}

BESIDE: Final[Mapping[Outcome, frozenset[Outcome]]] = {
    _O.ANSWERED: frozenset({_O.VOICE_MESSAGE, _O.CALL_BACK_OWED, _O.TRANSFERRED_OUT}),
    _O.TRANSFERRED_OUT: frozenset({_O.CALL_BACK_OWED}),
    _O.LOST_BY_PBX: frozenset({_O.CALL_BACK_OWED}),
}


class Settled(NamedTuple):
    """The outcome that stands, and whether the other one contradicts it."""

    outcome: Outcome
    disputed: bool


def settle(stands: Outcome | None, told: Outcome) -> Settled:
    """Which of two outcomes a call has: the one that stands, or the one just told."""
    if stands is None or stands in TAKES_THE_PLACE_OF.get(told, ()):
        return Settled(told, disputed=False)
    agrees = told is stands or told in TAKES_THE_PLACE_OF.get(stands, ()) or told in BESIDE.get(stands, ())
    return Settled(stands, disputed=not agrees)


def told_by(fact: Event) -> Outcome | None:
    """The outcome that a fact gives by itself; a CallEnded gives one only beside others, see `at_end`."""
    match fact:
        case AgentAnswered() | TalkEnded() | TalkRecorded():
            return Outcome.ANSWERED
        case CallRefused():
            return Outcome.REFUSED
        case VoiceMessageLeft():
            return Outcome.VOICE_MESSAGE
        case CallBackOwed():
            return Outcome.CALL_BACK_OWED
        case CallTransferredOut():
            return Outcome.TRANSFERRED_OUT
    return None


def at_end(end: CallEnded, first_heard: datetime, short: timedelta) -> Outcome:
    """What became of a call that nothing had decided when it ended."""
    if end.missed:
        return Outcome.LOST_BY_PBX
    return Outcome.SHORT_ABANDONED if end.at - first_heard < short else Outcome.ABANDONED
