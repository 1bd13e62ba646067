"""A recipe's rows in the ACD's words: what a kind of row in queues.toml becomes."""

from __future__ import annotations

from datetime import timedelta

from acd.model import QueueName, RecipeRow, RecipeStep, Skill
from acd.steps import Announce, AnnouncePosition, AnnounceWait, Borrow, LeaveMessage, OfferCallBack, Relax, Say
from city.recipe import (
    AnnouncePositionRow,
    AnnounceRow,
    AnnounceWaitRow,
    AnyRow,
    BorrowRow,
    ForeseenRow,
    MessageRow,
    OfferCallBackRow,
    RelaxRow,
    WaiveRow,
)


def acd_row(row: AnyRow) -> RecipeRow:
    """One row."""
    return RecipeRow(after=timedelta(seconds=row.after_s), step=_step(row))


def _step(row: AnyRow) -> RecipeStep:
    match row:
        case RelaxRow():
            return Relax(Skill(row.skill), row.to_level)
        case WaiveRow():
            return Relax(Skill(row.skill))
        case BorrowRow():
            return Borrow(
                lender=QueueName(row.lender),
                seats=row.seats,
                keep=row.keep,
                lasts=timedelta(seconds=row.lasts_s),
                expects=_wait_expected(row),
            )
        case MessageRow():
            return LeaveMessage()
    return _say(row)


def _say(row: AnnounceRow | AnnounceWaitRow | AnnouncePositionRow | OfferCallBackRow) -> Say:
    match row:
        case AnnounceRow():
            return Announce(row.prompt, expects=_wait_expected(row))
        case AnnounceWaitRow():
            return AnnounceWait(expects=_wait_expected(row))
        case AnnouncePositionRow():
            return AnnouncePosition(expects=_wait_expected(row))
        case OfferCallBackRow():
            return OfferCallBack(expects=_wait_expected(row))


def _wait_expected(row: ForeseenRow) -> timedelta | None:
    return None if row.predicted_wait_s is None else timedelta(seconds=row.predicted_wait_s)
