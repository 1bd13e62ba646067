"""The sentences of the model's little world: of `patterns.toml` and of the corpus's talks, cut into known words."""

from __future__ import annotations

import functools
import itertools
import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.lexicon import load_lexicon, words_of
from sandbox.model_maker.talks import load_talks

PATTERNS = Path(__file__).with_name("patterns.toml")
TALK = "talk"
"""The group of sentences that the corpus's templates give."""
TALK_SHARE = 0.3
"""Of the sentences that are drawn from all groups. The rest is of the patterns, each as often as any other."""
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, kw_only=True)
class Patterns:
    """Slots with their alternatives, and the sentences that use them, in groups: who speaks, and of what."""

    slots: Mapping[str, Sequence[str]]
    sentences: Mapping[str, Sequence[str]]

    def draw(self, dice: random.Random, group: str | None = None) -> str:
        """One sentence, as text without spaces; of all groups, or of one."""
        sentence = dice.choice(self._choices(dice) if group is None else self.sentences[group])
        while "{" in sentence:
            sentence = _SLOT.sub(lambda slot: dice.choice(self.slots[slot.group(1)]), sentence)
        return sentence

    def _choices(self, dice: random.Random) -> Sequence[str]:
        if dice.random() < TALK_SHARE:
            return self.sentences[TALK]
        groups = (sentences for group, sentences in self.sentences.items() if group != TALK)
        return list(itertools.chain.from_iterable(groups))


@functools.cache
def load_patterns() -> Patterns:
    """The patterns as the file has them, and the talks as a group of their own."""
    with PATTERNS.open("rb") as file:
        read = tomllib.load(file)
    return Patterns(slots=read["slots"], sentences={**read["sentences"], TALK: load_talks()})


def draw_sentence(patterns: Patterns, dice: random.Random) -> list[str]:
    """The words of one sentence. Raises `UnknownWords` if the patterns leave the lexicon."""
    return words_of(patterns.draw(dice))


def draw_salad(dice: random.Random) -> list[str]:
    """Three to nine words in no order, so that the net hears every word beside every other."""
    vocabulary = list(load_lexicon())
    return [dice.choice(vocabulary) for _ in range(dice.randint(3, 9))]
