"""The two things Asterisk asks us over FastAGI: where a citizen's call goes, and what an agent's feature code does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from acd.admission import Budget, RepeatCallers
from acd.events import Event
from acd.model import AgentId, CallId, Refusal, SeatId
from acd.phone_facts import PhoneFreed, PhoneTaken
from city.city import City
from city.hotline import Hotline
from city.ways import Served, Way, served
from ivr.agent_codes import Desk, serve
from ivr.arrival import journey_at
from ivr.line import Keypad
from ivr.menu import CallBackPromised, Join, MessageLeft
from ivr.walk import walk
from telephony.counter import AtTheCounter, House, NoteEdge
from telephony.errors import CallerHungUp
from telephony.line import AgiLine

log = structlog.get_logger(__name__)


class Caller(Keypad, Protocol):
    """One FastAGI connection, as the scripts need it."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the dialplan passed to AGI()."""

    call_id: str  # Asterisk's id of the leg

    async def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable."""


WhoServed = Callable[[str, datetime], Awaitable[AgentId | None]]
"""Who served this number last, not before this moment. Soon, or None: a caller is waiting for it."""


NoteWay = Callable[[CallId, Mapping[str, str]], None]
"""By what a caller left each node of the menu (ivr.menu.Edge)."""


class Reception:
    """Answers both scripts. The city is asked for anew with every call, so a swapped one serves the next caller."""

    def __init__(
        self,
        city: Callable[[], City],
        desk: Desk,
        now: Callable[[], datetime],
        who_served: WhoServed,
        tell: Callable[[Event], None],
        house: House,
        note_way: NoteWay = lambda _call, _done: None,
    ) -> None:
        """`tell` reports a fact to the ACD; `house` does for callers in a menu what they ask for.

        `note_way` is told by what a caller left each node, once they are through.
        """
        self._note_way = note_way
        self.note_edge: NoteEdge = lambda _call, _edge: None  # told of every edge that a caller passes
        self._house = house
        self._city, self._desk, self._now, self._who_served, self._tell = city, desk, now, who_served, tell
        self._repeat_callers = RepeatCallers()

    async def receive(self, caller: AgiLine) -> None:
        """Script `call`: name the hotline by the number dialled, walk its menu, say where the call waits or goes.

        WALKED is set last: without it the dialplan takes the caller on by itself. REFUSAL, and SERVED (a message is
        left, a call-back is promised): it lets the caller go. WAY: where to, if not to the waiting room, and TRANSFER
        the number; the call waits if nobody answers there.
        """
        city = self._city()
        dialled, number = (*caller.arguments, "")[:2]  # Asterisk may leave an empty one out
        hotline, known = city.hotline_for(dialled)
        if not self._lets_in(city, hotline, number):
            await caller.set_variable("REFUSAL", Refusal.NUMBER_TOO_OFTEN)
            return
        if not known:
            log.warning("a number that no hotline lists was dialled", hotline=hotline.number)
        way = served(city, hotline, self._now())
        counter = AtTheCounter(caller, self._house, hotline, number, self.note_edge)
        end = await walk(journey_at(city, way), counter)
        self._note_way(CallId(caller.call_id), counter.done)
        if isinstance(end, MessageLeft | CallBackPromised):
            await caller.set_variable("SERVED", "yes")
            return
        await self._send_on(caller, city, way, end, number)

    async def _send_on(self, caller: AgiLine, city: City, way: Served, join: Join, number: str) -> None:
        hotline = way.hotline
        if join.keyed:
            await self._house.note_keyed(CallId(caller.call_id), dict(join.keyed))
        prefers = await self._prefers(city, hotline, join, number)
        skills = "&".join(f"{need.skill}:{need.level}" for need in sorted(join.skills))
        await caller.set_variables(
            {
                "HOTLINE": hotline.number,
                "QUEUE": join.queue,
                "SKILLS": skills,
                "CALL_PRIORITY": str(join.priority),
                "PREFERS": prefers or "",
                "WAY": "" if way.way is Way.QUEUE else way.way,
                "TRANSFER": way.transfer or "",
                "WALKED": "yes",
            }
        )

    async def _prefers(self, city: City, hotline: Hotline, join: Join, number: str) -> AgentId | None:
        """熟人坐席: who served this citizen last, if the queue asks for that. A crisis hotline has no favourites."""
        days = city.queues[join.queue].prefer_last_agent_days
        if not days or not number or hotline.crisis or city.admission.shares(number):
            return None
        return await self._who_served(number, self._now() - timedelta(days=days))

    def _lets_in(self, city: City, hotline: Hotline, number: str) -> bool:
        """A crisis hotline lets everybody in; so does a number that many people share."""
        limits = city.admission
        if hotline.crisis or limits.shares(number):
            return True
        budget = Budget(calls=limits.calls_per_number, window=timedelta(seconds=limits.window_s))
        return self._repeat_callers.admit(number, budget, self._now())

    async def serve_agent(self, phone: Caller) -> None:
        """Script `agent-code`: carry out the code dialled at a seat and say what became of it.

        Nobody is rung there before AMI tells that this leg is hung up. Should that be told before we have begun, the
        end of our own connection says it again.
        """
        code, seat = phone.arguments
        place, use = SeatId(seat), CallId(phone.call_id)
        self._tell(PhoneTaken(at=self._now(), seat=place, use=use))
        try:
            await serve(code, seat, phone, self._desk)
            await phone.set_variable("SERVED", "yes")
        except CallerHungUp:
            self._tell(PhoneFreed(at=self._now(), seat=place, use=use))
            raise
