"""A written talk as a transcript: for who reads words with their times, and wants them as one would write them. Pure.

Characters that stand for the same heard words are one word, a correction is one word, a mark belongs to the word before
it. A corrected word is as sure as its correction. Joining the words gives the written text.
"""

from __future__ import annotations

from collections.abc import Iterator

from asr.transcript import Transcript, Turn, Word, join
from wording.written import Written, WrittenTurn


def retold(talk: Written) -> Transcript:
    """The talk, turn by turn; a turn of which nothing was heard is left out."""
    turns = ((turn, tuple(_words(turn))) for turn in talk.turns)
    return Transcript(tuple(Turn(turn.speaker, turn.start_s, turn.end_s, words) for turn, words in turns if words))


def _words(turn: WrittenTurn) -> Iterator[Word]:
    made: Word | None = None
    for start, stop, confidence in _pieces(turn):
        text, heard = turn.text[start:stop], [word for words in turn.words[start:stop] for word in words]
        if made is not None and (not heard or join((made.text, text)) != turn.text[start - len(made.text) : stop]):
            made = Word(made.text + text, made.start_s, _end(made, heard), min(made.confidence, confidence))
            continue
        if made is not None:
            yield made
        if heard:
            begun = min(word.start_s for word in heard)
            made = Word(text, begun, max(word.end_s for word in heard), confidence)
    if made is not None:
        yield made


def _end(made: Word, heard: list[Word]) -> float:
    return max([made.end_s, *(word.end_s for word in heard)])


def _pieces(turn: WrittenTurn) -> Iterator[tuple[int, int, float]]:
    """Where a piece begins and ends, and how sure it is."""
    at = 0
    for correction in turn.corrections:
        yield from _runs(turn, at, correction.start)
        if correction.stop > correction.start:
            is_mark = not any(turn.words[correction.start : correction.stop])
            yield correction.start, correction.stop, 1.0 if is_mark else correction.confidence
        at = correction.stop
    yield from _runs(turn, at, len(turn.text))


def _runs(turn: WrittenTurn, start: int, stop: int) -> Iterator[tuple[int, int, float]]:
    """The stretches between `start` and `stop` that stand for the same words."""
    while start < stop:
        words, end = turn.words[start], start + 1
        while end < stop and turn.words[end] == words:
            end += 1
        yield start, end, min((word.confidence for word in words), default=1.0)
        start = end
