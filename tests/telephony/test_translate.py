"""AMI's words to ours and back, without a connection: each rule of the table in `telephony.translate`."""

from datetime import UTC, datetime, timedelta

import pytest

from acd.call_facts import MessageBegun
from acd.commands import (
    InviteMessage,
    MuteRecording,
    ProposeCallBack,
    RingAgent,
    SayPosition,
    SayToCaller,
    SayWait,
    StopRinging,
)
from acd.events import (
    AgentAnswered,
    CallArrived,
    CallEnded,
    CallHeld,
    CallJoined,
    CallRefused,
    CallRetrieved,
    PauseAsked,
    PhoneDialled,
    RecordingPaused,
    RecordingResumed,
    RingFailed,
    RingStarted,
    TalkEnded,
)
from acd.model import AgentId, CallId, QueueName, Refusal, RingFailure, SeatId, Skill, SkillLevel
from telephony.orders import action_for, actions_for
from telephony.translate import Arrival, Translator, read_skills, write_skills

NINE = datetime(2026, 1, 6, 9, 0, tzinfo=UTC)
CALL = CallId("lx1-1736125200.7")


def said(name, **fields):
    """A UserEvent of our dialplan."""
    return {"Event": "UserEvent", "UserEvent": name, "CallId": CALL, **fields}


def heard(*messages):
    """All facts of one conversation with Asterisk."""
    translator = Translator()
    return [fact for message in messages for fact in translator.facts(message, NINE)]


CONNECTING = said("Connecting", Attempt="2", Seat="8001")


def test_an_arrival_keeps_the_number_out_of_the_acd():
    """The citizen's number goes to the call book; the ACD's fact names the call and the number dialled only."""
    facts = heard(said("CallArrived", Dnis="12320", Ani="13812345678"))

    assert facts == [
        Arrival(at=NINE, call=CALL, dnis="12320", ani="13812345678"),
        CallArrived(at=NINE, call=CALL, hotline="12320"),
    ]
    assert "13812345678" not in repr(facts[1])


@pytest.mark.parametrize(
    ("status", "failure"), [("CANCEL", RingFailure.CALLER_GONE), ("NOANSWER", RingFailure.NO_ANSWER)]
)
def test_a_phone_that_asterisks_own_queue_rang_in_vain_fails_by_the_dial_itself(status, failure):
    """No DialOver tells of it; of an offer of ours that one does, and the dial's end means nothing."""
    end = {"Event": "DialEnd", "Uniqueid": CALL, "DialStatus": status}
    translator = Translator()

    translator.resume({CALL: 9001}, [CALL], native=[CALL])
    assert translator.facts(end, NINE) == (RingFailed(at=NINE, call=CALL, attempt=9001, failure=failure),)
    translator.resume({CALL: 1}, [CALL])
    assert translator.facts(end, NINE) == ()


def test_a_refused_call_keeps_its_number_in_the_call_book_only():
    """Said at the door or after the greeting: one fact with the reason, and the number beside it."""
    facts = heard(said("CallRefused", Dnis="12345", Ani="13812345678", Why="number_at_once"))

    assert facts == [
        Arrival(at=NINE, call=CALL, dnis="12345", ani="13812345678"),
        CallRefused(at=NINE, call=CALL, hotline="12345", why=Refusal.NUMBER_AT_ONCE),
    ]
    assert "13812345678" not in repr(facts[1])


def test_a_waiting_caller_joins_with_queue_skills_and_priority():
    """What the IVR decided travels as channel variables and comes back whole."""
    facts = heard(said("CallWaiting", Queue="health", Skills="psychology:1", CallPriority="3", Prefers="", Attempt="0"))

    joined = CallJoined(
        at=NINE,
        call=CALL,
        queue=QueueName("health"),
        skills=frozenset({SkillLevel(Skill("psychology"), 1)}),
        priority=3,
    )
    assert facts == [joined]
    assert heard(said("CallWaiting", Queue="health", Prefers="101"))[0].prefers == "101"


def test_dial_events_belong_to_the_offer_that_is_connecting():
    """Asterisk's dial events carry no attempt: the last Connecting names it."""
    dial = {"Uniqueid": CALL, "DestChannel": "PJSIP/8001-00000002"}
    facts = heard(
        CONNECTING,
        {"Event": "DialBegin", **dial},
        {"Event": "DialState", "DialStatus": "RINGING", **dial},
        {"Event": "DialEnd", "DialStatus": "ANSWER", **dial},
    )

    assert facts == [
        PhoneDialled(at=NINE, call=CALL, attempt=2),
        RingStarted(at=NINE, call=CALL, attempt=2),
        AgentAnswered(at=NINE, call=CALL, attempt=2),
    ]


def test_a_dial_that_is_none_of_our_offers_means_nothing():
    """A dial on a leg that never said Connecting is not ours."""
    assert heard({"Event": "DialBegin", "Uniqueid": "lx1-9.9"}) == []


@pytest.mark.parametrize(
    ("status", "sip", "failure"),
    [
        pytest.param("BUSY", "486", RingFailure.BUSY, id="busy"),
        pytest.param("CHANUNAVAIL", "603", RingFailure.REFUSED, id="declined"),
        pytest.param("NOANSWER", "180", RingFailure.NO_ANSWER, id="no answer"),
        pytest.param("NOANSWER", "480", RingFailure.REFUSED, id="do not disturb"),
        pytest.param("CHANUNAVAIL", "", RingFailure.UNREACHABLE, id="no phone registered"),
        pytest.param("CONGESTION", "503", RingFailure.UNREACHABLE, id="the phone is overloaded"),
        pytest.param("CANCEL", "480", RingFailure.CALLER_GONE, id="caller gone"),
        pytest.param("INVALIDARGS", "", RingFailure.NOT_CARRIED_OUT, id="never dialled"),
    ],
)
def test_each_way_to_fail_is_told_apart(status, sip, failure):
    """The dialplan's status and what the phone said name the failure."""
    facts = heard(said("DialOver", Attempt="1", Seat="8001", Status=status, Sip=sip))

    assert facts == [RingFailed(at=NINE, call=CALL, attempt=1, failure=failure)]


def test_a_phone_that_rang_and_then_says_busy_was_rejected_by_hand():
    """Otherwise whoever presses "reject" would be offered the call again as soon as a busy phone is."""
    dial = {"Uniqueid": CALL, "DestChannel": "PJSIP/8001-00000002"}
    facts = heard(
        CONNECTING,
        {"Event": "DialState", "DialStatus": "RINGING", **dial},
        said("DialOver", Attempt="2", Seat="8001", Status="BUSY", Sip="486"),
        said("Connecting", Attempt="3", Seat="8002"),
        said("DialOver", Attempt="3", Seat="8002", Status="BUSY", Sip="486"),
    )

    assert [fact.failure for fact in facts if isinstance(fact, RingFailed)] == [RingFailure.REFUSED, RingFailure.BUSY]


def test_the_dialplan_going_on_after_an_answer_ends_the_talk():
    """After a conversation the dialplan says ANSWER: the agent hung up first."""
    assert heard(said("DialOver", Attempt="1", Seat="8001", Status="ANSWER", Sip="200")) == [
        TalkEnded(at=NINE, call=CALL, attempt=1)
    ]


@pytest.mark.parametrize(
    ("message", "facts"),
    [
        pytest.param({"Uniqueid": CALL, "Linkedid": CALL, "Context": "waiting-room"}, 1, id="the caller's leg"),
        pytest.param({"Uniqueid": "lx1-8.8", "Linkedid": CALL, "Context": "agents"}, 0, id="the agent's leg"),
        pytest.param({"Uniqueid": "lx1-8.8", "Linkedid": "lx1-8.8", "Context": "agents"}, 0, id="a feature code"),
    ],
)
def test_only_the_callers_own_leg_ends_a_call(message, facts):
    """Agents' legs come and go; the call ends with the caller's."""
    found = heard({"Event": "Hangup", **message})

    assert found == [CallEnded(at=NINE, call=CALL)][:facts]


def test_skills_survive_the_journey_through_the_dialplan():
    """Written as channel variables are, read back the same."""
    skills = frozenset({SkillLevel(Skill("psychology"), 2), SkillLevel(Skill("english"), 1)})

    assert read_skills(write_skills(skills)) == skills
    assert read_skills("") == frozenset()


def test_an_offer_is_one_redirect_that_names_seat_attempt_and_ring_time():
    """One action rings a phone; at least one second, never a fraction."""
    ring = RingAgent(
        at=NINE, call=CALL, attempt=3, seat=SeatId("8001"), agent=AgentId("101"), ring_time=timedelta(seconds=0.2)
    )

    assert action_for(ring) == (
        "Redirect",
        {"Channel": CALL, "Context": "connect", "Exten": "8001*3*1", "Priority": "1"},
    )


def test_taking_an_offer_back_returns_the_caller_to_the_waiting_room():
    """The same action, the other way."""
    name, fields = action_for(StopRinging(at=NINE, call=CALL, attempt=3, seat=SeatId("8001")))

    assert (name, fields["Context"], fields["Exten"]) == ("Redirect", "waiting-room", "s")


def test_asking_for_a_message_is_one_action_and_comes_back_as_a_fact():
    """Not even the call's attempt is said; once the caller is there, no dial can be one of our offers."""
    name, fields = action_for(InviteMessage(at=NINE, call=CALL))

    assert (name, fields["Context"], fields["Exten"]) == ("Redirect", "leave-message", "s")
    assert heard(said("MessageBegun")) == [MessageBegun(at=NINE, call=CALL)]


def test_what_is_said_to_who_waits_is_one_action():
    """A prompt by its name, behind a mark, so that none is an extension to which Asterisk gives a meaning."""
    said_to, offered = SayToCaller(at=NINE, call=CALL, prompt="h"), ProposeCallBack(at=NINE, call=CALL)
    place = action_for(SayPosition(at=NINE, call=CALL, ahead=12))[1]
    assert (place["Context"], place["Exten"]) == ("announce", "0*ahead-of&digit-10&digit-2&ahead-people")
    wait = action_for(SayWait(at=NINE, call=CALL, least_min=2, most_min=5))[1]

    assert action_for(said_to)[1] == {"Channel": CALL, "Context": "announce", "Exten": "0*h", "Priority": "1"}
    assert (wait["Context"], wait["Exten"]) == ("announce", "0*wait-of&digit-liang&wait-to&digit-5&wait-min")
    assert action_for(offered)[1] == {"Channel": CALL, "Context": "offer-call-back", "Exten": "s", "Priority": "1"}


def test_codes_keyed_in_a_talk_are_told_with_their_attempt():
    """The dialplan says which offer the agent's leg belongs to."""
    facts = heard(
        said("TalkHeld", Attempt="2"),
        said("TalkRetrieved", Attempt="2"),
        said("TalkPause", Attempt="2", Pause="yes"),
        said("TalkPause", Attempt="2", Pause="no"),
    )

    assert facts == [
        CallHeld(at=NINE, call=CALL, attempt=2),
        CallRetrieved(at=NINE, call=CALL, attempt=2),
        PauseAsked(at=NINE, call=CALL, attempt=2, pause=True),
        PauseAsked(at=NINE, call=CALL, attempt=2, pause=False),
    ]


def test_the_agents_own_hold_key_is_a_hold_and_a_codes_music_is_not():
    """A code tells of itself, and the citizen's hold key is the citizen's."""
    held = {"Event": "Hold", "Uniqueid": "lx1-1736125201.8", "Linkedid": CALL, "MusicClass": "default"}
    back = {"Event": "Unhold", "Uniqueid": "lx1-1736125201.8", "Linkedid": CALL}
    facts = heard(CONNECTING, held | {"MusicClass": "talk-mark"}, back, held | {"Uniqueid": CALL}, back, held, back)

    assert facts == [CallHeld(at=NINE, call=CALL, attempt=2), CallRetrieved(at=NINE, call=CALL, attempt=2)]


def test_a_recording_is_paused_when_asterisk_says_so():
    """Only the caller's leg is recorded, so only its word counts."""
    muted = {"Event": "MixMonitorMute", "Uniqueid": CALL, "Linkedid": CALL, "State": "1"}
    facts = heard(muted, CONNECTING, muted, muted | {"Uniqueid": "lx1-1736125201.8"}, muted | {"State": "0"})

    assert facts == [RecordingPaused(at=NINE, call=CALL, attempt=2), RecordingResumed(at=NINE, call=CALL, attempt=2)]


def test_a_mute_is_carried_out_and_then_told_to_the_agents_leg():
    """In this order: the agent hears that it is paused only when it is."""
    order = MuteRecording(at=NINE, call=CALL, attempt=2, seat=SeatId("8001"), mute=True)

    assert actions_for(order) == (
        ("MixMonitorMute", {"Channel": CALL, "Direction": "both", "State": "1"}),
        ("Setvar", {"Channel": CALL, "Variable": "RECORDING_PAUSED", "Value": "yes"}),
    )


def test_a_supervisors_phone_that_hangs_up_ends_no_call():
    """It is no citizen's leg, although nobody called it."""
    assert heard({"Event": "Hangup", "Uniqueid": "lx1-9.1", "Linkedid": "lx1-9.1", "Context": "talk-beside"}) == []
