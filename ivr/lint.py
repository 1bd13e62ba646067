"""检查: what of a city's menus and prompts is doubtful, and what of it somebody has answered for (`accepted.toml`).

What is plainly wrong refuses the city when it is loaded; `ivr.lint_rules` lists both kinds. A warning that is accepted
is shown as such; an acceptance without its warning is itself one, and cannot be accepted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from city.accepted import Acceptance
from city.checks.spoken import PERSON, instead_of
from city.city import City
from city.files import Files, Mention, levels, menus
from city.hotline import Hotline
from city.keys_named import keys_named
from city.load import city_of
from city.menu import Menu
from city.menu_nodes import END, keys_of
from city.mistakes import Mistake
from city.pace import ANSWER_WITHIN_S, HEARD_FROM, KEY_S, NOTHING_SAID_S, peak, seconds_to_a_person, slowest_s
from city.prompt_uses import prompts_mentioned
from city.prompts import Prompt
from city.recorded import Recorded
from ivr.journey import journey_of
from ivr.menu import Digits, Goto, Journey, Message, Node, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the linter has found in a city that can be loaded."""

    warnings: tuple[Mistake, ...]
    """Not accepted by anybody, sorted by file and line."""
    accepted: tuple[tuple[Mistake, Acceptance], ...]


def lint(files: Files) -> Findings:
    """Look a city through that has been read. Raises CityInvalid with everything that refuses it."""
    city = city_of(files)
    accepted: list[tuple[Mistake, Acceptance]] = []
    warnings: list[Mistake] = []
    written = list(files.accepted.entries("accepted", Acceptance))
    needed: set[Acceptance] = set()
    for warning in sorted({found for rule in WARNINGS for found in rule(files, city)}):
        covering = [each for _, each in written if each.covers(warning.rule, warning.file, warning.key)]
        needed.update(covering)
        if covering:
            accepted.append((warning, covering[0]))
        else:
            warnings.append(warning)
    warnings += (_in_vain(Mention(files.accepted, path, each.rule)) for path, each in written if each not in needed)
    return Findings(warnings=tuple(sorted(warnings)), accepted=tuple(accepted))


def _in_vain(mention: Mention) -> Mistake:
    zh, message = f"没有可接受的提醒“{mention.name}”,请删去", f"there is no warning {mention.name!r} here: delete this"
    return mention.mistake("accepted_in_vain", zh, message)


def menus_are_reached(files: Files, city: City) -> Iterator[Mistake]:
    """Some hotline leads to every menu."""
    reached = {name for hotline in city.hotlines.values() for name in reached_menus(journey_of(city, hotline))}
    for name, source in files.menus.items():
        if name not in reached:
            yield source.mistake((), "menu_not_reached", "没有热线用到这个菜单", "no hotline leads to this menu")


def reached_menus(journey: Journey) -> frozenset[str]:
    """The names of the menus that callers can meet."""
    found: set[str] = set()
    ahead = [journey.start] if journey.start is not None else []
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += (edge.to.menu for edge in journey.ways(name) if isinstance(edge.to, Goto))
    return frozenset(found)


def texts_name_every_key(files: Files, city: City) -> Iterator[Mistake]:
    """A menu's text names all its keys and 0; also the text that a level has said instead."""
    for source, menu in menus(files):
        for slug in (menu.prompt, *instead_of(files, menu.prompt)):
            prompt = city.prompts.get(slug)
            if prompt is None or prompt.zh is None:
                zh, message = f"“{slug}”没有文本,无法核对按键", f"{slug!r} has no text to check its keys by"
                yield source.mistake(("prompt",), "menu_without_text", zh, message)
                continue
            named = keys_named(prompt.zh)
            for key in sorted(keys_of(menu) - named - {END}):
                zh, message = f"“{slug}”未说按 {key}", f"{slug!r} does not tell of key {key}"
                yield source.mistake(("choices", key), "key_not_named", zh, message)
            if PERSON not in named and isinstance(menu, Menu):
                zh, message = f"“{slug}”未说按 0 转人工", f"{slug!r} does not tell of key 0"
                yield source.mistake(("prompt",), "zero_not_named", zh, message)


def choices_are_quick(files: Files, city: City) -> Iterator[Mistake]:
    """Who hears a menu out, chooses, and then presses nothing or only wrong keys is with a person in time."""
    for hotline in city.hotlines.values():
        journey = journey_of(city, hotline)
        for name, key, seconds in _slow_ways(journey, city.seconds_of):
            zh = f"拨 {hotline.number},按 {key} 后不选的人 {seconds:.1f} 秒后才转人工"
            message = f"on {hotline.number}, who presses {key} and then nothing reaches a person after {seconds:.1f} s"
            yield files.menus[name].mistake(("choices", key), "slow_choice", zh, message)


def _slow_ways(journey: Journey, length_s: Callable[[str], float]) -> Iterator[tuple[str, str, float]]:
    """Menu, key, and seconds until a person, of each choice that leads on to another menu and takes too long."""
    if journey.start is None:
        return
    ahead = [(journey.start, sum(map(length_s, journey.greeting)), "", frozenset({journey.start}))]
    while ahead:
        name, since_s, language, behind = ahead.pop()
        heard_s = since_s + length_s(_spoken(journey, name, language))
        for _, key, step in journey.ways(name):
            if isinstance(step, Goto) and step.menu not in behind:
                spoken = step.language or language
                question_s = length_s(_spoken(journey, step.menu, spoken))
                seconds = heard_s + _slowest_s(journey.menus[step.menu], question_s)
                if seconds > ANSWER_WITHIN_S:
                    yield name, key, seconds
                ahead.append((step.menu, heard_s, spoken, behind | {step.menu}))


def _spoken(journey: Journey, name: str, language: str) -> str:
    prompt = journey.menus[name].prompt
    return journey.variants.get(language, {}).get(prompt, prompt)


def _slowest_s(node: Node, question_s: float) -> float:
    least_s = {Digits: KEY_S, Progress: KEY_S, Message: NOTHING_SAID_S}.get(type(node), 0.0)
    return slowest_s(question_s, max(node.wait_s, least_s), node.attempts)


def levels_are_quick(files: Files, city: City) -> Iterator[Mistake]:
    """With a level's notice, and what it has said instead, a person is still reached in time."""
    for path, level in levels(files):
        under = city.under([], level.notice, level.prompts)
        for hotline in under.hotlines.values():
            seconds = _kept_s(under, hotline)
            if seconds > ANSWER_WITHIN_S >= _kept_s(city, city.hotlines[hotline.number]):
                zh = f"此级别下拨 {hotline.number},不按键的人 {seconds:.1f} 秒后才转人工"
                message = f"under this level, who chooses nothing on {hotline.number} waits {seconds:.1f} s"
                yield files.levels.mistake((*path, "notice"), "slow_under_level", zh, message)


def _kept_s(city: City, hotline: Hotline) -> float:
    return max(seconds_to_a_person(hotline, city.menus, city.seconds_of).values())


def prompts_have_audio(files: Files, city: City) -> Iterator[Mistake]:
    """What has only a text is spoken by a machine once it is taken; how long that lasts is not known before."""
    for slug in sorted({mention.name for mention in prompts_mentioned(files)}):
        if not city.audio_of(slug).exists():
            zh = f"提示音“{slug}”没有录音文件,采用时合成"
            message = f"prompt {slug!r} has no audio file: it is synthesised when the city is taken"
            yield files.prompts.mistake((slug,), "no_audio", zh, message)


def recordings_say_the_text(files: Files, city: City) -> Iterator[Mistake]:
    """A recording is of the text that the prompt has now; else the text is spoken by a machine in its place."""
    recorded = {str(path[0]): one for path, one in files.recorded.entries("", Recorded)}
    for path, prompt in files.prompts.entries("", Prompt):
        slug = str(path[0])
        one, audio = recorded.get(slug), city.audio_of(slug)
        if one is None or one.zh == prompt.zh or not audio.exists():
            continue
        if hashlib.sha256(audio.read_bytes()).hexdigest() == one.digest:
            zh = f"“{slug}”的文本改过,录音已过时:播放合成语音,请重录"
            message = (
                f"the text of {slug!r} was changed after it was recorded: a machine says it until it is recorded anew"
            )
            yield files.prompts.mistake((*path, "zh"), "recording_outdated", zh, message)


def prompts_are_heard(files: Files, city: City) -> Iterator[Mistake]:
    """A file that holds nothing but silence says nothing, whatever its text is."""
    for slug in sorted({mention.name for mention in prompts_mentioned(files)}):
        audio = city.audio_of(slug)
        if audio.exists() and peak(audio) < HEARD_FROM:
            zh, message = f"提示音“{slug}”的录音没有声音", f"the audio of prompt {slug!r} is silent"
            yield files.prompts.mistake((slug,), "silent_audio", zh, message)


WARNINGS: tuple[Callable[[Files, City], Iterator[Mistake]], ...] = (
    menus_are_reached,
    texts_name_every_key,
    choices_are_quick,
    levels_are_quick,
    prompts_have_audio,
    prompts_are_heard,
    recordings_say_the_text,
)
