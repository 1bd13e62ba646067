"""What callers are told, and for how long a machine talks to them. What is only doubtful is `ivr.lint`'s to say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from city.advertising import advertising_in
from city.city import Skill, audio_path
from city.files import Files, hotlines, levels, menus
from city.hotline import Hotline, Night
from city.keys_named import keys_named
from city.menu_nodes import AnyNode, DigitsNode, MenuFile, MessageNode, ProgressNode, SayNode, keys_of
from city.mistakes import Mistake
from city.pace import ANSWER_WITHIN_S, KEY_S, NOTHING_SAID_S, audio_s, slowest_s
from city.prompts import Prompt

PERSON = "0"


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
    lengths = {slug: audio_s(audio_path(files.folder, slug)) for slug in _prompts_of_hotlines(files)}
    for path, hotline in hotlines(files):
        said, asks = _before_an_answer(files, hotline)
        ways = [("greeting", said, asks)]
        if hotline.night is Night.QUEUE and hotline.night_prompt is not None:
            ways.append(("night_prompt", (*hotline.greeting, hotline.night_prompt), None))
        for key, prompts, menu in ways:
            seconds = _seconds(prompts, menu, lengths)
            if seconds is not None and seconds > ANSWER_WITHIN_S:
                zh = f"不按键或按错键的人 {seconds:.1f} 秒后才转人工,至多 {ANSWER_WITHIN_S:.0f} 秒"
                message = (
                    f"who chooses nothing is passed to a person after {seconds:.1f} s, more than {ANSWER_WITHIN_S:.0f}"
                )
                yield files.hotlines.mistake((*path, key), "person_too_late", zh, message)


def _before_an_answer(files: Files, hotline: Hotline) -> tuple[tuple[str, ...], AnyNode | None]:
    """What everybody hears in office hours, information that stands before a menu included; and what then asks."""
    said, menu, met = list(hotline.greeting), _menu(files, hotline.menu), set[str | None]()
    while isinstance(menu, SayNode) and menu.prompt not in met:
        met.add(menu.prompt)
        said.append(menu.prompt)
        menu = _menu(files, menu.otherwise.goto if menu.otherwise else None)
    return tuple(said), None if isinstance(menu, SayNode) else menu


def _seconds(prompts: Iterable[str], menu: AnyNode | None, lengths: Mapping[str, float | None]) -> float | None:
    question = lengths[menu.prompt] if menu else 0.0
    said = [lengths[slug] for slug in prompts]
    if question is None or None in said:
        return None
    return sum(length for length in said if length) + (slowest_of(menu, question) if menu else 0.0)


def slowest_of(node: AnyNode, question_s: float) -> float:
    """From the first word of a node until who is silent, or errs, is passed to a person (city.pace)."""
    if isinstance(node, SayNode):
        return question_s
    least_s = {DigitsNode: KEY_S, ProgressNode: KEY_S, MessageNode: NOTHING_SAID_S}.get(type(node), 0.0)
    return slowest_s(question_s, max(node.wait_s, least_s), node.attempts)


def _prompts_of_hotlines(files: Files) -> set[str]:
    said = {slug for _, hotline in hotlines(files) for slug in (*hotline.greeting, hotline.night_prompt) if slug}
    return said | {menu.prompt for _, menu in menus(files)}


def _menu(files: Files, name: str | None) -> AnyNode | None:
    source = files.menus.get(name or "")
    found = source.whole(MenuFile) if source else None
    return found.root if found else None
