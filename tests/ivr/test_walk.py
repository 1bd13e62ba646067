"""Whatever a caller does, they reach a person, fast, or they hang up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.load import load_city
from city.menu import Menu as WrittenMenu
from city.pace import seconds_to_say
from ivr.journey import journey_of
from ivr.menu import Goto, Join, Journey, Menu, Need, UnknownMenu
from ivr.walk import walk
from tests.ivr.scene import HungUp, Phone

CITY = load_city(Path(__file__).parent.parent.parent / "cities" / "sample")
GENERAL = journey_of(CITY, CITY.hotlines["12345"])
HEALTH = journey_of(CITY, CITY.hotlines["12320"])

PERSON = Join("health")
PSYCHOLOGY = Join("health", frozenset({Need("psychology", 1)}))
ONCE, TWICE = ["menu-12320"], ["menu-12320", "menu-12320"]


async def test_12345_has_no_menu() -> None:
    """The dialled number says enough: greeting, and into the queue."""
    phone = Phone([])

    assert await walk(GENERAL, phone) == Join("general")
    assert phone.heard == ["greeting-12345"]


@pytest.mark.parametrize(
    ("presses", "joined", "asked"),
    [
        (["1"], PERSON, ONCE),
        (["2"], PSYCHOLOGY, ONCE),
        (["0"], PERSON, ONCE),
        ([None], PERSON, ONCE),  # silence is not asked twice: it is somebody who cannot use a menu
        (["9", "2"], PSYCHOLOGY, TWICE),
        (["9", "#"], PERSON, TWICE),  # as many wrong keys as there are attempts
        (["*", None], PERSON, TWICE),
        (["#", "0"], PERSON, TWICE),
    ],
)
async def test_keys_of_12320_lead_where_the_table_says(
    presses: list[str | None], joined: Join, asked: list[str]
) -> None:
    """1 consultation, 2 psychological help, everything else a person."""
    phone = Phone(presses)

    assert await walk(HEALTH, phone) == joined
    assert phone.heard == ["greeting-12320", *asked]


@pytest.mark.parametrize(
    ("key", "joined", "asked"), [("2", PSYCHOLOGY, []), ("0", PERSON, []), ("7", PERSON, ONCE), ("#", PERSON, ONCE)]
)
async def test_a_key_during_the_greeting_is_a_choice_already(key: str, joined: Join, asked: list[str]) -> None:
    """Who knows the menu need not hear it; a key that means nothing only ends the greeting."""
    phone = Phone([None], greeted_with=key)

    assert await walk(HEALTH, phone) == joined
    assert phone.heard == ["greeting-12320", *asked]


async def test_a_key_during_a_greeting_without_a_menu_ends_the_greeting() -> None:
    """Impatience is not punished."""
    assert await walk(GENERAL, Phone([], greeted_with="5")) == Join("general")


async def test_hanging_up_ends_the_walk() -> None:
    """What the line raises comes through as it is."""
    with pytest.raises(HungUp):
        await walk(HEALTH, Phone([]))


async def test_a_hotlines_own_needs_travel_with_every_choice() -> None:
    """Priority and skills of the hotline, and what the key adds to them."""
    line = CITY.hotlines["12320"].model_copy(update={"skills": {"english": 2, "psychology": 3}, "priority": 7})
    journey = journey_of(CITY, line)

    assert await walk(journey, Phone(["0"])) == Join(
        "health", frozenset({Need("english", 2), Need("psychology", 3)}), 7
    )
    assert await walk(journey, Phone(["2"])) == Join(
        "health", frozenset({Need("english", 2), Need("psychology", 1)}), 7
    )


async def test_no_menu_is_asked_a_second_time() -> None:
    """Menus that lead in a circle end with a person, before the first one is heard again."""
    circle = {
        "a": Menu("menu-a", {"1": Goto("b")}, PERSON, attempts=2, wait_s=3.0),
        "b": Menu("menu-b", {"1": Goto("a")}, PERSON, attempts=2, wait_s=3.0),
    }
    phone = Phone(["1"] * 9)

    assert await walk(Journey(greeting=("hello",), person=PSYCHOLOGY, start="a", menus=circle), phone) == PSYCHOLOGY
    assert phone.heard == ["hello", "menu-a", "menu-b"]


async def test_a_menu_may_lead_to_another_and_into_another_queue() -> None:
    """As it is written in the city's files; a priority that is not written is the hotline's."""
    further = WrittenMenu.model_validate(
        {"prompt": "menu-b", "choices": {"2": {"join": "general", "skills": {"english": 1}}}}
    )
    first = WrittenMenu.model_validate({"prompt": "menu-a", "choices": {"1": {"goto": "b"}}})
    city = replace(CITY, menus={"a": first, "b": further})
    line = CITY.hotlines["12320"].model_copy(update={"menu": "a", "priority": 3})
    phone = Phone(["1", "2"])

    assert await walk(journey_of(city, line), phone) == Join("general", frozenset({Need("english", 1)}), 3)
    assert phone.heard[-2:] == ["menu-a", "menu-b"]


def test_whoever_asks_for_nothing_special_has_no_priority() -> None:
    """Nor any skill."""
    assert Join("general") == Join("general", frozenset(), 0)


def test_a_journey_to_a_menu_that_is_not_there_is_refused() -> None:
    """When it is made, not when the caller gets there."""
    with pytest.raises(UnknownMenu, match="nowhere"):
        Journey(greeting=("hello",), person=PERSON, start="nowhere")


@pytest.mark.parametrize("journey", [GENERAL, HEALTH], ids=["12345", "12320"])
def test_a_silent_caller_waits_for_a_person_within_fifteen_seconds(journey: Journey) -> None:
    """Greeting, menu and silence count inside the 15 seconds (GB/T 33358, as we know it), estimated from the texts."""
    spoken = [*journey.greeting, *(journey.menus[name].prompt for name in [journey.start] if name)]
    silence = journey.menus[journey.start].wait_s if journey.start else 0.0

    assert sum(seconds_to_say(CITY.prompts[prompt].words) for prompt in spoken) + silence <= 15.0


names = st.sampled_from(["a", "b", "c"])
joins = st.builds(Join, st.sampled_from(["general", "health"]))
menus = st.builds(
    Menu,
    prompt=names,
    choices=st.dictionaries(
        st.sampled_from("123456789*"), st.one_of(joins, st.builds(Goto, names)), min_size=1, max_size=4
    ),
    otherwise=joins,
    attempts=st.integers(1, 3),
    wait_s=st.just(3.0),
)
journeys = st.builds(
    Journey,
    greeting=st.just(("hello",)),
    person=joins,
    start=names,
    menus=st.fixed_dictionaries(dict.fromkeys("abc", menus)),
)
presses = st.lists(st.one_of(st.none(), st.sampled_from("0123456789*#")), max_size=15)


@given(journeys, presses, st.one_of(st.none(), st.sampled_from("0123456789*#")))
async def test_any_keys_in_any_menus_end_with_a_person_or_a_hang_up(
    journey: Journey, presses: list[str | None], early: str | None
) -> None:
    """Also in menus that lead in circles, and within as many questions as all menus together have attempts."""
    phone = Phone(presses, greeted_with=early)
    most = sum(menu.attempts for menu in journey.menus.values())
    try:
        joined = await walk(journey, phone)
    except HungUp:
        assert len(phone.heard) - 2 == len(presses) < most  # all keys were heard, and the question after them
    else:
        assert isinstance(joined, Join)
        assert joined.queue in {"general", "health"}
    assert len(phone.heard) - 1 <= most


@given(journeys, names)
async def test_zero_reaches_the_hotlines_person_from_every_menu(journey: Journey, menu: str) -> None:
    """Also after a wrong key, and whatever the menus do with their other keys."""
    somewhere = replace(journey, start=menu)
    wrong = [] if journey.menus[menu].attempts == 1 else ["#"]

    assert await walk(somewhere, Phone(["0"])) == journey.person
    assert await walk(somewhere, Phone([*wrong, "0"])) == journey.person
    assert await walk(somewhere, Phone([], greeted_with="0")) == journey.person
