"""A snapshot beside a belief: calls that we make, numbers for the call book, and phones that are in another call."""

from __future__ import annotations

import pytest

from acd.call_facts import MessageBegun
from acd.events import (
    AgentAnswered,
    CallArrived,
    CallEnded,
    CallJoined,
    Event,
    OfferFound,
    PhoneDialled,
    RingFailed,
    RingStarted,
    TalkEnded,
)
from acd.model import AgentState, CallId, RingFailure, SeatId
from acd.talk_facts import ConsultBegun, ConsultEnded, Party, TransferBegun
from telephony.resync import difference, newcomers
from telephony.telephones import LiveCall, Where
from telephony.translate import Arrival
from tests.acd.scene import Scene
from tests.telephony.test_resync import CALL, SEAT, W, live, look, snapshot

OUT, OTHER = CallId("out-1"), CallId("c2")


def found(scene: Scene, *calls: LiveCall) -> tuple[Event, ...]:
    """What is told of these."""
    return difference(snapshot(*calls), scene.core, scene.now)


def staffed(*agents: str) -> Scene:
    """These are ready."""
    scene = Scene()
    for agent in agents:
        scene.staff(agent)
    return scene


# ---- calls that we make


@pytest.mark.parametrize(
    ("where", "told"),
    [
        (W.DIALLED, [PhoneDialled]),
        (W.RINGING, [PhoneDialled, RingStarted]),
        (W.TALKING, [AgentAnswered]),
    ],
)
def test_a_call_that_we_make_is_found_as_far_as_it_has_come(where: Where, told: list[type]) -> None:
    """No citizen arrives or joins by it."""
    scene = staffed("101")
    scene.dial_out("101")

    assert look(scene, live(where, 1, call=OUT)) == told


def test_a_call_that_we_make_and_of_which_the_acd_does_not_know_is_left_alone() -> None:
    """It was on disk before it was sent: whoever made it knows of it."""
    assert found(staffed("101"), live(W.TALKING, 1, call=OUT)) == ()


def test_an_order_to_dial_out_that_has_no_effect_yet_is_on_its_way() -> None:
    """Its deadline judges it. Once dialled, or where the seat has another call, it is over."""
    scene = staffed("101")
    scene.dial_out("101")
    assert found(scene) == ()
    engaged = found(scene, live(W.TALKING, 1, call=OTHER))
    assert engaged[0] == CallEnded(at=scene.now, call=OUT, missed=True)

    scene.dial("out-1")
    assert found(scene) == (CallEnded(at=scene.now, call=OUT, missed=True),)


def test_a_talk_that_we_made_and_that_is_gone_is_over() -> None:
    """It ends as any call does."""
    scene = staffed("101")
    scene.dial_out("101")
    scene.answer("out-1")

    assert found(scene, live(W.TALKING, 1, call=OUT)) == ()
    assert look(scene) == [CallEnded]
    assert scene.state("101") is AgentState.WRAP_UP


# ---- numbers for the call book


def test_numbers_are_told_of_calls_that_the_acd_has_not_heard_of() -> None:
    """Not of those that are over, nor of those that we make; on demand also of those that it knows."""
    scene = staffed("101")
    scene.join("known")
    scene.end("over")
    numbers = {"dnis": "12320", "ani": "13812345678", "withheld": True}
    calls = [live(W.WAITING, call=call, **numbers) for call in ("known", "over", "new", "out-9")]
    at = scene.now
    new, known = (Arrival(at=at, call=CallId(call), **numbers) for call in ("new", "known"))  # type: ignore[arg-type]

    assert list(newcomers(snapshot(*calls), scene.core, at)) == [new]
    assert list(newcomers(snapshot(*calls), scene.core, at, known_too=True)) == [known, new]


def test_a_call_that_is_known_to_be_over_is_not_found_again() -> None:
    """Its leg hangs on for a moment."""
    scene = staffed("101")
    scene.end(CALL)

    assert found(scene, live(W.WAITING)) == found(scene, live(W.TALKING, 1)) == ()


def test_what_is_found_is_told_call_by_call_the_ended_ones_first() -> None:
    """In the order of their ids, whatever order they were listed in; what is over before what is there."""
    scene = staffed("101")
    for call in ("z", "a"):
        scene.join(call)
    facts = found(scene, live(W.GREETED, call="d", dnis="12345"), live(W.GREETED, call="b", dnis="12320"))

    assert facts == (
        *(CallEnded(at=scene.now, call=CallId(call), missed=True) for call in ("a", "z")),
        CallArrived(at=scene.now, call=CallId("b"), hotline="12320"),
        CallArrived(at=scene.now, call=CallId("d"), hotline="12345"),
    )


# ---- offers and talks that are over


def ringing(scene: Scene) -> None:
    """101's phone rings for the call."""
    scene.join(CALL)
    scene.ring(CALL)


@pytest.mark.parametrize(
    ("there", "failure"),
    [
        (live(W.WAITING, 1, failure=RingFailure.REFUSED), RingFailure.REFUSED),
        (live(W.WAITING, 1), RingFailure.NOT_CARRIED_OUT),
        (live(W.WAITING, 2, failure=RingFailure.REFUSED), RingFailure.NOT_CARRIED_OUT),  # of a later one
        (live(W.TALKING, 1, seat=SeatId("8999")), RingFailure.NOT_CARRIED_OUT),
    ],
)
def test_an_offer_that_is_over_failed_as_its_leg_says(there: LiveCall, failure: RingFailure) -> None:
    """If the leg speaks of that very offer; else nobody is blamed."""
    scene = staffed("101")
    ringing(scene)

    assert found(scene, there)[0] == RingFailed(at=scene.now, call=CALL, attempt=1, failure=failure)


def test_an_offer_whose_phone_is_in_another_call_has_failed_though_its_caller_rests() -> None:
    """Wherever the dialplan has the caller meanwhile."""
    scene = staffed("101")
    ringing(scene)

    assert RingFailed not in map(type, found(scene, live(W.ELSEWHERE)))
    facts = found(scene, live(W.ELSEWHERE), live(W.TALKING, 1, call=OTHER))
    assert facts[0] == RingFailed(at=scene.now, call=CALL, attempt=1, failure=RingFailure.NOT_CARRIED_OUT)


def test_an_order_that_is_on_its_way_is_not_judged_by_what_the_caller_did_before() -> None:
    """The telephones show an older attempt: the newer one is not there yet."""
    scene = staffed("101")
    scene.join(CALL)
    scene.fail(CALL, RingFailure.NOT_CARRIED_OUT)
    scene.later(2)
    assert scene.core.offers[CALL].attempt == 2

    assert found(scene, live(W.WAITING, 1)) == ()
    assert found(scene, live(W.RINGING, 1)) == ()
    scene.dial(CALL, 2)
    assert found(scene, live(W.WAITING, 1))[0] == RingFailed(
        at=scene.now, call=CALL, attempt=2, failure=RingFailure.NOT_CARRIED_OUT
    )


def test_a_message_that_was_begun_ends_an_offer_that_came_to_nothing_and_no_other() -> None:
    """The newer order takes the caller back; one that the telephones gave up does not."""
    scene = staffed("101")
    scene.join(CALL)
    message = live(W.MESSAGE)
    assert found(scene, message) == ()  # the order to ring is on its way

    busy = found(scene, message, live(W.TALKING, 1, call=OTHER))
    assert [type(fact) for fact in busy if getattr(fact, "call", None) == CALL] == [RingFailed, MessageBegun]


@pytest.mark.parametrize(
    ("there", "is_over"),
    [
        (live(W.TALKING, 1), False),
        (live(W.TALKING, 2), True),
        (live(W.TALKING, 1, seat=SeatId("8102")), True),
        (live(W.RINGING, 1), True),
        (live(W.GREETED, seats=frozenset({SEAT})), False),
        (live(W.GREETED), True),
        (live(W.WAITING, 1, seats=frozenset({SEAT})), True),
    ],
)
def test_a_talk_is_over_where_the_telephones_show_another_or_no_phone_of_its_agent(
    there: LiveCall, is_over: bool
) -> None:
    """The same number, the same seat, and talking: else it is over."""
    scene = staffed("101")
    ringing(scene)
    scene.answer(CALL)

    assert (TalkEnded in map(type, found(scene, there))) is is_over


def test_whoever_is_kept_is_free_once_the_caller_has_another_or_waits() -> None:
    """Or once their own phone is in another call; not while the transfer is under way."""
    scene = staffed("101")
    ringing(scene)
    scene.answer(CALL)
    scene.tell(TransferBegun(at=scene.now, call=CALL, attempt=1, to_attempt=2, to=Party.OUTSIDE))
    over = TalkEnded(at=scene.now, call=CALL, attempt=1)

    assert over in found(scene, live(W.TALKING, 2, seat=SeatId("8999")))
    assert over in found(scene, live(W.WAITING, 2))
    assert over in found(scene, live(W.ELSEWHERE, 2), live(W.TALKING, 1, call=OTHER))
    assert over not in found(scene, live(W.ELSEWHERE, 2))
    assert over not in found(scene, live(W.RINGING, 2, seat=None, first=SEAT))


def test_whoever_is_asked_is_out_once_their_phone_is_not_in_the_call() -> None:
    """Or is in another one."""
    scene = staffed("101", "102")
    ringing(scene)
    scene.answer(CALL)
    asked = SeatId("8102")
    scene.tell(ConsultBegun(at=scene.now, call=CALL, attempt=1, to=Party.AGENT, seat=asked))
    both = live(W.TALKING, 1, seats=frozenset({SEAT, asked}), asks=True)
    out = ConsultEnded(at=scene.now, call=CALL, attempt=1)

    assert found(scene, both) == ()
    assert out in found(scene, live(W.TALKING, 1, seats=frozenset({SEAT}), asks=True))
    assert out in found(scene, both, live(W.TALKING, 1, call=OTHER, seat=asked))


# ---- what is there


def test_somebody_found_with_a_caller_is_believed_unless_the_telephones_have_them_elsewhere() -> None:
    """The agent talks with one caller; a second leg that names their seat is left to its end."""
    scene = staffed("101")
    ringing(scene)
    scene.answer(CALL)
    strange = live(W.TALKING, 4, call=OTHER)

    assert [type(fact) for fact in found(scene, live(W.TALKING, 1), strange)] == [CallArrived]
    assert [type(fact) for fact in found(scene, live(W.WAITING, 1), strange)] == [
        *(TalkEnded, CallJoined, CallArrived, CallJoined, OfferFound, AgentAnswered),
    ]


def test_an_agent_whose_talk_is_somewhere_in_the_dialplan_is_with_nobody_else() -> None:
    """Their phone is in that call, wherever its caller is; once it is not, another caller is believed."""
    scene = staffed("101")
    ringing(scene)
    scene.answer(CALL)
    strange = live(W.RINGING, 4, call=OTHER)

    there = live(W.ELSEWHERE, 1, seats=frozenset({SEAT}))
    assert OfferFound not in map(type, found(scene, there, strange))
    assert OfferFound in map(type, found(scene, live(W.ELSEWHERE, 1), strange))


def test_a_phone_that_rings_is_told_once() -> None:
    """Dialled, then ringing; what is known already is not repeated."""
    scene = staffed("101")
    scene.join(CALL)
    here = {"at": scene.now, "call": CALL, "attempt": 1}

    assert found(scene, live(W.RINGING, 1)) == (PhoneDialled(**here), RingStarted(**here))
    scene.dial(CALL)
    assert found(scene, live(W.RINGING, 1)) == (RingStarted(**here),)
    scene.ring(CALL)
    assert found(scene, live(W.RINGING, 1)) == ()


def test_a_caller_who_waits_joins_by_what_their_leg_carries() -> None:
    """Queue, skills, place, number of offers: as when it was heard."""
    scene = staffed()
    carried = live(W.WAITING, 3, seat=None, priority=2)
    arrived, joined = found(scene, carried)

    assert arrived == CallArrived(at=scene.now, call=CALL, hotline="")
    assert joined == CallJoined(at=scene.now, call=CALL, queue=carried.queue, priority=2, attempts=3)
