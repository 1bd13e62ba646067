"""令牌: made, listed, revoked by an administrator."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from api.asked import Answer, Asked, Done, Nothing, Wish
from api.people import Role


class RoleName(StrEnum):
    """A role as clients write it."""

    OPERATOR = "operator"  # 话务员
    LEADER = "leader"  # 班长
    ADMIN = "admin"  # 管理员


class MakeToken(Wish):
    """For whom or what, and how far it reaches."""

    name: Annotated[str, Field(min_length=1, max_length=48)]  # with its number it names the author in audit trails
    role: RoleName


class FreshToken(Answer):
    """The only time it is seen."""

    token: str


class TokenSeen(Answer):
    """A token without its secret."""

    id: int
    name: str
    role: RoleName
    made_at: datetime
    made_by: str
    revoked_at: datetime | None


class TokensSeen(Answer):
    """All tokens ever made."""

    tokens: tuple[TokenSeen, ...]


async def make(asked: Asked[MakeToken]) -> FreshToken:
    """Make a token."""
    wish = asked.wish
    made = await asked.services.tokens.make(wish.name, Role[wish.role.name], by=str(asked.by), now=asked.now)
    return FreshToken(token=made)


async def everything(asked: Asked[Nothing]) -> TokensSeen:
    """All tokens, revoked ones too."""
    rows = await asked.services.tokens.everything()
    return TokensSeen(
        tokens=tuple(
            TokenSeen(
                id=row.id,
                name=row.name,
                role=RoleName(row.role.name.lower()),
                made_at=row.made_at,
                made_by=row.made_by,
                revoked_at=row.revoked_at,
            )
            for row in rows
        )
    )


async def revoke(asked: Asked[Nothing]) -> Done:
    """Make a token worthless, at once."""
    await asked.services.tokens.revoke(asked.number("token"), now=asked.now)
    return Done()
