"""How the trunks do, from Asterisk's words."""

from __future__ import annotations

import pytest

from acd.model import SeatId
from telephony.message import AmiEvent
from telephony.telephones import read_telephones
from telephony.trunks import TrunkSight, TrunkWatch, WatchedTrunk

TELECOM = WatchedTrunk(name="telecom", address="203.0.113.9:5060")
PROVIDER = WatchedTrunk(name="provider", address="sip.provider.example:5060", account="lianxin")
SILENT = WatchedTrunk(name="exchange", address="")


def registry(status: str, user: str = "lianxin@sip.provider.example:5060") -> dict[str, str]:
    """As Asterisk tells it."""
    told = {"Username": f"sip:{user};transport=tcp", "Domain": "sip:sip.provider.example:5060;transport=tcp"}
    return {"Event": "Registry", "ChannelType": "PJSIP", "Status": status, **told}


def test_nothing_is_known_before_it_is_told() -> None:
    """And nothing is wrong then."""
    sights = TrunkWatch([TELECOM, PROVIDER, SILENT]).sights({})

    assert [(sight.reachable, sight.registered, sight.well) for sight in sights] == [(None, None, True)] * 3


@pytest.mark.parametrize(("status", "registered"), [("Registered", True), ("Rejected", False), ("Unregistered", False)])
def test_a_registration_is_what_was_told_last(status: str, registered: bool) -> None:
    """Of this trunk, and no other's."""
    watch = TrunkWatch([TELECOM, PROVIDER])
    watch.hear(registry("Registered"))
    watch.hear(registry(status))
    watch.hear(registry("Rejected", user="somebody@elsewhere:5060"))
    watch.hear({"Event": "ContactStatus", "AOR": "trunk-provider"})

    telecom, provider = watch.sights({"trunk-provider": True, "trunk-telecom": False})
    assert provider == TrunkSight(name="provider", reachable=True, registered=registered)
    assert provider.well is registered
    assert telecom == TrunkSight(name="telecom", reachable=False, registered=None)
    assert not telecom.well


def test_a_trunk_without_a_peer_is_not_called_dead_and_the_carrier_is_looked_at_too() -> None:
    """Asterisk has no contact of it, so its device is never available."""
    sights = TrunkWatch([SILENT]).sights({"trunk-exchange": False, "carrier": False})

    assert [(sight.name, sight.reachable) for sight in sights] == [("exchange", None), ("carrier", False)]


def test_lines_are_no_phones() -> None:
    """A carrier that does not answer is no agent's phone that is lost."""
    states = {"PJSIP/8001": "NOT_INUSE", "PJSIP/trunk-telecom": "UNAVAILABLE", "PJSIP/carrier": "INUSE", "Queue:x": "0"}
    devices = [AmiEvent(f"Device: {name}\r\nState: {state}".encode()) for name, state in states.items()]

    telephones = read_telephones([], devices)

    assert telephones.phones == {SeatId("8001"): True}
    assert telephones.lines == {"trunk-telecom": False, "carrier": True}
