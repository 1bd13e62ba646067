"""A PBX by chance, beside whatever an ACD believes: every call is somewhere, every phone in one call."""

from __future__ import annotations

from dataclasses import replace

from acd.distributor import Distributor
from acd.model import CallId, Offer, QueueName, SeatId, is_outward
from telephony.handing_seen import BEING_DIALLED
from telephony.telephones import WITH_SEAT, LiveCall, Telephones, Where
from tests.acd.scene import Scene, clock
from tests.acd.test_random_play import SEATS

Pick = tuple[int, int, int, int]
"""Which call, where, in which attempt, and who is beside it."""
GENERAL = QueueName("general")


def by_chance(scene: Scene, picks: list[Pick]) -> Telephones:
    """Calls of the ACD's and unknown ones; attempts may have gone on, callers may have been handed on."""
    known = sorted(scene.core.calls)
    calls = {}
    for number, (which, where, more, beside) in enumerate(picks):
        call = CallId(known[which % len(known)]) if known and which < 6 else CallId(f"new{number}")
        place = tuple(Where)[where % len(Where)]
        if place is Where.GREETED and call in known:
            place = Where.ELSEWHERE  # nobody goes back to the greeting
        calls[call] = place, more, beside
    pbx = _Pbx(scene)
    outward = {call: pbx.outward(call, place) for call, (place, _, _) in calls.items() if is_outward(call)}
    citizens = {call: pbx.citizen(call, *how) for call, how in calls.items() if not is_outward(call)}
    found = {**outward, **citizens}
    return Telephones(
        calls={call: live for call, live in found.items() if live is not None},
        phones=dict.fromkeys(map(SeatId, SEATS), True),
    )


def copied(core: Distributor) -> Distributor:
    """The same core, to try something with."""
    copy = Distributor()
    copy.restore(core.snapshot())
    return copy


class _Pbx:
    def __init__(self, scene: Scene) -> None:
        self._core = scene.core
        self._free = [SeatId(seat) for seat in SEATS]

    def outward(self, call: CallId, place: Where) -> LiveCall | None:
        """A call that we make: the agent's own leg, as far as the ACD knows or further, or not there."""
        offer = self._core.offers.get(call) or self._core.talking.get(call)
        if offer is None or not self._takes(offer.seat):
            return None
        where = place if place in WITH_SEAT and call in self._core.offers else Where.TALKING
        return LiveCall(call=call, where=where, queue=offer.queue, attempt=1, seat=offer.seat)

    def citizen(self, call: CallId, place: Where, more: int, beside: int) -> LiveCall:
        """A citizen's leg."""
        core = self._core
        attempt = max(core.attempts(call) - more // 4 + more % 2, 1 if place in WITH_SEAT else 0)
        talk, kept = core.talking.get(call), core.kept.get(call)
        first = talk or kept
        here = LiveCall(call=call, where=place, queue=GENERAL, attempt=attempt, joined=clock(more))
        if place in BEING_DIALLED and beside >= 4:
            return self._dialled_for(here, first, beside)
        if place is Where.ELSEWHERE and first is not None and beside % 2 and self._takes(first.seat):
            return replace(here, seats=frozenset({first.seat}), answered=frozenset({first.seat}))
        if place not in WITH_SEAT:
            return here
        if place is Where.TALKING and beside == 7:
            return here  # with somebody outside
        seat = self._seat_of(call, attempt)
        if seat is None:
            return replace(here, where=Where.WAITING)
        here = replace(here, seat=seat, seats=frozenset({seat}))
        return self._talking(here, talk, beside) if place is Where.TALKING else here

    def _talking(self, here: LiveCall, talk: Offer | None, beside: int) -> LiveCall:
        """With one agent; or somebody is asked (2, 3), in a three-way (4), or has taken over there (5, 6)."""
        here = replace(here, answered=here.seats, in_conference=beside in (4, 5, 6))
        asked = self._core.asked.get(here.call)
        second = self._one_of(asked.seat if asked else None) if beside in (2, 3, 4, 5, 6) else None
        if second is None:
            return replace(here, asks=beside == 2)
        if beside in (5, 6) and talk is not None and talk.attempt == here.attempt and here.seat is not None:
            self._free.append(here.seat)
            return replace(here, seat=second, seats=frozenset({second}), answered=frozenset({second}))
        answered = here.answered | ({second} if beside != 2 else set())
        return replace(here, seats=here.seats | {second}, answered=answered, asks=beside in (2, 3))

    def _dialled_for(self, here: LiveCall, first: Offer | None, beside: int) -> LiveCall:
        """A transfer: back to the first agent (4), outside (5), or to somebody (6, 7)."""
        seat = first.seat if first else SeatId(SEATS[here.attempt % 4])
        attempt = max(here.attempt, first.attempt + 1 if first else 2)
        offer = self._core.offers.get(here.call)
        if offer is not None and offer.attempt >= attempt and beside in (4, 5):
            attempt = offer.attempt + 1
        if beside == 5:
            return replace(here, attempt=attempt, first=seat)
        to = self._one_of(seat) if beside == 4 else self._seat_of(here.call, attempt, but=seat)
        if to is None or (beside == 4 and to != seat):
            return replace(here, where=Where.WAITING, attempt=attempt)
        return replace(here, attempt=attempt, first=seat, seat=to, seats=frozenset({to}))

    def _seat_of(self, call: CallId, attempt: int, but: SeatId | None = None) -> SeatId | None:
        """The number names the phone, if the ACD gave it; else any that is free."""
        books = (self._core.offers, self._core.talking, self._core.kept)
        offers = [book[call] for book in books if call in book and book[call].attempt == attempt]
        if offers:
            return offers[0].seat if offers[0].seat != but and self._takes(offers[0].seat) else None
        return self._one_of(None, but)

    def _one_of(self, seat: SeatId | None, but: SeatId | None = None) -> SeatId | None:
        free = [one for one in self._free if one != but]
        found = seat if seat in free else next(iter(free), None)
        if found is not None:
            self._free.remove(found)
        return found

    def _takes(self, seat: SeatId) -> bool:
        if seat not in self._free:
            return False
        self._free.remove(seat)
        return True
