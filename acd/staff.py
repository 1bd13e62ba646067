"""话务员名册: the persons who may log on, and the PIN they do it with; table `staff`.

A PIN is 4 to 12 digits, keyed on a phone, so it can be guessed; argon2 makes each guess cost, and after
`WRONG_PINS_MOST` wrong ones in a row the number is locked for `LOCK_TIME`. A number that does not exist costs the same
time and gets the same answer as a wrong PIN. (It is not locked; numbers are no secret, agents say them in greeting.)
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import JSON, Boolean, Column, Float, Integer, Row, String, Table, case, insert, null, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.errors import Refused
from acd.model import AgentId, Skill, SkillLevel, Skills
from acd.skills import must_be_known
from plumbing.database import metadata

WRONG_PINS_MOST = 5
LOCK_TIME = timedelta(minutes=5)
HASHES_AT_ONCE = 2  # each takes 64 MiB and a core for some 50 ms; the rest wait their turn
NAMES_AGAIN_S = 2.0
NUMBER = re.compile(r"[0-9]{3,8}", re.ASCII)
PIN = re.compile(r"[0-9]{4,12}", re.ASCII)

staff = Table(
    "staff",
    metadata,
    Column("number", String(8), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("skills", JSON, nullable=False),
    Column("pin_hash", String(200), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("wrong_pins", Integer, nullable=False),
    Column("locked_until", Float),
)
"""One row a person. `skills`: {name: level}; `wrong_pins`: in a row; `locked_until`: seconds since 1970."""


class WrongPin(Refused):
    """No active person has this number and this PIN. Deliberately does not say which of the two was wrong."""

    rule = "wrong_pin"


class LockedOut(Refused):
    """Too many wrong PINs: even the right one is not taken before `until`."""

    rule = "locked_out"

    def __init__(self, until: datetime) -> None:
        super().__init__("too many wrong PINs; try again later", "密码错误次数过多,请稍后再试")
        self.until = until


class NumberTaken(Refused):
    """Somebody has this number already."""

    rule = "number_taken"


class BadNumberOrPin(Refused):
    """A number has 3 to 8 digits, a PIN 4 to 12."""

    rule = "bad_number_or_pin"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """话务员: a person of the directory, logged on or not."""

    number: AgentId
    name: str
    skills: Skills
    active: bool = True


class Staff:
    """The directory, in the one database."""

    def __init__(
        self, engine: AsyncEngine, hasher: PasswordHasher | None = None, *, skills: Collection[Skill] | None = None
    ) -> None:
        """`skills`: those of the city; None: not known, not checked."""
        self._engine, self.skills = engine, skills
        self._hasher = hasher or PasswordHasher()
        self._nobodys_hash: str | None = None
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self._names: dict[AgentId, str] = {}
        self._read_at_s = -NAMES_AGAIN_S

    async def add(self, member: StaffMember, pin: str) -> None:
        """Enter a person. BadNumberOrPin, NumberTaken, UnknownSkill."""
        if not NUMBER.fullmatch(member.number) or not PIN.fullmatch(pin):
            raise BadNumberOrPin(
                "a number has 3 to 8 digits, a PIN 4 to 12", "工号为 3 至 8 位数字,密码为 4 至 12 位数字"
            )
        must_be_known(member.skills, self.skills)
        row = {
            "number": member.number,
            "name": member.name,
            "skills": {skill.skill: skill.level for skill in member.skills},
            "pin_hash": await self._in_thread(self._hasher.hash, pin),
            "active": member.active,
            "wrong_pins": 0,
        }
        try:
            async with self._engine.begin() as connection:
                await connection.execute(insert(staff).values(row))
        except IntegrityError:
            raise NumberTaken(f"{member.number} is taken", f"工号 {member.number} 已被使用") from None
        self._names[member.number] = member.name

    async def everybody(self) -> Sequence[StaffMember]:
        """All persons, by number."""
        async with self._engine.connect() as connection:
            rows = (await connection.execute(select(staff).order_by(staff.c.number))).all()
        return [_member(row) for row in rows]

    async def names(self, of: Collection[AgentId]) -> Mapping[AgentId, str]:
        """The names of those who are known, of these at least. A person's name never changes, so it is read once.

        Who is not in the directory is looked for again, but not all the time.
        """
        unknown = any(number not in self._names for number in of)
        if unknown and time.monotonic() - self._read_at_s >= NAMES_AGAIN_S:
            self._read_at_s = time.monotonic()
            self._names |= {member.number: member.name for member in await self.everybody()}
        return self._names

    async def verify_pin(self, number: str, pin: str, *, now: datetime) -> StaffMember:
        """The person with this number and PIN. WrongPin, LockedOut."""
        row = await self._begin_attempt(number, now)
        right = await self._matches(row.pin_hash if row is not None else None, pin)
        if row is None or not right or not row.active:
            raise WrongPin("wrong number or PIN", "工号或密码错误")
        async with self._engine.begin() as connection:
            forgiven = update(staff).where(staff.c.number == number)
            await connection.execute(forgiven.values(wrong_pins=0, locked_until=None))
        return _member(row)

    async def _begin_attempt(self, number: str, now: datetime) -> Row[Any] | None:
        """Count the attempt as wrong before it is looked at, so that a hundred at once are not a hundred guesses.

        The one that makes it too many locks at once; if it turns out right, it also unlocks. None: there is nobody.
        """
        s = staff.c
        moment = now.timestamp()
        wrong = case((s.locked_until.is_not(None), 1), else_=s.wrong_pins + 1)
        until = case((wrong >= WRONG_PINS_MOST, moment + LOCK_TIME.total_seconds()), else_=null())
        open_to_try = (s.number == number) & (s.locked_until.is_(None) | (s.locked_until <= moment))
        async with self._engine.begin() as connection:
            counted = await connection.execute(
                update(staff).where(open_to_try).values(wrong_pins=wrong, locked_until=until)
            )
            row = (await connection.execute(select(staff).where(s.number == number))).one_or_none()
        if row is not None and counted.rowcount == 0:
            raise LockedOut(datetime.fromtimestamp(row.locked_until, UTC))
        return row

    async def _matches(self, pin_hash: str | None, pin: str) -> bool:
        if self._nobodys_hash is None:
            self._nobodys_hash = await self._in_thread(self._hasher.hash, "no PIN has letters")
        try:
            await self._in_thread(self._hasher.verify, pin_hash or self._nobodys_hash, pin)
        except VerifyMismatchError:
            return False
        return pin_hash is not None

    async def _in_thread(self, work: Any, *arguments: str) -> Any:
        async with self._hashing:
            return await asyncio.to_thread(work, *arguments)


def _member(row: Row[Any]) -> StaffMember:
    skills: Mapping[str, int] = row.skills
    mastered = frozenset(SkillLevel(Skill(name), level) for name, level in skills.items())
    return StaffMember(number=AgentId(row.number), name=row.name, skills=mastered, active=row.active)
