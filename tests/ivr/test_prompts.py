"""Everything the telephone may say is written down, short, and in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from city.load import load_city
from city.menu_nodes import prompts_of
from city.pace import seconds_to_say
from ivr.agent_codes import CODES, REFUSALS
from ivr.aloud import DIGITS, YAO, number_aloud
from ivr.journey import journey_of
from ivr.prompts import SPOKEN, position_aloud, wait_aloud

CITY = load_city(Path(__file__).parent.parent.parent / "cities" / "sample", also_spoken=SPOKEN)


def test_every_prompt_that_is_used_anywhere_is_written_and_no_other() -> None:
    """Greetings, menus, what is said at night or by a level, codes, digits: prompts.toml has exactly these."""
    journeys = [journey_of(CITY, hotline) for hotline in CITY.hotlines.values()]
    of_the_city = {slug for journey in journeys for slug in journey.greeting}
    of_the_city |= {menu.prompt for journey in journeys for menu in journey.menus.values()}
    of_the_city |= {slug for menu in CITY.menus.values() for _, slug in prompts_of(menu)}
    of_the_city |= {line.night_prompt for line in CITY.hotlines.values() if line.night_prompt}
    of_the_city |= {level.notice for level in CITY.levels.values() if level.notice}

    assert CITY.prompts.keys() == of_the_city | SPOKEN


def test_what_the_codes_say_is_among_the_prompts_that_a_city_must_have() -> None:
    """Confirmations and refusals."""
    assert {prompt for dialog in CODES.values() for prompt in dialog.confirmed} | {*REFUSALS.values()} <= SPOKEN


@pytest.mark.parametrize("slug", sorted(CITY.prompts))
def test_a_prompt_is_short(slug: str) -> None:
    """Nobody listens to a telephone for more than ten seconds."""
    prompt = CITY.prompts[slug]

    assert prompt.tone_hz or 0 < seconds_to_say(prompt.words) <= 10.0


@pytest.mark.parametrize("slug", sorted(CITY.prompts))
def test_a_synthetic_voice_finds_no_digit_to_misread(slug: str) -> None:
    """12345 is said 幺二三四五, not "twelve thousand": `say` spells it wherever the text has digits."""
    assert not any(sign.isascii() and sign.isalnum() for sign in CITY.prompts[slug].words)


@pytest.mark.parametrize(
    ("number", "prompts"),
    [
        ("101", [YAO, DIGITS["0"], YAO]),
        ("8020", [DIGITS["8"], DIGITS["0"], DIGITS["2"], DIGITS["0"]]),
        ("", []),
        ("*#x", []),
    ],
)
def test_numbers_are_read_digit_by_digit(number: str, prompts: list[str]) -> None:
    """幺 for 1; what is no digit is left out."""
    assert list(number_aloud(number)) == prompts


def test_whatever_reads_a_number_is_among_the_prompts_that_a_city_must_have() -> None:
    """Ten digits, and 幺 for 1."""
    assert list(DIGITS) == list("0123456789")
    assert {*number_aloud("0123456789"), YAO} <= SPOKEN


def test_a_text_takes_a_quarter_of_a_second_a_syllable_and_a_pause_at_each_mark() -> None:
    """您好,请稍候。: five syllables and two marks."""
    assert seconds_to_say("您好,请稍候。") == pytest.approx(5 / 4 + 2 * 0.3)


@pytest.mark.parametrize(
    ("least", "most", "numbers"),
    [
        (1, 1, "digit-1"),
        (2, 5, "digit-liang wait-to digit-5"),
        (10, 12, "digit-10 wait-to digit-10 digit-2"),
        (11, 20, "digit-10 digit-1 wait-to digit-2 digit-10"),
        (22, 30, "digit-2 digit-10 digit-2 wait-to digit-3 digit-10"),
    ],
)
def test_a_wait_is_told_as_a_person_counts_minutes(least: int, most: int, numbers: str) -> None:
    """两到五分钟, 十到十二分钟; two ends that are one are said once."""
    assert list(wait_aloud(least, most)) == ["wait-of", *numbers.split(), "wait-min"]


@pytest.mark.parametrize(
    ("ahead", "prompts"),
    [
        (0, "ahead-none"),
        (1, "ahead-of digit-1 ahead-people"),
        (2, "ahead-of digit-liang ahead-people"),
        (25, "ahead-of digit-2 digit-10 digit-5 ahead-people"),
    ],
)
def test_a_place_is_told_as_a_person_counts_people(ahead: int, prompts: str) -> None:
    """您前面还有两位; whoever is next is told so."""
    assert list(position_aloud(ahead)) == prompts.split()


def test_every_wait_that_can_be_told_fits_an_extension_of_the_dialplan() -> None:
    """Asterisk cuts one after 79 characters; up to half an hour is ever told."""
    waits = [wait_aloud(least, most) for least in range(1, 31) for most in range(least, 31)]
    waits += [position_aloud(ahead) for ahead in range(100)]

    assert max(len("0*" + "&".join(prompts)) for prompts in waits) < 80
    assert {prompt for prompts in waits for prompt in prompts} <= SPOKEN
