"""The table of ticket states, and what people may do by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from tests.recordings.scenes import NOON
from tickets.review import claim, confirm, discard, give_back, take_over
from tickets.states import CLAIM_FOR, TABLE, TicketFact, TicketState, diagram
from tickets.ticket import (
    ClaimedByAnother,
    ClaimFirst,
    EditNotAllowed,
    ReasonMissing,
    Ticket,
    TicketChanged,
    TicketId,
    TicketNumber,
    TicketRefused,
    TransitionNotAllowed,
)

PAGE = Path(__file__).parents[2] / "docs" / "ticket-states.md"
DRAFT = Ticket(id=TicketId("t"), call_id="c", recording="r", drafted_at=NOON, subject="噪音")
SOON, OVER = NOON + timedelta(minutes=1), NOON + CLAIM_FOR
CLAIMED = claim(DRAFT, version=1, by="101", at=NOON)
NUMBER = TicketNumber("20261123-000017")

DEEDS = {
    "claim": lambda ticket, version, by, at: claim(ticket, version=version, by=by, at=at),
    "take over": lambda ticket, version, by, at: take_over(ticket, version=version, by=by, at=at),
    "return": lambda ticket, version, by, at: give_back(ticket, version=version, by=by, at=at, reason="x"),
    "confirm": lambda ticket, version, by, at: confirm(ticket, version=version, by=by, at=at, number=NUMBER, edits={}),
    "discard": lambda ticket, version, by, at: discard(ticket, version=version, by=by, at=at, reason="x"),
}
LEADS_TO = {
    TicketState.DRAFT: {"claim": TicketState.CLAIMED},
    TicketState.CLAIMED: {
        "claim": TicketState.CLAIMED,
        "take over": TicketState.CLAIMED,
        "return": TicketState.DRAFT,
        "confirm": TicketState.CONFIRMED,
        "discard": TicketState.DISCARDED,
    },
    TicketState.CONFIRMED: {},
    TicketState.DISCARDED: {},
}


def in_state(state: TicketState) -> Ticket:
    """A ticket of 101's that stands there."""
    return DRAFT if state is TicketState.DRAFT else replace(CLAIMED, state=state)


@pytest.mark.parametrize(("state", "deed"), list(product(TicketState, DEEDS)))
def test_every_deed_leads_where_the_table_says_or_is_refused(state: TicketState, deed: str) -> None:
    """By the one who has it; the version is one more, or nothing has changed."""
    ticket, into = in_state(state), LEADS_TO[state].get(deed)
    if into is None:
        with pytest.raises(
            TransitionNotAllowed if state is not TicketState.DRAFT or deed == "take over" else ClaimFirst
        ):
            DEEDS[deed](ticket, ticket.version, "101", SOON)
        return

    after = DEEDS[deed](ticket, ticket.version, "101", SOON)

    assert (after.state, after.version) == (into, ticket.version + 1)


@pytest.mark.parametrize(("state", "deed"), [(state, deed) for state in LEADS_TO for deed in LEADS_TO[state]])
@pytest.mark.parametrize("off", [-1, 1])
def test_nothing_is_done_to_a_version_that_was_not_seen(state: TicketState, deed: str, off: int) -> None:
    """Older or newer: look again."""
    ticket = in_state(state)

    with pytest.raises(TicketChanged):
        DEEDS[deed](ticket, ticket.version + off, "101", SOON)


@pytest.mark.parametrize("deed", ["claim", "return", "confirm", "discard"])
def test_what_one_has_claimed_is_nobody_elses(deed: str) -> None:
    """Whoever tries is told who has it, also when the version they saw is old."""
    for version in (1, 2):
        with pytest.raises(ClaimedByAnother, match="101") as refused:
            DEEDS[deed](CLAIMED, version, "102", SOON)
        assert "101" in refused.value.zh


def test_claim_that_is_over_hinders_nobody_and_loses_nothing() -> None:
    """One may claim it a moment later, not a moment before; until then its owner still finishes."""
    with pytest.raises(ClaimedByAnother):
        claim(CLAIMED, version=2, by="102", at=OVER - timedelta(microseconds=1))

    taken = claim(CLAIMED, version=2, by="102", at=OVER)

    assert (taken.claimed_by, taken.claimed_at, taken.claimed_until) == ("102", OVER, OVER + CLAIM_FOR)
    late = confirm(CLAIMED, version=2, by="101", at=OVER + CLAIM_FOR, number=NUMBER, edits={})
    assert late.state is TicketState.CONFIRMED


def test_renewed_claim_lasts_longer_and_was_opened_when_it_was() -> None:
    """How long somebody took is counted from the opening."""
    renewed = claim(CLAIMED, version=2, by="101", at=SOON)

    assert (renewed.claimed_at, renewed.claimed_until) == (NOON, SOON + CLAIM_FOR)


def test_taken_over_draft_was_opened_by_the_leader() -> None:
    """Their own time counts from then."""
    taken = take_over(CLAIMED, version=2, by="班长", at=SOON)

    assert (taken.claimed_by, taken.claimed_at, taken.claimed_until) == ("班长", SOON, SOON + CLAIM_FOR)


def test_returned_draft_is_nobodys_and_says_why() -> None:
    """The reason without the number somebody wrote into it."""
    back = give_back(CLAIMED, version=2, by="101", at=SOON, reason="=请回拨 13812340000")

    assert (back.claimed_by, back.claimed_at, back.claimed_until) == (None, None, None)
    assert (back.returned_by, back.returned_at, back.return_reason) == ("101", SOON, "＝请回拨 138****0000")


@pytest.mark.parametrize("reason", ["", " ", "\u202e\x00"])
def test_nothing_is_returned_or_discarded_without_a_reason(reason: str) -> None:
    """One that can be read."""
    for deed in (give_back, discard):
        with pytest.raises(ReasonMissing):
            deed(CLAIMED, version=2, by="101", at=SOON, reason=reason)


def test_bad_edit_leaves_the_claim_as_it_was() -> None:
    """The person corrects it and confirms the same version."""
    with pytest.raises(EditNotAllowed):
        confirm(CLAIMED, version=2, by="101", at=SOON, number=NUMBER, edits={"kind": "闲聊"})

    done = confirm(CLAIMED, version=2, by="101", at=SOON, number=NUMBER, edits={"kind": "投诉"})
    assert done.number == NUMBER


@pytest.mark.parametrize(("state", "deed"), list(product((TicketState.DRAFT, TicketState.CONFIRMED), DEEDS)))
def test_every_refusal_says_so_in_chinese(state: TicketState, deed: str) -> None:
    """First."""
    with pytest.raises(TicketRefused) as refused:
        DEEDS[deed](in_state(state), 9, "102", SOON)

    assert any("\u4e00" <= sign <= "\u9fff" for sign in refused.value.zh)


def test_every_fact_leads_somewhere_and_every_state_is_reached() -> None:
    """No word is decoration."""
    facts = {fact for steps in TABLE.values() for fact in steps}
    reached = {into for steps in TABLE.values() for into in steps.values()}

    assert facts == set(TicketFact)
    assert reached == set(TicketState)


def test_picture_is_the_table() -> None:
    """Made by `python -m tickets.states`."""
    assert PAGE.read_text(encoding="utf-8") == diagram()
