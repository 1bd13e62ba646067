"""Which earlier tickets are offered as the same matter, and which may be merged."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.recordings.scenes import NOON
from tickets.repeat import (
    KIND_ALONE,
    NEAR_TOPIC,
    OFFERED_FROM,
    OFFERED_MOST,
    PLACE_WITHIN,
    WEIGHTS,
    MergeRefused,
    Sign,
    jaccard,
    likeness,
    may_merge,
    offered,
    pairs_of,
)
from tickets.states import TicketState
from tickets.ticket import AppealKind, Ticket, TicketChanged, TicketId

NOISE = Ticket(
    id=TicketId("t9"),
    call_id="c9",
    recording="r9",
    caller_number="13812340000",
    kind=AppealKind.COMPLAINT,
    category="环境保护/噪声污染/施工噪声",
    place="海州区苍梧小区",
    subject="夜间施工噪音",
    summary="苍梧小区旁边的工地每天晚上施工，吵得睡不着",
    drafted_at=NOON,
)


def earlier(name: str = "t1", **facts: object) -> Ticket:
    """An earlier ticket with nothing in common but what is said."""
    blank = {
        "caller_number": "13900000000",
        "kind": None,
        "category": None,
        "place": None,
        "subject": None,
        "summary": None,
    }
    return replace(NOISE, **(blank | {"id": TicketId(name), "call_id": name} | facts))  # type: ignore[arg-type]


SAME: dict[Sign, dict[str, Any]] = {
    Sign.NUMBER: {"caller_number": NOISE.caller_number},
    Sign.PLACE: {"place": NOISE.place},
    Sign.TOPIC: {"category": NOISE.category},
    Sign.WORDS: {"subject": NOISE.subject, "summary": NOISE.summary},
}


def test_weights_add_up_to_one() -> None:
    """So that the score is a share."""
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("sign", Sign)
def test_each_sign_counts_its_weight_and_no_sign_suffices_alone(sign: Sign) -> None:
    """The evidence names it."""
    found = likeness(NOISE, earlier(**SAME[sign]))

    assert found.score == pytest.approx(WEIGHTS[sign])
    assert dict(found.signs) == {sign: 1.0}
    assert found.score < OFFERED_FROM


@pytest.mark.parametrize(
    ("signs", "is_offered"),
    [
        ({Sign.NUMBER, Sign.PLACE}, True),
        ({Sign.NUMBER, Sign.WORDS}, False),
        ({Sign.NUMBER, Sign.TOPIC}, True),
        ({Sign.PLACE, Sign.TOPIC, Sign.WORDS}, True),
        ({Sign.PLACE, Sign.WORDS}, False),
        ({Sign.PLACE, Sign.TOPIC}, False),
        (set(Sign), True),
    ],
)
def test_what_is_offered_is_what_the_page_says(signs: set[Sign], is_offered: bool) -> None:
    """Number and place, or category; or two citizens who say the same of one place."""
    facts = {name: value for sign in signs for name, value in SAME[sign].items()}

    assert bool(offered(NOISE, [earlier(**facts)])) is is_offered


def test_number_that_was_said_is_the_same_number() -> None:
    """Calling from another telephone, with the own number to call back."""
    found = likeness(NOISE, earlier(contact_number="13812340000"))

    assert found.signs == {Sign.NUMBER: 1.0}


def test_two_hidden_callers_are_not_one() -> None:
    """No number is no number in common."""
    hidden = replace(NOISE, caller_number=None)

    assert Sign.NUMBER not in likeness(hidden, earlier(caller_number=None)).signs


@pytest.mark.parametrize(
    ("place", "share"),
    [
        ("海州区苍梧小区", 1.0),
        ("苍梧小区", PLACE_WITHIN),
        ("海州区苍梧小区3号楼", PLACE_WITHIN),
        ("海", 0.0),
        ("新浦", 0.0),
        (" 海州区 苍梧小区。", 1.0),
        ("海州区·苍梧小区", 1.0),
        ("苍梧小区３号楼", 0.0),
        ("", 0.0),
    ],
)
def test_place_within_the_other_counts_less(place: str, share: float) -> None:
    """One character is no place."""
    assert likeness(NOISE, earlier(place=place)).signs.get(Sign.PLACE, 0.0) == share


@pytest.mark.parametrize(
    ("category", "kind", "share"),
    [
        ("环境保护/噪声污染/施工噪声", None, 1.0),
        ("环境保护/噪声污染/社会生活噪声", None, NEAR_TOPIC),
        ("环境保护/噪声污染", AppealKind.COMPLAINT, NEAR_TOPIC),
        ("环境保护", AppealKind.COMPLAINT, 0.0),
        ("公用事业/供水/停水", AppealKind.COMPLAINT, 0.0),
        (None, AppealKind.COMPLAINT, KIND_ALONE),
        (None, AppealKind.SUGGESTION, 0.0),
    ],
)
def test_topic_is_the_category_and_without_one_the_kind(
    category: str | None, kind: AppealKind | None, share: float
) -> None:
    """Two complaints about different things have nothing in common."""
    assert likeness(NOISE, earlier(category=category, kind=kind)).signs.get(Sign.TOPIC, 0.0) == share


def test_figures_of_both_widths_are_one_place() -> None:
    """As keyboards write them."""
    house = replace(NOISE, place="苍梧小区3号楼")

    assert likeness(house, earlier(place="苍梧小区３号楼")).signs == {Sign.PLACE: 1.0}


def test_likeliest_is_first_and_not_more_than_ten_are_offered() -> None:
    """Nor the ticket itself."""
    whole = earlier("t5", **{name: value for facts in SAME.values() for name, value in facts.items()})
    many = [earlier(f"u{n:02}", **SAME[Sign.NUMBER], **SAME[Sign.PLACE]) for n in range(20)]

    found = offered(NOISE, [NOISE, *many, whole])

    assert len(found) == OFFERED_MOST
    assert [each.ticket.id for each in found[:2]] == ["t5", "u00"]


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_of_words_is_the_same_both_ways(one: str, other: str) -> None:
    """Between 0 and 1; 1 with itself, if there is anything."""
    a, b = pairs_of(replace(NOISE, summary=one)), pairs_of(replace(NOISE, summary=other))

    assert jaccard(a, b) == jaccard(b, a)
    assert 0.0 <= jaccard(a, b) <= 1.0
    assert jaccard(a, a) == 1.0


def test_a_few_hundred_candidates_take_no_time_to_speak_of() -> None:
    """So nothing is sketched: less than a millisecond each, with the longest summaries there are."""
    texts = ["".join(chr(0x4E00 + (n * 7919 + k * k) % 20000) for k in range(5000)) for n in range(20)]
    many = [earlier(f"t{n:03}", summary=text) for n, text in enumerate(texts * 10)]
    began = time.process_time()

    offered(replace(NOISE, summary=texts[0]), many)

    assert time.process_time() - began < 0.01 * len(many)


def merged(ticket: Ticket, into: Ticket, links: dict[str, str] | None = None, by: str = "101", version: int = 1) -> str:
    """What the rule says."""
    known = {TicketId(one): TicketId(first) for one, first in (links or {}).items()}
    return may_merge(ticket, into, version=version, by=by, merged_into=known)


def test_ticket_is_merged_into_the_first_of_its_matter() -> None:
    """However long the chain that people make, it has one link."""
    assert merged(NOISE, earlier("t1")) == "t1"
    assert merged(NOISE, earlier("t2"), {"t2": "t1"}) == "t1"


@pytest.mark.parametrize("state", [TicketState.DRAFT, TicketState.CONFIRMED])
def test_what_nobody_works_on_may_be_merged_by_anybody(state: TicketState) -> None:
    """A confirmed ticket, too."""
    assert merged(replace(NOISE, state=state), earlier("t1")) == "t1"


@pytest.mark.parametrize(
    ("ticket", "into", "links"),
    [
        (NOISE, NOISE, {}),
        (NOISE, earlier("t1"), {"t9": "t3"}),
        (NOISE, earlier("t1"), {"t1": "t9"}),
        (NOISE, earlier("t1"), {"t4": "t9"}),
        (replace(NOISE, state=TicketState.DISCARDED), earlier("t1"), {}),
        (NOISE, earlier("t1", state=TicketState.DISCARDED), {}),
        (replace(NOISE, state=TicketState.CLAIMED, claimed_by="102"), earlier("t1"), {}),
    ],
)
def test_what_cannot_be_merged_is_refused(ticket: Ticket, into: Ticket, links: dict[str, str]) -> None:
    """Itself, twice, in a circle, with others merged into it, discarded, or another's."""
    with pytest.raises(MergeRefused) as refused:
        merged(ticket, into, links)

    assert refused.value.zh != str(refused.value)


def test_ticket_seen_in_another_version_is_not_merged() -> None:
    """Look again."""
    with pytest.raises(TicketChanged):
        merged(replace(NOISE, version=2, drafted_at=NOON + timedelta(1)), earlier("t1"))
