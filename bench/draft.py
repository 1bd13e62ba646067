"""How right a draft is, and how much of it is there: `draft.precision` ≥ 0.95 of the worst field, `draft.ms` ≤ 50.

TALKS talks of each template, with drawn places, numbers and times, of the sample city. `draft.*` are of
`draft_strangers.toml`, written by two people who had read no rule; of it only totals are printed. `draft.own_*` are of
`draft_talks.toml`, by the author of the rules, and `draft.dev_*` of `draft_dev.toml`, by the second of them, both with
what went wrong; rules may be tuned on these two, so they say how far tuning got, not how good drafts are. First
with every character heard right, then with a share of them misheard (`bench/confusions.py`), dropped and doubled by
strangers: of the share 60 % sound alike, 25 % are dropped, 15 % are put in. Every word's confidence is 0.8.

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
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from asr.transcript import Transcript, Word, merge
from bench.confusions import Chance, misheard
from city.load import load_city
from city.local_time import CITY_TIME
from sandbox.figures import report
from tickets.draft import CallFacts, Draft, Knowledge, draft
from tickets.flows import FlowBook
from tickets.places import Gazetteer
from tickets.urgency import UrgencyTable
from wording import lexis_of

SAMPLE = Path(__file__).parent.parent / "cities" / "sample"
HELD_OUT = Path(__file__).with_name("draft_strangers.toml")
OWN = Path(__file__).with_name("draft_talks.toml")
DEV = Path(__file__).with_name("draft_dev.toml")
TALKS, SEED, CONFIDENCE = 12, 20_261_126, 0.8
NOISES = (0.0, 0.15, 0.25, 0.40)
CALL_AT = datetime(2026, 11, 26, 10, 0, tzinfo=CITY_TIME)
PLACES = (
    ("海州区解放路十二号", "海州区解放路12号"),
    ("连云区幸福花园小区三号楼", "连云区幸福花园小区3号楼"),
    ("海州区苍梧小区", "海州区苍梧小区"), ("赣榆区人民路", "赣榆区人民路"), ("灌云县幸福路", "灌云县幸福路"),
    ("新浦人民花园小区", "新浦人民花园小区"),
    ("东海县朝阳东路二十六号", "东海县朝阳东路26号"), ("海连小区", "海连小区"),
)  # fmt: skip
NAMES_OF_PLACES = (
    *("海州区", "连云区", "赣榆区", "灌云县", "东海县", "新浦", "解放路", "幸福花园小区", "苍梧小区", "人民路"),
    *("幸福路", "人民花园小区", "朝阳东路", "海连小区"),
)
TIMES = (
    ("昨天晚上八点", timedelta(hours=-14)), ("今天早上六点半", timedelta(hours=-3, minutes=-30)),
    ("前天下午三点", timedelta(days=-2, hours=5)), ("昨天上午十点", timedelta(days=-1)),
)  # fmt: skip
FIELDS = ("contact", "kind", "category", "place", "occurred", "department", "urgency", "confidential", "flow")
NAMED = {"contact": "number", "kind": "kind", "place": "place"}
"""The fields whose recall has a figure of its own, and its name."""
DIGITS = "零幺二三四五六七八九"


@dataclass(frozen=True)
class Talk:
    """One talk, and what a draft of it should hold; a field that is not in `truth` should be empty."""

    template: str
    caller: tuple[str, ...]
    agent: tuple[str, ...]
    truth: dict[str, str]


def talks(path: Path) -> Iterator[Talk]:
    """All of this file's, always the same."""
    chance = Chance(SEED)
    with path.open("rb") as file:
        templates = tomllib.load(file)["talk"]
    for template in templates:
        for _ in range(TALKS):
            yield _talk(template, chance)


def _talk(template: dict[str, Any], chance: Chance) -> Talk:
    spoken, place = chance.choice(PLACES)
    when, ago = chance.choice(TIMES)
    digits = "1" + chance.choice("35789") + "".join(chance.choice("0123456789") for _ in range(9))
    number = "".join(DIGITS[int(digit)] for digit in digits)
    said = " ".join(template["caller"])
    at = f"{CALL_AT + ago:%Y-%m-%d %H:%M}"
    told = {
        "contact": digits if "{number}" in said else None,
        "place": place if "{place}" in said else None,
        "occurred": at if template.get("when") else None,
        "confidential": template.get("secret"),
    }
    told |= {name: template.get(name) for name in ("kind", "category", "department", "urgency", "flow")}
    lines = tuple(line.format(place=spoken, when=when, number=number) for line in template["caller"])
    truth = {name: value for name, value in told.items() if value is not None}
    return Talk(template["name"], lines, tuple(template["agent"]), truth)


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


def value_of(proposed: Draft, field: str) -> str | None:
    """What the draft says, as a template would."""
    if field == "contact":
        return proposed.contact_number
    said: str | None = getattr(proposed, field).value
    return said[:16] if said and field == "occurred" else said


def says_less(told: str | None, truth: str | None) -> bool:
    """Whether a place is true but less exact: what is left of the truth when its parts are taken out, in order."""
    if not told or not truth or told == truth:
        return False
    rest = iter(truth)
    return all(character in rest for character in told) and any(told.startswith(name) for name in NAMES_OF_PLACES)


@dataclass(frozen=True)
class Score:
    """Of one field: how often it was filled, right, and to be filled."""

    filled: Counter[str]
    right: Counter[str]
    wanted: Counter[str]
    coarse: Counter[str]

    def precision(self, field: str) -> float:
        """Right of filled, a coarser place being wrong; 1 when it never was."""
        return self.right[field] / self.filled[field] if self.filled[field] else 1.0

    @property
    def together(self) -> float:
        """Right of all filled fields."""
        return self.right.total() / max(1, self.filled.total())

    @property
    def lenient(self) -> float:
        """Right of all filled fields, a place that is true but coarser being right."""
        return (self.right.total() + self.coarse.total()) / max(1, self.filled.total())

    def recall(self, field: str) -> float:
        """Right of wanted."""
        return self.right[field] / self.wanted[field] if self.wanted[field] else 1.0


def scored(path: Path, share: float, knows: Knowledge, shown: set[str]) -> tuple[Score, list[float]]:
    """Every talk of a file drafted with so much noise, and the processor time of each in milliseconds."""
    score, took, chance = Score(Counter(), Counter(), Counter(), Counter()), [], Chance(f"{SEED}/{share}")
    for talk in talks(path):
        transcript = transcript_of(talk, share, chance)
        facts = CallFacts(call_id="c", hotline="12345", hotline_name=None, answered_at=CALL_AT)
        before = time.process_time()
        proposed = draft(facts, transcript, knows)
        took.append((time.process_time() - before) * 1000)
        for field in FIELDS:
            told, truth = value_of(proposed, field), talk.truth.get(field)
            score.filled[field] += told is not None
            score.wanted[field] += truth is not None
            score.right[field] += told is not None and told == truth
            score.coarse[field] += field == "place" and says_less(told, truth)
            if path != HELD_OUT and share == 0 and told != truth and f"{talk.template}/{field}" not in shown:
                shown.add(f"{talk.template}/{field}")
                sys.stderr.write(f"  {talk.template}: {field} {told!r}, should be {truth!r}\n")
    return score, took


def main() -> None:
    """Measure, and say what came out."""
    city = load_city(SAMPLE)
    book = FlowBook(city.categories, city.flows)
    knows = Knowledge(
        gazetteer=Gazetteer(city.places), book=book, lexis=lexis_of(city), urgency=UrgencyTable(city.urgency.classes)
    )
    draft(CallFacts(call_id="c", hotline=None, hotline_name=None), Transcript(), knows)  # what is prepared once
    for path, prefix in ((HELD_OUT, "draft."), (DEV, "draft.dev_"), (OWN, "draft.own_")):
        for share in NOISES:
            _report(path, prefix, share, knows)


def _report(path: Path, prefix: str, share: float, knows: Knowledge) -> None:
    score, took = scored(path, share, knows, set())
    suffix = f"_{share * 100:.0f}" if share else ""
    for field in FIELDS:
        at = f"{field}: {score.right[field]} right of {score.filled[field]} filled, {score.wanted[field]} wanted"
        sys.stderr.write(f"{prefix} {share:.0%} {at}\n")
    worst = round(min(map(score.precision, FIELDS)), 3)
    report(f"{prefix}precision{suffix}", round(score.together, 3) if share else worst, "ratio")
    report(f"{prefix}worst{suffix}", worst, "ratio")
    report(f"{prefix}lenient{suffix}", round(score.lenient, 3), "ratio")
    for field, name in NAMED.items():
        report(f"{prefix}{name}_recall{suffix}", round(score.recall(field), 3), "ratio")
    coarse = score.coarse["place"] / max(1, score.filled["place"])
    report(f"{prefix}place_coarse{suffix}", round(coarse, 3), "ratio")
    if not share:
        report(f"{prefix}ms", round(sorted(took)[len(took) * 95 // 100], 2), "ms of processor time, p95")


if __name__ == "__main__":
    main()
