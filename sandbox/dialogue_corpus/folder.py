"""The corpus on disk, as `hotline evaluate` reads it: two legs and a reference of each talk."""

from __future__ import annotations

import functools
import itertools
import json
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from city.city import City
from city.local_time import CITY_TIME
from recordings.recording import Leg
from sandbox.dialogue_corpus.filling import CALL_AT, Addresses, Talk, fill
from sandbox.dialogue_corpus.sound import Script, record, script_of
from sandbox.dialogue_corpus.templates import Template
from sandbox.lexicon import normalise
from sandbox.sound import RATE_HZ, write_wav
from tickets.deadlines import Counting, deadline_of, policy_of

HOTLINE = "12345"
BATCH = 10
"""So many talks are spoken at once."""


def named_talks(templates: Sequence[Template], each: int, city: City) -> Iterator[tuple[str, Talk]]:
    """Every talk and its name: the first of every template, then the second: the first thousand tell of all."""
    addresses = Addresses(city.places)
    for number, template in itertools.product(range(each), templates):
        yield f"{template.name}-{number + 1}", fill(template, number, addresses)


def write_talks(folder: Path, talks: Sequence[tuple[str, Talk]], city: City) -> Iterator[float]:
    """Speak and write them on all cores; yields the seconds of sound of a batch as it is done."""
    counting = Counting(policy_of(city.deadlines, city.urgency), city.calendar)
    for name, talk in talks:
        reference = reference_of(script_of(name, talk), counting, city)
        (folder / f"{name}.json").write_text(json.dumps(reference, ensure_ascii=False, indent=2), encoding="utf-8")
    batches = [talks[start : start + BATCH] for start in range(0, len(talks), BATCH)]
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        yield from pool.imap_unordered(functools.partial(_write_sound, folder), batches)


def _write_sound(folder: Path, talks: Sequence[tuple[str, Talk]]) -> float:
    scripts = [script_of(name, talk) for name, talk in talks]
    seconds = 0.0
    for script, legs in zip(scripts, record(scripts), strict=True):
        for leg, samples in legs.items():
            write_wav(folder / f"{script.name}-{leg}.wav", samples)
        seconds += len(legs[Leg.CALLER]) / RATE_HZ
    return seconds


def reference_of(script: Script, counting: Counting, city: City) -> dict[str, object]:
    """What was said, numbers as they were spoken, and the ticket a clerk would file, its deadline counted from it."""
    truth = script.talk.truth
    flow = city.flows[truth["flow"]] if "flow" in truth else None
    deadline = deadline_of(
        counting,
        kind=truth.get("kind"),
        category=truth.get("category"),
        urgency=truth.get("urgency"),
        hotline=HOTLINE,
        received_at=CALL_AT,
        days_most=flow.deadline_days if flow else None,
    )
    return {
        **{leg: normalise(script.said_by(leg)) for leg in Leg},
        "answered_at": CALL_AT.isoformat(),
        "hotline": HOTLINE,
        "ticket": truth | {"deadline": f"{deadline.at.astimezone(CITY_TIME):%Y-%m-%d %H:%M}"},
    }
