"""What the translator keeps in mind of a leg, how long, and what it passes over."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from acd.events import (
    AgentAnswered,
    CallEnded,
    CallHeld,
    CallJoined,
    CallRetrieved,
    Event,
    PhoneDialled,
    RingFailed,
    TalkEnded,
)
from acd.model import CallId, QueueName, RingFailure
from telephony.translate import WANTED, Arrival, Message, Translator

NINE = datetime(2026, 1, 6, 9, 0, tzinfo=UTC)
CALL = CallId("lx1-1736125200.7")
AGENTS = "lx1-1736125201.8"
DIAL = {"Uniqueid": CALL, "DestChannel": "PJSIP/8001-00000002"}
HANGUP = {"Event": "Hangup", "Uniqueid": CALL, "Linkedid": CALL, "Context": "waiting-room"}


def said(name: str, **fields: str) -> Message:
    """A UserEvent of our dialplan."""
    return {"Event": "UserEvent", "UserEvent": name, "CallId": CALL, **fields}


CONNECTING = said("Connecting", Attempt="2", Seat="8001")
RINGING = {"Event": "DialState", "DialStatus": "RINGING", **DIAL}
ANSWERED = {"Event": "DialEnd", "DialStatus": "ANSWER", **DIAL}
OUTSIDE = said("TransferBegun", Attempt="2", ToAttempt="3", Seat="", To="outside")


def heard(*messages: Message, by: Translator | None = None) -> list[Event | Arrival]:
    """All facts of one conversation with Asterisk."""
    translator = by or Translator()
    return [fact for message in messages for fact in translator.facts(message, NINE)]


@pytest.mark.parametrize(
    "name",
    ["UserEvent", "DialBegin", "DialState", "DialEnd", "Hangup", "ContactStatus", "Hold", "Unhold", "MixMonitorMute"],
)
def test_an_event_that_means_something_is_not_dropped_before_it_is_read(name: str) -> None:
    """A connection decodes no others."""
    assert name in WANTED


def test_what_means_nothing_to_us_is_passed_over() -> None:
    """Another event, a word of the dialplan for somebody else, a progress that is no ringing."""
    progress = {"Event": "DialState", "DialStatus": "PROGRESS", **DIAL}

    assert heard({"Event": "Newchannel", "Uniqueid": CALL}, said("SomethingElse"), CONNECTING, progress) == []


def test_a_caller_about_whom_little_is_said_joins_all_the_same() -> None:
    """No priority, no offer so far, nobody whom they know."""
    assert heard(said("CallWaiting", Queue="health")) == [CallJoined(at=NINE, call=CALL, queue=QueueName("health"))]


@pytest.mark.parametrize("begins", [said("CallFallback"), said("MessageBegun")])
def test_a_dial_that_begins_after_our_offers_is_none_of_them(begins: Message) -> None:
    """Asterisk's own queue rings whom it likes, and nobody is rung for a message."""
    assert [fact for fact in heard(CONNECTING, begins, RINGING, ANSWERED) if not isinstance(fact, CallEnded)][1:] == []
    assert PhoneDialled not in map(type, heard(CONNECTING, begins, {"Event": "DialBegin", **DIAL}))


def test_an_offer_of_ours_after_asterisks_own_queue_ends_by_the_dialplans_word() -> None:
    """Its Dial's end alone means nothing again: the dialplan knows better why."""
    translator = Translator()
    translator.resume({CALL: 9001}, [], native=[CALL])
    busy = {"Event": "DialEnd", "DialStatus": "BUSY", **DIAL}

    assert heard(CONNECTING, busy, by=translator) == []


def test_a_phone_of_asterisks_own_queue_that_is_engaged_was_rejected_by_hand() -> None:
    """The queue rings idle phones only."""
    translator = Translator()
    translator.resume({CALL: 9001}, [], native=[CALL])

    assert heard({"Event": "DialEnd", "DialStatus": "BUSY", **DIAL}, by=translator) == [
        RingFailed(at=NINE, call=CALL, attempt=9001, failure=RingFailure.REFUSED)
    ]


def test_the_phone_that_a_transfer_rings_has_not_rung_yet() -> None:
    """Though the first agent's has: engaged, it was not rejected by hand."""
    begun = said("TransferBegun", Attempt="2", ToAttempt="3", Seat="8002", To="agent")
    over = said("DialOver", Attempt="3", Seat="8002", Status="BUSY", Sip="486")

    assert heard(CONNECTING, RINGING, ANSWERED, begun, over)[-1] == RingFailed(
        at=NINE, call=CALL, attempt=3, failure=RingFailure.BUSY
    )


def test_somebody_asked_whose_phone_is_engaged_has_not_refused() -> None:
    """A consultation's phone is told of by its end alone."""
    [fact] = heard(said("ConsultOver", Attempt="2", Status="BUSY", Sip="486"))

    assert getattr(fact, "failure", None) is RingFailure.BUSY


@pytest.mark.parametrize("sip", ["401", "403", "480", "603"])
def test_a_phone_that_says_no_by_any_of_these_refuses(sip: str) -> None:
    """Whatever Asterisk makes of it."""
    [fact] = heard(said("DialOver", Attempt="2", Seat="8001", Status="CHANUNAVAIL", Sip=sip))

    assert fact == RingFailed(at=NINE, call=CALL, attempt=2, failure=RingFailure.REFUSED)


@pytest.mark.parametrize("music", ["talk-hold", "talk-mark"])
def test_the_music_of_a_code_is_no_hold_key(music: str) -> None:
    """The code tells of itself."""
    assert heard(CONNECTING, {"Event": "Hold", "Uniqueid": AGENTS, "Linkedid": CALL, "MusicClass": music}) == []


def test_a_caller_is_retrieved_once_by_whoever_held_them() -> None:
    """An Unhold without a Hold before is a code's."""
    hold = {"Event": "Hold", "Uniqueid": AGENTS, "Linkedid": CALL, "MusicClass": "default"}
    back = {"Event": "Unhold", "Uniqueid": AGENTS, "Linkedid": CALL}

    assert heard(CONNECTING, back, hold, back, back) == [
        CallHeld(at=NINE, call=CALL, attempt=2),
        CallRetrieved(at=NINE, call=CALL, attempt=2),
    ]


@pytest.mark.parametrize("context", ["agents", "talk-beside", "default"])
def test_a_leg_that_is_no_citizens_ends_no_call(context: str) -> None:
    """A code, a supervisor, a conference's own announcer."""
    assert CallEnded not in map(type, heard({**HANGUP, "Context": context}))


def test_nothing_is_kept_in_mind_of_a_call_that_is_over() -> None:
    """Ids are never used again: whatever a call went through, its end clears it, or a year's calls would pile up."""
    hold = {"Event": "Hold", "Uniqueid": AGENTS, "Linkedid": CALL, "MusicClass": "default"}
    translator = Translator()
    translator.resume({CALL: 9001}, [CALL], native=[CALL])

    facts = heard(RINGING, ANSWERED, hold, OUTSIDE, {**RINGING}, HANGUP, by=translator)

    assert facts[-1] == CallEnded(at=NINE, call=CALL)
    assert not [kept for kept in vars(translator).values() if isinstance(kept, set | dict) and kept]


def test_a_talk_with_somebody_of_ours_ends_though_an_earlier_one_was_outside() -> None:
    """The way back from outside counts again."""
    back = said("TransferFailed", Attempt="3", ToAttempt="4", Seat="8001")
    facts = heard(CONNECTING, OUTSIDE, back, ANSWERED, said("DialOver", Attempt="4", Seat="8001", Status="ANSWER"))

    assert facts[2:] == [
        AgentAnswered(at=NINE, call=CALL, attempt=4),
        TalkEnded(at=NINE, call=CALL, attempt=4),
    ]
