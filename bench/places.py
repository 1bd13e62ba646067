"""What correcting places by their sound is worth, and what it spoils: `places.cer_ratio` ≤ 0.7, `places.harm` ≤ 0.01.

A made-up city of 2,000 names (`bench/places_town.py`), every tenth of which is not in the gazetteer; 4,000 sentences of
its citizens, held out: neither their templates nor the stems of their names were looked at when the bounds were set.
The hot words are those of the sample city, which was written without a look at these sentences.
25 % of all characters, in names and elsewhere, are misheard (`confusions.py`); every word's confidence is 0.8, so
that it helps nobody. All seeds are fixed.

`places.cer_ratio` is the character error rate of whole sentences, after over before; `…_names` that of names alone.
`places.harm`: of the names that were heard right (clean sentences, and names that the noise spared) those that are
wrong afterwards. `places.harm_unlisted`: the same for names that the gazetteer does not have. `places.harm_elsewhere`:
right characters outside names made wrong, of all such. `places.ms`: processor time for a talk of ten minutes, 2,400
characters. `./dev bench places tuning` measures the half on which the bounds were set. The text is generated: these
figures compare versions of this code, and say nothing about real callers.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from asr.transcript import Speaker, Transcript, Turn, Word
from bench.places_town import Sentence, Town, town
from city.load import load_city
from sandbox.dialogue_corpus.confusions import Chance, misheard
from sandbox.figures import report
from sandbox.scoring import distance
from wording import Lexis, WrittenTurn, lexis_of, undo, write

NAMES, SENTENCES, NOISE, CONFIDENCE = 2_000, 4_000, 0.25, 0.8
TALK_CHARACTERS, TALK_S, TALKS = 2_400, 600.0, 10
SAMPLE = Path(__file__).parent.parent / "cities" / "sample"
SEED = 20_261_126


@dataclass
class Count:
    """Of so many so many are wrong."""

    wrong: int = 0
    of: int = 0

    def add(self, wrong: int, of: int) -> None:
        """Some more."""
        self.wrong, self.of = self.wrong + wrong, self.of + of

    @property
    def rate(self) -> float:
        """0 … 1."""
        return self.wrong / self.of if self.of else 0.0


@dataclass
class Counts:
    """What is counted over many sentences. Characters, but for `harm`: names."""

    before: Count
    after: Count
    names_before: Count
    names_after: Count
    harm: Count
    elsewhere: Count

    @staticmethod
    def none() -> Counts:
        """Nothing yet."""
        return Counts(Count(), Count(), Count(), Count(), Count(), Count())

    def add(self, said: Sentence, heard: str, written: str) -> None:
        """One sentence. The noise keeps its length; where a correction does not, characters are compared by place."""
        self.before.add(distance(said.text, heard), len(said.text))
        self.after.add(distance(said.text, written), len(said.text))
        inside = set[int]()
        for start, stop in said.names:
            inside.update(range(start, stop))
            name = said.text[start:stop]
            self.names_before.add(distance(name, heard[start:stop]), len(name))
            self.names_after.add(distance(name, written[start:stop]), len(name))
            if heard[start:stop] == name:
                self.harm.add(written[start:stop] != name, 1)
        outside = [at for at in range(len(said.text)) if at not in inside and heard[at] == said.text[at]]
        self.elsewhere.add(sum(written[at : at + 1] != said.text[at] for at in outside), len(outside))


def talk(texts: Iterable[str], seconds: float) -> Transcript:
    """A caller's turns, a word a character; their times are even."""
    said = list(texts)
    each, turns, at = seconds / max(1, sum(map(len, said))), [], 0.0
    for text in said:
        words = tuple(Word(char, at + n * each, at + (n + 1) * each, CONFIDENCE) for n, char in enumerate(text))
        turns.append(Turn(Speaker.CALLER, at, words[-1].end_s, words))
        at = words[-1].end_s
    return Transcript(tuple(turns))


def counted(city: Town, lexis: Lexis, share: float, *, unlisted: bool = False) -> Counts:
    """Every sentence is a talk of its own."""
    counts, chance = Counts.none(), Chance(SEED + 1)
    for said in city.sentences(SENTENCES, chance, unlisted=unlisted):
        heard = misheard(said.text, share, chance)
        (turn,) = write(talk([heard], 5.0), lexis).turns
        counts.add(said, heard, _by_sound_alone(turn).text)
    return counts


def _by_sound_alone(turn: WrittenTurn) -> WrittenTurn:
    """Without its punctuation and figures, which the sentences do not have."""
    for correction in reversed(turn.corrections):
        turn = turn if "音近" in correction.rule else undo(turn, correction)
    return turn


def milliseconds(city: Town, lexis: Lexis) -> float:
    """Processor time for one talk of ten minutes, the median of several."""
    chance, talks = Chance(SEED + 2), []
    for _ in range(TALKS):
        said, length = [], 0
        while length < TALK_CHARACTERS:
            (one,) = city.sentences(1, chance)
            said.append(misheard(one.text, NOISE, chance))
            length += len(one.text)
        talks.append(talk(said, TALK_S))
    write(talks[0], lexis)
    took = []
    for each in talks:
        began = time.process_time()
        write(each, lexis)
        took.append(time.process_time() - began)
    return 1000 * statistics.median(took)


def measure(half: str) -> None:
    """Print every figure."""
    sys.stderr.write(__doc__ or "")
    city = town(half, NAMES, Chance(SEED))
    lexis = Lexis(places=city.places, hot_words=lexis_of(load_city(SAMPLE)).hot_words)
    clean, noisy = counted(city, lexis, 0.0), counted(city, lexis, NOISE)
    unlisted = counted(city, lexis, 0.0, unlisted=True)
    harm = Count(clean.harm.wrong + noisy.harm.wrong, clean.harm.of + noisy.harm.of)
    elsewhere = Count(clean.elsewhere.wrong + noisy.elsewhere.wrong, clean.elsewhere.of + noisy.elsewhere.of)
    report("places.cer", round(noisy.after.rate, 4), "1", round(noisy.before.rate, 4))
    report("places.cer_ratio", round(noisy.after.rate / noisy.before.rate, 3), "1", 0.7)
    report("places.cer_ratio_names", round(noisy.names_after.rate / noisy.names_before.rate, 3), "1")
    report("places.harm", round(harm.rate, 5), "1", 0.01)
    report("places.harm_unlisted", round(unlisted.harm.rate, 4), "1")
    report("places.harm_elsewhere", round(elsewhere.rate, 5), "1")
    report("places.ms", round(milliseconds(city, lexis), 1), "ms", 20)


if __name__ == "__main__":
    measure(sys.argv[1] if len(sys.argv) > 1 else "held_out")
