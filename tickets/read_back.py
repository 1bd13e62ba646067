"""复述: what the agent read back, and whether the caller agreed. Pure.

    话务员 一三八…零零零零 对吗        来电人 对，没错            confirmed: the agent's words hold
    话务员 您说的是海连中路12号       来电人 不对，是14号        denied: they do not, and what is said instead counts
    话务员 昨天晚上八点               来电人 我就在家里           neither

The answer is how the caller's next turn begins. 对不起, 对面, 对了 agree to nothing; nor does 好, which closes a talk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from asr.transcript import Speaker, Transcript, Turn
from tickets.heard import Heard, heard

_FILLED = r"^[嗯啊呃额哦唉哎喂，。？！]*"
_NO = re.compile(_FILLED + r"(?:不对(?!面)|不是(?!不|说)|不不|错了|[你您]?[记听说写搞弄]错)")
_YES = re.compile(_FILLED + r"(?:对(?:[对的呀啊哦吧，。]|就|是|没|$)|没错|是的|是[啊呀，。]|是$|正确|正是)")
_HUMMED = re.compile(r"^[嗯，。]*嗯[嗯，。]*$")


class Answer(StrEnum):
    """What the caller said to it."""

    YES = "yes"  # 确认
    NO = "no"  # 否认
    NEITHER = "neither"  # 未答


@dataclass(frozen=True, slots=True)
class ReadBacks:
    """All that the agent said, by what the caller answered; and what was said instead of what was denied."""

    confirmed: Heard
    denied: Heard
    instead: Heard


NOTHING = ReadBacks(heard(()), heard(()), heard(()))
"""Of a talk in which nothing was read back."""


def answer_of(text: str) -> Answer:
    """How a caller's turn answers what was read back."""
    if _NO.match(text):
        return Answer.NO
    return Answer.YES if _YES.match(text) or _HUMMED.match(text) else Answer.NEITHER


def read_backs(transcript: Transcript) -> ReadBacks:
    """Of a whole talk."""
    told = list(_told(transcript.turns))
    return ReadBacks(
        confirmed=_said(turns for answer, turns, _ in told if answer is Answer.YES),
        denied=_said(turns for answer, turns, _ in told if answer is Answer.NO),
        instead=_said(turns for answer, _, turns in told if answer is Answer.NO),
    )


def _said(of: Iterable[Sequence[Turn]]) -> Heard:
    return heard(turn for turns in of for turn in turns)


def _told(turns: Iterable[Turn]) -> Iterator[tuple[Answer, Sequence[Turn], Sequence[Turn]]]:
    """What the agent said at a stretch, what the caller said to it, and how that answers it."""
    agent: Sequence[Turn] = ()
    for speaker, said in groupby(turns, key=lambda turn: turn.speaker):
        stretch = tuple(said)
        if speaker is Speaker.AGENT:
            agent = stretch
        elif agent:
            yield answer_of(stretch[0].text), agent, stretch
