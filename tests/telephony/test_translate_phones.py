"""What AMI tells of phones alone: registered, lost, a code's call over."""

from datetime import UTC, datetime

import pytest

from acd.events import PhoneLost, PhoneRegistered
from acd.model import CallId, SeatId
from acd.phone_facts import PhoneFreed
from telephony.translate import Translator

NINE = datetime(2026, 1, 6, 9, 0, tzinfo=UTC)


def heard(message):
    """The facts that a message means."""
    return list(Translator().facts(message, NINE))


@pytest.mark.parametrize(
    ("status", "fact"),
    [
        ("Created", PhoneRegistered),
        ("Updated", PhoneRegistered),
        ("NonQualified", PhoneRegistered),
        ("Reachable", PhoneRegistered),
        ("Removed", PhoneLost),
        ("Unreachable", PhoneLost),
    ],
)
def test_a_phone_comes_and_goes_with_its_contact(status, fact):
    """Registration is known from ContactStatus."""
    message = {"Event": "ContactStatus", "AOR": "8001", "ContactStatus": status}

    assert heard(message) == [fact(at=NINE, seat=SeatId("8001"))]


@pytest.mark.parametrize(
    ("leg", "freed"),
    [
        ({}, ["8001"]),
        ({"Channel": "PJSIP/trunk-a-00000007"}, []),  # a carrier's line
        ({"Channel": "Local/8001@agents-00000007;1"}, []),
        ({"Context": "talk-beside"}, []),  # a supervisor's
        ({"Linkedid": "lx1-1736125200.7"}, []),  # rung for a caller
    ],
)
def test_a_phone_is_free_when_the_leg_is_hung_up_by_which_it_dialled_a_code(leg, freed):
    """By that leg's id; what else ends at a phone is no code."""
    hangup = {"Event": "Hangup", "Channel": "PJSIP/8001-0000002a", "Context": "agents", "Exten": "*72"}
    ids = {"Uniqueid": "lx1-1736125200.9", "Linkedid": "lx1-1736125200.9"}

    assert heard({**hangup, **ids, **leg}) == [
        PhoneFreed(at=NINE, seat=SeatId(seat), use=CallId("lx1-1736125200.9")) for seat in freed
    ]


def test_a_phone_that_moved_is_not_lost_with_its_old_address():
    """Asterisk announces the new contact first and then removes the old one; after a gap everything is possible."""
    translator = Translator()
    news = [("Created", "sip:8001@a"), ("Created", "sip:8001@b"), ("Removed", "sip:8001@a"), ("Removed", "sip:8001@b")]
    facts = [_contact(translator, status, uri) for status, uri in news]

    assert facts == [[PhoneRegistered], [PhoneRegistered], [], [PhoneLost]]
    _contact(translator, "Created", "sip:8001@c")
    translator.resume({}, ())
    assert _contact(translator, "Removed", "sip:8001@d") == [PhoneLost]


@pytest.mark.parametrize("aor", ["trunk-a", "carrier"])
@pytest.mark.parametrize("status", ["Reachable", "Unreachable"])
def test_a_carriers_peer_is_no_phone(aor, status):
    """Trunks are watched elsewhere."""
    assert heard({"Event": "ContactStatus", "AOR": aor, "ContactStatus": status}) == []


def test_a_contact_that_is_only_being_looked_at_is_no_news():
    """Asterisk says so of each one that it has not heard from yet."""
    assert heard({"Event": "ContactStatus", "AOR": "8001", "ContactStatus": "Unknown"}) == []


def test_a_phone_that_is_gone_has_no_address_any_more():
    """Wherever it is gone from next, it is gone."""
    translator = Translator()
    news = [("Created", "sip:8001@a"), ("Removed", "sip:8001@a"), ("Unreachable", "sip:8001@b")]

    assert [_contact(translator, status, uri) for status, uri in news] == [[PhoneRegistered], [PhoneLost], [PhoneLost]]


def _contact(translator, status, uri):
    message = {"Event": "ContactStatus", "AOR": "8001", "ContactStatus": status, "URI": uri}
    return [type(fact) for fact in translator.facts(message, NINE)]
