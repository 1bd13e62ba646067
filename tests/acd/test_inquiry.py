"""What the watch over one call sees of each offer and of each stretch of its wait."""

from __future__ import annotations

import pytest

from acd.account import OfferEnd, Phase
from acd.events import CallArrived
from acd.model import CallId, RingFailure
from acd.why import Bar, CallRule, Kept
from tests.acd.scene import Scene, clock
from tests.acd.test_preferred import scene_that_waits, talking
from tests.acd.test_why import asked, phases


def one_ready(call: str = "c") -> Scene:
    """101 is ready when the call joins, and is rung for it."""
    scene = Scene()
    scene.staff("101")
    scene.join(call)
    return scene


def test_an_offer_says_when_the_phone_began_to_ring() -> None:
    """Once; not before the phone said so, and an earlier attempt's ring is none of a later one's."""
    scene = one_ready()
    scene.later(2)
    scene.ring("c")
    scene.later(3)
    scene.ring("c")
    scene.fail("c", RingFailure.BUSY)
    scene.later(10)
    scene.ring("c", 1)

    first, second = asked(scene.told, "c").offers

    assert (first.rang, first.ended) == (first.at + (clock(2) - clock(0)), first.at + (clock(5) - clock(0)))
    assert (second.attempt, second.rang) == (2, None)


def test_other_calls_rings_are_not_this_ones() -> None:
    """Whatever rings meanwhile."""
    scene = one_ready()
    scene.staff("102")
    scene.join("d")
    scene.ring("d")

    [offer] = asked(scene.told, "c").offers

    assert (offer.agent, offer.rang, offer.end) == ("101", None, OfferEnd.OPEN)


@pytest.mark.parametrize(
    ("act", "end"), [("hang up", OfferEnd.CALLER_GONE), ("close", OfferEnd.SEAT_CLOSED), ("answer", OfferEnd.ANSWERED)]
)
def test_an_offers_end_is_what_ended_it(act: str, end: OfferEnd) -> None:
    """Not what happens to others at the same time: another caller who hangs up, another seat that is closed."""
    scene = one_ready()
    scene.staff("102")
    scene.join("d")
    scene.ring("c")
    seat, other = scene.agent("101").seat, scene.agent("102").seat
    assert seat
    assert other
    scene.end("d")
    scene.close(other)
    scene.later(2)
    match act:
        case "hang up":
            scene.end("c")
        case "close":
            scene.close(seat)
        case _:
            scene.answer("c")

    offer, *_ = asked(scene.told, "c").offers

    assert (offer.end, offer.ended) == (end, scene.now)


def test_a_call_that_waits_for_whom_the_citizen_knows_says_for_whom() -> None:
    """While they talk with somebody else and another is free; then anybody will do."""
    scene = scene_that_waits(10)
    scene.staff("101")
    talking(scene, "101", "first")
    scene.staff("102")
    scene.join("c", prefers="101")
    scene.later(10)

    held, offered = (span for span in asked(scene.told, "c").spans if span.phase is not Phase.ELSEWHERE)

    assert (held.phase, held.agent, held.seconds) == (Phase.HELD, "101", 10)
    assert (offered.phase, offered.agent) == (Phase.OFFERED, "102")


def test_a_call_rests_after_an_order_that_was_not_carried_out() -> None:
    """Nothing is offered meanwhile, whoever is free; the account says so."""
    scene = one_ready()
    scene.staff("102")
    scene.fail("c", RingFailure.NOT_CARRIED_OUT)
    scene.later(1)

    account = asked(scene.told, "c")

    assert [phase for phase, _ in phases(account)][:2] == [Phase.OFFERED, Phase.RESTS]
    assert account.offers[0].end is OfferEnd.NOT_CARRIED_OUT


def test_an_account_begins_with_the_arrival_and_keeps_the_first_place_in_the_line() -> None:
    """The number dialled, the moment of joining, and the end."""
    scene = Scene()
    scene.tell(CallArrived(at=scene.now, call=CallId("c"), hotline="12345"))
    scene.later(3)
    scene.join("c")
    joined = scene.now
    scene.later(4)
    scene.end("c")

    account = asked(scene.told, "c")

    assert account.joined is not None
    assert (account.hotline, account.joined.joined, account.ended) == ("12345", joined, scene.now)
    assert phases(account) == [(Phase.NOBODY, 4.0)]


def test_each_agents_seconds_are_those_of_the_wait() -> None:
    """101 has been talking for a minute when the call joins; of its 20 s of waiting all 20 count, not 80."""
    scene = one_ready("first")
    scene.ring("first")
    scene.answer("first")
    scene.later(60)
    scene.join("c")
    scene.later(20)
    scene.end("c")

    [wait] = (span for span in asked(scene.told, "c").spans if span.phase is Phase.ALL_BUSY)

    assert {kept.bar: seconds for kept, seconds in wait.kept.items()} == {Bar.TALKING: 20.0}
    assert all(isinstance(kept, Kept) for kept in wait.kept)


def test_who_goes_before_a_call_that_may_not_be_offered_yet_is_no_rule() -> None:
    """While it waits for whom the citizen knows, another that joined later is given the free agent meanwhile."""
    scene = scene_that_waits(30)
    scene.staff("101")
    talking(scene, "101", "first")
    scene.staff("102")
    scene.rest("102")
    scene.join("c", prefers="101")
    scene.later(5)
    scene.join("d")
    scene.ready("102")

    befores = [one for span in asked(scene.told, "c").spans for one in span.before]

    assert [(one.call, one.agent, one.rule) for one in befores] == [("d", "102", CallRule.MEANWHILE)]
    assert befores[0].ahead.total_seconds() == -5
