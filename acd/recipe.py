"""溢出方案 Recipes: what a queue's rows do with a call as it waits. Pure.

A call has waited since it first joined; one that lost its agent in a talk counts from there, too.

*Relax* lowers the level that is asked for of one skill, or asks for it no more (level 0). It changes who **may** take
the call, never who is best: skills still count that are asked for at less or not at all (acd.matching.mastery). What a
call asks for is therefore a function of what it came with, of the rows, and of how long it has waited, and nothing
that happened in between: a recipe that changes is applied to calls that wait already by asking the function anew.

*Leave a message*, *say* and *borrow* mark the call: acd.overflow does it. A call-back that stands in the line has no
caller, and is never marked. A row is said once: the call remembers up to which wait it has heard what there is to say.
Of several that are due together, as for a caller who inherits an older place, the last is said. Rows that borrow are
like those.

A further kind of step is a class under `acd.model.RecipeStep`, a kind of row in `city.queue`, and its meaning here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import starmap
from typing import Final

from acd.model import Recipe, RecipeRow, Skill, SkillLevel, Skills, WaitingCall
from acd.steps import Borrow, LeaveMessage, Relax, Say

UNTOUCHED: Final = (None, None, False, None, None)
"""What no recipe has done anything to."""


def brought_up(call: WaitingCall, recipe: Recipe, at: datetime) -> WaitingCall:
    """Return the call as its queue's recipe has it at `at`; the same one, if that changes nothing."""
    now = (call.step_at, call.relaxed, call.leaves, call.says, call.borrows)
    if not recipe and now == UNTOUCHED:
        return call
    asks = dict(call.skills)
    step_at, done = None, list[RecipeRow]()
    for row in recipe:
        if not _matters(row, call, asks):
            continue
        due = call.joined + row.after
        if due > at:
            step_at = due
            break
        done.append(row)
        if isinstance(row.step, Relax):
            asks[row.step.skill] = row.step.to_level
    after = (step_at, *_come_to(done, asks)) if done else (step_at, *UNTOUCHED[1:])
    if after == now:
        return call
    _, relaxed, leaves, says, borrows = after
    return replace(call, relaxed=relaxed, step_at=step_at, leaves=leaves, says=says, borrows=borrows)


def _come_to(
    rows: Sequence[RecipeRow], asks: Mapping[Skill, int]
) -> tuple[Skills | None, bool, RecipeRow | None, RecipeRow | None]:
    """What these rows have made of a call that asks for this now: `relaxed`, `leaves`, `says`, `borrows`."""
    relaxed, leaves, says, borrows = None, False, None, None
    for row in rows:
        match row.step:
            case Relax():
                relaxed = asks
            case Say():
                says = row
            case Borrow():
                borrows = row
            case LeaveMessage():
                leaves = True
    return None if relaxed is None else frozenset(starmap(SkillLevel, relaxed.items())), leaves, says, borrows


def _matters(row: RecipeRow, call: WaitingCall, asks: Mapping[Skill, int]) -> bool:
    """Whether the row does anything with a call that asks for this. Others need no deadline for it."""
    match row.step:
        case Relax(skill, to_level):
            return asks.get(skill, 0) > to_level
        case Say() | Borrow():
            return call.owed is None and row.after > call.heard
        case LeaveMessage():
            return call.owed is None
    return False
