"""用到的提示音: every prompt that a city's files, or the programs themselves, have said, and where."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from city.files import Files, Mention, hotlines, levels, menus, recipes
from city.menu_nodes import prompts_of
from city.recipe import AnnounceRow


def prompts_mentioned(files: Files) -> Iterator[Mention]:
    """提示音: by hotlines, menus, rows of recipes, response levels, and the programs themselves."""
    for path, hotline in hotlines(files):
        for place, slug in enumerate(hotline.greeting):
            yield Mention(files.hotlines, (*path, "greeting", place), slug)
        if hotline.night_prompt is not None:
            yield Mention(files.hotlines, (*path, "night_prompt"), hotline.night_prompt)
    for source, menu in menus(files):
        yield from (Mention(source, where, slug) for where, slug in prompts_of(menu))
    yield from _said_to_who_waits(files)
    for slug in sorted(files.also_spoken):
        yield Mention(files.prompts, (slug,), slug)


def _said_to_who_waits(files: Files) -> Iterator[Mention]:
    for path, level in levels(files):
        if level.notice is not None:
            yield Mention(files.levels, (*path, "notice"), level.notice)
        for usual, instead in level.prompts.items():
            yield from (Mention(files.levels, (*path, "prompts", usual), slug) for slug in (usual, instead))
    for recipe in recipes(files):
        for number, row in enumerate(recipe.rows):
            if isinstance(row, AnnounceRow):
                yield Mention(recipe.source, (*recipe.path, number, "prompt"), row.prompt)


class UsedBy(StrEnum):
    """Who has a prompt said."""

    HOTLINE = "hotline"  # 热线
    MENU = "menu"  # 菜单
    QUEUE = "queue"  # 队列
    LEVEL = "level"  # 响应级别
    PROGRAM = "program"  # 程序: feature codes, refusals, digits, the dialplan
    LANGUAGE = "language"  # 语种: what is said instead of another prompt in a language


class Use(NamedTuple):
    """`name`: of the hotline (its number), menu, queue, level or language; empty for the programs."""

    by: UsedBy
    name: str = ""


_TABLES = {
    "hotlines.toml": (UsedBy.HOTLINE, "number"),
    "queues.toml": (UsedBy.QUEUE, "name"),
    "levels.toml": (UsedBy.LEVEL, "name"),
}


def prompt_uses(files: Files) -> dict[str, tuple[Use, ...]]:
    """By prompt, in the order of the files; what nobody uses is not in it."""
    found: dict[str, dict[Use, None]] = {}
    for mention in prompts_mentioned(files):
        found.setdefault(mention.name, {})[_use(mention)] = None
    return {slug: tuple(uses) for slug, uses in found.items()}


def _use(mention: Mention) -> Use:
    file = mention.source.file
    if file.startswith("menus/"):
        return Use(UsedBy.MENU, file.removeprefix("menus/").removesuffix(".toml"))
    if file not in _TABLES:
        return Use(UsedBy.PROGRAM)
    by, key = _TABLES[file]
    entry: Any = mention.source.content[str(mention.path[0])][mention.path[1]]
    return Use(by, str(entry[key]))
