"""步骤 Steps of recipes: the kinds of things that a row of acd.model.Recipe does with a call, each a class. Pure data.

When a row is due: acd.recipe. To whom it is done: acd.overflow. How it is written in a city's file: city.recipe.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from acd.model import QueueName, RecipeStep, Skill


@dataclass(frozen=True, slots=True)
class Relax(RecipeStep):
    """放宽技能: whoever asks for this skill is content with less of it: with `to_level`, or with none (0)."""

    skill: Skill
    to_level: int = 0


@dataclass(frozen=True, slots=True)
class LeaveMessage(RecipeStep):
    """请留言: the caller is asked for a voice message, and leaves the line. Nothing can follow it."""


@dataclass(frozen=True, slots=True)
class Say(RecipeStep):
    """Something is said to the caller, who keeps their place and may be offered to somebody meanwhile."""

    expects: timedelta | None = field(default=None, kw_only=True)  # only if the wait from then on is foreseen so long


@dataclass(frozen=True, slots=True)
class Announce(Say):
    """播报: a prompt of the city's, by its name."""

    prompt: str


@dataclass(frozen=True, slots=True)
class AnnounceWait(Say):
    """播报预计等待: between how many minutes, or nothing where that is not known or of no use (acd.forecast)."""


@dataclass(frozen=True, slots=True)
class AnnouncePosition(Say):
    """播报位置: how many stand before the caller, or nothing where that would mislead (acd.outlook)."""


@dataclass(frozen=True, slots=True)
class OfferCallBack(Say):
    """提供回拨: who presses 1 is called back in their place, and need not wait on the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Borrow(RecipeStep):
    """借调: seats of another queue serve this one for a while (acd.borrowing).

    The caller who came so far hears nothing of it.
    """

    lender: QueueName
    seats: int  # at most
    keep: int = 1  # agents on duty whom the lender keeps at least
    lasts: timedelta = timedelta(minutes=15)  # at most
    expects: timedelta | None = None  # only if the wait from then on is foreseen so long


Foreseeing = Say | Borrow
"""Steps that may be done only if a long wait is foreseen."""
