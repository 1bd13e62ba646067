"""A recipe, a level's too, goes one way: later, and to less. Unknown skills are found by city.checks.names."""

from __future__ import annotations

from collections.abc import Iterator

from city.files import (
    Files,
    Mention,
    WrittenRecipe,
    hotlines,
    lenders_in_recipes,
    levels,
    menu_steps,
    recipes,
    skills_asked_for,
)
from city.menu import LANGUAGE_LEVEL
from city.mistakes import Mistake
from city.positions import KeyPath
from city.queue import CallsBack, Queue
from city.recipe import MessageRow, OfferCallBackRow, RelaxRow, WaiveRow, level_left


def recipes_go_forward(files: Files) -> Iterator[Mistake]:
    """Each row is due later than the one above it."""
    for recipe in recipes(files):
        for number, (above, row) in enumerate(zip(recipe.rows, recipe.rows[1:], strict=False), start=1):
            if row.after_s <= above.after_s:
                zh = f"溢出方案须按时间先后,且各行时刻不同:{row.after_s:g} 秒不晚于上一行的 {above.after_s:g} 秒"
                message = f"rows go by time, no two at once: {row.after_s:g} s is not after {above.after_s:g} s"
                yield recipe.source.mistake((*recipe.path, number, "after_s"), "recipe_out_of_order", zh, message)


def recipes_do_not_loop(files: Files) -> Iterator[Mistake]:
    """What was given up is not asked for again: each row leaves less of its skill than those above it."""
    for recipe in recipes(files):
        left: dict[str, int] = {}
        for where, row in _relaxing(recipe):
            level, least = level_left(row), left.get(row.skill)
            if least is not None and level >= least:
                zh = f"溢出方案不得循环:“{row.skill}”此前已放宽到 {least} 级"
                message = f"the recipe loops: {row.skill!r} has been relaxed to level {least} before"
                yield recipe.source.mistake(where, "recipe_loops", zh, message)
            left[row.skill] = level if least is None else min(level, least)


def relaxing_relaxes(files: Files) -> Iterator[Mistake]:
    """Some caller of the queue asks for more of the skill than the row leaves."""
    if not _is_known_what_calls_ask_for(files):
        return
    for recipe in recipes(files):
        for where, row in _relaxing(recipe):
            asked = _most_asked(files, recipe.queue, row.skill)
            if level_left(row) >= asked and row.skill in files.city.names("skills", "name"):
                zh = f"此行不起作用:进入该队列的来电至多要求“{row.skill}”{asked} 级"
                message = f"the row relaxes nothing: calls of this queue ask for {row.skill!r} at most at level {asked}"
                yield recipe.source.mistake(where, "relaxes_nothing", zh, message)


def nothing_follows_a_message(files: Files) -> Iterator[Mistake]:
    """Whoever is asked for a message waits no more: no row can come after."""
    for recipe in recipes(files):
        for number, above in enumerate(recipe.rows[:-1], start=1):
            if isinstance(above, MessageRow):
                zh, message = (
                    "请留言之后的行不会用到",
                    "whoever is asked for a message waits no more: no row can follow",
                )
                yield recipe.source.mistake((*recipe.path, number), "follows_message", zh, message)


def offers_can_be_kept(files: Files) -> Iterator[Mistake]:
    """Whoever is offered a call-back gets one: by a rule, and not only if a person thinks of it."""
    policies = {queue.name: queue.calls_back for _, queue in files.queues.entries("queues", Queue)}
    for recipe in recipes(files):
        by_nobody = (recipe.calls_back or policies.get(recipe.queue)) is CallsBack.NOBODY
        for number, row in enumerate(recipe.rows):
            if isinstance(row, OfferCallBackRow) and by_nobody:
                zh = f'提供回拨,则队列“{recipe.queue}”须自动回拨:calls_back = "asked" 或 "missed"'
                message = (
                    f'who is offered a call-back is called: {recipe.queue!r} needs calls_back = "asked" or "missed"'
                )
                yield recipe.source.mistake((*recipe.path, number, "step"), "offers_no_call_back", zh, message)


def borrowing_does_not_loop(files: Files) -> Iterator[Mistake]:
    """Seats go one way: no queue borrows, directly or through others, of one that borrows of it. At rest and under each
    level, whose own loans count, too."""
    told: list[Mention] = []
    for recipes_then, lent in _at_once(files):
        edges = [(recipe.queue, mention) for recipe, _, mention in lenders_in_recipes(files) if recipe in recipes_then]
        lenders = [*lent, *((queue, mention.name) for queue, mention in edges)]
        for queue, mention in edges:
            if queue in _whom_it_drains(mention.name, lenders) and mention not in told:
                told.append(mention)
                zh = f"借调不得循环:“{mention.name}”又(经由他队)向“{queue}”借坐席"
                message = f"the recipe loops: {mention.name!r} borrows of {queue!r} in turn, directly or through others"
                yield mention.mistake("recipe_loops", zh, message)


def _at_once(files: Files) -> Iterator[tuple[list[WrittenRecipe], list[tuple[str, str]]]]:
    """Recipes that are in force together, at rest and under each level, and who borrows of whom by the level."""
    own = [recipe for recipe in recipes(files) if recipe.source is files.queues]
    yield own, []
    for path, level in levels(files):
        written = (recipe for recipe in recipes(files) if recipe.source is files.levels)
        its = [recipe for recipe in written if recipe.path[: len(path)] == path]
        replaced = {recipe.queue for recipe in its if recipe.path[-1] == "recipe"}  # others are laid on it
        lent = [(lend.borrower, lend.lender) for lend in level.lend]
        yield [*(recipe for recipe in own if recipe.queue not in replaced), *its], lent


def _whom_it_drains(queue: str, lenders: list[tuple[str, str]]) -> set[str]:
    """The queue itself, and all whose seats may come to it."""
    found = {queue}
    while more := {lender for borrower, lender in lenders if borrower in found} - found:
        found |= more
    return found


def _relaxing(recipe: WrittenRecipe) -> Iterator[tuple[KeyPath, RelaxRow | WaiveRow]]:
    for number, row in enumerate(recipe.rows):
        if isinstance(row, RelaxRow | WaiveRow):
            yield (*recipe.path, number), row


def _is_known_what_calls_ask_for(files: Files) -> bool:
    """Whether the files that say so are right. If not, they are reported, and the recipes not blamed for it."""
    declared = files.city.names("skills", "name")
    are_right = not any(source.mistakes for source in (files.city, files.hotlines, *files.menus.values()))
    return are_right and all(mention.name in declared for mention in skills_asked_for(files))


def _most_asked(files: Files, queue: str, skill: str) -> int:
    """The highest level of the skill with which a call can come into the queue; 0: none asks for it."""
    needs = [hotline.skills for _, hotline in hotlines(files)]
    joined = [hotline.skills for _, hotline in hotlines(files) if hotline.queue == queue]
    for _, _, step in menu_steps(files):
        if step.join == queue:  # beside what the caller's hotline asks for, whichever that is
            joined += [step.skills, *needs]
        if step.language == skill:  # which callers may take along into any queue
            joined.append({skill: LANGUAGE_LEVEL})
    return max((skills.get(skill, 0) for skills in joined), default=0)
