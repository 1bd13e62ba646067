"""From a transcript to the talk as one would write it. Pure: the same words and the same lexis give the same text."""

from __future__ import annotations

from collections.abc import Collection

from asr.transcript import Transcript
from wording.by_sound import corrected_by_sound
from wording.figures import in_figures
from wording.lexis import Lexis
from wording.punctuation import punctuated
from wording.written import Written, WrittenTurn, changed, joined


def write(transcript: Transcript, lexis: Lexis) -> Written:
    """The whole talk. Words are joined first; every further change is a correction of its turn."""
    turns = [joined(turn) for turn in transcript.turns]
    named = frozenset(name for turn in turns for name in lexis.named(turn.text))
    return Written(tuple(write_turn(turn, lexis, named) for turn in turns))


def write_turn(turn: WrittenTurn, lexis: Lexis, named: Collection[str] | None = None) -> WrittenTurn:
    """One turn, written; a turn that is written already comes back as it is.

    `named`: the places that are named in the talk; they tell names apart that sound alike. None: those of this turn.
    """
    named = frozenset(lexis.named(turn.text)) if named is None else named
    turn = changed(turn, lexis.dialect.changes(turn))
    turn = changed(turn, corrected_by_sound(turn, lexis.index, named))
    turn = changed(turn, in_figures(turn, lexis.spelt(turn.text)))
    return changed(turn, punctuated(turn, lexis.spelt(turn.text)))
