"""A snapshot beside a belief: what is told, and that afterwards they agree and no phone's caller is offered again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.call_facts import MessageBegun
from acd.commands import RingAgent
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
from tests.acd.test_random_play import HANDING_ON, Move, play_all
from tests.telephony.by_chance import Pick, by_chance, copied

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
    (talking, live(W.ELSEWHERE, 1, seats=frozenset({SEAT})), []),
    (talking, live(W.ELSEWHERE, 1), [TalkEnded]),  # no phone of the agent's is in it
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

small = st.integers(0, 7)
plays = st.lists(st.tuples(st.sampled_from(HANDING_ON), small, small, small), max_size=60)


def played(moves: list[Move]) -> Scene:
    """Four agents, and whatever happened to them."""
    scene = Scene()
    play_all(scene, moves)
    return scene


def compare(scene: Scene, now: Telephones) -> None:
    """Told once, nothing is left to tell; who waits, rings and talks there, waits, rings and talks here."""
    core = scene.core
    core.receive(GapMarked(at=scene.now))
    for fact in difference(now, core, scene.now):
        core.receive(fact)

    assert difference(now, core, scene.now) == ()
    orders = copied(core).receive(GapClosed(at=scene.now))
    again = [now.calls[order.call] for order in orders if isinstance(order, RingAgent) and order.call in now.calls]
    assert not [one for one in again if one.where in WITH_SEAT and one.seat and core.sitting_at(one.seat)]
    unheard = {call for call, offer in core.offers.items() if is_outward(call) and not offer.dialled}
    assert core.calls - unheard <= now.calls.keys()
    believed = {call: offer.attempt for call, offer in core.talking.items()}
    ours = {
        one.call: one
        for one in now.calls.values()
        if one.seat and core.sitting_at(one.seat) and one.call not in core.offers
    }
    assert {call: one.attempt for call, one in ours.items() if one.where is Where.TALKING}.items() <= believed.items()
    assert {one.call for one in now.calls.values() if one.where is Where.WAITING} <= set(scene.waiting())
    for agent in core.agents.values():
        if agent.state is AgentState.TALKING and agent.call is not None:
            live = now.calls[agent.call]
            assert agent.seat == live.seat or agent.seat in live.seats, "nobody talks without a phone in the call"
    assert all(offer.seat in now.calls[call].seats for call, offer in core.asked.items())


@settings(max_examples=500, deadline=None)
@given(st.integers(0, 3), plays, st.lists(st.tuples(small, small, small, small), max_size=6))
def test_after_the_difference_they_agree(talks: int, moves: list[Move], picks: list[Pick]) -> None:
    """Any belief beside any telephones, with callers being handed on; some talk when the play begins."""
    begun = [move for n in range(talks) for move in (("join", n, n, 0), ("news", n, 3, 0))]
    scene = played([*begun, *moves])
    compare(scene, by_chance(scene, picks))


ONCE_WRONG: list[tuple[list[Move], list[Pick]]] = [
    # the first agent took the caller back from a consultation, and the one who was asked stayed asked
    (
        [("join", 2, 3, 1), ("news", 2, 7, 3), ("news", 4, 4, 7), ("ask", 4, 0, 5), ("take over", 5, 0, 5)],
        [(0, 5, 0, 1)],
    ),
    # whoever was kept is rung for another caller, while the transfer's talk goes on with somebody else
    (
        [("take over", 4, 7, 5), ("join", 3, 1, 4), ("join", 6, 7, 4), ("pass on", 7, 4, 3)],
        [(2, 5, 5, 0), (0, 4, 4, 0), (2, 2, 3, 0)],
    ),
    # one transfer is known, and the first agent's phone is in another call
    ([("join", 7, 7, 0), ("join", 3, 5, 0), ("pass on", 0, 3, 2)], [(3, 4, 7, 4), (2, 2, 0, 6)]),
    # somebody who was asked on a break is found in a three-way of strangers, in one that began, and in a known talk
    ([("join", 6, 6, 5), ("stale", 0, 3, 5), ("ask", 7, 6, 2)], [(2, 4, 1, 5)]),
    ([("join", 1, 2, 0), ("news", 0, 3, 0), ("phone", 1, 5, 0), ("ask", 1, 6, 4)], [(5, 4, 1, 5)]),
    (
        [*[("join", n, 0, 0) for n in (4, 2, 1)], ("news", 1, 3, 0), ("back", 7, 4, 1), ("ask", 3, 5, 4)],
        [(1, 4, 6, 4)],
    ),
    # the seat of who was asked is closed, and they are logged off when the talk turns out to be another
    ([("back", 2, 3, 3), ("take over", 4, 5, 1), ("ask", 5, 7, 1), ("close", 5, 3, 5)], [(4, 4, 6, 4)]),
]


@pytest.mark.parametrize(("moves", "picks"), ONCE_WRONG)
def test_plays_that_once_left_a_difference(moves: list[Move], picks: list[Pick]) -> None:
    """Found by many seeds, made as short as they go."""
    scene = played(moves)
    compare(scene, by_chance(scene, picks))


def test_a_caller_whom_the_recipe_sent_to_leave_a_message_has_left_the_line() -> None:
    """Also when nobody heard it happen; a message that the dialplan takes by itself is left alone."""
    scene = Scene()
    scene.join("c1")

    assert look(scene, live(Where.ELSEWHERE)) == []
    assert look(scene, live(Where.MESSAGE)) == [MessageBegun]
    assert scene.core.waiting == ()
