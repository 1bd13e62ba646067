"""A city's recipes in the ACD's words."""

from __future__ import annotations

from datetime import timedelta

from acd.model import QueueName, RecipeRow, Skill
from acd.steps import Announce, AnnouncePosition, AnnounceWait, Borrow, LeaveMessage, OfferCallBack, Relax
from city.recipe import (
    AnnouncePositionRow,
    AnnounceRow,
    AnnounceWaitRow,
    BorrowRow,
    MessageRow,
    OfferCallBackRow,
    RelaxRow,
    WaiveRow,
)
from hotline.recipes import acd_row


def test_each_kind_of_row_becomes_its_step() -> None:
    """A waived skill is one that is asked for at no level."""
    relax = RelaxRow(after_s=30, step="relax", skill="cantonese", to_level=2)
    waive = WaiveRow(after_s=60.5, step="waive", skill="cantonese")

    assert acd_row(relax) == RecipeRow(timedelta(seconds=30), Relax(Skill("cantonese"), 2))
    assert acd_row(waive) == RecipeRow(timedelta(seconds=60.5), Relax(Skill("cantonese"), 0))
    assert acd_row(MessageRow(after_s=600, step="message")).step == LeaveMessage()
    assert acd_row(AnnounceRow(after_s=60, step="announce", prompt="many-callers")).step == Announce("many-callers")
    assert acd_row(OfferCallBackRow(after_s=60, step="offer_call_back")).step == OfferCallBack()
    foreseen = OfferCallBackRow(after_s=60, step="offer_call_back", predicted_wait_s=180)
    assert acd_row(foreseen).step == OfferCallBack(expects=timedelta(seconds=180))
    borrow = BorrowRow(after_s=60, step="borrow", lender="health", seats=2, predicted_wait_s=90)
    assert acd_row(borrow).step == Borrow(
        lender=QueueName("health"),
        seats=2,
        keep=1,
        lasts=timedelta(minutes=15),
        expects=timedelta(seconds=90),
    )
    wait = AnnounceWaitRow(after_s=60, step="announce_wait")
    assert acd_row(wait).step == AnnounceWait()
    place = AnnouncePositionRow(after_s=60, step="announce_position", predicted_wait_s=60)
    assert acd_row(place).step == AnnouncePosition(expects=timedelta(seconds=60))
