"""Rehearsals of the sample city: how many ways they go, and whether a real phone on a real Asterisk says the same.

`rehearse.edges`: of all ways of all hotlines' journeys, the share that rehearsals made from the menus pass in the
simulator. `rehearse.agreement`: of WALKS rehearsals carried out by both, the share of which verdict, prompts heard (on
the phone: by their sound), ways passed (on the phone: as the house was told) and end are equal. `rehearse.phone_edges`:
of the ways that calls can pass here, the share that real phones passed. Walks that pass a new way come first, then the
others, the city's own among them; several phones call at once. `./dev bench rehearse 40` takes 40 walks.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import tempfile
import time
from collections.abc import Container, Sequence
from pathlib import Path

from city.city import City
from city.load import load_city
from city.ways import Way, served
from hotline.rehearse_phone import rehearse_on_phones
from hotline.rehearsing import compared, covered, generated_for, open_moment, rehearsals_of, rehearse
from ivr.menu import Edge
from ivr.prompts import SPOKEN
from ivr.rehearsal import Rehearsal, Verdict
from plumbing.logs import set_up_logs
from sandbox.figures import report

SAMPLE = Path(__file__).parents[1] / "cities/sample"
WALKS = 200
LINES = 12


def chosen(city: City, walks: int) -> tuple[Rehearsal, ...]:
    """So many rehearsals, those first that pass a way that none before them does.

    Those that leave the house are left out: nobody is outside. So are those at a moment of their own.
    """
    here = served_here(city)
    able = [
        each
        for each in (*rehearsals_of(city), *generated_for(city))
        if each.at is None and city.hotline_for(each.number).hotline.number in here
    ]
    new: list[Rehearsal] = []
    others: list[Rehearsal] = []
    passed: set[tuple[str, Edge]] = set()
    for verdict in rehearse(city, able):
        number = city.hotline_for(verdict.rehearsal.number).hotline.number
        ways = {(number, edge) for edge in verdict.outcome.passed}
        (others if ways <= passed else new).append(verdict.rehearsal)
        passed |= ways
    return tuple(itertools.islice(itertools.cycle((*new, *others)), walks))


def served_here(city: City) -> frozenset[str]:
    """The hotlines whose calls are not sent elsewhere in office hours."""
    moment = open_moment(city)
    return frozenset(line.number for line in city.hotlines.values() if served(city, line, moment).way is Way.QUEUE)


def share_gone(city: City, verdicts: Sequence[Verdict], numbers: Container[str]) -> float:
    """Of the ways of these hotlines' journeys, the share that was passed."""
    coverage = [each for each in covered(city, verdicts) if each.hotline.number in numbers]
    ways = sum(len(each.journey.edges()) for each in coverage)
    return 1 - sum(len(each.missed) for each in coverage) / ways


async def on_phones(city: City, rehearsals: Sequence[Rehearsal]) -> list[Verdict]:
    """Carried out in earnest."""
    with tempfile.TemporaryDirectory(prefix="lx-") as folder:
        verdicts = await rehearse_on_phones(
            city,
            rehearsals,
            Path(folder),
            lines=LINES,
            note_repeated=lambda calls: sys.stderr.write(f"{calls} calls made again: the phone was late\n"),
        )
    return [verdict for verdict in verdicts if verdict is not None]


def measure(walks: int) -> int:
    """Print every figure of this bench; 1 if one is not as promised."""
    set_up_logs(level="CRITICAL")
    city = load_city(SAMPLE, also_spoken=SPOKEN)
    edges = share_gone(city, rehearse(city, generated_for(city)), city.hotlines)
    report("rehearse.edges", round(edges, 4), "1", 1.0)
    rehearsals = chosen(city, walks)
    began = time.monotonic()
    real, simulated = asyncio.run(on_phones(city, rehearsals)), rehearse(city, rehearsals)
    same = [compared(one) == compared(other) for one, other in zip(real, simulated, strict=True)]
    for one, other, is_same in zip(real, simulated, same, strict=True):
        if not is_same:
            sys.stderr.write(f"{one.rehearsal.name}: {one.outcome} {one.faults} / {other.outcome} {other.faults}\n")
    sys.stderr.write(f"{len(real)} walks of {len(city.hotlines)} hotlines in {time.monotonic() - began:.0f} s\n")
    report("rehearse.phone_edges", round(share_gone(city, real, served_here(city)), 4), "1")
    report("rehearse.agreement", round(sum(same) / len(same), 4), "1", 1.0)
    return int(edges < 1.0 or not all(same))


if __name__ == "__main__":
    sys.exit(measure(int(sys.argv[1]) if sys.argv[1:] else WALKS))
