"""A draft that someone has claimed is confirmed or discarded, once, by them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.recordings.scenes import NOON
from tickets.review import confirm, discard
from tickets.states import TABLE, TicketState
from tickets.ticket import (
    AppealKind,
    EditNotAllowed,
    ReasonMissing,
    Ticket,
    TicketChanged,
    TicketId,
    TicketNumber,
    TransitionNotAllowed,
    masked,
    ticket_number,
)

DRAFT = Ticket(
    id=TicketId("t"),
    call_id="c",
    recording="r",
    caller_number="13812340000",
    drafted_at=NOON,
    subject="噪音",
    state=TicketState.CLAIMED,
    claimed_by="101",
    claimed_at=NOON,
    claimed_until=NOON,
)
NUMBER = TicketNumber("20261123-000017")


def confirmed(**edits: str | None) -> Ticket:
    """The draft, confirmed by agent 101."""
    return confirm(DRAFT, version=1, by="101", at=NOON, number=NUMBER, edits=edits)


def test_confirmed_ticket_has_number_person_time_and_corrections() -> None:
    """What the person left alone stays."""
    ticket = confirmed(kind="投诉", place=" 解放路 ")

    assert (ticket.state, ticket.number, ticket.version) == (TicketState.CONFIRMED, NUMBER, 2)
    assert (ticket.confirmed_by, ticket.confirmed_at) == ("101", NOON)
    assert (ticket.kind, ticket.place, ticket.subject) == (AppealKind.COMPLAINT, "解放路", "噪音")


def test_field_may_be_emptied() -> None:
    """The machine was wrong and the person does not know."""
    assert confirmed(subject=None).subject is None


@pytest.mark.parametrize(
    "edits", [{"caller_number": "1"}, {"state": "draft"}, {"id": "x"}, {"kind": "吐槽"}, {"contact_number": "王先生"}]
)
def test_other_fields_and_unknown_kinds_are_refused(edits: dict[str, str]) -> None:
    """Nobody confirms a ticket into another one."""
    with pytest.raises(EditNotAllowed):
        confirmed(**edits)


def test_edit_is_made_harmless() -> None:
    """An agent's form is a form."""
    assert confirmed(subject="=cmd|\u202e<b>").subject == "＝cmd|＜b＞"


@pytest.mark.parametrize("reason", ["", "  ", "\u200b"])
def test_discarding_needs_a_reason(reason: str) -> None:
    """One that can be read."""
    with pytest.raises(ReasonMissing):
        discard(DRAFT, version=1, by="101", at=NOON, reason=reason)


def test_discarded_ticket_has_reason_person_and_time() -> None:
    """And no number."""
    ticket = discard(DRAFT, version=1, by="101", at=NOON, reason="骚扰电话")

    assert (ticket.state, ticket.discarded_by, ticket.discarded_at) == (TicketState.DISCARDED, "101", NOON)
    assert (ticket.discard_reason, ticket.number) == ("骚扰电话", None)


@pytest.mark.parametrize("state", [state for state in TicketState if not TABLE[state]])
def test_settled_ticket_stays_as_it_is(state: TicketState) -> None:
    """No way leads out."""
    settled = Ticket(id=TicketId("t"), call_id="c", recording="r", drafted_at=NOON, state=state)

    with pytest.raises(TransitionNotAllowed):
        confirm(settled, version=1, by="101", at=NOON, number=NUMBER, edits={})
    with pytest.raises(TransitionNotAllowed):
        discard(settled, version=1, by="101", at=NOON, reason="x")


def test_ticket_seen_in_another_version_is_not_changed() -> None:
    """Look again."""
    with pytest.raises(TicketChanged):
        discard(DRAFT, version=2, by="101", at=NOON, reason="x")


def test_day_of_a_number_is_the_citys() -> None:
    """At 16:30 UTC it is tomorrow in China."""
    assert ticket_number(datetime(2026, 11, 22, 16, 30, tzinfo=UTC), 17) == "20261123-000017"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812340000", "138****0000"), ("+8613812340000", "+86138****0000"), ("051885551234", "0518****1234"),
        ("12345678", "****5678"), ("8555123", "8*****3"), ("110", "1*0"), ("12", "**"), ("1", "*"), (None, "隐藏/未知"),
    ],
)  # fmt: skip
def test_number_is_shown_masked(number: str | None, shown: str) -> None:
    """Enough to recognise, too little to dial."""
    assert masked(number) == shown


def test_full_number_is_in_no_representation() -> None:
    """So it is in no log."""
    assert "13812340000" not in repr(DRAFT)
