"""What follows what: a bigram over the words of drawn sentences, as an OpenFst acceptor.

Absolute discounting: each seen pair gives up `DISCOUNT` counts, which pay the way back to single words. Single words
are weighed by how many words they follow, and the whole lexicon is among them, so every sentence can be decoded.
"""

from __future__ import annotations

import collections
import math
import random
from collections.abc import Iterator, Mapping

from sandbox.lexicon import load_lexicon
from sandbox.model_maker.phones import UNKNOWN
from sandbox.model_maker.sentences import draw_salad, draw_sentence, load_patterns

SENTENCES = 30_000
SALAD_SHARE = 0.04
"""Sentences without order among them: they make it dear, but not hopeless, to say what no pattern foresaw."""
DISCOUNT = 0.8
BEGIN, END = "<s>", "</s>"
_UNKNOWN_WEIGHT = 2
_CHEAPEST_BACKOFF = 1e-4

Bigrams = dict[str, collections.Counter[str]]


def count_bigrams(sentences: int = SENTENCES) -> Bigrams:
    """How often each word follows each, the sentence's begin and end among them."""
    dice = random.Random(5)  # noqa: S311 - repeatable on purpose
    counts: Bigrams = collections.defaultdict(collections.Counter)
    for _ in range(sentences):
        before = BEGIN
        words = draw_salad(dice) if dice.random() < SALAD_SHARE else draw_sentence(load_patterns(), dice)
        for word in [*words, END]:
            counts[before][word] += 1
            before = word
    return dict(counts)


def weigh_words(bigrams: Bigrams) -> collections.Counter[str]:
    """Each word's weight when nothing is known of the word before it."""
    weights = collections.Counter(word for followers in bigrams.values() for word in followers)
    weights.update(load_lexicon().keys())
    weights.update({END: 1, UNKNOWN: _UNKNOWN_WEIGHT})
    return weights


def write_grammar(word_ids: Mapping[str, int]) -> Iterator[str]:
    """The acceptor as OpenFst text, its start state first. State 0 is "any word before"."""
    bigrams = count_bigrams()
    states = {word: number for number, word in enumerate(bigrams, 1)}
    assert next(iter(states)) == BEGIN  # noqa: S101 - the first arc's state is the start
    for before, followers in bigrams.items():
        total = followers.total()
        for word, count in followers.items():
            yield _arc(states[before], word, (count - DISCOUNT) / total, states, word_ids)
        backoff = max(DISCOUNT * len(followers) / total, _CHEAPEST_BACKOFF)
        yield f"{states[before]} 0 0 0 {-math.log(backoff):.5f}"
    weights = weigh_words(bigrams)
    for word, weight in weights.items():
        yield _arc(0, word, weight / weights.total(), states, word_ids)


def _arc(state: int, word: str, probability: float, states: Mapping[str, int], word_ids: Mapping[str, int]) -> str:
    cost = f"{-math.log(probability):.5f}"
    if word == END:
        return f"{state} {cost}"
    return f"{state} {states.get(word, 0)} {word_ids[word]} {word_ids[word]} {cost}"
