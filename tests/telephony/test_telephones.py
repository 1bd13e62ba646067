"""A snapshot is read: Asterisk's lists become callers in places."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from acd.model import CallId, QueueName, RingFailure, SeatId, SkillLevel
from telephony.message import AmiEvent
from telephony.telephones import LiveCall, Where, read_telephones
from tests.acd.scene import clock


def channel(name: str, unique: str, state: str = "Up", bridge: str = "", **more: str) -> AmiEvent:
    """One item of Asterisk's list."""
    context, application = more.pop("context", "connect"), more.pop("application", "Dial")
    exten = more.pop("exten", "s")
    variables = {"CALL_ID": "lx-1.1", "QUEUE": "health", "SKILLS": "psychology:2", "ANI": "(null)", **more}
    lines = [
        "Event: Status",
        f"Channel: {name}",
        f"ChannelStateDesc: {state}",
        f"Context: {context}",
        f"Exten: {exten}",
        f"Uniqueid: {unique}",
        f"BridgeID: {bridge}",
        f"Application: {application}",
        *(f"Variable: {key}={value}" for key, value in variables.items()),
    ]
    return AmiEvent("\r\n".join(lines).encode())


CALLER = "PJSIP/citizens-00000001"
W = Where
IN_QUEUE = {"context": "fallback", "application": "Queue", "SEAT": "8001"}
READINGS = [
    ([channel(CALLER, "lx-1.1", context="waiting-room", application="Wait")], Where.WAITING, None),
    ([channel(CALLER, "lx-1.1", context="citizens", application="AGI")], Where.GREETED, None),
    ([channel(CALLER, "lx-1.1", context="message", application="Record")], Where.ELSEWHERE, None),
    ([channel(CALLER, "lx-1.1", context="message", application="Record", LEAVES="yes")], Where.MESSAGE, None),
    ([channel(CALLER, "lx-1.1", context="announce", application="Playback")], Where.WAITING, None),
    ([channel(CALLER, "lx-1.1", context="offer-call-back", application="AGI")], Where.WAITING, None),
    ([channel(CALLER, "lx-1.1", context="offer-call-back", application="AGI", ASKED="yes")], Where.ELSEWHERE, None),
    ([channel(CALLER, "lx-1.1", SEAT="8001")], Where.DIALLED, "8001"),
    ([channel(CALLER, "lx-1.1", application="MixMonitor", SEAT="8001", DIALSTATUS="")], Where.DIALLED, "8001"),
    ([channel(CALLER, "lx-1.1", application="Gosub", SEAT="8001", DIALSTATUS="BUSY")], Where.WAITING, "8001"),
    ([channel(CALLER, "lx-1.1", application="Gosub", SEAT="8001", DIALSTATUS="ANSWER")], Where.ELSEWHERE, "8001"),
    ([channel(CALLER, "lx-1.1", application="Set", SEAT="", DIALSTATUS="BUSY")], Where.ELSEWHERE, None),
    ([channel(CALLER, "lx-1.1", **IN_QUEUE)], Where.ELSEWHERE, None),
    ([channel(CALLER, "lx-1.1", **IN_QUEUE), channel("PJSIP/8002-2", "lx-1.2", "Ringing")], Where.RINGING, "8002"),
    ([channel(CALLER, "lx-1.1", **IN_QUEUE), channel("PJSIP/8002-2", "lx-1.2", "Down")], Where.DIALLED, "8002"),
    ([channel(CALLER, "lx-1.1", SEAT="8001"), channel("PJSIP/8001-2", "lx-1.2", "Down")], Where.DIALLED, "8001"),
    ([channel(CALLER, "lx-1.1", SEAT="8001"), channel("PJSIP/8001-2", "lx-1.2", "Ringing")], Where.RINGING, "8001"),
    ([channel(CALLER, "lx-1.1", SEAT="8001"), channel("PJSIP/8001-2", "lx-1.2")], Where.TALKING, "8001"),
    ([channel("PJSIP/8002-2", "lx-1.2", "Up", "b"), channel(CALLER, "lx-1.1", "Up", "b")], Where.TALKING, "8002"),
]


@pytest.mark.parametrize(("channels", "where", "seat"), READINGS)
def test_channels_tell_where_the_caller_is(channels: list[AmiEvent], where: Where, seat: str | None) -> None:
    """By the dialplan's context, the phone's state and the bridge."""
    [call] = read_telephones(channels, ()).calls.values()

    assert (call.where, call.seat, call.queue) == (where, seat, "health")
    assert call.skills == {SkillLevel("psychology", 2)}


def test_phones_that_dial_a_code_are_seen_by_their_legs() -> None:
    """In the codes' context by a code; a leg that we dial to a phone is born there too, with an offer's variables."""
    code = {"context": "agents", "application": "AGI", "CALL_ID": ""}
    legs = [
        channel("PJSIP/8001-2", "lx-1.2", exten="*72", **code),
        channel("PJSIP/8001-5", "lx-1.5", exten="*70", **code),
        channel("PJSIP/8002-3", "lx-1.3", "Ringing", exten="", context="agents", application="AppDial"),
        channel("PJSIP/trunk-a-4", "lx-1.4", exten="*72", **code),
    ]

    assert read_telephones(legs, ()).in_use == {"8001": {"lx-1.2", "lx-1.5"}}


def test_variables_are_read_back_and_odd_ones_are_not_believed() -> None:
    """A place in the line by the PBX's clock; what is no number counts as nothing."""
    good = channel(CALLER, "lx-1.1", context="waiting-room", JOINED="1736125200.250", ATTEMPT="3", CALL_PRIORITY="2")
    odd = channel(CALLER, "lx-1.1", context="waiting-room", JOINED="soon", ATTEMPT="-1", CALL_PRIORITY="²")
    [one], [other] = (read_telephones([item], ()).calls.values() for item in (good, odd))
    known = channel(CALLER, "lx-1.1", context="waiting-room", PREFERS="101")
    [third] = read_telephones([known], ()).calls.values()

    assert (one.joined, one.attempt, one.priority) == (clock(0) + timedelta(milliseconds=250), 3, 2)
    assert (other.joined, other.attempt, other.priority, other.prefers) == (None, 0, 0, None)
    assert third.prefers == "101"


def test_channels_that_are_no_citizens_call_are_passed_over() -> None:
    """An agent who dials a feature code has no CALL_ID."""
    assert read_telephones([channel("PJSIP/8001-1", "lx-1.9", CALL_ID="(null)")], ()).calls == {}


def test_device_states_tell_which_phones_are_there() -> None:
    """As Asterisk names them."""
    states = [("PJSIP/8001", "NOT_INUSE"), ("PJSIP/8002", "UNAVAILABLE"), ("PJSIP/8003", "INUSE"), ("MWI:x", "INVALID")]
    states += [("PJSIP/8004", "INVALID"), ("PJSIP/trunk-a", "UNAVAILABLE"), ("PJSIP/carrier", "NOT_INUSE")]
    devices = [
        AmiEvent(f"Event: DeviceStateChange\r\nDevice: {name}\r\nState: {state}".encode()) for name, state in states
    ]

    seen = read_telephones((), devices)
    assert seen.phones == {"8001": True, "8002": False, "8003": True, "8004": False}
    assert seen.lines == {"trunk-a": False, "carrier": True}


def read(*channels: AmiEvent) -> LiveCall:
    """The one call of these channels."""
    [call] = read_telephones(channels, ()).calls.values()
    return call


@pytest.mark.parametrize(("state", "where"), [("Up", W.TALKING), ("Ringing", W.RINGING), ("Down", W.DIALLED)])
def test_a_call_that_we_make_is_where_the_agents_phone_is(state: str, where: Where) -> None:
    """Its caller's leg is that phone; it has one attempt, and nothing of a citizen's place."""
    agent = channel("PJSIP/8001-2", "out-7", state, CALL_ID="out-7", context="dial-out", application="Wait")

    assert read(agent) == LiveCall(
        call=CallId("out-7"), where=where, queue=QueueName("health"), attempt=1, seat=SeatId("8001")
    )
    assert read(agent).call in read_telephones([agent], ()).calls


@pytest.mark.parametrize("context", ["citizens", "unattended"])
def test_a_caller_is_greeted_also_where_nobody_attends(context: str) -> None:
    """Of such a leg nothing more is believed than it carries."""
    live = read(channel(CALLER, "lx-1.1", context=context, application="Playback"))

    assert live.where is Where.GREETED
    assert (live.attempt, live.priority) == (0, 0)
    assert not any((live.withheld, live.asks, live.in_conference, live.is_native, live.is_outside))


@pytest.mark.parametrize("context", ["leave-message", "message"])
def test_a_caller_whom_a_recipe_sent_to_leave_a_message_is_there_from_the_first_step(context: str) -> None:
    """On the way to the recording, too."""
    assert read(channel(CALLER, "lx-1.1", context=context, LEAVES="yes")).where is Where.MESSAGE


@pytest.mark.parametrize("where", [W.DIALLED, W.RINGING, W.TALKING])
def test_a_caller_with_nobody_of_ours_is_outside_from_the_moment_that_it_is_dialled(where: Where) -> None:
    """But one who waits is not."""
    outside = LiveCall(call=CallId("c"), where=where, queue=QueueName("q"))

    assert outside.is_outside
    assert not replace(outside, seat=SeatId("8001")).is_outside
    assert not replace(outside, where=Where.WAITING).is_outside


def test_a_call_that_is_only_sketched_claims_nothing() -> None:
    """Whoever leaves a field out means that nothing is known of it."""
    live = LiveCall(call=CallId("c"), where=W.WAITING, queue=QueueName("q"))

    assert (live.attempt, live.priority, live.seats, live.answered) == (0, 0, frozenset(), frozenset())
    assert not any((live.withheld, live.asks, live.in_conference, live.is_native, live.is_outside))


@pytest.mark.parametrize(
    ("status", "sip", "failure"),
    [
        ("", "", None),
        ("ANSWER", "200", None),
        ("BUSY", "486", RingFailure.BUSY),  # whether the phone rang is not carried: then it was engaged
        ("NOANSWER", "180", RingFailure.NO_ANSWER),
        ("CHANUNAVAIL", "603", RingFailure.REFUSED),
    ],
)
def test_a_caller_who_is_back_tells_what_the_last_offer_came_to(
    status: str, sip: str, failure: RingFailure | None
) -> None:
    """By the variables that Dial left on their leg; nothing, if it was answered or never made."""
    assert read(channel(CALLER, "lx-1.1", context="waiting-room", DIALSTATUS=status, SAID=sip)).failure is failure


@pytest.mark.parametrize(("carried", "withheld"), [("yes", True), ("no", False), ("(null)", False)])
def test_a_number_is_hidden_only_if_its_leg_says_so(carried: str, withheld: bool) -> None:
    """Else it could not be called back."""
    assert read(channel(CALLER, "lx-1.1", context="citizens", WITHHELD=carried)).withheld is withheld


def test_a_caller_in_asterisks_own_queue_is_known_as_such() -> None:
    """Of the phones that it rings at once, the lowest stands for all; our own offer's SEAT does not count."""
    rings = [channel(f"PJSIP/{seat}-2", f"lx-{seat}", "Ringing") for seat in ("8003", "8002")]
    live = read(channel(CALLER, "lx-1.1", **IN_QUEUE), *rings)

    assert (live.is_native, live.seat, live.seats, live.answered) == (True, "8002", {"8002", "8003"}, frozenset())
    assert not read(channel(CALLER, "lx-1.1", context="waiting-room")).is_native
