"""What a menu names besides queues, skills, menus and prompts (city.checks.names): languages, branches of appeals."""

from __future__ import annotations

from collections.abc import Iterator

from city.city import Skill
from city.files import Files, menu_steps, menus
from city.menu_nodes import ProgressNode
from city.mistakes import Mistake


def languages_are_spoken(files: Files) -> Iterator[Mistake]:
    """A language is a skill that says how the names of its prompts end. Unknown skills: names.skills_are_declared."""
    spoken = {skill.name: skill.spoken for _, skill in files.city.entries("skills", Skill)}
    for source, where, step in menu_steps(files):
        if step.language in spoken and not spoken[step.language]:
            zh = f"技能“{step.language}”不是语种:city.toml 中没有写 spoken"
            message = f"skill {step.language!r} is no language: it has no `spoken` in city.toml"
            yield source.mistake((*where, "language"), "not_a_language", zh, message)


def classes_are_categories(files: Files) -> Iterator[Mistake]:
    """What a progress node names are categories, if there are any: calls are taken without case rules, too."""
    if not (files.categories.file and files.categories.readable):
        return
    known = files.categories.names("categories", "name")
    for source, menu in menus(files):
        for name in menu.classes if isinstance(menu, ProgressNode) else ():
            if name not in known:
                zh, message = f"没有分类“{name}”", f"there is no category {name!r}"
                yield source.mistake(("classes", name), "unknown_category", zh, message)
