"""`python -m sandbox.place_maker`: learn how likely all of a place is right, and write `tickets/places.json` anew.

TALKS talks of each template of `sandbox/dialogue_corpus`, but for the quarter that is held out, and of
`bench/draft_dev.toml`, with 0 to 40 % of their characters misheard. Logistic regression with a weight penalty, by
Newton's method (iteratively reweighted least squares); the pairs of characters that are usual are counted in the same
templates. FOLDS parts of whole templates each are judged by what was learned of the others, pairs too. The threshold in
`tickets/field.py` was chosen by these figures.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import numpy as np
from numpy.typing import NDArray

from asr.transcript import Speaker
from city.city import City
from city.load import load_city
from sandbox.dialogue_corpus.confusions import Chance
from sandbox.dialogue_corpus.filling import fillings
from sandbox.dialogue_corpus.mishearing import transcript_of
from sandbox.dialogue_corpus.templates import Template, read_templates
from tickets.field import SURE_ENOUGH
from tickets.heard import Heard, heard
from tickets.place_file import write_place_trust
from tickets.place_signs import SIGNS, signs_of
from tickets.place_trust import PlaceTrust
from tickets.places import LARGER, Gazetteer
from tickets.proposals import is_filler
from tickets.usual import Usual, usual_of
from wording import Lexis, lexis_of, retold, write

ROOT = Path(__file__).parents[2]
SAMPLE, DEV = ROOT / "cities" / "sample", ROOT / "bench" / "draft_dev.toml"
NOISES, SEED = (0.0, 0.15, 0.25, 0.40), 20_261_126
TALKS, FOLDS = 6, 8
PENALTY, ROUNDS = 3.0, 30
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """What was heard in one talk, and the place that was meant."""

    said: Heard
    truth: str | None
    share: float
    fold: int


def lines(templates: Iterable[Template]) -> Iterator[str]:
    """What is said between the gaps, without marks."""
    for template in templates:
        for line in (*template.caller, *template.agent):
            yield from ("".join(filter(str.isalnum, text)) for text, *_ in Formatter().parse(line))


def fold_of(template: str) -> int:
    """Which part a template belongs to."""
    return zlib.crc32(f"fold {template}".encode()) % FOLDS


def cases(templates: Iterable[Template], city: City, lexis: Lexis) -> Iterator[Case]:
    """Every talk at every noise."""
    for share in NOISES:
        chance = Chance(f"maker {SEED}/{share}")
        for talk in fillings(templates, TALKS, city.places):
            transcript = retold(write(transcript_of(talk, share, chance), lexis))
            said = heard(turn for turn in transcript.by(Speaker.CALLER) if not is_filler(turn))
            yield Case(said, talk.truth.get("place"), share, fold_of(talk.template))


def fit(signs: Numbers, right: Numbers) -> Numbers:
    """The weights; the first sign is the constant and not held down."""
    weights, penalty = np.zeros(signs.shape[1]), np.full(signs.shape[1], PENALTY)
    penalty[0] = 0.01
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-signs @ weights))
        bend = (signs.T * (chance * (1 - chance))) @ signs + np.diag(penalty)
        weights = weights - np.linalg.solve(bend, signs.T @ (chance - right) + penalty * weights)
    return weights


def learn(told: Iterable[Case], usual: Usual, gazetteer: Gazetteer) -> PlaceTrust:
    """From all talks in which more than a district was found."""
    signs, right = [], []
    for each in told:
        found = gazetteer.find(each.said)
        if found and not LARGER.issuperset(found[0].kinds):
            signs.append(signs_of(found, each.said, usual, gazetteer.larger))
            right.append(float(found[0].value == each.truth))
    return PlaceTrust(tuple(map(float, fit(np.array(signs), np.array(right)))), usual)


def judged(templates: list[Template], told: list[Case], gazetteer: Gazetteer) -> Iterator[tuple[Case, bool, bool]]:
    """Of each case whether its place would be filled, and whether it would be right."""
    for fold in range(FOLDS):
        usual = usual_of(lines(each for each in templates if fold_of(each.name) != fold))
        trust = learn((each for each in told if each.fold != fold), usual, gazetteer)
        for each in (each for each in told if each.fold == fold):
            if found := gazetteer.find(each.said):
                sure = trust.probability(found, each.said, gazetteer)
                sure *= each.said.clearness(found[0].start, found[0].stop)
                yield each, sure >= SURE_ENOUGH["place"], found[0].value == each.truth


def main() -> None:
    """Judge, then learn from all, and write."""
    city = load_city(SAMPLE)
    gazetteer, lexis = Gazetteer(city.places), lexis_of(city)
    templates = [each for each in read_templates(city=city) if not each.held_out]
    templates += read_templates(DEV, city=city)
    told = list(cases(templates, city, lexis))
    seen = list(judged(templates, told, gazetteer))
    for share in NOISES:
        sys.stderr.write(f"{share:.0%} misheard: {_precise(told, seen, (share,))}\n")
    sys.stderr.write(f"together: {_precise(told, seen, NOISES)}\n")
    trust = learn(told, usual_of(lines(templates)), gazetteer)
    write_place_trust(trust)
    sys.stderr.writelines(f"  {sign} {weight:.2f}\n" for sign, weight in zip(SIGNS, trust.weights, strict=True))


def _precise(told: list[Case], seen: list[tuple[Case, bool, bool]], shares: tuple[float, ...]) -> str:
    filled = [right for case, is_filled, right in seen if is_filled and case.share in shares]
    wanted = sum(case.truth is not None for case in told if case.share in shares)
    return f"{sum(filled)} right of {len(filled)} filled, {wanted} wanted"


if __name__ == "__main__":
    main()
