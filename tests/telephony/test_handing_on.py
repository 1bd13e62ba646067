"""What the dialplan says of callers who are handed on, heard and looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from acd.call_facts import CallTransferredOut
from acd.events import AgentAnswered, Event, RingFailed, RingStarted, TalkEnded
from acd.model import AgentState, CallId, QueueName, RingFailure, SeatId
from acd.talk_facts import (
    ConsultAnswered,
    ConsultBegun,
    ConsultEnded,
    Party,
    ThreeWayBegun,
    TransferBegun,
    TransferDone,
    TransferFailed,
)
from telephony.resync import difference
from telephony.telephones import LiveCall, Telephones, Where, read_telephones
from telephony.translate import Arrival, Translator
from tests.acd.scene import Scene
from tests.telephony.test_telephones import CALLER, channel

NINE = datetime(2026, 1, 6, 9, 0, tzinfo=UTC)
CALL = CallId("lx1-1736125200.7")


def said(name: str, **fields: str) -> dict[str, str]:
    """A UserEvent of our dialplan."""
    return {"Event": "UserEvent", "UserEvent": name, "CallId": CALL, **fields}


def heard(*messages: dict[str, str]) -> list[Event | Arrival]:
    """All facts of one conversation with Asterisk."""
    translator = Translator()
    return [fact for message in messages for fact in translator.facts(message, NINE)]


ON = {"Attempt": "1", "ToAttempt": "2"}
AGENT = {**ON, "Seat": "8002", "To": "agent"}
OUTSIDE = {**ON, "Seat": "", "To": "outside"}
ANSWERED = {"Event": "DialEnd", "Uniqueid": CALL, "DialStatus": "ANSWER"}
here = {"at": NINE, "call": CALL, "attempt": 1}
on = {"to_attempt": 2}


@pytest.mark.parametrize(
    ("message", "fact"),
    [
        (said("TransferBegun", **AGENT), TransferBegun(**here, **on, to=Party.AGENT, seat=SeatId("8002"))),
        (said("TransferBegun", **OUTSIDE), TransferBegun(**here, **on, to=Party.OUTSIDE)),
        (said("TransferFailed", **ON, Seat="8001"), TransferFailed(**here, **on, seat=SeatId("8001"))),
        (said("TransferDone", **AGENT), TransferDone(**here, **on, seat=SeatId("8002"))),
        (said("TransferDone", **OUTSIDE), CallTransferredOut(at=NINE, call=CALL, attempt=2, to_kind="outside")),
        (said("ThreeWayBegun", **ON, Seat="8001"), ThreeWayBegun(**here, **on)),
        (said("ConsultBegun", Attempt="1", Seat="", To="outside"), ConsultBegun(**here, to=Party.OUTSIDE)),
        (said("ConsultBegun", Attempt="1", Seat="8002"), ConsultBegun(**here, to=Party.AGENT, seat=SeatId("8002"))),
        (said("ConsultAnswered", Attempt="1"), ConsultAnswered(**here)),
        (said("ConsultOver", Attempt="1", Status="ANSWER", Sip=""), ConsultEnded(**here)),
        (
            said("ConsultOver", Attempt="1", Status="CHANUNAVAIL", Sip="603"),
            ConsultEnded(**here, failure=RingFailure.REFUSED),
        ),
        (
            said("PartyLeft", Attempt="1", Who="target", Seat="8002", To="agent", Parties="2"),
            ConsultEnded(**here),
        ),
        (
            said("PartyLeft", Attempt="1", Who="agent", Seat="8002", To="agent", Parties="2"),
            TransferDone(**here, to_attempt=1, seat=SeatId("8002")),
        ),
        (
            said("PartyLeft", Attempt="1", Who="agent", Seat="", To="outside", Parties="2"),
            CallTransferredOut(**here, to_kind="outside"),
        ),
    ],
)
def test_each_word_of_the_dialplan_is_one_fact(message: dict[str, str], fact: Event) -> None:
    """As it stands in telephony.handing_on."""
    assert heard(message) == [fact]


def test_the_last_to_leave_a_three_way_is_told_by_the_end_of_the_talk() -> None:
    """With the caller alone nobody has taken over."""
    left = {"Attempt": "2", "Who": "agent", "Seat": "8002", "To": "agent"}

    assert heard(said("PartyLeft", **left, Parties="1"), said("PartyLeft", **left)) == []


def test_an_answer_after_a_transfer_began_is_the_targets() -> None:
    """Dial's own events carry no attempt: the transfer has named it."""
    assert heard(said("TransferBegun", **AGENT), ANSWERED)[1:] == [AgentAnswered(at=NINE, call=CALL, attempt=2)]


def test_an_answer_outside_is_no_agents_and_its_end_no_talk_of_ours() -> None:
    """But a failure is told, and the way back counts again."""
    out = heard(said("TransferBegun", **OUTSIDE), ANSWERED, said("DialOver", Attempt="2", Status="ANSWER"))
    assert out[1:] == [CallTransferredOut(at=NINE, call=CALL, attempt=2, to_kind="outside")]
    back = heard(
        said("TransferBegun", **OUTSIDE),
        said("DialOver", Attempt="2", Status="BUSY", Sip="486"),
        said("TransferFailed", Attempt="2", ToAttempt="3", Seat="8001"),
        ANSWERED,
    )
    assert back[1] == RingFailed(at=NINE, call=CALL, attempt=2, failure=RingFailure.BUSY)
    assert back[3] == AgentAnswered(at=NINE, call=CALL, attempt=3)


# ---- after a gap


def talking_scene() -> Scene:
    """101 at 8101 talks with the caller, 102 at 8102 is ready."""
    scene = Scene()
    scene.staff("101")
    scene.staff("102", "health")
    scene.join(CALL)
    scene.answer(CALL)
    return scene


def look(where: Where, attempt: int, seat: str, *seats: str, **more: Any) -> Telephones:
    """The caller's leg as it is found; who talks has picked up."""
    phones = frozenset(map(SeatId, seats))
    answered = phones if where is Where.TALKING else frozenset()
    here = {"queue": QueueName("general"), "seat": SeatId(seat) if seat else None, "seats": phones}
    live = LiveCall(call=CALL, where=where, attempt=attempt, **{"answered": answered, **here, **more})
    return Telephones(calls={CALL: live})


def compare(scene: Scene, now: Telephones) -> list[type]:
    """Told once, nothing is left to tell. What was told."""
    facts = difference(now, scene.core, scene.now)
    for fact in facts:
        scene.tell(fact)
    assert difference(now, scene.core, scene.now) == ()
    return [type(fact) for fact in facts]


def test_a_transfer_answered_in_a_gap_frees_the_first_agent() -> None:
    """The target talks, by the next number."""
    scene = talking_scene()
    scene.tell(TransferBegun(at=scene.now, call=CALL, attempt=1, to_attempt=2, to=Party.AGENT, seat=SeatId("8102")))
    compare(scene, look(Where.TALKING, 2, "8102", "8102"))

    assert (scene.state("101"), scene.state("102")) == (AgentState.WRAP_UP, AgentState.TALKING)


BEING_RUNG = look(Where.RINGING, 2, "8102", "8102", first=SeatId("8101"))


def test_a_transfer_begun_in_a_gap_keeps_the_first_agent() -> None:
    """Reserved until the target answers, as if it had been heard."""
    scene = talking_scene()

    assert compare(scene, BEING_RUNG) == [TransferBegun, RingStarted]
    assert (scene.state("101"), scene.state("102")) == (AgentState.RESERVED, AgentState.RINGING)
    assert scene.core.kept[CALL].agent == "101"


def test_a_transfer_that_is_known_is_left_alone_whoever_is_rung() -> None:
    """Somebody who writes is not seen being rung, and nothing is wrong with that."""
    scene = talking_scene()
    scene.rest("102")
    scene.tell(TransferBegun(at=scene.now, call=CALL, attempt=1, to_attempt=2, to=Party.AGENT, seat=SeatId("8102")))

    assert compare(scene, BEING_RUNG) == []
    assert scene.core.kept[CALL].agent == "101"


def test_a_transfer_begun_and_failed_in_a_gap_finds_the_first_agent_rung_again() -> None:
    """The dialplan's own way back."""
    scene = talking_scene()
    rung_again = look(Where.RINGING, 3, "8101", "8101", first=SeatId("8101"))

    assert compare(scene, rung_again) == [TransferFailed, RingStarted]
    assert scene.state("101") is AgentState.RINGING
    assert scene.core.offers[CALL].attempt == 3


@pytest.mark.parametrize("is_known", [True, False])
def test_a_caller_found_with_somebody_outside_was_handed_out(*, is_known: bool) -> None:
    """Whether the transfer's beginning was heard or not: the agent writes, and nobody is offered the caller."""
    scene = talking_scene()
    if is_known:
        scene.tell(TransferBegun(at=scene.now, call=CALL, attempt=1, to_attempt=2, to=Party.OUTSIDE))

    assert compare(scene, look(Where.TALKING, 2, "")) == [CallTransferredOut]
    assert scene.state("101") is AgentState.WRAP_UP
    assert not scene.core.kept


def test_somebody_asked_in_a_gap_is_found_talking() -> None:
    """A second phone of ours in the call; and when it is gone, so are they."""
    scene = talking_scene()
    asks = look(Where.TALKING, 1, "8101", "8101", "8102", asks=True)
    assert compare(scene, asks) == [ConsultBegun, ConsultAnswered]
    assert (scene.state("101"), scene.state("102")) == (AgentState.TALKING, AgentState.TALKING)
    assert compare(scene, look(Where.TALKING, 1, "8101", "8101")) == [ConsultEnded]

    assert (scene.state("101"), scene.state("102")) == (AgentState.TALKING, AgentState.WRAP_UP)


def test_somebody_whose_phone_still_rings_is_not_found_talking() -> None:
    """They are when it has been picked up."""
    scene = talking_scene()
    rings = look(Where.TALKING, 1, "8101", "8101", "8102", asks=True, answered=frozenset({SeatId("8101")}))
    assert compare(scene, rings) == [ConsultBegun]
    assert scene.state("102") is AgentState.RINGING
    assert compare(scene, look(Where.TALKING, 1, "8101", "8101", "8102", asks=True)) == [ConsultAnswered]

    assert scene.state("102") is AgentState.TALKING


def test_somebody_outside_who_is_asked_in_a_gap_is_known_of() -> None:
    """By the music that the caller hears."""
    scene = talking_scene()
    assert compare(scene, look(Where.TALKING, 1, "8101", "8101", asks=True)) == [ConsultBegun]
    assert scene.core.talking[CALL].asks_since is not None
    assert compare(scene, look(Where.TALKING, 1, "8101", "8101")) == [ConsultEnded]

    assert scene.core.talking[CALL].asks_since is None


def test_a_three_way_begun_and_left_in_a_gap_is_followed() -> None:
    """The same number, another phone: the first agent has left it to the one who was asked."""
    scene = talking_scene()
    scene.tell(ConsultBegun(at=scene.now, call=CALL, attempt=1, to=Party.AGENT, seat=SeatId("8102")))
    assert compare(scene, look(Where.TALKING, 2, "8101", "8101", "8102", in_conference=True)) == [ThreeWayBegun]
    assert (scene.state("101"), scene.state("102")) == (AgentState.TALKING, AgentState.TALKING)
    assert compare(scene, look(Where.TALKING, 2, "8102", "8102", in_conference=True)) == [TransferDone]

    assert (scene.state("101"), scene.state("102")) == (AgentState.WRAP_UP, AgentState.TALKING)
    assert scene.core.talking[CALL].in_conference


def test_a_talk_without_the_agents_phone_is_over() -> None:
    """Wherever the dialplan has the caller meanwhile."""
    scene = talking_scene()
    assert compare(scene, look(Where.ELSEWHERE, 1, "8101", "8101")) == []
    assert compare(scene, look(Where.ELSEWHERE, 1, "8101")) == [TalkEnded]

    assert scene.state("101") is AgentState.WRAP_UP


def test_a_talk_that_ended_in_a_gap_frees_everybody_beside_it() -> None:
    """The caller waits again."""
    scene = talking_scene()
    scene.tell(TransferBegun(at=scene.now, call=CALL, attempt=1, to_attempt=2, to=Party.OUTSIDE))
    scene.tell(TalkEnded(at=scene.now, call=CALL, attempt=1))
    assert not scene.core.kept


@pytest.mark.parametrize("context", ["talk-parked", "talk-together", "talk-taken", "talk-room"])
def test_a_parked_caller_is_talking_as_long_as_the_agents_phone_is_there(context: str) -> None:
    """Also outside of any bridge; without that phone they are left to the dialplan."""
    caller = channel(CALLER, "lx-1.1", context=context, application="Wait", SEAT="8001", ATTEMPT="1")
    agent = channel("PJSIP/8001-2", "lx-1.2", context="talk-aside")
    asked = channel("PJSIP/8002-3", "lx-1.3", context="agents")

    [live] = read_telephones([caller, agent, asked], ()).calls.values()
    assert (live.where, live.seat, live.seats) == (Where.TALKING, "8001", {"8001", "8002"})
    assert (live.answered, live.asks, live.in_conference) == (
        {"8001", "8002"},
        context == "talk-parked",
        context == "talk-room",
    )
    [left] = read_telephones([caller, asked], ()).calls.values()
    assert left.where is Where.ELSEWHERE


def test_a_line_to_a_carrier_is_nobodys_phone() -> None:
    """A caller in a bridge with it is outside; while it is dialled, the snapshot tells whose talk it was."""
    dialled = channel(CALLER, "lx-1.1", context="talk-dial", SEAT="", FIRST_SEAT="8001", ATTEMPT="2")
    [live] = read_telephones([dialled, channel("PJSIP/carrier-2", "lx-1.2", "Ringing")], ()).calls.values()
    assert (live.where, live.seat, live.first, live.seats, live.is_outside) == (
        Where.RINGING,
        None,
        "8001",
        frozenset(),
        True,
    )
    left = channel(CALLER, "lx-1.1", bridge="b", context="talk-room", SEAT="8001", ATTEMPT="2")
    [live] = read_telephones([left, channel("PJSIP/carrier-2", "lx-1.2", bridge="b")], ()).calls.values()
    assert (live.where, live.seat, live.first, live.is_outside) == (Where.TALKING, None, None, True)


def test_after_a_gap_an_answer_outside_is_still_no_agents() -> None:
    """Who is on the way there is read from the telephones."""
    translator = Translator()
    translator.resume({CALL: 2}, [], [CALL])

    assert translator.facts(ANSWERED, NINE) == (CallTransferredOut(at=NINE, call=CALL, attempt=2, to_kind="outside"),)
