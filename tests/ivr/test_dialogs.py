"""Every node, by every way a caller can leave it: what they hear, what is kept of it, and where they get to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.aloud import number_aloud
from ivr.caller import NO_NUMBER_WOULD_DO, CallBackTerms
from ivr.menu import CallBackPromised, End, Goto, Join, Menu, MessageLeft, Need
from ivr.walk import walk
from tests.ivr.nodes import ELSEWHERE, NODES, PERSON, TICKET, TOLD, journey, met
from tests.ivr.scene import HungUp, Phone

# ---- 告知


async def test_information_is_said_and_then_goes_on() -> None:
    """No dead end: into the menu behind it."""
    phone, end, by = await met("say", ["1"])

    assert phone.heard == ["hello", "say-hours", "menu-12320"]
    assert (end, by) == (ELSEWHERE, ["then", "1"])


# ---- 留言


async def test_a_message_is_heard_and_kept() -> None:
    """Invite, tone, what was said, 1, thanks."""
    phone, end, by = await met("message", ["1"], says=[True])

    assert phone.heard == ["hello", "invite", "beep", "message", "message-review", "message-thanks"]
    assert (end, by, phone.takes) == (MessageLeft(), ["kept"], ["said", "kept"])


@pytest.mark.parametrize("presses", [[None], ["9", "9", "9"], ["2", "2"]], ids=["silence", "wrong keys", "again twice"])
async def test_a_message_is_kept_whatever_is_not_pressed(presses: list[str | None]) -> None:
    """Who has spoken has left a message: silence, nonsense, and more takes than there are end with the last one."""
    phone, end, by = await met("message", presses, says=[True, True])

    assert (end, by, phone.takes[-1]) == (MessageLeft(), ["kept"], "kept")


async def test_a_message_is_spoken_again() -> None:
    """2: another tone; then 1."""
    phone, end, _ = await met("message", ["2", "1"], says=[True, True])

    assert phone.heard.count("beep") == 2
    assert (end, phone.takes) == (MessageLeft(), ["said", "said", "kept"])


async def test_who_wants_a_person_after_all_has_left_the_message_too() -> None:
    """0 in the review."""
    phone, end, by = await met("message", ["0"], says=[True])

    assert (end, by, phone.takes) == (PERSON, ["0"], ["said", "kept"])


async def test_who_says_nothing_reaches_a_person() -> None:
    """Nothing is kept."""
    phone, end, by = await met("message", [], says=[False])

    assert phone.heard[-1] == "message-nothing"
    assert (end, by, phone.takes) == (ELSEWHERE, ["silence"], [])


# ---- 回拨


async def test_a_call_back_to_this_number_is_promised_in_its_place() -> None:
    """1; where a rule dials, the place is kept."""
    phone, end, by = await met("call-back", ["1"], terms={"": CallBackTerms(keeps_place=True)})

    assert phone.heard == ["hello", "offer", "call-back-promised"]
    assert (end, by, phone.promised) == (CallBackPromised(), ["promised"], [(ELSEWHERE, "")])


async def test_where_people_call_back_no_place_is_promised() -> None:
    """Only that we call."""
    phone, _, _ = await met("call-back", ["1"])

    assert phone.heard[-1] == "call-back-noted"


async def test_another_number_is_keyed_in_read_back_and_confirmed() -> None:
    """2, the number, 1."""
    phone, end, _ = await met("call-back", ["2", "13912345678", "1"])

    read_back = ["call-back-ask-number", "keyed-is", *number_aloud("13912345678"), "keyed-confirm"]
    assert phone.heard == ["hello", "offer", *read_back, "call-back-noted"]
    assert (end, phone.promised) == (CallBackPromised(), [(ELSEWHERE, "13912345678")])


async def test_a_number_that_must_not_be_dialled_is_asked_for_again_and_then_a_person_is_reached() -> None:
    """110 twice: nothing is promised."""
    refused = {"110": CallBackTerms(refused_by="emergency_number")}
    phone, end, by = await met("call-back", ["2", "110", "1", "110", "1"], terms=refused)

    assert phone.heard.count("call-back-not-this") == 2
    assert (end, by, phone.promised) == (ELSEWHERE, ["refused"], [])


@pytest.mark.parametrize(
    "scene",
    [{"terms": {"": CallBackTerms(refused_by="not_a_number")}}, {"is_written": False}],
    ids=["hidden number", "database away"],
)
async def test_what_cannot_be_kept_is_not_promised(scene: dict[str, Any]) -> None:
    """The caller hears so, and reaches a person."""
    phone, end, by = await met("call-back", ["1"], **scene)

    assert phone.heard[-1] == "call-back-not-now"
    assert (end, by) == (ELSEWHERE, ["refused"])


async def test_when_no_number_would_do_none_is_asked_for_again() -> None:
    """Quiet hours."""
    phone, end, _ = await met(
        "call-back", ["2", "13912345678", "1"], terms={"13912345678": CallBackTerms(refused_by=NO_NUMBER_WOULD_DO)}
    )

    assert phone.heard[-1] == "call-back-not-now"
    assert (end, phone.promised) == (ELSEWHERE, [])


# ---- 语种

ENGLISH = frozenset({Need("english", 1)})


async def test_a_language_is_spoken_from_the_choice_on_and_asked_of_the_agent() -> None:
    """Prompts of it where there are some, Mandarin where not."""
    first = Menu("menu-first", {"3": Goto("menu", "english"), "4": replace(PERSON, language="english")}, PERSON, 2, 3.0)
    variants = {"english": {"menu-12320": "menu-12320-en", "menu-first": "menu-first-en"}}
    spoken = replace(journey("first", first=first), variants=variants)
    phone, other = Phone(["3", "1"]), Phone(["4"])

    assert await walk(spoken, phone) == replace(ELSEWHERE, skills=ENGLISH, language="english")
    assert phone.heard == ["hello", "menu-first", "menu-12320-en"]
    assert await walk(spoken, other) == replace(PERSON, skills=ENGLISH, language="english")


async def test_a_call_back_is_for_who_speaks_the_language() -> None:
    """The place that is kept asks for the skill, too."""
    first = Menu("menu-first", {"3": Goto("call-back", "english")}, PERSON, 2, 3.0)
    phone = Phone(["3", "1"])

    await walk(journey("first", first=first), phone)
    assert phone.promised == [(replace(ELSEWHERE, skills=ENGLISH, language="english"), "")]


# ---- whatever happens

keys = st.lists(st.none() | st.sampled_from([*"0123456789*#", "", TICKET, "4321", "13912345678", "110"]), max_size=12)


@given(st.sampled_from(sorted(NODES)), keys, st.lists(st.booleans(), max_size=4), st.booleans(), st.booleans())
async def test_whatever_is_pressed_every_step_is_an_edge_of_the_journey(
    start: str, presses: list[str | None], says: list[bool], is_written: bool, is_known: bool
) -> None:
    """The trace is a path through `Journey.edges`, and ends where the walk does, or where the caller hung up."""
    phone = Phone(presses, says=says, is_written=is_written, tickets={(TICKET, ""): TOLD} if is_known else {})
    ways = journey(start)
    try:
        end: End | None = await walk(ways, phone)
    except HungUp:
        end = None

    assert set(phone.passed_by) <= set(ways.edges())
    for passed, after in zip(phone.passed_by, phone.passed_by[1:], strict=False):
        assert isinstance(passed.to, Goto)
        assert passed.to.menu == after.node
    if end is not None:
        last = phone.passed_by[-1].to
        assert replace(end, keyed=()) == last if isinstance(end, Join) else end == last


@pytest.mark.parametrize("start", sorted(NODES))
async def test_zero_reaches_a_person_from_every_node(start: str) -> None:
    """At its first question."""
    phone = Phone(["0"], says=[True])
    if start == "say":
        phone.presses = []
    end = await walk(journey(start), phone)

    assert end == PERSON


@pytest.mark.parametrize("start", sorted(set(NODES) - {"say"}))
async def test_silence_reaches_a_person_from_every_node(start: str) -> None:
    """It is asked once."""
    phone = Phone([None], says=[False])
    end = await walk(journey(start), phone)

    assert isinstance(end, Join)
    assert phone.passed_by[-1].by == "silence"


def test_every_edge_of_a_node_has_a_name_of_its_own() -> None:
    """A coverage counts each once."""
    for start in NODES:
        edges = journey(start).edges()
        assert len({(edge.node, edge.by) for edge in edges}) == len(edges)
