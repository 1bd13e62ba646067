"""Who asks: the roles there are, and the holder of a token."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Role(IntEnum):
    """角色. Each may also do what the ones before it may."""

    OPERATOR = 1  # 话务员: reads, listens, confirms drafts
    LEADER = 2  # 班长: seats, and agents other than oneself
    ADMIN = 3  # 管理员: staff and tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks: the holder of a token."""

    token_id: int
    name: str
    role: Role

    def __str__(self) -> str:
        """How the audit trail names them."""
        return f"{self.name}#{self.token_id}"
