"""What callers are told: nothing is sold, no key is named in vain, and a person comes soon."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from city.advertising import advertising_in
from city.city import City
from city.keys_named import keys_named
from city.menu import Step
from city.menu_nodes import SayNode
from city.pace import prompt_s, seconds_to_a_person, slowest_s
from city.prompts import Prompt
from sandbox.sound import silence, write_wav
from tests.city.scene import Copy


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("业务咨询请按1,心理援助请按2,人工服务请按0。", "120"),
        ("咨询请按一,返回请按星号键,确认请按#。", "1*#"),
        ("请按一下门铃,按一定顺序排队。", ""),
        ("请拨 3 号键", "3"),
        ("12345 为您服务", ""),
    ],
)
def test_keys_are_read_out_of_a_text(text: str, keys: str) -> None:
    """Digits, spoken digits, star and hash; nothing that only looks like it."""
    assert keys_named(text) == frozenset(keys)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [("今日特价", "特价"), ("优惠政策请按1", None), ("优惠政策之外另有优惠", "优惠"), ("您好", None)],
)
def test_advertising_is_told_from_the_trade(text: str, phrase: str | None) -> None:
    """优惠政策 is what people call the tax office about."""
    assert advertising_in(text) == phrase


def test_a_city_that_advertises_does_not_load(copy: Copy) -> None:
    """By its line in the file of texts."""
    line = copy.replace("prompts/prompts.toml", "来电较多,请耐心等候。", "来电较多,限时抢购。")

    assert copy.only_mistake() == ("prompts/prompts.toml", line, "advertising")


def test_a_text_with_a_key_that_is_no_choice_does_not_load(copy: Copy) -> None:
    """At the menu that says it."""
    copy.replace("prompts/prompts.toml", "心理援助请按2,人工", "心理援助请按2,投诉请按3,人工")

    assert copy.only_mistake() == ("menus/health.toml", 5, "no_such_key")


def test_a_text_said_instead_is_held_to_the_same_keys(copy: Copy) -> None:
    """A level may not tell callers what is not there, either."""
    copy.replace("levels.toml", 'name = "emergency"', 'name = "emergency"\nprompts.menu-12320 = "menu-short"')
    copy.append("prompts/prompts.toml", '\n[menu-short]\nzh = "急诊请按9。"\nen = "For emergencies press 9."\n')

    assert copy.only_mistake() == ("menus/health.toml", 5, "no_such_key")


def record(copy: Copy, **seconds: float) -> None:
    """Audio of so many seconds."""
    for slug, length_s in seconds.items():
        write_wav(copy.folder / f"prompts/{slug.replace('_', '-')}.wav", silence(length_s))


@pytest.mark.parametrize(("wait_s", "attempts"), [(8, 2), (3, 3)], ids=["the silent", "the erring"])
def test_who_chooses_nothing_for_too_long_makes_a_menu_not_load(copy: Copy, wait_s: int, attempts: int) -> None:
    """The seconds are in the sentence; one less would do."""
    record(copy, greeting_12320=4, menu_12320=4)
    copy.replace("menus/health.toml", "wait_s = 3", f"wait_s = {wait_s}")
    copy.replace("menus/health.toml", "attempts = 2", f"attempts = {attempts}")
    (mistake,) = copy.mistakes()
    record(copy, greeting_12320=3)

    assert (mistake.file, mistake.rule, mistake.key) == ("hotlines.toml", "person_too_late", "hotlines.1.greeting")
    assert "16.0 秒后才转人工" in mistake.zh
    assert copy.load().hotlines["12320"].menu


def test_a_long_greeting_alone_is_too_much(copy: Copy) -> None:
    """However short its text."""
    record(copy, greeting_12345=15.5)

    assert [mistake.rule for mistake in copy.mistakes()] == ["person_too_late"]


def test_information_before_a_menu_counts(copy: Copy) -> None:
    """Everybody hears it: the menu behind it is too late, although each of both alone would do."""
    record(copy, greeting_12320=3, say_first=6, menu_12320=4)
    copy.replace("hotlines.toml", 'menu = "health"', 'menu = "first"')
    copy.append("menus/first.toml", 'kind = "say"\nprompt = "say-first"\notherwise = { goto = "health" }\n')
    copy.append("prompts/prompts.toml", '\n[say-first]\nzh = "告知。"\nen = "Told."\n')

    assert [mistake.rule for mistake in copy.mistakes()] == ["person_too_late"]
    record(copy, say_first=4)
    assert copy.load().hotlines["12320"].menu == "first"


def test_one_calculation_says_how_long_a_caller_is_kept(sample: City) -> None:
    """For the linter, levels and overlays: greeting, information in a row, the slower of silence and errors."""
    lengths = {"greeting-12320": 1.0, "a": 2.0, "b": 3.0, "menu-12320": 4.0}
    line, health = sample.hotlines["12320"], sample.menus["health"]  # asks twice, and waits for 3 s
    a = SayNode(kind="say", prompt="a", otherwise=Step(goto="b"))
    b = SayNode(kind="say", prompt="b", otherwise=Step(goto="health"))
    asked = line.model_copy(update={"menu": "a"})

    assert seconds_to_a_person(asked, {"a": a, "b": b, "health": health}, lengths.__getitem__) == {"greeting": 14.0}
    assert seconds_to_a_person(asked, {"a": a, "b": a}, lengths.__getitem__) == {"greeting": 3.0}
    assert seconds_to_a_person(line, {}, lengths.__getitem__) == {"greeting": 1.0}


def test_who_calls_at_night_is_not_kept_either(copy: Copy) -> None:
    """Greeting and notice together, where the night's callers wait for a person."""
    record(copy, hello=1, name_12117=2, recorded=2, closed_now=11)

    told = {(mistake.rule, mistake.key.rpartition(".")[2]) for mistake in copy.mistakes()}
    assert told == {("person_too_late", "night_prompt")}


@pytest.mark.parametrize("seconds", [4, 6])
def test_who_must_key_in_a_number_first_is_given_time_and_that_counts(copy: Copy, seconds: int) -> None:
    """Five seconds for the first key, whatever shorter wait is written."""
    record(copy, greeting_12320=seconds, ask_ticket=5)
    copy.replace("hotlines.toml", 'menu = "health"', 'menu = "ticket-progress"')

    if seconds == 4:
        assert copy.load().hotlines["12320"].menu == "ticket-progress"
    else:
        assert [mistake.rule for mistake in copy.mistakes()] == ["person_too_late"]


def test_another_language_tells_of_no_other_keys(copy: Copy) -> None:
    """A menu's words in English are held to its keys, too."""
    copy.append("city.toml", '\n[[skills]]\nname = "english"\nzh = "英语"\nen = "English"\nspoken = "en"\n')
    copy.append("prompts/prompts.toml", '\n[menu-12320-en]\nzh = "英语请按9。"\nen = "Press 9."\n')

    assert copy.only_mistake() == ("menus/health.toml", 5, "no_such_key")


def test_a_language_leads_no_caller_in_a_circle(copy: Copy) -> None:
    """The same menu again, in another language, is a loop."""
    copy.append("city.toml", '\n[[skills]]\nname = "english"\nzh = "英语"\nen = "English"\nspoken = "en"\n')
    copy.replace("menus/health.toml", '1 = { join = "health" }', '1 = { goto = "health", language = "english" }')

    assert "menu_too_deep" in {mistake.rule for mistake in copy.mistakes()}


def test_the_length_of_a_prompt_is_that_of_its_file(tmp_path: Path) -> None:
    """A file that is none counts as not there; a tone knows its own length."""
    file = tmp_path / "x.wav"
    said, beep = Prompt(zh="您好。", en="Hello."), Prompt(tone_hz=1000, tone_ms=200)
    assert (prompt_s(file, said), prompt_s(file, beep), prompt_s(file, None)) == (0.8, 0.2, 0.0)
    file.write_bytes(b"RIFF")
    assert prompt_s(file, said) == 0.8
    write_wav(file, np.zeros(12000, np.int16))

    assert prompt_s(file, said) == 1.5


def test_the_slower_of_the_silent_and_the_erring_caller_counts() -> None:
    """A long wait or many attempts."""
    assert (slowest_s(4.0, 3.0, 1), slowest_s(4.0, 3.0, 3)) == (7.0, 12.0)
