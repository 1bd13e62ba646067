"""A talk as a recogniser might hand it over: characters misheard, dropped and put in, every word equally sure."""

from __future__ import annotations

from asr.transcript import Transcript, Word, merge
from sandbox.dialogue_corpus.confusions import Chance, misheard
from sandbox.dialogue_corpus.filling import Talk

CONFIDENCE = 0.8


def noisy(text: str, share: float, chance: Chance) -> str:
    """The text, a share of its characters misheard, dropped or put in between."""
    heard = misheard(text, 0.6 * share, chance)
    strangers = misheard(text, 1.0, chance)
    out = []
    for character, stranger in zip(heard, strangers, strict=True):
        out += [] if chance.random() < 0.25 * share else [character]
        out += [stranger] if chance.random() < 0.15 * share else []
    return "".join(out)


def transcript_of(talk: Talk, share: float, chance: Chance) -> Transcript:
    """Every character a word, a fifth of a second each, no punctuation."""
    sides = []
    for offset, lines in ((5.0, talk.caller), (0.0, talk.agent)):
        heard = ("".join(filter(str.isalnum, noisy(line, share, chance))) for line in lines)
        sides.append([_words(line, offset + 40.0 * turn) for turn, line in enumerate(heard) if line])
    return merge(*sides)


def _words(text: str, start: float) -> list[Word]:
    return [Word(each, start + n / 5, start + (n + 1) / 5, CONFIDENCE) for n, each in enumerate(text)]
