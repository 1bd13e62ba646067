"""From a transcript to the talk as one would write it. Pure: the same words and the same lexis give the same text."""

from __future__ import annotations

from asr.transcript import Transcript
from wording.lexis import Lexis
from wording.written import Written, WrittenTurn, joined


def write(transcript: Transcript, lexis: Lexis) -> Written:
    """The whole talk. Words are joined first; every further change is a correction of its turn."""
    return Written(tuple(write_turn(joined(turn), lexis) for turn in transcript.turns))


def write_turn(turn: WrittenTurn, lexis: Lexis) -> WrittenTurn:  # noqa: ARG001 - the rules that read it follow
    """One turn, written; a turn that is written already comes back as it is."""
    return turn
