"""溢出方案 Recipes: what a queue's rows do with a call as it waits. Pure.

A call has waited since it first joined; one that lost its agent in a talk counts from there, too.

*Relax* lowers the level that is asked for of one skill, or asks for it no more (level 0). It changes who **may** take
the call, never who is best: skills still count that are asked for at less or not at all (acd.matching.mastery). What a
call asks for is therefore a function of what it came with, of the rows, and of how long it has waited, and nothing
that happened in between: a recipe that changes is applied to calls that wait already by asking the function anew.

*Leave a message* and *say* mark the call: acd.overflow does it. A call-back that stands in the line has no caller, and
is never marked. A row is said once: the call remembers up to which wait it has heard what there is to say. Of several
that are due together, as for a caller who inherits an older place, the last is said.

A further kind of step is a class under `acd.model.RecipeStep`, a kind of row in `city.queue`, and its meaning here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import starmap

from acd.model import Recipe, RecipeRow, RecipeStep, Skill, SkillLevel, WaitingCall
from acd.steps import LeaveMessage, Relax, Say


def brought_up(call: WaitingCall, recipe: Recipe, at: datetime) -> WaitingCall:
    """Return the call as its queue's recipe has it at `at`; the same one, if that changes nothing."""
    if not recipe and (call.relaxed, call.step_at, call.leaves, call.says) == (None, None, False, None):
        return call
    asks = dict(call.skills)
    step_at, relaxed, leaves, says = None, False, False, None
    for row in recipe:
        if not _matters(row, call, asks):
            continue
        due = call.joined + row.after
        if due > at:
            step_at = due
            break
        relaxed = _take(row.step, asks) or relaxed
        leaves = leaves or isinstance(row.step, LeaveMessage)
        says = row if isinstance(row.step, Say) else says
    now_asked = frozenset(starmap(SkillLevel, asks.items())) if relaxed else None
    if (step_at, now_asked, leaves, says) == (call.step_at, call.relaxed, call.leaves, call.says):
        return call
    return replace(call, relaxed=now_asked, step_at=step_at, leaves=leaves, says=says)


def _matters(row: RecipeRow, call: WaitingCall, asks: Mapping[Skill, int]) -> bool:
    """Whether the row does anything with a call that asks for this. Others need no deadline for it."""
    match row.step:
        case Relax(skill, to_level):
            return asks.get(skill, 0) > to_level
        case Say():
            return call.owed is None and row.after > call.heard
        case LeaveMessage():
            return call.owed is None
    return False


def _take(step: RecipeStep, asks: dict[Skill, int]) -> bool:
    """Do the step to what is asked for; tell whether that has changed it."""
    if isinstance(step, Relax):
        asks[step.skill] = step.to_level
    return isinstance(step, Relax)
