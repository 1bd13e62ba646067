"""Phones that dial a code, beside what the ACD believes of them."""

from __future__ import annotations

from acd.events import PhoneLost
from acd.model import CallId, SeatId
from acd.phone_facts import PhoneFreed, PhoneTaken
from telephony.resync import difference
from telephony.telephones import Telephones
from tests.acd.phones import take_phone
from tests.acd.scene import Scene


def test_phones_that_dial_a_code_are_found_and_those_that_do_not_any_more() -> None:
    """One is over, one went on to the next code, one was not heard of; the fourth is as it is known."""
    scene = Scene()
    for seat in ("8101", "8102", "8104"):
        take_phone(scene, seat, f"{seat}-1")
    legs = {"8102": "8102-2", "8103": "8103-1", "8104": "8104-1"}
    now = Telephones(calls={}, in_use={SeatId(seat): frozenset({CallId(leg)}) for seat, leg in legs.items()})

    facts = difference(now, scene.core, scene.now)
    assert facts == (
        PhoneFreed(at=scene.now, seat=SeatId("8101"), use=CallId("8101-1")),
        PhoneFreed(at=scene.now, seat=SeatId("8102"), use=CallId("8102-1")),
        PhoneTaken(at=scene.now, seat=SeatId("8102"), use=CallId("8102-2")),
        PhoneTaken(at=scene.now, seat=SeatId("8103"), use=CallId("8103-1")),
    )
    for fact in facts:
        scene.tell(fact)
    assert difference(now, scene.core, scene.now) == ()


def test_a_phone_that_is_gone_is_found_whoever_is_off_duty() -> None:
    """Who has logged off sits nowhere; who is on a break of their own, or whose ring failed, needs no phone yet."""
    scene = Scene()
    for agent in ("101", "102", "103", "104"):
        scene.staff(agent)
    scene.log_off("101")
    scene.phone_lost("8103")
    scene.rest("103")
    scene.rest("104")
    there = dict.fromkeys(map(SeatId, ("8101", "8103", "8104")), True)
    now = Telephones(calls={}, phones={**there, SeatId("8102"): False})

    assert difference(now, scene.core, scene.now) == (PhoneLost(at=scene.now, seat=SeatId("8102")),)


def test_a_code_that_began_while_the_telephones_were_looked_at_is_not_over() -> None:
    """That it began comes by FastAGI, beside the news that is held back."""
    scene = Scene()
    take_phone(scene, "8101", "old")
    take_phone(scene, "8102", "new")

    facts = difference(Telephones(calls={}), scene.core, scene.now, known_uses={CallId("old")})
    assert facts == (PhoneFreed(at=scene.now, seat=SeatId("8101"), use=CallId("old")),)
