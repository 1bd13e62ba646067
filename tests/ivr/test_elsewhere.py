"""Where calls of the past would go by another version: told where it follows, and said where it does not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from city.city import City
from city.load import load_city
from city.ways import served
from hotline.rehearsing import generated_for, open_moment, stage_of
from ivr.arrival import journey_at
from ivr.elsewhere import Both, Goal, Kind, Move, PastCall, Place, Tally, Untold, ways_through
from ivr.menu import Join, Need
from ivr.rehearse import simulate
from tests.city.scene import Copy

SAMPLE = Path(__file__).parents[2] / "cities/sample"
MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday
NIGHT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
HOTLINES, MENU = "hotlines.toml", "menus/health.toml"
PSYCHOLOGY = frozenset({Need("psychology", 1)})

Edited = Callable[[str, str, str], Tally]


@pytest.fixture(scope="module")
def city() -> City:
    """The sample, in force."""
    return load_city(SAMPLE)


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """The sample, to be edited."""
    shutil.copytree(SAMPLE, tmp_path / "city", ignore=shutil.ignore_patterns("*.wav", "*.npz"))
    return Copy(tmp_path / "city")


def waited(queue: str, skills: frozenset[Need] = frozenset(), *, dialled: str = "12320") -> PastCall:
    """A call that came to a queue."""
    return PastCall(dialled=dialled, at=MORNING, went=Goal(Place(Kind.QUEUE, queue), skills))


def told(city: City, copy: Copy, *calls: PastCall) -> Tally:
    """What would become of calls by the edited copy."""
    both = Both(city, load_city(copy.folder))
    for call in calls:
        both.tell(call)
    assert both.tally.calls == len(calls)
    return both.tally


def test_it_ends_where_every_rehearsed_caller_ends(city: City) -> None:
    """The table of ways and the walk are one: all the sample's hotlines, by everything a caller can do."""
    moment, seen = open_moment(city), 0
    for rehearsal in generated_for(city):
        line = city.hotline_for(rehearsal.number).hotline
        journey = journey_at(city, served(city, line, moment))
        outcome = simulate(rehearsal, journey, stage_of(city, line))
        if outcome.end is None or not outcome.passed:
            continue
        end = outcome.end
        if isinstance(end, Join):
            end = Join(end.queue, end.skills, end.priority)
        (found,) = {to for _, to in ways_through(journey, {edge.node: edge.by for edge in outcome.passed})}
        assert found == end, rehearsal.name
        seen += 1
    assert seen > 200


def test_nothing_moves_by_the_same_version(city: City, copy: Copy) -> None:
    """Not even who may have pressed anything."""
    calls = (waited("general", dialled="12345"), waited("health"), waited("health", PSYCHOLOGY))
    tally = told(city, copy, *calls)

    assert (tally.same, tally.elsewhere, tally.asking, dict(tally.untold)) == (3, 0, 0, {})


def test_a_hotline_whose_queue_is_another_moves_its_calls(city: City, copy: Copy) -> None:
    """From queue to queue, by hotline; also of an unlisted number, which is the default hotline's."""
    greeting = '\ngreeting = ["greeting-12345"]'
    copy.replace(HOTLINES, f'queue = "general"{greeting}', f'queue = "health"{greeting}')
    listed, unlisted = waited("general", dialled="051812345"), waited("general", dialled="96333")
    tally = told(city, copy, listed, unlisted, waited("health"))

    move = Move("12345", Place(Kind.QUEUE, "general"), "12345", Place(Kind.QUEUE, "health"), True, True)
    assert (dict(tally.moves), tally.elsewhere, tally.same) == ({move: 2}, 2, 1)


def test_a_key_is_known_by_where_it_alone_leads(city: City, copy: Copy) -> None:
    """Who came there with that skill pressed 2, wherever 2 leads now; 0, 1 and silence look alike."""
    copy.replace(MENU, "2 = {", "7 = {")
    copy.replace(MENU, "1 = {", '2 = { join = "general" }\n1 = {')
    tally = told(city, copy, waited("health", PSYCHOLOGY), waited("health"))
    assert [(move.to.name, count) for move, count in tally.moves.items()] == [("general", 1)]
    assert tally.same == 1

    copy.replace(MENU, '1 = { join = "health" }', '1 = { join = "general" }')
    assert told(city, copy, waited("health")).untold == {Untold.KEYS_UNKNOWN: 1}


def test_a_key_that_was_kept_is_not_inferred(city: City, copy: Copy) -> None:
    """0, 1 and silence look alike by where they lead: who is known to have pressed 1 goes where 1 leads now.

    What nobody is known to have pressed still may be anything, and keys that did not lead there then tell of another
    version.
    """
    copy.replace(MENU, '1 = { join = "health" }', '1 = { join = "general" }')
    one, silent = ({"": "then", "health": by} for by in ("1", "silence"))
    tally = told(city, copy, *(replace(waited("health"), done=done) for done in (one, silent, {"": "then"})))
    otherwise = told(city, copy, replace(waited("health"), done={"": "then", "health": "2"}))

    assert [(move.to.name, count) for move, count in tally.moves.items()] == [("general", 1)]
    assert (tally.same, dict(tally.untold)) == (1, {Untold.KEYS_UNKNOWN: 1})
    assert dict(otherwise.untold) == {Untold.OTHERWISE_THEN: 1}


def test_other_skills_in_the_same_queue_are_counted_apart(city: City, copy: Copy) -> None:
    """Nobody goes elsewhere, but others answer."""
    copy.replace(MENU, "psychology = 1", "psychology = 2")
    tally = told(city, copy, waited("health", PSYCHOLOGY))

    assert (tally.asking, tally.elsewhere, tally.same) == (1, 0, 0)


def test_who_never_went_anywhere_is_not_guessed(city: City, copy: Copy) -> None:
    """Refused, hung up in the greeting, or sent by a measure that is no more."""
    gone = PastCall(dialled="12320", at=MORNING, went=None)
    refused = PastCall(dialled="12320", at=MORNING, went=None, refused=True)
    tally = told(city, copy, gone, refused, waited("general", dialled="12320"))

    assert tally.untold == {Untold.GONE: 1, Untold.REFUSED: 1, Untold.OTHERWISE_THEN: 1}


def test_a_hotline_that_closes_sends_its_callers_by_night_service(city: City, copy: Copy) -> None:
    """By day as it was; at night, no longer to a person: the counter says that it is closed then."""
    line = next(
        each
        for each in city.hotlines.values()
        if each.queue == "general" and each.number != "12345" and not (each.hours or each.crisis or each.menu)
    )
    greeting = f'number = "{line.number}"\n'
    copy.replace(HOTLINES, greeting, f'{greeting}hours = "office"\nnight = "message"\n')
    skills = frozenset(Need(*each) for each in line.skills.items())
    calls = [
        PastCall(dialled=line.number, at=at, went=Goal(Place(Kind.QUEUE, "general"), skills, line.priority))
        for at in (MORNING, NIGHT)
    ]
    tally = told(city, copy, *calls)

    (move,) = tally.moves
    assert (move.to, move.was_open, move.is_open, tally.same) == (Place(Kind.MESSAGE), True, False, 1)


def test_a_call_that_was_put_through_or_would_have_been_is_one_way(city: City, copy: Copy) -> None:
    """A branch's caller waits here if nobody answers there: by either place it is known which way it went."""
    branch = next(each for each in city.hotlines.values() if each.is_branch)
    put_through = PastCall(dialled=branch.number, at=MORNING, went=Goal(Place(Kind.TRANSFER)))
    came_back = waited(branch.queue, dialled=branch.number)
    tally = told(city, copy, put_through, came_back)

    assert tally.same == 2
