"""From talks to what a field is guessed from, at several shares of noise."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from asr.transcript import Speaker
from sandbox.dialogue_corpus.confusions import Chance
from sandbox.dialogue_corpus.filling import Talk
from sandbox.dialogue_corpus.mishearing import transcript_of
from tickets.draft import Knowledge
from tickets.heard import heard
from tickets.learned import NONE, Reading, runs
from tickets.proposals import is_filler
from tickets.readings import Matter, reading_of_category, reading_of_kind, reading_of_urgency
from wording import retold, write

FIELDS = ("kind", "category", "urgency")
NOTHING = {"kind": NONE, "urgency": NONE}
"""The label of a field that a clerk would leave empty; fields without one are not learned from such talks."""


@dataclass(frozen=True)
class Example:
    """One field of one hearing of a talk. `label` None: it should be empty. `weight`: of a whole talk it is more.
    `source`: the file it stands in, which is of one writer."""

    source: str
    template: str
    share: float
    reading: Reading
    tokens: frozenset[str]
    label: str | None
    weight: float


def examples(
    talks: Iterable[tuple[str, Talk]],
    shares: Iterable[float],
    knows: Knowledge,
    *,
    weight: float,
    fields: Collection[str] = FIELDS,
) -> Mapping[str, list[Example]]:
    """By field. `talks`: each with its source. `fields`: what they are labelled with; of others nothing is learned."""
    found: dict[str, list[Example]] = {field: [] for field in FIELDS}
    shares = tuple(shares)
    for number, (source, talk) in enumerate(talks):
        for share in shares:
            for field, reading in _readings(talk, share, Chance(f"{talk.template}/{number}/{share}"), knows):
                if field not in fields:
                    continue
                tokens = frozenset((*(run for run, _ in runs(reading)), *reading.cues))
                label = talk.truth.get(field, NOTHING.get(field))
                found[field].append(Example(source, talk.template, share, reading, tokens, label, weight))
    return found


def _readings(talk: Talk, share: float, chance: Chance, knows: Knowledge) -> Iterator[tuple[str, Reading]]:
    transcript = retold(write(transcript_of(talk, share, chance), knows.lexis))
    said = heard(turn for turn in transcript.by(Speaker.CALLER) if not is_filler(turn))
    tree, places = knows.book.tree, tuple((place.start, place.stop) for place in knows.gazetteer.find(said))
    matter = Matter(said, places, tree.find(said), heard(transcript.by(Speaker.AGENT)).text)
    yield "kind", reading_of_kind(matter, tree)
    yield "category", reading_of_category(matter, tree)
    yield "urgency", reading_of_urgency(matter, knows.urgency)
