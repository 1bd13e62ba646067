"""The linter: doubtful menus and prompts are told by file, line and rule; somebody may answer for them, by name."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from city.checks import RULES as CHECKS
from city.files import read_files
from city.mistakes import CityInvalid, Mistake
from ivr.lint import WARNINGS, Findings, lint
from ivr.lint_rules import RULES
from ivr.prompts import SPOKEN
from sandbox.sound import silence, tone, write_wav
from tests.city.scene import SAMPLE, Copy

DOCS = Path(__file__).parents[2] / "docs"
ACCEPTED = '[[accepted]]\nrule = "slow_under_level"\nfile = "levels.toml"\n'


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """The sample, with audio: seconds and files are looked at."""
    shutil.copytree(SAMPLE, tmp_path / "city")
    return Copy(tmp_path / "city")


def found_in(copy: Copy) -> Findings:
    """What the linter says of it."""
    return lint(read_files(copy.folder, SPOKEN))


def told(mistakes: tuple[Mistake, ...]) -> list[tuple[str, int, str, str]]:
    """File, line, rule and key."""
    return [(each.file, each.line, each.rule, each.key) for each in mistakes]


def test_the_sample_has_nothing_that_nobody_answers_for(copy: Copy) -> None:
    """What is accepted is shown with its reason."""
    found = found_in(copy)

    assert told(found.warnings) == []
    accepted = [(warning.rule, warning.key, bool(by.reason)) for warning, by in found.accepted]
    assert accepted == [
        ("slow_under_level", "levels.2.notice", True),
        ("slow_choice", "choices.2", True),
        ("slow_choice", "choices.3", True),
    ]


def test_a_city_that_cannot_be_loaded_is_refused_as_by_loading_it(copy: Copy) -> None:
    """With everything that is wrong."""
    copy.replace("menus/health.toml", '1 = { join = "health" }', '1 = { join = "helth" }')

    with pytest.raises(CityInvalid, match="unknown_queue"):
        found_in(copy)


def test_a_menu_that_nobody_meets_is_told(copy: Copy) -> None:
    """Somebody forgot it, or forgot to lead to it."""
    shutil.copy(copy.folder / "menus/health.toml", copy.folder / "menus/other.toml")

    assert told(found_in(copy).warnings) == [("menus/other.toml", 1, "menu_not_reached", "")]


def test_a_key_that_the_text_does_not_name_is_told(copy: Copy) -> None:
    """Nobody would find it."""
    line = copy.replace(
        "menus/health.toml", '1 = { join = "health" }', '1 = { join = "health" }\n5 = { join = "general" }'
    )

    assert told(found_in(copy).warnings) == [("menus/health.toml", line + 1, "key_not_named", "choices.5")]


def test_a_text_that_keeps_key_0_to_itself_is_told(copy: Copy) -> None:
    """People want a person."""
    copy.replace("prompts/prompts.toml", "心理援助请按2,人工服务请按0。", "心理援助请按2。")

    assert told(found_in(copy).warnings) == [("menus/health.toml", 5, "zero_not_named", "prompt")]


def test_a_menu_whose_words_nobody_wrote_down_is_told(copy: Copy) -> None:
    """Its keys cannot be checked."""
    copy.replace("menus/health.toml", '"menu-12320"', '"menu-spoken"')
    (copy.folder / "prompts/menu-12320.wav").rename(copy.folder / "prompts/menu-spoken.wav")

    assert told(found_in(copy).warnings) == [("menus/health.toml", 5, "menu_without_text", "prompt")]


def test_a_choice_after_which_the_silent_wait_too_long_is_told(copy: Copy) -> None:
    """At the key that leads there."""
    line = copy.replace("menus/health.toml", '1 = { join = "health" }', '1 = { goto = "b" }')
    shutil.copy(copy.folder / "menus/health.toml", copy.folder / "menus/b.toml")
    copy.replace("menus/b.toml", '1 = { goto = "b" }', '1 = { join = "general" }')

    assert told(found_in(copy).warnings) == [("menus/health.toml", line, "slow_choice", "choices.1")]


def test_information_before_a_menu_counts_under_a_level_too(copy: Copy) -> None:
    """What a level adds is heard on top of it."""
    (copy.folder / "accepted.toml").unlink()
    write_wav(copy.folder / "prompts/greeting-12320.wav", tone(500, 1))
    quick = {each.rule for each in found_in(copy).warnings}
    copy.replace("hotlines.toml", 'menu = "health"', 'menu = "first"')
    copy.append("menus/first.toml", 'kind = "say"\nprompt = "say-first"\notherwise = { goto = "health" }\n')
    copy.append("prompts/prompts.toml", '\n[say-first]\nzh = "告知。"\nen = "Told."\n')
    write_wav(copy.folder / "prompts/say-first.wav", tone(500, 3))

    assert "slow_under_level" not in quick
    assert "slow_under_level" in {each.rule for each in found_in(copy).warnings}


def test_a_prompt_without_audio_is_told(copy: Copy) -> None:
    """At its text."""
    (copy.folder / "prompts/many-callers.wav").unlink()

    assert [(each.rule, each.key) for each in found_in(copy).warnings] == [("no_audio", "many-callers")]


def test_audio_that_is_silent_is_told(copy: Copy) -> None:
    """Somebody recorded with the microphone off: its text is no help to a caller."""
    write_wav(copy.folder / "prompts/many-callers.wav", silence(2))

    assert [(each.rule, each.key) for each in found_in(copy).warnings] == [("silent_audio", "many-callers")]


def test_a_language_chosen_in_a_menu_is_held_to_the_same_rules(copy: Copy) -> None:
    """Its own words take their own time, and name every key."""
    copy.append("city.toml", '\n[[skills]]\nname = "english"\nzh = "英语"\nen = "English"\nspoken = "en"\n')
    copy.replace("menus/health.toml", '1 = { join = "health" }', '1 = { goto = "b", language = "english" }')
    copy.append("menus/b.toml", 'prompt = "menu-b"\nwait_s = 1\nattempts = 1\n[choices]\n1 = { join = "general" }\n')
    copy.append("prompts/prompts.toml", '\n[menu-b]\nzh = "请按1,人工请按0。"\nen = "1, or 0."\n')
    copy.append("prompts/prompts.toml", '\n[menu-b-en]\nzh = "请按1。"\nen = "Press 1."\n')
    write_wav(copy.folder / "prompts/menu-b.wav", tone(500, 1))
    write_wav(copy.folder / "prompts/menu-b-en.wav", tone(500, 1))
    quick = [(each.file, each.rule) for each in found_in(copy).warnings]
    write_wav(copy.folder / "prompts/menu-b-en.wav", tone(500, 9))
    slow = [(each.file, each.rule) for each in found_in(copy).warnings]

    assert quick == [("menus/b.toml", "zero_not_named")]
    assert sorted(slow) == [("menus/b.toml", "zero_not_named"), ("menus/health.toml", "slow_choice")]


def test_what_was_accepted_and_is_no_longer_there_is_told(copy: Copy) -> None:
    """So that nobody is answered for in advance."""
    write_wav(copy.folder / "prompts/greeting-12320.wav", tone(500, 1))

    assert told(found_in(copy).warnings) == [("accepted.toml", 5, "accepted_in_vain", "accepted.0")]


@pytest.mark.parametrize("other", ['key = "levels.0.notice"', 'rule = "slow_choice"', 'file = "queues.toml"'])
def test_an_acceptance_is_for_one_rule_in_one_place(copy: Copy, other: str) -> None:
    """Neither for another file, nor rule, nor key."""
    key = other.split(" ", maxsplit=1)[0]
    if key == "key":
        copy.replace("accepted.toml", 'file = "levels.toml"', f'file = "levels.toml"\n{other}')
    else:
        old = next(line for line in ACCEPTED.splitlines() if line.startswith(key))
        copy.replace("accepted.toml", old, other)

    assert {each.rule for each in found_in(copy).warnings} == {"accepted_in_vain", "slow_under_level"}


def test_every_rule_is_explained() -> None:
    """In the order of the catalogue, with its reason and its source; and no other."""
    page = (DOCS / "hotlines.md").read_text(encoding="utf-8").partition("\n## 检查")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (\S+) \S+ \| (.+?) \| (.+?) \| (.+?) \|$", page, re.MULTILINE)

    kinds = {True: "错误", False: "提醒"}
    assert rows == [(name, kinds[rule.is_error], rule.zh, rule.en, rule.source) for name, rule in RULES.items()]


def test_every_rule_of_the_catalogue_is_somebodys() -> None:
    """An error's name stands in the checks or the model, a warning's in the linter."""
    root = Path(__file__).parents[2]
    errors = "".join(file.read_text(encoding="utf-8") for file in (root / "city").rglob("*.py"))
    warnings = (root / "ivr/lint.py").read_text(encoding="utf-8")
    names = {f"unknown_{kind}": f'"{kind}", ' for kind in ("menu", "queue")}

    assert CHECKS
    assert WARNINGS
    assert [
        n for n, rule in RULES.items() if names.get(n, f'"{n}"') not in (errors if rule.is_error else warnings)
    ] == []
