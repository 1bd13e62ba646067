"""Everything the telephone may say is written down, short, and in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from city.load import load_city
from ivr.agent_codes import CODES, REFUSALS
from ivr.menu import journey_of
from ivr.prompts import DIGITS, SPOKEN, YAO, number_aloud, seconds_to_say

CITY = load_city(Path(__file__).parent.parent.parent / "cities" / "sample", also_spoken=SPOKEN)


def test_every_prompt_that_is_used_anywhere_is_written_and_no_other() -> None:
    """Greetings, menus, what a response level adds, codes, digits: prompts.toml has exactly these."""
    journeys = [journey_of(CITY, hotline) for hotline in CITY.hotlines.values()]
    of_the_city = {slug for journey in journeys for slug in journey.greeting}
    of_the_city |= {menu.prompt for journey in journeys for menu in journey.menus.values()}
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
