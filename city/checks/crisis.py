"""危机热线: a caller of a crisis line meets no machine while a person can be reached, and keeps its people."""

from __future__ import annotations

from collections.abc import Iterator

from city.files import Files, Mention, hotlines, lenders_in_recipes, levels, recipes
from city.mistakes import Mistake
from city.recipe import MessageRow, OfferCallBackRow


def _lanes(files: Files) -> frozenset[str]:
    """The queues in which callers of crisis lines wait."""
    return frozenset(hotline.queue for _, hotline in hotlines(files) if hotline.crisis)


def crisis_has_no_machine(files: Files) -> Iterator[Mistake]:
    """Callers of a crisis line wait for a person: neither their queue nor a level of it sends them to a machine."""
    lanes = _lanes(files)
    for recipe in recipes(files):
        for number, row in enumerate(recipe.rows):
            if recipe.queue in lanes and isinstance(row, MessageRow | OfferCallBackRow):
                zh = f"危机热线的来电在队列“{recipe.queue}”等候,不得转给机器"
                message = f"callers of a crisis line wait in {recipe.queue!r}: they are not sent to a machine"
                yield recipe.source.mistake((*recipe.path, number, "step"), "crisis_has_no_machine", zh, message)


def crisis_lends_nobody(files: Files) -> Iterator[Mistake]:
    """Neither a level nor a recipe takes seats away from where callers of a crisis line wait."""
    lanes = _lanes(files)
    for lender in _lenders(files):
        if lender.name in lanes:
            zh = f"危机热线的来电在队列“{lender.name}”等候,其坐席不外借"
            message = f"callers of a crisis line wait in {lender.name!r}: its seats are not lent"
            yield lender.mistake("crisis_lends_nobody", zh, message)


def _lenders(files: Files) -> Iterator[Mention]:
    for path, level in levels(files):
        for place, lend in enumerate(level.lend):
            yield Mention(files.levels, (*path, "lend", place, "lender"), lend.lender)
    for _, _, lender in lenders_in_recipes(files):
        yield lender
