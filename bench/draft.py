"""How right a draft is, and how much of it is there: `draft.precision` ≥ 0.95 of the worst field, `draft.ms` ≤ 50.

TALKS talks of each template (SHOWN_TALKS of those that are not held out), with drawn places, numbers and times, of the
sample city. Held out, of which only totals are printed: `draft.*` are of `draft_strangers.toml`, by two people who had
read no rule, and of a fixed quarter of the templates of `sandbox/dialogue_corpus` by three others; `draft.strangers_*`
of the former alone, `draft.fresh_*` of the same quarter of its files in FRESH, whose writer knew the rules. Nothing
is learned from these templates, no rule or threshold tuned on them. `draft.dev_*` are of what the draft was learned
from and tuned on, `draft_dev.toml` and the other templates of the corpus, and `draft.own_*` of `draft_talks.toml`, by
the author of the first rules, both with what went wrong: they say how far learning got, not how good drafts are.
First with every character heard right, then with a share of them misheard (`sandbox/dialogue_corpus/mishearing.py`),
dropped and doubled: of the share 60 % sound alike, 25 % are dropped, 15 % are put in. Every word's confidence is 0.8.

A field is right when it is what the template says; a value where the template says nothing is wrong. A place that is
true but says less than the template's (海州区 for 海州区解放路12号) is wrong, too: `draft.place_coarse` is their share
of the places filled, and `lenient` the precision of all filled fields with them right. `draft.precision` is of
filled fields, the worst field's; with noise `precision_15` and so on are of all filled fields together and
`worst_15` the worst field's; `recall` of those that the template names. What is asked for is the caller's own words
and is not judged here. Every talk is generated, and the strangers are few: these figures compare
versions of this code, and say nothing about real callers.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from asr.transcript import Transcript
from city.city import City
from city.load import load_city
from hotline.evaluate import knowledge_of
from sandbox.dialogue_corpus.confusions import Chance
from sandbox.dialogue_corpus.filling import CALL_AT, Talk, fillings
from sandbox.dialogue_corpus.mishearing import transcript_of
from sandbox.dialogue_corpus.templates import FRESH, TEMPLATES, Template, read_templates
from sandbox.figures import report
from tickets.draft import CallFacts, Draft, Knowledge, draft
from tickets.evaluation import FieldScore, Verdict, verdict

SAMPLE = Path(__file__).parent.parent / "cities" / "sample"
STRANGERS = Path(__file__).with_name("draft_strangers.toml")
OWN = Path(__file__).with_name("draft_talks.toml")
DEV = Path(__file__).with_name("draft_dev.toml")
TALKS, SHOWN_TALKS, SEED = 12, 4, 20_261_126
NOISES = (0.0, 0.15, 0.25, 0.40)
FIELDS = ("contact", "kind", "category", "place", "occurred", "department", "urgency", "confidential", "flow")
SHOWN = ("draft.dev_", "draft.own_")
"""Of these it is printed what went wrong."""
NAMED = {"contact": "number", "kind": "kind", "place": "place"}
"""The fields whose recall has a figure of its own, and its name."""


def talks(templates: Iterable[Template], city: City, each: int = TALKS) -> Iterator[Talk]:
    """`each` of these templates, always the same."""
    return fillings(templates, each, city.places)


def value_of(proposed: Draft, field: str) -> str | None:
    """What the draft says, as a template would."""
    if field == "contact":
        return proposed.contact_number
    said: str | None = getattr(proposed, field).value
    return said[:16] if said and field == "occurred" else said


def says_less(told: str | None, truth: str | None, names: Iterable[str]) -> bool:
    """Whether a place is true but less exact: what is left of the truth when its parts are taken out, in order."""
    if not told or not truth or told == truth:
        return False
    rest = iter(truth)
    return all(character in rest for character in told) and any(map(told.startswith, names))


@dataclass(frozen=True)
class Scores:
    """Of some talks: by field, and how many places were true but coarse."""

    fields: dict[str, FieldScore]
    coarse: int

    @property
    def worst(self) -> float:
        """The precision of the worst field; one that is never filled is not wrong."""
        return min((each.precision for each in self.fields.values() if each.precision is not None), default=1.0)

    @property
    def filled(self) -> int:
        """How many fields say something."""
        return sum(each.filled for each in self.fields.values())

    def together(self, also: int = 0) -> float:
        """Right of all filled fields, and what else is to count as right."""
        return (sum(each.right for each in self.fields.values()) + also) / max(1, self.filled)


def scored(
    some: Iterable[Talk], share: float, city: City, knows: Knowledge, shown: set[str] | None
) -> tuple[Scores, list[float]]:
    """Every talk drafted with so much noise, and the processor time of each in milliseconds. `shown`: what was
    printed of what went wrong; None: nothing is."""
    fell, coarse, took, chance = {field: Counter[Verdict]() for field in FIELDS}, 0, [], Chance(f"{SEED}/{share}")
    names = tuple(place.name for place in city.places)
    for talk in some:
        transcript = transcript_of(talk, share, chance)
        facts = CallFacts(call_id="c", hotline="12345", hotline_name=None, answered_at=CALL_AT)
        before = time.process_time()
        proposed = draft(facts, transcript, knows)
        took.append((time.process_time() - before) * 1000)
        for field in FIELDS:
            told, truth = value_of(proposed, field), talk.truth.get(field)
            fell[field][verdict(told, truth)] += 1
            coarse += field == "place" and says_less(told, truth, names)
            if shown is not None and told != truth and f"{talk.template}/{field}" not in shown:
                shown.add(f"{talk.template}/{field}")
                sys.stderr.write(f"  {talk.template}: {field} {told!r}, should be {truth!r}\n")
    return Scores({field: FieldScore(each) for field, each in fell.items()}, coarse), took


def main() -> None:
    """Measure, and say what came out."""
    city = load_city(SAMPLE)
    knows = knowledge_of(city)
    draft(CallFacts(call_id="c", hotline=None, hotline_name=None), Transcript(), knows)  # what is prepared once
    for prefix, templates in groups(city).items():
        for share in NOISES:
            _report(prefix, templates, share, city, knows)


def groups(city: City) -> dict[str, list[Template]]:
    """Which templates each set of figures is of."""
    strangers = read_templates(STRANGERS, city=city)
    held_in: list[Template] = []
    held_out: list[Template] = []
    fresh: list[Template] = []
    for path in sorted(TEMPLATES.glob("*.toml")):
        for each in read_templates(path, city=city):
            (held_in if not each.held_out else fresh if path.stem in FRESH else held_out).append(each)
    return {
        "draft.": [*strangers, *held_out],
        "draft.strangers_": [*strangers],
        "draft.fresh_": fresh,
        "draft.dev_": [*read_templates(DEV, city=city), *held_in],
        "draft.own_": [*read_templates(OWN, city=city)],
    }


def _report(prefix: str, templates: list[Template], share: float, city: City, knows: Knowledge) -> None:
    shown: set[str] | None = set() if prefix in SHOWN and share == 0 else None
    some = talks(templates, city, SHOWN_TALKS if prefix in SHOWN else TALKS)
    scores, took = scored(some, share, city, knows, shown)
    suffix = f"_{share * 100:.0f}" if share else ""
    for field, each in scores.fields.items():
        sys.stderr.write(
            f"{prefix} {share:.0%} {field}: {each.right} right of {each.filled} filled, {each.wanted} wanted\n"
        )
    worst = round(scores.worst, 3)
    report(f"{prefix}precision{suffix}", round(scores.together(), 3) if share else worst, "ratio")
    report(f"{prefix}worst{suffix}", worst, "ratio")
    report(f"{prefix}lenient{suffix}", round(scores.together(scores.coarse), 3), "ratio")
    for field, name in NAMED.items():
        report(f"{prefix}{name}_recall{suffix}", round(scores.fields[field].recall or 0.0, 3), "ratio")
    coarse = scores.coarse / max(1, scores.fields["place"].filled)
    report(f"{prefix}place_coarse{suffix}", round(coarse, 3), "ratio")
    if not share:
        report(f"{prefix}ms", round(sorted(took)[len(took) * 95 // 100], 2), "ms of processor time, p95")


if __name__ == "__main__":
    main()
