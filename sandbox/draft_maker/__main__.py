"""`python -m sandbox.draft_maker [FIELD…]`: learn kinds, and the sample city's categories and urgency classes, or some.

Learned from: the templates of the corpus that are not held out, `bench/draft_dev.toml`, `bench/draft_talks.toml`, and
the utterances and appeals beside this file. How sure a guess is, and the thresholds it prints, are of files that were
not learned from.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from city.city import City
from city.load import load_city
from sandbox.dialogue_corpus.filling import Talk, fillings
from sandbox.dialogue_corpus.templates import TEMPLATES, read_templates
from sandbox.draft_maker.appeal_files import AFTER_MISTAKES, APPEALS, read_appeals
from sandbox.draft_maker.examples import FIELDS, NOTHING, Example, examples
from sandbox.draft_maker.fitting import Counted, Judged, judged, with_platt
from sandbox.draft_maker.utterances import AFTER, BEFORE, utterances
from tickets.draft import Knowledge
from tickets.flows import FlowBook
from tickets.learned import Learned
from tickets.learned_file import CATEGORIES, KINDS, URGENCY, Lessons, write_learned
from tickets.places import Gazetteer
from tickets.urgency import UrgencyTable
from wording import lexis_of

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "cities" / "sample"
TO_TUNE_ON = (ROOT / "bench" / "draft_dev.toml", ROOT / "bench" / "draft_talks.toml")
FILES = {"kind": KINDS, "category": SAMPLE / CATEGORIES, "urgency": SAMPLE / URGENCY}
FILLINGS, NOISES, UTTERANCE_NOISES = 2, (0.0, 0.2, 0.4), (0.0, 0.2)
TALK_WEIGHT, APPEAL_WEIGHT = 2.0, 0.25  # appeals were written to be hard: fewer callers talk so
LITTLE = {"kind": 35.0, "category": 35.0, "urgency": 20.0}  # the rarities of some twenty to sixty tokens
APPEALS_TELL = ("kind",)
PRECISIONS = (0.95, 0.97, 0.98)


def main() -> None:
    """Learn, write, report."""
    city = load_city(SAMPLE)
    book, gazetteer = FlowBook(city.categories, city.flows), Gazetteer(city.places)
    urgent = UrgencyTable(city.urgency.classes)
    knows = Knowledge(gazetteer=gazetteer, book=book, lexis=lexis_of(city), urgency=urgent, lessons=Lessons())
    talks = examples(_talks(city), NOISES, knows, weight=TALK_WEIGHT)
    before, after = (
        examples(((path.stem, each) for each in utterances(path, city.categories)), UTTERANCE_NOISES, knows, weight=1.0)
        for path in (BEFORE, AFTER)
    )
    told = read_appeals(APPEALS, city.categories)
    appeals = examples(told, UTTERANCE_NOISES, knows, weight=APPEAL_WEIGHT, fields=APPEALS_TELL)
    templates = {each.template for each in talks["kind"]}
    _say(f"{len(templates)} templates, {_clean(before)} utterances, {_clean(appeals)} appeals")
    for field in sys.argv[1:] or FIELDS:
        every = [*before[field], *appeals[field], *after[field], *talks[field]]
        counted = Counted(every, LITTLE[field])
        afterwards = {AFTER.stem} | AFTER_MISTAKES
        by_others = {each.source for each in (*before[field], *appeals[field])} - afterwards
        is_talk = [each.source not in by_others | afterwards for each in counted.examples]
        unseen = list(judged(counted, is_talk, [each.source in by_others for each in counted.examples]))
        learned = with_platt(counted.fit([True] * len(is_talk)), unseen)
        write_learned(learned, FILES[field])
        _report(field, learned, unseen)


def _clean(found: Mapping[str, list[Example]]) -> int:
    return sum(each.share == 0 for each in found["kind"])


def _report(field: str, learned: Learned, unseen: list[Judged]) -> None:
    _say(f"{field}: {len(learned.labels)} labels, {len(learned.tokens)} tokens, {FILES[field].stat().st_size} bytes")
    sure = np.array([learned.sure(each.label, each.signs) for each in unseen])
    for share in NOISES:
        _say(f"  {share:.0%} misheard: " + _precise(field, (share,), unseen, sure))
    _say("  together: " + _precise(field, NOISES, unseen, sure))


def _talks(city: City) -> Iterator[tuple[str, Talk]]:
    """Each with its file: those to tune on, and of the corpus what is not held out."""
    for path in (*TO_TUNE_ON, *sorted(TEMPLATES.glob("*.toml"))):
        held_in = (each for each in read_templates(path, city=city) if path in TO_TUNE_ON or not each.held_out)
        for talk in fillings(held_in, FILLINGS, city.places):
            yield path.stem, talk


def _precise(field: str, shares: tuple[float, ...], unseen: list[Judged], sure: np.ndarray) -> str:
    """From which sureness on guesses are so precise, and how many of what is wanted that finds."""
    here = [n for n, each in enumerate(unseen) if each.example.share in shares]
    wanted = sum(unseen[n].example.label not in (None, NOTHING.get(field)) for n in here)
    ranked = sorted((-sure[n], unseen[n].right) for n in here)
    right = np.cumsum([good for _, good in ranked])
    told = []
    for asked in PRECISIONS:
        last = max((n for n in range(len(ranked)) if right[n] >= asked * (n + 1)), default=None)
        found = f"from {-ranked[last][0]:.2f}, recall {right[last] / wanted:.2f}" if last is not None else "none"
        told.append(f"{asked}: {found}")
    return "; ".join(told)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
