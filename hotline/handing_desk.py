"""Transfers and consultations that people ask for: checked against the ACD and the city's list, put to Asterisk."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from acd.asking import free_at, must_be_free, must_be_two, seat_of
from acd.call_facts import CallTransferredOut
from acd.distributor import Distributor
from acd.engine import Engine
from acd.errors import NotNow, NumberNotListed, Refused, UnknownQueue, UnknownSeat
from acd.events import TalkEnded
from acd.model import AgentId, CallId, Offer, QueueName, SeatId, is_outward
from acd.talk_facts import ConsultBegun, ConsultEnded, ThreeWayBegun, TransferBegun, TransferDone
from api.ports import Whom
from city.city import City
from city.ways import Way, served
from hotline.told import until_told
from telephony.reception import Caller
from telephony.talk import Talk, TalkCode, Target

log = structlog.get_logger(__name__)


class HandingDesk:
    """The API's and the keyed codes' side of handing a caller on."""

    def __init__(self, engine: Engine, distributor: Distributor, talk: Talk, city: Callable[[], City]) -> None:
        self._engine, self._distributor, self._talk, self._city = engine, distributor, talk, city

    async def pass_on(self, call: CallId, whom: Whom) -> None:
        """转接. Raises Refused, TelephonyError, TimeoutError."""
        talk = self._with_the_caller(call)
        target = self._target(whom, talk.seat, to_ask=False)
        kinds = (TalkEnded,) if target.kind == "hotline" else (TransferBegun,)
        await until_told(self._engine, call, kinds, self._talk.pass_on(call, target))

    async def consult(self, call: CallId, whom: Whom) -> None:
        """咨询. The same errors."""
        talk = self._with_the_caller(call)
        target = self._target(whom, talk.seat, to_ask=True)
        await until_told(self._engine, call, (ConsultBegun,), self._talk.consult(call, target))

    async def complete(self, call: CallId) -> None:
        """完成转接. The same errors."""
        self._asking(call)
        await until_told(
            self._engine, call, (TransferDone, CallTransferredOut), self._talk.press(call, TalkCode.COMPLETE)
        )

    async def rejoin(self, call: CallId) -> None:
        """回到市民. The same errors."""
        self._asking(call)
        await until_told(self._engine, call, (ConsultEnded,), self._talk.rejoin(call))

    async def three_way(self, call: CallId) -> None:
        """三方通话. The same errors."""
        self._asking(call)
        await until_told(self._engine, call, (ThreeWayBegun,), self._talk.press(call, TalkCode.THREE_WAY))

    async def find(self, phone: Caller) -> None:
        """Script `whom`: who was meant by the number keyed: an agent's phone; a hotline, or whoever is free there or
        stands for it outside. To `give` a hotline that is closed the caller is nobody."""
        number, own, wish = (*phone.arguments, "", "", "")[:3]
        try:
            if number in self._city().hotlines:
                target = self._target(Whom(hotline=number), SeatId(own), to_ask=wish != "give")
            else:
                target = self._target(Whom(agent=AgentId(number)), SeatId(own), to_ask=True)
        except Refused as refusal:
            log.info("nobody to ask", rule=refusal.rule)
            await phone.set_variable("TO_KIND", "")
            return
        await phone.set_variable("TO", target.number)
        await phone.set_variable("TO_KIND", target.kind)

    # ---- whom

    def _target(self, whom: Whom, own: SeatId, *, to_ask: bool) -> Target:
        if whom.number is not None:
            return self._outside(whom.number)
        if whom.hotline is not None:
            return self._hotline(whom.hotline, own, to_ask=to_ask)
        seat = whom.seat if whom.agent is None else seat_of(self._distributor, whom.agent)
        if seat is None or seat not in self._distributor.seats:
            raise UnknownSeat(f"there is no seat {seat}", f"没有坐席 {seat}")
        must_be_free(self._distributor, seat, own)
        return Target("seat", seat)

    def _outside(self, number: str) -> Target:
        if number not in {place.number for place in self._city().about.outside}:
            raise NumberNotListed("the city does not list this number", "该号码不在本市可拨打的名单中")
        return Target("outside", number)

    def _hotline(self, number: str, own: SeatId, *, to_ask: bool) -> Target:
        city = self._city()
        hotline = city.hotlines.get(number)
        if hotline is None:
            raise UnknownQueue(f"there is no hotline {number}", f"没有热线 {number}")
        way = served(city, hotline, self._engine.now())
        outside = way.transfer if way.way is Way.TRANSFER else hotline.transfer if to_ask else None
        if outside is not None:
            return Target("outside", outside)
        if to_ask:
            return Target("seat", free_at(self._distributor, QueueName(hotline.queue), own))
        if not way.is_usual:
            raise NotNow(f"hotline {number} is closed", f"热线 {number} 现已闭线")
        return Target("hotline", number)

    # ---- the talk

    def _talking(self, call: CallId) -> Offer:
        if is_outward(call):
            raise NotNow("in a call that we made nobody is handed on", "外呼通话不能转接或咨询")
        talk = self._distributor.talking.get(call)
        if talk is None:
            raise NotNow(f"call {call} is with no agent", "该来电没有在通话")
        return talk

    def _with_the_caller(self, call: CallId) -> Offer:
        talk = self._talking(call)
        must_be_two(talk)
        return talk

    def _asking(self, call: CallId) -> None:
        if self._talking(call).asks_since is None:
            raise NotNow("nobody is being asked", "没有在咨询")
