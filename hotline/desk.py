"""What an agent asks for at the phone, put to the ACD: the `Desk` behind the feature codes.

Nothing is confirmed before the journal has it: `ask` returns then, and the voice says so after that.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from pydantic import SecretStr

from acd.duty_facts import WrapUpExtended
from acd.errors import Refused, UnknownAgent
from acd.events import AgentBecameReady, AgentLoggedOff, AgentLoggedOn, AgentWentOnBreak, Request
from acd.model import AgentId, AgentState, BreakReason, SeatId
from acd.staff import LockedOut, StaffMember
from ivr.agent_codes import DONE, TOO_MANY_ATTEMPTS, Answer


class Acd(Protocol):
    """The engine, as a desk needs it."""

    async def ask(self, request: Request) -> None:
        """Apply a request and journal it. Raises acd.errors.Refused."""


class Directory(Protocol):
    """Who may log on: `acd.staff.Staff`."""

    async def verify_pin(self, number: str, pin: str, *, now: datetime) -> StaffMember:
        """The person with this number and PIN. Raises acd.errors.Refused."""


class PhoneDesk:
    """The feature codes' side of the ACD."""

    def __init__(
        self,
        acd: Acd,
        directory: Directory,
        sitting_at: Callable[[SeatId], tuple[AgentId, AgentState] | None],
        now: Callable[[], datetime],
    ) -> None:
        """`sitting_at`: who is logged on at a seat and in which state, or None."""
        self._acd, self._directory, self._sitting_at, self._now = acd, directory, sitting_at, now

    async def log_on(self, agent: str, pin: SecretStr, seat: str) -> Answer:
        """签入."""
        try:
            member = await self._directory.verify_pin(agent, pin.get_secret_value(), now=self._now())
            await self._acd.ask(
                AgentLoggedOn(
                    at=self._now(), by=member.number, agent=member.number, seat=SeatId(seat), skills=member.skills
                )
            )
        except LockedOut:
            return Answer(TOO_MANY_ATTEMPTS)
        except Refused as refusal:
            return Answer(refusal.rule)
        return DONE

    async def ready(self, seat: str) -> Answer:
        """就绪."""
        return await self._ask(seat, lambda agent: AgentBecameReady(at=self._now(), by=agent, agent=agent))

    async def take_break(self, seat: str, reason: str) -> Answer:
        """小休."""
        return await self._ask(
            seat, lambda agent: AgentWentOnBreak(at=self._now(), by=agent, agent=agent, reason=BreakReason(reason))
        )

    async def finish_wrap_up(self, seat: str) -> Answer:
        """整理完成: only an agent in wrap-up can finish it."""
        sitting = self._sitting_at(SeatId(seat))
        if sitting is not None and sitting[1] is not AgentState.WRAP_UP:
            return Answer("not_now")
        return await self.ready(seat)

    async def extend_wrap_up(self, seat: str) -> Answer:
        """延长整理, by the step and as often as the queue allows."""
        return await self._ask(seat, lambda agent: WrapUpExtended(at=self._now(), by=agent, agent=agent))

    async def log_off(self, seat: str) -> Answer:
        """签出."""
        return await self._ask(seat, lambda agent: AgentLoggedOff(at=self._now(), by=agent, agent=agent))

    async def _ask(self, seat: str, request: Callable[[AgentId], Request]) -> Answer:
        sitting = self._sitting_at(SeatId(seat))
        if sitting is None:
            return Answer(UnknownAgent.rule)
        try:
            await self._acd.ask(request(sitting[0]))
        except Refused as refusal:
            return Answer(refusal.rule)
        return DONE
