"""Guessers are counted by address, within a while, in bounded memory, and some are never banned."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.guessing import FAILURES, Ban, Guessers, Patience, network_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PATIENCE = Patience(
    failures=3,
    within=timedelta(seconds=60),
    banned=timedelta(hours=1),
    never=(ipaddress.ip_network("203.0.113.8/29"),),
)


def failed(address: str, event: str = "ChallengeResponseFailed", family: str = "IPV4") -> dict[str, str]:
    """What Asterisk says of a failure."""
    return {"Event": event, "Service": "PJSIP", "RemoteAddress": f"{family}/UDP/{address}/5070"}


def after(seconds: float) -> datetime:
    """So long after the beginning."""
    return NOW + timedelta(seconds=seconds)


def test_an_address_that_fails_too_often_is_banned_once_and_for_a_while() -> None:
    """The third failure bans; what follows changes nothing; an hour later it is let in again."""
    guessers = Guessers(PATIENCE)

    told = [guessers.hear(failed("192.0.2.1", event), after(n)) for n, event in enumerate([*sorted(FAILURES), "Ping"])]

    ban = Ban(network=ipaddress.ip_network("192.0.2.1/32"), until=after(2 + 3600))
    assert told == [None, None, ban, None, None]
    assert guessers.bans(after(3601)) == (ban,)
    assert guessers.bans(after(3602)) == ()


def test_failures_far_apart_and_of_different_addresses_do_not_add_up() -> None:
    """Somebody who mistypes now and then is no guesser."""
    guessers = Guessers(PATIENCE)

    for n in range(10):
        assert guessers.hear(failed("192.0.2.1"), after(31 * n)) is None
        assert guessers.hear(failed(f"192.0.2.{n + 10}"), after(31 * n)) is None


def test_what_is_no_failure_is_not_counted() -> None:
    """A challenge is sent to every phone that registers."""
    guessers = Guessers(PATIENCE)

    for event in ("ChallengeSent", "SuccessfulAuth", "", "Hangup"):
        for n in range(5):
            assert guessers.hear(failed("192.0.2.1", event), after(n)) is None
    assert len(guessers) == 0


def test_a_carrier_is_never_banned() -> None:
    """Also if somebody forges its address, and also by a ban from before it was listed."""
    guessers = Guessers(PATIENCE)
    guessers.resume([Ban(network=ipaddress.ip_network("203.0.113.9/32"), until=after(100))])

    assert [guessers.hear(failed("203.0.113.9"), after(n)) for n in range(9)] == [None] * 9
    assert guessers.bans(NOW) == ()


def test_an_ipv6_guesser_is_its_whole_network() -> None:
    """It has 2^64 addresses to try from."""
    guessers = Guessers(PATIENCE)

    told = [guessers.hear(failed(f"2001:db8::{n}", family="IPV6"), after(n)) for n in range(3)]

    assert told[2] is not None
    assert str(told[2].network) == "2001:db8::/64"


def test_failures_add_up_over_exactly_the_while_that_is_said() -> None:
    """Three within sixty seconds ban; a moment more between the first and the third, and they do not."""
    in_time, too_late = Guessers(PATIENCE), Guessers(PATIENCE)

    assert [in_time.hear(failed("192.0.2.1"), after(at)) is not None for at in (0, 1, 60)] == [False, False, True]
    assert [too_late.hear(failed("192.0.2.1"), after(at)) for at in (0, 1, 60.001)] == [None] * 3


def test_whoever_was_banned_begins_anew_when_the_ban_is_over() -> None:
    """Also where bans are shorter than the while in which failures add up."""
    guessers = Guessers(replace(PATIENCE, banned=timedelta(seconds=10)))
    for at in (0, 1, 2):
        guessers.hear(failed("192.0.2.1"), after(at))
    assert guessers.bans(after(12)) == ()

    assert [guessers.hear(failed("192.0.2.1"), after(at)) is not None for at in (13, 14, 15)] == [False, False, True]


def test_who_failed_last_is_remembered_longest() -> None:
    """A guesser who goes on is not forgotten over others who came once."""
    guessers = Guessers(PATIENCE, remembered=2)

    told = [guessers.hear(failed(f"192.0.2.{n}"), after(at)) for at, n in enumerate((1, 2, 1, 3, 1))]
    assert told[:4] == [None] * 4
    assert told[4] is not None


def test_bans_outlive_a_restart() -> None:
    """And are not counted anew."""
    ban = Ban(network=ipaddress.ip_network("192.0.2.1/32"), until=after(100))
    guessers = Guessers(PATIENCE)
    guessers.resume([ban])

    assert [guessers.hear(failed("192.0.2.1"), after(n)) for n in range(5)] == [None] * 5
    assert guessers.bans(NOW) == (ban,)


def test_memory_is_bounded_whoever_fails() -> None:
    """A thousand addresses, room for ten; fifty bans, room for five: those that end first make room."""
    guessers = Guessers(PATIENCE, remembered=10, most_bans=5)

    for n in range(1000):
        guessers.hear(failed(f"10.0.{n // 250}.{n % 250}"), NOW)
    assert len(guessers) == 10
    for n in range(50):
        for _ in range(3):
            guessers.hear(failed(f"10.1.0.{n}"), after(n))

    assert [str(ban.network) for ban in guessers.bans(after(50))] == [f"10.1.0.{n}/32" for n in range(45, 50)]


def test_an_address_needs_no_port() -> None:
    """What follows it is not looked at."""
    assert network_of("IPV4/UDP/192.0.2.1") == network_of("IPV4/UDP/192.0.2.1/5060/more") is not None


@pytest.mark.parametrize("remote", ["", "IPV4", "IPV4/UDP", "IPV4/UDP/host/5060", "IPV4/UDP/1.2.3/1", "///", "a/b/::g"])
def test_what_is_no_address_is_nobody(remote: str) -> None:
    """Nothing is raised, nobody is banned."""
    assert network_of(remote) is None


@given(remote=st.text(max_size=80))
def test_any_text_is_an_address_or_nobody(remote: str) -> None:
    """Asterisk writes it, but what it wrote came over a socket."""
    network_of(remote)
    network_of(f"IPV4/UDP/{remote}/5060")
