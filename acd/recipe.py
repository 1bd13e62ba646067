"""溢出方案 Recipes: what a queue's rows do with a call as it waits. Pure.

A call has waited since it first joined; one that lost its agent in a talk counts from there, too.

*Relax* lowers the level that is asked for of one skill, or asks for it no more (level 0). It changes who **may** take
the call, never who is best: skills still count that are asked for at less or not at all (acd.matching.mastery). What a
call asks for is therefore a function of what it came with, of the rows, and of how long it has waited, and nothing
that happened in between: a recipe that changes is applied to calls that wait already by asking the function anew.

*Leave a message* marks the call: acd.overflow sends it there. A call-back that stands in the line has no caller, and
is never marked.

A further kind of step is a class under `acd.model.RecipeStep`, a kind of row in `city.queue`, and its meaning here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import starmap

from acd.model import LeaveMessage, Recipe, RecipeStep, Relax, Skill, SkillLevel, WaitingCall


def brought_up(call: WaitingCall, recipe: Recipe, at: datetime) -> WaitingCall:
    """Return the call as its queue's recipe has it at `at`; the same one, if that changes nothing."""
    if not recipe and call.relaxed is None and call.step_at is None and not call.leaves:
        return call
    asks = dict(call.skills)
    step_at, relaxed, leaves = None, False, False
    for row in recipe:
        if not _matters(row.step, call, asks):
            continue
        due = call.joined + row.after
        if due > at:
            step_at = due
            break
        relaxed = _take(row.step, asks) or relaxed
        leaves = leaves or isinstance(row.step, LeaveMessage)
    now_asked = frozenset(starmap(SkillLevel, asks.items())) if relaxed else None
    if (step_at, now_asked, leaves) == (call.step_at, call.relaxed, call.leaves):
        return call
    return replace(call, relaxed=now_asked, step_at=step_at, leaves=leaves)


def _matters(step: RecipeStep, call: WaitingCall, asks: Mapping[Skill, int]) -> bool:
    """Whether the step does anything with a call that asks for this. Others need no deadline for it."""
    if isinstance(step, LeaveMessage):
        return call.owed is None
    return isinstance(step, Relax) and asks.get(step.skill, 0) > step.to_level


def _take(step: RecipeStep, asks: dict[Skill, int]) -> bool:
    """Do the step to what is asked for; tell whether that has changed it."""
    if isinstance(step, Relax):
        asks[step.skill] = step.to_level
    return isinstance(step, Relax)
