"""转接与咨询: a caller is handed on, blind or after asking; three-way. By the call's own agent, or a leader."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from acd.model import AgentId, SeatId
from api.asked import Asked, Done, Nothing, Wish
from api.ports import Whom
from api.talk import call_of_theirs


class To(Wish):
    """对象: exactly one of these. To ask a hotline means whoever is free there."""

    hotline: Annotated[str | None, Field(pattern=r"^[0-9]{2,12}$")] = None
    """热线号码 / a hotline of the city, by its number"""
    agent: Annotated[str | None, Field(pattern=r"^[0-9]{3,8}$")] = None
    """工号 / an agent who is logged on"""
    seat: Annotated[str | None, Field(pattern=r"^[0-9]{2,8}$")] = None
    """坐席分机 / a phone"""
    number: Annotated[str | None, Field(pattern=r"^[0-9]{3,15}$")] = None
    """城市文件列出的外部号码 / an outside number that the city lists"""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(value is not None for value in (self.hotline, self.agent, self.seat, self.number)) != 1:
            raise ValueError("exactly one of hotline, agent, seat, number")
        return self

    @property
    def whom(self) -> Whom:
        """In the house's words."""
        return Whom(
            hotline=self.hotline,
            agent=AgentId(self.agent) if self.agent else None,
            seat=SeatId(self.seat) if self.seat else None,
            number=self.number,
        )


async def pass_on(asked: Asked[To]) -> Done:
    """转接: to a hotline, the agent wraps up at once; to anybody else, the agent is kept until they answer."""
    await asked.services.handing.pass_on(call_of_theirs(asked), asked.wish.whom)
    return Done()


async def consult(asked: Asked[To]) -> Done:
    """咨询: the caller hears music, the agent's phone is put through to somebody."""
    await asked.services.handing.consult(call_of_theirs(asked), asked.wish.whom)
    return Done()


async def complete(asked: Asked[Nothing]) -> Done:
    """完成转接: who was asked has the caller."""
    await asked.services.handing.complete(call_of_theirs(asked))
    return Done()


async def rejoin(asked: Asked[Nothing]) -> Done:
    """回到市民: who was asked, or is being rung, is let go."""
    await asked.services.handing.rejoin(call_of_theirs(asked))
    return Done()


async def three_way(asked: Asked[Nothing]) -> Done:
    """三方通话: caller, agent and who was asked."""
    await asked.services.handing.three_way(call_of_theirs(asked))
    return Done()
