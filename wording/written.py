"""成文: a talk as one would write it. Each character knows the heard words that it stands for, and whatever differs
from what was heard is a correction (更正) that a reader sees and may undo. Pure.

A correction stands at `start`…`stop` of the text as it is now; where it inserts, `heard` is empty. Corrections do not
overlap and are in the order of the text. One that reaches over earlier ones swallows them: its `heard` is then what
was heard first, its rule names them all, and undoing it goes back to what was heard.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from asr.transcript import Speaker, Turn, Word, join

WordsOf = tuple[tuple[Word, ...], ...]
"""For each character of a text the heard words that it stands for; none for what nobody said (a comma, a space)."""


class NoSuchCorrection(Exception):
    """The turn does not have this correction (any more): it was undone, or belongs to another turn."""


@dataclass(frozen=True, slots=True)
class Correction:
    """更正: the text at start…stop is `written`, and `heard` was heard. Confidence 0…1: how sure that it is right."""

    start: int
    stop: int
    heard: str
    written: str
    rule: str
    confidence: float
    words: WordsOf = field(default=(), repr=False)  # one entry a character of `heard`


@dataclass(frozen=True, slots=True)
class Change:
    """What a rule wants: `written` instead of the text at start…stop as it is before the change."""

    start: int
    stop: int
    written: str
    rule: str
    confidence: float


@dataclass(frozen=True, slots=True)
class WrittenTurn:
    """What one speaker said until the other began, as one would write it. Seconds from the recording's start."""

    speaker: Speaker
    start_s: float
    end_s: float
    text: str
    words: WordsOf  # one entry a character of `text`
    corrections: tuple[Correction, ...] = ()

    def __post_init__(self) -> None:
        """Every character knows its words."""
        if len(self.words) != len(self.text):
            raise ValueError(f"{len(self.text)} characters, and the words of {len(self.words)}")


@dataclass(frozen=True, slots=True)
class Written:
    """The whole talk, turns in the order in which they begin."""

    turns: tuple[WrittenTurn, ...] = ()

    def by(self, speaker: Speaker) -> tuple[WrittenTurn, ...]:
        """One speaker's turns."""
        return tuple(turn for turn in self.turns if turn.speaker is speaker)


def joined(turn: Turn) -> WrittenTurn:
    """The words without the spaces between them; nothing else is changed. Its text is the turn's."""
    parts, words, before = list[str](), list[tuple[Word, ...]](), ""
    for word in filter(lambda word: word.text, turn.words):
        gap = " " if before.isascii() and join((before, word.text)) != before + word.text else ""
        parts += (gap, word.text)
        words += [()] * len(gap) + [(word,)] * len(word.text)
        before = word.text[-1:]
    return WrittenTurn(turn.speaker, turn.start_s, turn.end_s, "".join(parts), tuple(words))


def changed(turn: WrittenTurn, changes: Sequence[Change]) -> WrittenTurn:
    """The turn after `changes`, which are in the order of the text and do not overlap. ValueError when they do."""
    ends = [0, *(change.stop for change in changes)]
    for before, change in zip(ends, changes, strict=False):
        if not before <= change.start <= change.stop <= len(turn.text):
            raise ValueError(f"{change.rule} at {change.start} overlaps another change, or the end")
    for change in reversed(changes):  # from the right: what stands to the left keeps its place
        if change.written != turn.text[change.start : change.stop]:
            turn = _with(turn, change)
    return turn


def undo(turn: WrittenTurn, correction: Correction) -> WrittenTurn:
    """The turn with what was heard in the place of one correction. NoSuchCorrection when it does not have it."""
    if correction not in turn.corrections:
        raise NoSuchCorrection(f"{correction.rule} at {correction.start} is no correction of this turn")
    moved = len(correction.heard) - len(correction.written)
    at = turn.corrections.index(correction)
    return replace(
        turn,
        text=turn.text[: correction.start] + correction.heard + turn.text[correction.stop :],
        words=turn.words[: correction.start] + correction.words + turn.words[correction.stop :],
        corrections=turn.corrections[:at] + tuple(_moved(later, moved) for later in turn.corrections[at + 1 :]),
    )


def as_heard(turn: WrittenTurn) -> WrittenTurn:
    """The turn with every correction undone."""
    for correction in reversed(turn.corrections):
        turn = undo(turn, correction)
    return turn


def _moved(correction: Correction, by: int) -> Correction:
    return replace(correction, start=correction.start + by, stop=correction.stop + by) if by else correction


def _with(turn: WrittenTurn, change: Change) -> WrittenTurn:
    """One change made; the corrections into which it reaches become one with it."""
    first = bisect_right(turn.corrections, change.start, key=lambda each: each.stop)
    last = max(first, bisect_left(turn.corrections, change.stop, key=lambda each: each.start))
    swallowed = turn.corrections[first:last]
    made = _merged(turn, change, swallowed)
    words = made.words if made.heard == made.written else _shared(made)
    moved = len(made.written) - (made.stop - made.start)
    listed = () if made.heard == made.written else (replace(made, stop=made.start + len(made.written)),)
    return replace(
        turn,
        text=turn.text[: made.start] + made.written + turn.text[made.stop :],
        words=turn.words[: made.start] + words + turn.words[made.stop :],
        corrections=turn.corrections[:first] + listed + tuple(_moved(each, moved) for each in turn.corrections[last:]),
    )


def _merged(turn: WrittenTurn, change: Change, swallowed: Sequence[Correction]) -> Correction:
    """What the change and the corrections that it reaches into come to; start and stop are still those before it."""
    start = min([change.start, *(each.start for each in swallowed)])
    stop = max([change.stop, *(each.stop for each in swallowed)])
    heard, words, at = "", WordsOf(()), start
    for each in swallowed:
        heard += turn.text[at : each.start] + each.heard
        words += turn.words[at : each.start] + each.words
        at = each.stop
    return Correction(
        start,
        stop,
        heard + turn.text[at:stop],
        turn.text[start : change.start] + change.written + turn.text[change.stop : stop],
        "+".join(dict.fromkeys([*(each.rule for each in swallowed), change.rule])),
        min([change.confidence, *(each.confidence for each in swallowed)]),
        words + turn.words[at:stop],
    )


def _shared(made: Correction) -> WordsOf:
    """The words of each written character: those of its own heard one where there are as many, else all of them."""
    if len(made.heard) == len(made.written):
        return made.words
    every = tuple(dict.fromkeys(word for words in made.words for word in words))
    return (every,) * len(made.written)
