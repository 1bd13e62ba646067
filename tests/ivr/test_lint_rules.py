"""Every rule of the linter has a city that breaks it: told by its name, at the file and the line where it is broken."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from city.files import read_files
from city.mistakes import CityInvalid, Mistake
from ivr.lint import lint
from ivr.lint_rules import RULES
from ivr.prompts import SPOKEN
from sandbox.sound import silence, tone, write_wav
from tests.city.scene import SAMPLE, Copy, lend_the_other_way

HOTLINES, HEALTH, TEXTS = "hotlines.toml", "menus/health.toml", "prompts/prompts.toml"
MENU, ONE = 'menu = "health"', '1 = { join = "health" }'
Spoil = Callable[[Copy], tuple[str, int]]
"""Spoils a city; the file and the line at which that must be told."""


def written(file: str, old: str, new: str, below: int = 0) -> Spoil:
    """Somebody writes `new` for `old`; told there, or so many lines below."""
    return lambda copy: (file, copy.replace(file, old, new) + below)


def line_of(copy: Copy, file: str, text: str) -> tuple[str, int]:
    """Where a text stands."""
    return file, copy.replace(file, text, text)


def recorded(slug: str, seconds: float, file: str, text: str, *, sound: bool = True) -> Spoil:
    """Somebody records so many seconds; told where `text` stands."""

    def spoil(copy: Copy) -> tuple[str, int]:
        samples = tone(500, seconds) if sound else silence(seconds)
        write_wav(copy.folder / f"prompts/{slug}.wav", samples)
        return line_of(copy, file, text)

    return spoil


def says_of_its_menu(old: str, new: str) -> Spoil:
    """The text of 12320's menu is changed; told at the menu that has it said."""

    def spoil(copy: Copy) -> tuple[str, int]:
        copy.replace(TEXTS, old, new)
        return line_of(copy, HEALTH, "prompt =")

    return spoil


def leads_to_itself(copy: Copy) -> tuple[str, int]:
    """A menu that never ends."""
    copy.append("menus/loop.toml", f'prompt = "menu-12320"\n[choices]\n1 = {{ goto = "loop" }}\n2 = {ONE[4:]}\n')
    return HOTLINES, copy.replace(HOTLINES, MENU, 'menu = "loop"')


def machine_in_need(copy: Copy) -> tuple[str, int]:
    """A menu on a crisis line."""
    lend_the_other_way(copy)
    return HOTLINES, copy.replace(HOTLINES, MENU, f"{MENU}\ncrisis = true")


def broken_off(copy: Copy) -> tuple[str, int]:
    """A copy of a file that was never finished."""
    wav = copy.folder / "prompts/hello.wav"
    wav.write_bytes(wav.read_bytes()[:2000])
    return "prompts/hello.wav", 1


def another_menu(copy: Copy) -> tuple[str, int]:
    """That no hotline has."""
    shutil.copy(copy.folder / HEALTH, copy.folder / "menus/other.toml")
    return "menus/other.toml", 1


def spoken_only(copy: Copy) -> tuple[str, int]:
    """A menu whose words nobody wrote down."""
    shutil.copy(copy.folder / "prompts/menu-12320.wav", copy.folder / "prompts/menu-spoken.wav")
    return HEALTH, copy.replace(HEALTH, '"menu-12320"', '"menu-spoken"')


def one_after_the_other(copy: Copy) -> tuple[str, int]:
    """A menu behind a menu, each of which alone would do."""
    shutil.copy(copy.folder / HEALTH, copy.folder / "menus/b.toml")
    return HEALTH, copy.replace(HEALTH, ONE, '1 = { goto = "b" }')


def nobody_answers_for(copy: Copy) -> tuple[str, int]:
    """What a level of the sample does to a hotline."""
    (copy.folder / "accepted.toml").unlink()
    return line_of(copy, "levels.toml", 'notice = "many-callers"')


def never_recorded(copy: Copy) -> tuple[str, int]:
    """A text alone."""
    (copy.folder / "prompts/many-callers.wav").unlink()
    return line_of(copy, TEXTS, "[many-callers]")


def recorded_before(copy: Copy) -> tuple[str, int]:
    """The text has been changed since."""
    digest = hashlib.sha256((copy.folder / "prompts/many-callers.wav").read_bytes()).hexdigest()
    who = 'by = "leader#2"\nat = 2026-11-23T09:00:00+08:00\nwhy = "重录"'
    copy.append("prompts/recorded.toml", f'[many-callers]\nzh = "来电多。"\n{who}\ndigest = "{digest}"\n')
    file, line = line_of(copy, TEXTS, "[many-callers]")
    return file, line + 1


def accepted_for_nothing(copy: Copy) -> tuple[str, int]:
    """A warning that is not there."""
    return "accepted.toml", copy.append("accepted.toml", _ACCEPTED) + 1


_ACCEPTED: Final = (
    '\n[[accepted]]\nrule = "no_audio"\nfile = "prompts/prompts.toml"\nreason = "稍后再请人录音"\nby = "运行科"\n'
)

BROKEN: Mapping[str, Spoil] = {
    "menu_too_deep": leads_to_itself,
    "zero_is_a_person": written(HEALTH, "1 =", "0 ="),
    "person_too_late": recorded("greeting-12320", 15.5, HOTLINES, 'greeting = ["greeting-12320"]'),
    "advertising": written(TEXTS, "来电较多,请耐心等候。", "来电较多,限时抢购。"),
    "crisis_has_no_menu": machine_in_need,
    "recording_notice": written(HOTLINES, '["greeting-12345"]', '["please-wait"]'),
    "unknown_menu": written(HOTLINES, MENU, 'menu = "helth"'),
    "unknown_queue": written(HEALTH, ONE, '1 = { join = "helth" }'),
    "unknown_prompt": written(HEALTH, '"menu-12320"', '"menu-12321"'),
    "wrong_audio": broken_off,
    "no_such_key": says_of_its_menu("心理援助请按2,", "心理援助请按2,投诉请按3,"),
    "key_not_named": written(HEALTH, ONE, f'{ONE}\n5 = {{ join = "general" }}', below=1),
    "zero_not_named": says_of_its_menu("心理援助请按2,人工服务请按0。", "心理援助请按2。"),
    "menu_without_text": spoken_only,
    "slow_choice": one_after_the_other,
    "slow_under_level": nobody_answers_for,
    "menu_not_reached": another_menu,
    "silent_audio": recorded("many-callers", 2, TEXTS, "[many-callers]", sound=False),
    "no_audio": never_recorded,
    "recording_outdated": recorded_before,
    "accepted_in_vain": accepted_for_nothing,
}


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """The sample, with audio: seconds and files are looked at."""
    shutil.copytree(SAMPLE, tmp_path / "city")
    return Copy(tmp_path / "city")


def everything_told(copy: Copy) -> tuple[Mistake, ...]:
    """What refuses the city, or else its warnings."""
    try:
        return lint(read_files(copy.folder, SPOKEN)).warnings
    except CityInvalid as refused:
        return refused.mistakes


@pytest.mark.parametrize("rule", RULES)
def test_a_broken_rule_is_told_by_its_name_where_it_is_broken(copy: Copy, rule: str) -> None:
    """File and line; an error refuses the city, a warning does not. A rule without such a city fails here."""
    file, line = BROKEN[rule](copy)

    told = everything_told(copy)

    assert (file, line, rule) in {(each.file, each.line, each.rule) for each in told}
    if RULES[rule].is_error:
        with pytest.raises(CityInvalid):
            copy.load()
    else:
        copy.load()
