"""演练一座城市: its rehearsal files, those made from its menus, and what came of all of them, in virtual time.

What a real phone does instead is `hotline.rehearse_phone`. Both take the same rehearsals and give the same verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final

from city.city import City
from city.hotline import Hotline
from city.mistakes import CityInvalid, Mistake
from city.queue import CallsBack
from city.ways import Served, Way, served
from ivr.arrival import journey_at
from ivr.caller import CallBackTerms
from ivr.graph import Drawn, svg
from ivr.menu import Edge, Join, Journey, MessageLeft
from ivr.rehearsal import Outcome, Rehearsal, SentTo, Sound, Verdict, judge
from ivr.rehearsal_text import read_rehearsals
from ivr.rehearse import SAMPLE_TICKET, Stage, edges_passed, simulate
from ivr.rehearse_all import generated
from telephony.dial_rules import rule_for_call_back

FOLDER: Final = "rehearsals"
ENDING: Final = ".rehearsal"
OPEN_AT: Final = time(10, 30)
SOME_YEAR: Final = 2026


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of a hotline's journey was passed."""

    hotline: Hotline
    journey: Journey
    passed: frozenset[Edge]

    @property
    def missed(self) -> tuple[Edge, ...]:
        """Edges that nobody passed."""
        return tuple(edge for edge in self.journey.edges() if edge not in self.passed)

    @property
    def nodes(self) -> tuple[int, int]:
        """Nodes that were come to, and all of them; the greeting is one."""
        edges = self.journey.edges()
        return len({edge.node for edge in edges if edge in self.passed}), len({edge.node for edge in edges})


def rehearsals_in(paths: Iterable[Path], inside: Path) -> tuple[Rehearsal, ...]:
    """The rehearsals of files, and of folders' files. CityInvalid, with every mistake; names are below `inside`."""
    found: list[Rehearsal] = []
    mistakes: list[Mistake] = []
    for path in paths:
        for file in sorted(path.glob(f"*{ENDING}")) if path.is_dir() else [path]:
            name = str(file.relative_to(inside)) if file.is_relative_to(inside) else file.name
            try:
                text = file.read_text(encoding="utf-8-sig")
            except (UnicodeDecodeError, OSError) as error:
                zh, message = "无法读取,须为 UTF-8", f"cannot be read as UTF-8 ({type(error).__name__})"
                mistakes.append(Mistake(file=name, line=1, column=1, key="", rule="not_utf8", zh=zh, message=message))
                continue
            read, wrong = read_rehearsals(text, name)
            found += read
            mistakes += wrong
    if mistakes:
        raise CityInvalid(mistakes)
    return tuple(found)


def rehearsals_of(city: City) -> tuple[Rehearsal, ...]:
    """Those that lie in the city's folder. Raises CityInvalid."""
    return rehearsals_in([city.folder / FOLDER], city.folder)


def open_moment(city: City) -> datetime:
    """A moment at which every hotline is open: on the first such day of the calendar's years, at OPEN_AT.

    If there is none, one at which the most are.
    """
    first = min((year.year for year in city.years), default=SOME_YEAR)
    days = (datetime.combine(datetime(first, 1, 1).date() + timedelta(days=ahead), OPEN_AT) for ahead in range(365))  # noqa: DTZ001 - the zone is given next
    moments = [day.replace(tzinfo=city.zone) for day in days]

    def closed(moment: datetime) -> int:
        return sum(not served(city, line, moment).is_usual for line in city.hotlines.values())

    return next((moment for moment in moments if not closed(moment)), None) or min(moments, key=closed)


def generated_for(city: City) -> tuple[Rehearsal, ...]:
    """Those made from the menus of all its hotlines, while they are open."""
    moment = open_moment(city)
    ways = [served(city, line, moment) for line in city.hotlines.values()]
    return tuple(
        made
        for way in ways
        for made in generated(way.hotline.number, journey_at(city, way), city.seconds_of, way.transfer)
    )


def stage_of(city: City, hotline: Hotline) -> Stage:
    """What a rehearsed caller of this hotline meets besides the walk, in office hours and with nobody before them."""

    def terms(place: Join, number: str) -> CallBackTerms:
        by_rule = city.queues[place.queue].calls_back is not CallsBack.NOBODY
        return CallBackTerms(refused_by=rule_for_call_back(number, hotline.number, city) or "", keeps_place=by_rule)

    return Stage(
        length_s=city.seconds_of,
        matches=lambda sound, prompt: matches(city, sound, prompt),
        call_back_terms=terms,
        tickets={SAMPLE_TICKET.number: SAMPLE_TICKET},
    )


def matches(city: City, sound: Sound, prompt: str) -> bool:
    """Whether a prompt is the sound that is meant: by its name, or by words of its text."""
    if sound.is_name:
        return sound.words == prompt
    text = city.prompts.get(prompt)
    return text is not None and text.zh is not None and sound.words in text.zh


def rehearse(city: City, rehearsals: Iterable[Rehearsal]) -> tuple[Verdict, ...]:
    """Carry them out in virtual time, each at its moment, or while its hotline is open."""
    usual = open_moment(city)
    known: dict[tuple[str, datetime], tuple[Served, Journey, Stage]] = {}
    verdicts: list[Verdict] = []
    for rehearsal in rehearsals:
        line = city.hotline_for(rehearsal.number).hotline
        moment = usual if rehearsal.at is None else rehearsal.at.replace(tzinfo=city.zone)
        if (line.number, moment) not in known:
            way = served(city, line, moment)
            known[line.number, moment] = way, journey_at(city, way), stage_of(city, line)
        way, journey, stage = known[line.number, moment]
        verdicts.append(judge(rehearsal, sent_on(simulate(rehearsal, journey, stage), way)))
    return tuple(verdicts)


def sent_on(outcome: Outcome, way: Served) -> Outcome:
    """Who would wait, and is served outside, or by a message while the hotline is closed."""
    if not isinstance(outcome.end, Join) or way.way is Way.QUEUE:
        return outcome
    is_message = way.way is Way.MESSAGE or way.transfer is None
    return replace(outcome, end=MessageLeft() if is_message else SentTo(way.transfer or ""))


def compared(verdict: Verdict) -> tuple[bool, tuple[str, ...], object, tuple[Edge, ...]]:
    """What simulator and real phones must agree in: verdict, prompts heard, end, ways passed.

    Of who waits: queue, skills, priority. The language is among the skills; what was keyed in is the agent's to see.
    """
    outcome = verdict.outcome
    end = replace(outcome.end, language="", keyed=()) if isinstance(outcome.end, Join) else outcome.end
    return verdict.passed, outcome.heard, end, outcome.passed


def covered(city: City, verdicts: Sequence[Verdict]) -> tuple[Coverage, ...]:
    """How much of each hotline's journey was passed in them."""
    moment = open_moment(city)
    by_number: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_number.setdefault(city.hotline_for(verdict.rehearsal.number).hotline.number, []).append(verdict)
    return tuple(
        Coverage(
            hotline=line,
            journey=journey_at(city, served(city, line, moment)),
            passed=edges_passed(verdict.outcome for verdict in by_number.get(line.number, ())),
        )
        for line in city.hotlines.values()
    )


def drawn(city: City, coverage: Iterable[Coverage]) -> str:
    """The journeys as one SVG, edges that were not passed marked; with the number, where callers are sent outside."""

    def words_of(slug: str) -> str:
        prompt = city.prompts.get(slug)
        return (prompt.zh if prompt else None) or slug

    def title_of(line: Hotline) -> str:
        way = served(city, line, moment)
        return f"{line.number} {line.zh}" + (f" → {way.transfer}" if way.way is Way.TRANSFER else "")

    moment = open_moment(city)
    pictures = (Drawn(title=title_of(each.hotline), journey=each.journey, passed=each.passed) for each in coverage)
    return svg(pictures, words_of)
