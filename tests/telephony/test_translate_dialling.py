"""AMI's words of a call that we make: a whole one as Asterisk tells it, and each way in which it comes to nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from acd.dial_facts import CitizenAnswered, CitizenDialled, DialOutcome, DialOutOver
from acd.events import (
    AgentAnswered,
    CallEnded,
    Event,
    PauseAsked,
    PhoneDialled,
    RecordingPaused,
    RecordingResumed,
    RingFailed,
    RingStarted,
)
from acd.model import CallId, RingFailure
from telephony.translate import Arrival, Translator
from telephony.translate_dialling import Message

NINE = datetime(2026, 1, 6, 9, 0, tzinfo=UTC)
OUT, CITIZENS = CallId("out-7"), "lx1-1736125200.8"
TO_AGENT = {"DestUniqueid": OUT, "DestLinkedid": OUT}
TO_CITIZEN = {"Uniqueid": OUT, "Linkedid": OUT, "DestUniqueid": CITIZENS, "DestLinkedid": OUT}


def heard(*messages: Message) -> list[Event | Arrival]:
    """All facts of one conversation with Asterisk."""
    translator = Translator()
    return [fact for message in messages for fact in translator.facts(message, NINE)]


def said(name: str, **fields: str) -> Message:
    """A UserEvent of our dialplan."""
    return {"Event": "UserEvent", "UserEvent": name, "CallId": OUT, **fields}


def test_a_call_that_we_make_is_followed_from_the_agents_phone_to_its_end() -> None:
    """The agent's phone first, then the citizen's; nothing of it is an offer that `Connecting` named."""
    facts = heard(
        {"Event": "DialBegin", **TO_AGENT},
        {"Event": "DialState", "DialStatus": "RINGING", **TO_AGENT},
        {"Event": "DialEnd", "DialStatus": "ANSWER", **TO_AGENT},
        {"Event": "DialBegin", **TO_CITIZEN},
        {"Event": "DialState", "DialStatus": "RINGING", **TO_CITIZEN},
        {"Event": "DialEnd", "DialStatus": "ANSWER", **TO_CITIZEN},
        said("TalkPause", Pause="yes"),
        {"Event": "MixMonitorMute", "Uniqueid": OUT, "State": "1"},
        said("TalkPause", Pause="no"),
        {"Event": "MixMonitorMute", "Uniqueid": OUT, "State": "0"},
        {"Event": "Hangup", "Uniqueid": CITIZENS, "Linkedid": OUT},
        said("DialOutOver", Status="ANSWER", Sip="200"),
        {"Event": "Hangup", "Uniqueid": OUT, "Linkedid": OUT},
    )

    assert facts == [
        PhoneDialled(at=NINE, call=OUT, attempt=1),
        RingStarted(at=NINE, call=OUT, attempt=1),
        AgentAnswered(at=NINE, call=OUT, attempt=1),
        CitizenDialled(at=NINE, call=OUT),
        CitizenAnswered(at=NINE, call=OUT),
        PauseAsked(at=NINE, call=OUT, attempt=1, pause=True),
        RecordingPaused(at=NINE, call=OUT, attempt=1),
        PauseAsked(at=NINE, call=OUT, attempt=1, pause=False),
        RecordingResumed(at=NINE, call=OUT, attempt=1),
        DialOutOver(at=NINE, call=OUT, outcome=DialOutcome.ANSWERED),
        CallEnded(at=NINE, call=OUT),
    ]


@pytest.mark.parametrize(
    ("status", "sip", "outcome"),
    [
        ("BUSY", "486", DialOutcome.BUSY),
        ("NOANSWER", "180", DialOutcome.NO_ANSWER),
        ("NOANSWER", "480", DialOutcome.REFUSED),
        ("CHANUNAVAIL", "603", DialOutcome.REFUSED),
        ("CHANUNAVAIL", "404", DialOutcome.UNREACHABLE),
        ("CONGESTION", "503", DialOutcome.UNREACHABLE),
        ("CANCEL", "487", DialOutcome.AGENT_GONE),
        ("INVALIDARGS", "", DialOutcome.UNREACHABLE),
        ("UNDIALLED", "", DialOutcome.NOT_DIALLED),
    ],
)
def test_what_became_of_the_citizens_phone_is_told_by_the_dialplans_last_word(
    status: str, sip: str, outcome: DialOutcome
) -> None:
    """Dial's outcome and the status that the citizen's carrier gave; the Dial's own end tells only an answer."""
    failed = {"Event": "DialEnd", "DialStatus": status, **TO_CITIZEN}

    assert heard(failed, said("DialOutOver", Status=status, Sip=sip)) == [
        DialOutOver(at=NINE, call=OUT, outcome=outcome)
    ]


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        ("NOANSWER", RingFailure.NO_ANSWER),
        ("CHANUNAVAIL", RingFailure.UNREACHABLE),
        ("BUSY", RingFailure.REFUSED),
        ("CANCEL", RingFailure.CALLER_GONE),
    ],
)
def test_an_agents_phone_that_is_not_picked_up_ends_the_offer(status: str, failure: RingFailure) -> None:
    """An agent who presses "reject" says busy: the phone rang, so it was a person's no."""
    end = {"Event": "DialEnd", "DialStatus": status, **TO_AGENT}

    assert heard(end) == [RingFailed(at=NINE, call=OUT, attempt=1, failure=failure)]


@pytest.mark.parametrize(
    "message",
    [
        {"Event": "DialState", "DialStatus": "PROGRESS", **TO_AGENT},
        {"Event": "DialState", "DialStatus": "PROGRESS", **TO_CITIZEN},
        {"Event": "Hangup", "Uniqueid": CITIZENS, "Linkedid": OUT},
        {"Event": "MixMonitorMute", "Uniqueid": CITIZENS, "Linkedid": OUT, "State": "1"},
        {"Event": "ContactStatus", "Uniqueid": OUT},
        said("CallWaiting", Queue="general"),
    ],
)
def test_what_else_asterisk_says_of_a_call_that_we_make_means_nothing(message: Message) -> None:
    """The citizen's leg is not the call: its end, or its mute, is told by the agent's."""
    assert heard(message) == []


@pytest.mark.parametrize("name", ["CallId", "Uniqueid", "DestUniqueid", "Linkedid", "DestLinkedid"])
def test_a_message_is_of_a_call_that_we_make_by_any_of_its_ids(name: str) -> None:
    """A citizen's waiting room is never opened for it, wherever the id stands."""
    waiting = {"Event": "UserEvent", "UserEvent": "CallWaiting", "Queue": "general"}

    assert [type(fact).__name__ for fact in heard({**waiting, "CallId": CITIZENS})] == ["CallJoined"]
    assert heard({**waiting, name: OUT}) == []
