"""A snapshot beside a belief: what is told, and that afterwards they agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.errors import Refused
from acd.events import (
    AgentAnswered,
    CallArrived,
    CallEnded,
    CallJoined,
    GapClosed,
    GapMarked,
    OfferFound,
    PhoneDialled,
    PhoneLost,
    PhoneRegistered,
    RingFailed,
    RingStarted,
    TalkEnded,
)
from acd.model import AgentId, AgentState, BreakReason, CallId, QueueName, RingFailure, SeatId, is_outward
from telephony.resync import difference
from telephony.telephones import WITH_SEAT, LiveCall, Telephones, Where
from tests.acd.scene import Scene, clock, skilled
from tests.acd.test_random_play import AGENTS, LEVELS, MOVES, SEATS, Move, play

CALL, SEAT = CallId("c1"), SeatId("8101")


def live(where: Where, attempt: int = 0, call: str = CALL, **more: object) -> LiveCall:
    """A call on the PBX."""
    seat = SEAT if attempt else None
    whole = LiveCall(call=CallId(call), where=where, queue=QueueName("general"), attempt=attempt, seat=seat)
    return replace(whole, **more)  # type: ignore[arg-type]


def snapshot(*calls: LiveCall, **phones: bool) -> Telephones:
    """What is on the PBX, and which seats' phones are there."""
    return Telephones(
        calls={one.call: one for one in calls}, phones={SeatId(name[1:]): there for name, there in phones.items()}
    )


def look(scene: Scene, *calls: LiveCall, **phones: bool) -> list[type]:
    """Tell the difference, check that none is left, and return the kinds of facts that it took."""
    now = snapshot(*calls, **phones)
    facts = difference(now, scene.core, scene.now)
    for fact in (GapMarked(at=scene.now), *facts):
        scene.tell(fact)
    assert difference(now, scene.core, scene.now) == ()
    scene.tell(GapClosed(at=scene.now))
    return [type(fact) for fact in facts]


def nothing(_: Scene) -> None:
    """The ACD knows nothing of the call."""


def waiting(scene: Scene) -> None:
    """The ACD believes that the call waits, and that nobody is free."""
    scene.rest("101")
    scene.join(CALL)


def reserved(scene: Scene) -> None:
    """The order was given, nothing was heard of it."""
    scene.join(CALL)


def dialled(scene: Scene) -> None:
    """The order took effect."""
    scene.join(CALL)
    scene.dial(CALL)


def ringing(scene: Scene) -> None:
    """The phone rings."""
    dialled(scene)
    scene.ring(CALL)


def talking(scene: Scene) -> None:
    """They talk."""
    ringing(scene)
    scene.answer(CALL)


W = Where
TABLE = [
    (nothing, live(W.GREETED), [CallArrived]),
    (nothing, live(W.ELSEWHERE), [CallArrived]),
    (nothing, live(W.WAITING), [CallArrived, CallJoined]),
    (nothing, live(W.RINGING, 2), [CallArrived, CallJoined, OfferFound, RingStarted]),
    (nothing, live(W.DIALLED, 2), [CallArrived, CallJoined, OfferFound]),
    (nothing, live(W.TALKING, 2), [CallArrived, CallJoined, OfferFound, AgentAnswered]),
    (nothing, live(W.TALKING, 1, seat=SeatId("8999")), [CallArrived]),
    (waiting, None, [CallEnded]),
    (waiting, live(W.WAITING), []),
    (waiting, live(W.WAITING, 3), [CallJoined]),
    (waiting, live(W.RINGING, 1), [OfferFound, RingStarted]),
    (waiting, live(W.TALKING, 1), [OfferFound, AgentAnswered]),
    (waiting, live(W.ELSEWHERE), []),
    (reserved, None, [CallEnded]),
    (reserved, live(W.WAITING), []),  # the order is on its way
    (reserved, live(W.WAITING, 1, failure=RingFailure.BUSY), [RingFailed]),
    (reserved, live(W.DIALLED, 1), [PhoneDialled]),
    (reserved, live(W.RINGING, 1), [PhoneDialled, RingStarted]),
    (reserved, live(W.TALKING, 1), [AgentAnswered]),
    (dialled, live(W.WAITING, 1), [RingFailed]),
    (dialled, live(W.RINGING, 1), [RingStarted]),
    (ringing, None, [CallEnded]),
    (ringing, live(W.WAITING, 1, failure=RingFailure.NO_ANSWER), [RingFailed]),
    (ringing, live(W.RINGING, 1), []),
    (ringing, live(W.TALKING, 1), [AgentAnswered]),
    (ringing, live(W.RINGING, 2), [RingFailed, OfferFound, RingStarted]),
    (talking, None, [CallEnded]),
    (talking, live(W.TALKING, 1), []),
    (talking, live(W.ELSEWHERE, 1), []),
    (talking, live(W.WAITING, 1), [TalkEnded, CallJoined]),
]


@pytest.mark.parametrize(
    ("believe", "there", "told"), TABLE, ids=lambda part: getattr(part, "__name__", getattr(part, "where", None))
)
def test_difference_is_told_as_ordinary_facts(
    believe: Callable[[Scene], None], there: LiveCall | None, told: list[type]
) -> None:
    """Every belief beside every place a caller can be in; afterwards there is no difference."""
    scene = Scene()
    scene.staff("101")
    believe(scene)

    assert look(scene, *([there] if there else [])) == told
    if there is not None and there.where is Where.TALKING and there.seat == SEAT:
        assert scene.talker(CALL) == "101"
    if there is not None and there.where is Where.RINGING:
        assert scene.state("101") is AgentState.RINGING


def test_caller_keeps_the_old_place() -> None:
    """Who came first is served first, also if the ACD hears of it last."""
    scene = Scene()
    scene.later(100)
    later = live(W.WAITING, call="c2", joined=clock(20))
    first = live(W.WAITING, call="c3", joined=clock(10), skills=skilled(psychology=1), prefers=AgentId("101"))
    look(scene, later, first, live(W.WAITING, call="c4", joined=clock(30), priority=1))

    assert scene.waiting() == ["c4", "c3", "c2"]
    assert scene.core.waiting[1].skills == skilled(psychology=1)
    assert scene.core.waiting[1].prefers == "101"


def test_attempts_go_on_where_the_dialplan_counted() -> None:
    """A recording is named by its attempt: no number is used twice."""
    scene = Scene()
    look(scene, live(W.WAITING, 4, seat=None))
    scene.staff("101")

    assert scene.orders[-1].attempt == 5


def test_agent_found_with_a_caller_loses_the_order_that_was_for_somebody_else() -> None:
    """The phone cannot ring for two: the one that the telephones show is true."""
    scene = Scene()
    scene.staff("101")
    scene.join("other")
    look(scene, live(W.TALKING, 3), live(W.WAITING, call="other"))

    assert scene.talker(CALL) == "101"
    assert scene.waiting() == ["other"]


def test_phones_that_came_and_went_are_told_only_where_it_matters() -> None:
    """An idle agent without a phone is not rung; one who waits for the phone is back."""
    scene = Scene()
    for agent in ("101", "102", "103"):
        scene.staff(agent)
    scene.phone_lost("8102")
    scene.rest("103")

    assert look(scene, _8101=False, _8102=True, _8103=False) == [PhoneLost, PhoneRegistered]
    assert scene.agent("101").reason is BreakReason.PHONE_UNREACHABLE
    assert scene.state("102") is AgentState.READY


def test_only_calls_known_before_the_look_can_be_missing() -> None:
    """A call that came while the channels were being listed has not ended."""
    scene = Scene()
    scene.join("before")
    known = scene.core.calls
    scene.join("meanwhile")

    assert difference(snapshot(), scene.core, scene.now, known) == (
        CallEnded(at=scene.now, call=CallId("before"), missed=True),
    )


# ---- whatever the ACD believes, whatever the telephones do


def world(scene: Scene, picks: list[tuple[int, int, int]]) -> Telephones:
    """A PBX by chance: calls of the ACD's and unknown ones, at most one a seat, attempts that may have gone on."""
    core, known = scene.core, sorted(scene.core.calls)
    places: dict[CallId, tuple[Where, int]] = {}
    for number, (which, where, more) in enumerate(picks):
        call = CallId(known[which % len(known)]) if known and which < 6 else CallId(f"new{number}")
        place = tuple(Where)[where % len(Where)]
        if place is Where.GREETED and call in known:
            place = Where.ELSEWHERE  # nobody goes back to the greeting
        places[call] = place, more
    offers = {**core.offers, **core.talking}
    held = {offers[call].seat for call, (place, _) in places.items() if place is Where.ELSEWHERE and call in offers}
    free = [SeatId(seat) for seat in SEATS if seat not in held]
    return Telephones(
        calls=_outward(scene, places, free)
        | {call: _placed(scene, call, *placed, free) for call, placed in places.items() if not is_outward(call)},
        phones=dict.fromkeys(map(SeatId, SEATS), True),
    )


def _outward(scene: Scene, places: dict[CallId, tuple[Where, int]], free: list[SeatId]) -> dict[CallId, LiveCall]:
    """Calls that we make: the agent's own leg, as far as the ACD knows or further, or not there."""
    found = {}
    for call, (place, _) in places.items():
        offer = scene.core.offers.get(call) or scene.core.talking.get(call)
        if offer is None or not is_outward(call) or offer.seat not in free:
            continue
        free.remove(offer.seat)
        where = place if place in WITH_SEAT and call in scene.core.offers else Where.TALKING
        found[call] = LiveCall(call=call, where=where, queue=offer.queue, attempt=1, seat=offer.seat)
    return found


def _placed(scene: Scene, call: CallId, place: Where, more: int, free: list[SeatId]) -> LiveCall:
    offer = scene.core.offers.get(call) or scene.core.talking.get(call)
    attempt = max(scene.core.attempts(call) - more // 4 + more % 2, 1 if place in WITH_SEAT else 0)
    seat = offer.seat if offer and offer.attempt == attempt else next(iter(free), None)
    if place in WITH_SEAT and seat not in free:
        place = Where.WAITING
    elif place in WITH_SEAT and seat is not None:
        free.remove(seat)
    return LiveCall(call=call, where=place, queue=QueueName("general"), attempt=attempt, seat=seat, joined=clock(more))


small = st.integers(0, 7)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(MOVES), small, small, small), max_size=60),
    st.lists(st.tuples(small, small, small), max_size=6),
)
def test_after_the_difference_they_agree(moves: list[Move], picks: list[tuple[int, int, int]]) -> None:
    """Told once, nothing is left to tell; who waits, rings and talks there, waits, rings and talks here."""
    scene = Scene()
    for number, (seat, agent) in enumerate(zip(SEATS, AGENTS, strict=True)):
        scene.seat(seat, "general health")
        scene.log_on(agent, seat, **LEVELS[number])
        scene.ready(agent)
    for move in moves:
        try:
            play(scene, move)
        except Refused:
            scene.told.pop()
    now = world(scene, picks)
    scene.core.receive(GapMarked(at=scene.now))
    for fact in difference(now, scene.core, scene.now):
        scene.core.receive(fact)

    assert not difference(now, scene.core, scene.now)
    unheard = {call for call, offer in scene.core.offers.items() if is_outward(call) and not offer.dialled}
    assert scene.core.calls - unheard <= now.calls.keys()
    believed = {call: offer.attempt for call, offer in scene.core.talking.items()}
    on_their_way = scene.core.offers.keys()
    ours = {
        one.call: one
        for one in now.calls.values()
        if one.seat and scene.core.sitting_at(one.seat) and one.call not in on_their_way
    }
    assert {call: one.attempt for call, one in ours.items() if one.where is Where.TALKING}.items() <= believed.items()
    assert {one.call for one in now.calls.values() if one.where is Where.WAITING} <= set(scene.waiting())
