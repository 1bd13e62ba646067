"""A recipe's rows in the ACD's words: what a kind of row in queues.toml becomes."""

from __future__ import annotations

from datetime import timedelta

from acd.model import Announce, LeaveMessage, OfferCallBack, RecipeRow, RecipeStep, Relax, Skill
from city.recipe import AnnounceRow, AnyRow, MessageRow, OfferCallBackRow, RelaxRow, SpokenRow, WaiveRow


def acd_row(row: AnyRow) -> RecipeRow:
    """One row."""
    expects_s = row.predicted_wait_s if isinstance(row, SpokenRow) else None
    expects = None if expects_s is None else timedelta(seconds=expects_s)
    return RecipeRow(after=timedelta(seconds=row.after_s), step=_step(row), expects=expects)


def _step(row: AnyRow) -> RecipeStep:
    match row:
        case RelaxRow():
            return Relax(Skill(row.skill), row.to_level)
        case WaiveRow():
            return Relax(Skill(row.skill))
        case AnnounceRow():
            return Announce(row.prompt)
        case OfferCallBackRow():
            return OfferCallBack()
        case MessageRow():
            return LeaveMessage()
