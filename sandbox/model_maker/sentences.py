"""The sentences of the model's little world: drawn from `patterns.toml`, cut into words of the lexicon."""

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

PATTERNS = Path(__file__).with_name("patterns.toml")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, kw_only=True)
class Patterns:
    """Slots with their alternatives, and the sentences that use them, in groups: who speaks, and of what."""

    slots: Mapping[str, Sequence[str]]
    sentences: Mapping[str, Sequence[str]]

    def draw(self, dice: random.Random, group: str | None = None) -> str:
        """One sentence, as text without spaces; of all groups alike, or of one."""
        choices = list(itertools.chain(*self.sentences.values())) if group is None else self.sentences[group]
        sentence = dice.choice(choices)
        while "{" in sentence:
            sentence = _SLOT.sub(lambda slot: dice.choice(self.slots[slot.group(1)]), sentence)
        return sentence


@functools.cache
def load_patterns(path: Path = PATTERNS) -> Patterns:
    """The patterns as the file has them."""
    with path.open("rb") as file:
        read = tomllib.load(file)
    return Patterns(slots=read["slots"], sentences=read["sentences"])


def draw_sentence(patterns: Patterns, dice: random.Random) -> list[str]:
    """The words of one sentence. Raises `UnknownWords` if the patterns leave the lexicon."""
    return words_of(patterns.draw(dice))


def draw_salad(dice: random.Random) -> list[str]:
    """Three to nine words in no order, so that the net hears every word beside every other."""
    vocabulary = list(load_lexicon())
    return [dice.choice(vocabulary) for _ in range(dice.randint(3, 9))]
