"""The sample city is a believable city: it loads, and says what its first calls need."""

from __future__ import annotations

import wave
from dataclasses import FrozenInstanceError
from itertools import groupby

import pytest
from pydantic import ValidationError

from city.city import City
from city.hotline import MergeMode, Night
from city.menu import Menu
from city.places import PlaceKind


def test_hotlines_lead_to_their_queues(sample: City) -> None:
    """12345 is general and has no menu; 12320 is health and has one."""
    found = [(line.number, line.queue, line.menu, line.crisis) for line in sample.hotlines.values()]

    assert found[:2] == [("12345", "general", None, False), ("12320", "health", "health", False)]


def test_89_hotlines_are_merged_in_every_way(sample: City) -> None:
    """As in the centre of the report: 12345, 12320 and 87 others, each with an owner and its ways."""
    merged = [line for line in sample.hotlines.values() if line.number not in ("12345", "12320")]

    assert len(merged) == 87
    assert all(line.owner for line in merged)
    assert {line.merge for line in merged} == set(MergeMode) - {MergeMode.OWN}
    assert {line.night for line in merged} == {*Night, None}
    assert [line.number for line in merged if line.crisis] == ["12356"]
    assert {line.number for line in merged if line.confidential} >= {"12380", "12388"}


def test_greetings_are_short(sample: City) -> None:
    """Under six seconds before a caller hears a menu or music: they count inside the fifteen to an answer."""
    seconds = {line.number: sum(_seconds(sample, slug) for slug in line.greeting) for line in sample.hotlines.values()}

    assert {number: length for number, length in seconds.items() if length > 6 and number != "12345"} == {}


def _seconds(city: City, slug: str) -> float:
    with wave.open(str(city.audio_of(slug))) as audio:
        return float(audio.getnframes() / audio.getframerate())


def test_seats_are_as_the_floor_starts(sample: City) -> None:
    """Six for everything, four for health and the crisis lane with psychology, ten phones in reserve."""
    alike = groupby(sample.seats, key=lambda seat: (seat.queues, dict(seat.skills), seat.open))

    assert [(kind, [seat.extension for seat in seats]) for kind, seats in alike] == [
        ((("general", "health"), {}, True), [str(number) for number in range(8001, 8007)]),
        ((("health", "crisis"), {"psychology": 3}, True), [str(number) for number in range(8007, 8011)]),
        (((), {}, False), [str(number) for number in range(8011, 8021)]),
    ]


def test_somebody_at_a_seat_masters_what_a_menu_asks_for(sample: City) -> None:
    """Who presses 2 on 12320 is not left waiting for a skill that no open seat has."""
    menu = sample.menus["health"]

    assert isinstance(menu, Menu)
    wanted = menu.choices["2"]
    assert any(seat.open and seat.skills.get("psychology", 0) >= wanted.skills["psychology"] for seat in sample.seats)


def test_gazetteer_knows_districts_roads_and_estates(sample: City) -> None:
    """What citizens of the demo say is in it, also by its short name."""
    said = {name for place in sample.places for name in (place.name, *place.aliases)}
    districts = [place.name for place in sample.places if place.kind is PlaceKind.DISTRICT]

    assert districts == ["连云区", "海州区", "赣榆区", "东海县", "灌云县", "灌南县"]
    assert {"解放路", "人民路", "海连中路", "苍梧小区", "幸福花园小区", "新浦", "新浦区", "墟沟", "连云"} <= said


def test_a_city_cannot_change(sample: City) -> None:
    """Who holds a city while another is loaded keeps exactly what they had."""
    with pytest.raises(FrozenInstanceError):
        sample.seats = ()  # type: ignore[misc]
    with pytest.raises(ValidationError):
        sample.queues["health"].wrap_up_s = 0.0
    menu = sample.menus["health"]
    assert isinstance(menu, Menu)
    for mapping in (sample.hotlines, menu.choices, sample.seats[0].skills):
        assert not hasattr(mapping, "__setitem__")
