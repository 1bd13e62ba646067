"""高危话语: a caller's words of which a team leader hears at once. Pure.

Words come as they are decoded, an utterance at a time, each of them again and again (partial) until it is final. A
watch is one call's: each risk is told once, with the seconds in which it was said. It holds back a phrase that ends
where a partial utterance ends: the next word may deny it (自杀倒不会) or make it an idiom (想死你了). What was said
just before counts as the same sentence, so that a pause within a phrase hides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from asr.transcript import Speaker, Transcript, Word
from tickets.contact import without_numbers
from tickets.heard import Heard
from tickets.phrases import Manner, Phrases

SAME_SENTENCE_S = 1.0
TAIL_CHARS = 24
UNSURE_CHARS = 2  # that many characters may still change how the words before them were meant
CONTEXT_CHARS = 12


class Risk(Protocol):
    """What a city says of a risk: city.urgency.Risk."""

    @property
    def name(self) -> str:
        """Its name for machines."""

    @property
    def words(self) -> tuple[str, ...]:
        """Phrases that alert."""

    @property
    def unless(self) -> tuple[str, ...]:
        """Idioms: what is said within one of these does not count."""


class RiskTable:
    """The city's risks, ready to be looked for."""

    def __init__(self, risks: Iterable[Risk]) -> None:
        self.risks = tuple((risk.name, Phrases(risk.words, risk.unless)) for risk in risks)


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFound:
    """One risk of one call. Seconds from the start of the recording; `words`: the phrase with a little around it."""

    risk: str
    manner: Manner  # SAID or REPORTED
    start_s: float
    end_s: float
    words: str
    confidence: float


class RiskWatch:
    """What one caller says, as it comes."""

    def __init__(self, table: RiskTable) -> None:
        self._table = table
        self._told: set[str] = set()
        self._tail: tuple[Word, ...] = ()  # of the last final utterance

    def hear(self, words: Sequence[Word], *, final: bool) -> tuple[RiskFound, ...]:
        """The caller's utterance as it is known now. Gives the risks that were not told yet."""
        said = tuple(words)
        if not said:
            return ()
        goes_on = self._tail and said[0].start_s - self._tail[-1].end_s <= SAME_SENTENCE_S
        before = self._tail if goes_on else ()
        found = tuple(self._new(before, said, final=final))
        self._told.update(each.risk for each in found)
        if final:
            self._tail = _last_of((*before, *said))
        return found

    def _new(self, before: tuple[Word, ...], said: tuple[Word, ...], *, final: bool) -> Iterator[RiskFound]:
        words = (*before, *said)
        heard = Heard("".join(word.text for word in words), tuple(word for word in words for _ in word.text))
        old, sure = sum(len(word.text) for word in before), len(heard.text) - (0 if final else UNSURE_CHARS)
        for risk, phrases in self._table.risks:
            if risk in self._told:
                continue
            for phrase in phrases.find(heard.text):
                if phrase.manner is not Manner.DENIED and old < phrase.stop <= sure:
                    yield _risk(heard, risk, phrase.manner, phrase.start, phrase.stop)
                    break


def _last_of(words: Sequence[Word]) -> tuple[Word, ...]:
    kept: list[Word] = []
    for word in reversed(words):
        if sum(len(each.text) for each in kept) >= TAIL_CHARS:
            break
        kept.append(word)
    return tuple(reversed(kept))


def _risk(heard: Heard, risk: str, manner: Manner, start: int, stop: int) -> RiskFound:
    span = heard.span(start, stop)
    around = heard.text[max(0, start - CONTEXT_CHARS) : stop + CONTEXT_CHARS]
    return RiskFound(
        risk=risk,
        manner=manner,
        start_s=span.start_s,
        end_s=span.end_s,
        words=without_numbers(around),
        confidence=round(heard.confidence(start, stop), 3),
    )


def risks_in(transcript: Transcript, table: RiskTable) -> tuple[RiskFound, ...]:
    """Every risk of a finished talk, once each. What the agent says or asks is none."""
    watch = RiskWatch(table)
    turns = transcript.by(Speaker.CALLER)
    return tuple(found for turn in turns for found in watch.hear(turn.words, final=True))
