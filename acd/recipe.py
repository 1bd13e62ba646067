"""溢出方案 Recipes: what a queue's rows do with a call as it waits. Pure.

A call has waited since it first joined; one that lost its agent in a talk counts from there, too.

*Relax* lowers the level that is asked for of one skill, or asks for it no more (level 0). It changes who **may** take
the call, never who is best: skills still count that are asked for at less or not at all (acd.matching.mastery). What a
call asks for is therefore a function of what it came with, of the rows, and of how long it has waited, and nothing
that happened in between: a recipe that changes is applied to calls that wait already by asking the function anew.

A further kind of step is a class under `acd.model.RecipeStep`, a kind of row in `city.queue`, and its meaning here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from acd.model import Recipe, RecipeRow, Relax, SkillLevel, Skills, WaitingCall


def brought_up(call: WaitingCall, recipe: Recipe, at: datetime) -> WaitingCall:
    """Return the call as its queue's recipe has it at `at`; the same one, if that changes nothing."""
    if not recipe and call.relaxed is None and call.step_at is None:
        return call
    asks = call.skills
    step_at = None
    for row in recipe:
        if not _matters(row, asks):
            continue
        if call.joined + row.after > at:
            step_at = call.joined + row.after
            break
        asks = _after(row, asks)
    relaxed = None if asks == call.skills else asks
    if (relaxed, step_at) == (call.relaxed, call.step_at):
        return call
    return replace(call, relaxed=relaxed, step_at=step_at)


def _matters(row: RecipeRow, asks: Skills) -> bool:
    """Whether the row does anything with a call that asks for this. Others need no deadline for it."""
    step = row.step
    return isinstance(step, Relax) and any(skill == step.skill and level > step.to_level for skill, level in asks)


def _after(row: RecipeRow, asks: Skills) -> Skills:
    step = row.step
    if not isinstance(step, Relax):
        return asks
    return frozenset(SkillLevel(step.skill, step.to_level) if ask.skill == step.skill else ask for ask in asks)
