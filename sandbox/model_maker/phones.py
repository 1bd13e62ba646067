"""The numbering every other file shares: phones, the net's outputs (pdfs) and Kaldi's transition-ids.

Topology, as in Kaldi's chain models: one emitting state a phone. Its first 30 ms frame has the phone's *forward* pdf,
every later frame its *self-loop* pdf. Phones carry their place in the word (`_B _I _E _S`) so that word times are
exact, but places share their pdfs. Phone k has the transition-ids 2k-1 (self-loop) and 2k (forward).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.lexicon import load_lexicon
from sandbox.model_maker.speech import SILENCE, pronounce

UNKNOWN = "[unk]"
SPOKEN_NOISE = "SPN"
"""The one phone of `[unk]`, trained on words that were relabelled at random: a filler."""

STAY = 0.5
"""The probability of every transition: staying in a phone and leaving it alike."""

_PLACES = "BIES"


@dataclass(frozen=True, kw_only=True)
class Phones:
    """All numberings. `names[0]` is Kaldi's <eps>; `spellings` has every word of the model, `[unk]` too."""

    names: tuple[str, ...]
    pdfs: Mapping[str, tuple[int, int]]
    """A phone without its place, to its (forward, self-loop) pdfs."""
    spellings: Mapping[str, tuple[str, ...]]

    @property
    def pdf_count(self) -> int:
        """The number of the net's outputs."""
        return 2 * len(self.pdfs)

    @property
    def transition_ids(self) -> int:
        """The highest transition-id: disambiguation symbols start after it."""
        return 2 * (len(self.names) - 1)

    def pdfs_of(self, name: str) -> tuple[int, int]:
        """The (forward, self-loop) pdfs of a phone with its place."""
        return self.pdfs[name if name == SILENCE else name.rsplit("_", 1)[0]]


def number_phones() -> Phones:
    """Ask espeak how the lexicon is pronounced, and number what it says."""
    lexicon = load_lexicon()
    syllables = pronounce(syllable for pinyin in lexicon.values() for syllable in pinyin)
    bare = sorted({phone for phones in syllables.values() for phone in phones})
    spellings = {
        word: place([p for syllable in pinyin for p in syllables[syllable]]) for word, pinyin in lexicon.items()
    }
    return Phones(
        names=("<eps>", SILENCE, f"{SPOKEN_NOISE}_S", *(f"{phone}_{mark}" for phone in bare for mark in _PLACES)),
        pdfs={phone: (2 * number, 2 * number + 1) for number, phone in enumerate((SILENCE, SPOKEN_NOISE, *bare))},
        spellings={UNKNOWN: (f"{SPOKEN_NOISE}_S",), **spellings},
    )


def place(phones: list[str]) -> tuple[str, ...]:
    """Phones of one word with their places: begin, inside, end, or single."""
    if len(phones) == 1:
        return (f"{phones[0]}_S",)
    return (f"{phones[0]}_B", *(f"{phone}_I" for phone in phones[1:-1]), f"{phones[-1]}_E")
