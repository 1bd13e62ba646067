"""One talk after the other through the decoder and the draft that calls go through, beside its reference."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from asr.decoder import Decoder
from asr.transcript import Speaker, Transcript
from city.city import City
from hotline.references import FIELDS, IN_OWN_WORDS, ReferenceTalk, ReferenceTicket
from recordings.recording import Leg
from tickets.deadlines import Counting, policy_of
from tickets.draft import CallFacts, Draft, Knowledge, draft
from tickets.evaluation import (
    CharacterErrors,
    FieldScore,
    Piece,
    Verdict,
    character_errors,
    likeness,
    pieces,
    together,
    verdict,
)
from tickets.flows import FlowBook
from tickets.learned_file import lessons_of
from tickets.places import Gazetteer
from tickets.ticket import masked
from tickets.urgency import UrgencyTable
from wording import lexis_of

TO_THE_MINUTE = len("2026-11-26 10:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsSeen:
    """Free text of one talk, as drafted and as it should be. `likeness`: 0 to 1."""

    proposed: str | None
    wanted: str
    likeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSeen:
    """One field of one talk, as drafted and as it should be; a number is masked."""

    proposed: str | None
    wanted: str | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """One talk. `took_s`: by the clock, decoding and drafting."""

    name: str
    seconds: float
    took_s: float
    errors: Mapping[Leg, CharacterErrors]
    pieces: Mapping[Leg, tuple[Piece, ...]]
    fields: Mapping[str, FieldSeen]
    words: Mapping[str, WordsSeen]  # of those that the reference has


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Of one field in the caller's own words: the mean, and of how many references; None: of none."""

    mean: float | None
    wanted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Of all talks. `pace`: seconds of work for a second of sound."""

    talks: int
    characters: Mapping[Leg, CharacterErrors]
    fields: Mapping[str, FieldScore]
    words: Mapping[str, Likeness]
    pace: float


def knowledge_of(city: City) -> Knowledge:
    """What a draft is made with."""
    return Knowledge(
        gazetteer=Gazetteer(city.places),
        book=FlowBook(city.categories, city.flows),
        lexis=lexis_of(city),
        urgency=UrgencyTable(city.urgency.classes),
        lessons=lessons_of(city.folder),
        counting=Counting(policy_of(city.deadlines, city.urgency), city.calendar),
    )


async def evaluate(talk: ReferenceTalk, decoder: Decoder, knows: Knowledge) -> Evaluated:
    """Decode and draft one talk, and look at what came out. DecodingFailed, NoModel."""
    began = time.monotonic()
    transcript = await decoder.decode(talk.legs)
    told = talk.reference
    at = told.answered_at
    facts = CallFacts(call_id=talk.name, hotline=told.hotline, hotline_name=None, arrived_at=at, answered_at=at)
    proposed = await asyncio.to_thread(draft, facts, transcript, knows)
    took_s = time.monotonic() - began
    said = {Leg.CALLER: told.caller, Leg.AGENT: told.agent}
    heard = {leg: _heard(transcript, Speaker(leg.value)) for leg in Leg}
    return Evaluated(
        name=talk.name,
        seconds=talk.seconds,
        took_s=took_s,
        errors={leg: character_errors(said[leg], heard[leg]) for leg in Leg},
        pieces={leg: pieces(said[leg], heard[leg]) for leg in Leg},
        fields={name: _seen(name, proposed, getattr(told.ticket, name)) for name in FIELDS},
        words=dict(_words(proposed, told.ticket)),
    )


def _words(proposed: Draft, wanted: ReferenceTicket) -> Iterator[tuple[str, WordsSeen]]:
    for name in IN_OWN_WORDS:
        told, text = getattr(proposed, name).value, getattr(wanted, name)
        if text is not None:
            yield name, WordsSeen(proposed=told, wanted=text, likeness=likeness(told, text))


def _heard(transcript: Transcript, speaker: Speaker) -> str:
    return "".join(turn.text for turn in transcript.by(speaker))


def _seen(name: str, proposed: Draft, wanted: str | None) -> FieldSeen:
    told = _value(name, proposed)
    judged = verdict(told, wanted)
    if name == "contact":
        told, wanted = (number and masked(number) for number in (told, wanted))
    return FieldSeen(proposed=told, wanted=wanted, verdict=judged)


def _value(name: str, proposed: Draft) -> str | None:
    if name == "contact":
        return proposed.contact_number
    value: str | None = getattr(proposed, name).value
    return value[:TO_THE_MINUTE] if value and name == "occurred" else value


def scores(talks: Iterable[Evaluated]) -> Scores:
    """All talks together."""
    every = tuple(talks)
    sound = sum(talk.seconds for talk in every)
    return Scores(
        talks=len(every),
        characters={leg: together(talk.errors[leg] for talk in every) for leg in Leg},
        fields={name: FieldScore(Counter(talk.fields[name].verdict for talk in every)) for name in FIELDS},
        words={
            name: _alike([talk.words[name].likeness for talk in every if name in talk.words]) for name in IN_OWN_WORDS
        },
        pace=sum(talk.took_s for talk in every) / sound if sound else 0.0,
    )


def _alike(each: Sequence[float]) -> Likeness:
    return Likeness(mean=sum(each) / len(each) if each else None, wanted=len(each))


def page(talks: Iterable[Evaluated], failed: Mapping[str, str], *, model: str) -> str:
    """The differences as one HTML page that needs nothing else; what was said is text in it, never markup."""
    every = tuple(talks)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    template = environment.get_template("evaluation.html.j2")
    return template.render(talks=every, scores=scores(every), failed=failed, model=model)
