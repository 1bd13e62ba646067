"""What callers are told, and for how long a machine talks to them. What is only doubtful is `ivr.lint`'s to say."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache

from city.advertising import advertising_in
from city.city import Skill, audio_path
from city.files import Files, hotlines, levels, menus
from city.keys_named import keys_named
from city.menu_nodes import MenuFile, keys_of
from city.mistakes import Mistake
from city.pace import ANSWER_WITHIN_S, audio_s, seconds_to_a_person
from city.prompts import Prompt

PERSON = "0"
NOT_KNOWN = math.nan
"""The length of audio that is not there: no sum with it is longer, or shorter, than anything."""


def nothing_is_advertised(files: Files) -> Iterator[Mistake]:
    """No prompt sells anything (GB/T 33358-2016, as we know it)."""
    for path, prompt in files.prompts.entries("", Prompt):
        if phrase := advertising_in(prompt.zh or ""):
            zh, message = f"提示音不得含广告用语“{phrase}”", f"a prompt advertises nothing: {phrase!r}"
            yield files.prompts.mistake((*path, "zh"), "advertising", zh, message)


def menus_name_no_other_keys(files: Files) -> Iterator[Mistake]:
    """Nobody is told to press a key that means nothing; also not in another language, or under a level."""
    texts = {path[0]: prompt.zh or "" for path, prompt in files.prompts.entries("", Prompt)}
    for source, menu in menus(files):
        for slug in (menu.prompt, *instead_of(files, menu.prompt)):
            for key in sorted(keys_named(texts.get(slug, "")) - keys_of(menu) - {PERSON}):
                zh = f"提示音“{slug}”请人按 {key},菜单没有这个选项"
                message = f"prompt {slug!r} tells callers to press {key}, which is no choice of the menu"
                yield source.mistake(("prompt",), "no_such_key", zh, message)


def instead_of(files: Files, slug: str) -> Iterator[str]:
    """The prompts that are said instead of this one: to who has chosen a language, and by response levels."""
    for _, skill in files.city.entries("skills", Skill):
        if skill.spoken and f"{slug}-{skill.spoken}" in files.prompts.content:
            yield f"{slug}-{skill.spoken}"
    for _, level in levels(files):
        if other := level.prompts.get(slug):
            yield other


def a_person_is_reached_soon(files: Files) -> Iterator[Mistake]:
    """Who presses nothing, or only wrong keys, waits for a person within 15 seconds (city.pace); at night, too.

    It is measured, so a hotline of which some audio is missing is not judged.
    """
    known = {name: found.root for name, source in files.menus.items() if (found := source.whole(MenuFile))}

    @cache
    def length_s(slug: str) -> float:
        seconds = audio_s(audio_path(files.folder, slug))
        return NOT_KNOWN if seconds is None else seconds

    for path, hotline in hotlines(files):
        for key, seconds in seconds_to_a_person(hotline, known, length_s).items():
            if seconds > ANSWER_WITHIN_S:
                zh = f"不按键或按错键的人 {seconds:.1f} 秒后才转人工,至多 {ANSWER_WITHIN_S:.0f} 秒"
                message = (
                    f"who chooses nothing is passed to a person after {seconds:.1f} s, more than {ANSWER_WITHIN_S:.0f}"
                )
                yield files.hotlines.mistake((*path, key), "person_too_late", zh, message)
