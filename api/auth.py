"""Who may: opaque bearer tokens, of which only the hash is kept; table `api_tokens`.

A token is 256 random bits, so a plain SHA-256 is enough to keep it by: there is nothing to guess from. It is shown
once, when it is made. The first one goes into a file that only the owner of the data folder can read.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Column, Integer, String, Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.address import TOKEN_FILE
from api.people import Person, Role
from plumbing.database import metadata

PREFIX = "lx_"
LONGEST_HEADER = 200

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(64), nullable=False),
    Column("role", Integer, nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("made_at", String(32), nullable=False),
    Column("made_by", String(96), nullable=False),
    Column("revoked_at", String(32)),
)
"""One row a token, never deleted. Moments are ISO 8601 texts in UTC: they are read by people only."""


class NotKnown(Exception):
    """No token, or one that is not (or no longer) valid. Says not which."""


class NotAllowed(Exception):
    """The person is known, and their role does not reach."""

    def __init__(self, needed: Role) -> None:
        super().__init__(needed.name)
        self.needed = needed


class UnknownToken(LookupError):
    """There is no token with this number, or it is revoked already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """A token as a list shows it: never the secret."""

    id: int
    name: str
    role: Role
    made_at: datetime
    made_by: str
    revoked_at: datetime | None


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Tokens:
    """The tokens of the one database. Only through here are they made and revoked: whom one names is remembered."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._known: dict[str, Person] = {}  # by hash
        self._revoked = 0  # times

    async def person(self, authorization: str | None) -> Person:
        """The holder of the token in an `Authorization: Bearer …` header. NotKnown."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.startswith(PREFIX) or len(token) > LONGEST_HEADER:
            raise NotKnown
        hashed = _hashed(token)
        person = self._known.get(hashed)
        if person is None:
            revoked, person = self._revoked, await self._look_up(hashed)
            if revoked == self._revoked:  # what was read is still so
                self._known[hashed] = person
        return person

    async def _look_up(self, hashed: str) -> Person:
        t = api_tokens.c
        async with self._engine.connect() as connection:
            valid = select(t.id, t.name, t.role).where(t.token_hash == hashed, t.revoked_at.is_(None))
            row = (await connection.execute(valid)).one_or_none()
        if row is None:
            raise NotKnown
        return Person(token_id=row.id, name=row.name, role=Role(row.role))

    async def make(self, name: str, role: Role, *, by: str, now: datetime) -> str:
        """A fresh token. This is the only moment it is seen."""
        token = PREFIX + secrets.token_urlsafe(32)
        made = {
            "name": name,
            "role": int(role),
            "token_hash": _hashed(token),
            "made_at": now.isoformat(),
            "made_by": by,
        }
        async with self._engine.begin() as connection:
            await connection.execute(insert(api_tokens).values(made))
        return token

    async def revoke(self, number: int, *, now: datetime) -> None:
        """Make a token worthless, at once. UnknownToken."""
        t = api_tokens.c
        async with self._engine.begin() as connection:
            valid = update(api_tokens).where(t.id == number, t.revoked_at.is_(None))
            done = await connection.execute(valid.values(revoked_at=now.isoformat()))
        self._revoked += 1
        self._known.clear()
        if done.rowcount != 1:
            raise UnknownToken(number)

    async def everything(self) -> Sequence[TokenRow]:
        """All tokens ever made, oldest first."""
        async with self._engine.connect() as connection:
            rows = (await connection.execute(select(api_tokens).order_by(api_tokens.c.id))).all()
        return [
            TokenRow(
                id=row.id,
                name=row.name,
                role=Role(row.role),
                made_at=datetime.fromisoformat(row.made_at),
                made_by=row.made_by,
                revoked_at=datetime.fromisoformat(row.revoked_at) if row.revoked_at else None,
            )
            for row in rows
        ]

    async def put_first_token(self, folder: Path, *, now: datetime) -> Path:
        """See to it that `folder`/admin.token (mode 0600) holds a valid administrator's token.

        A file that works is left as it is; one that is missing, or of another database, is made anew. Never printed.
        """
        file = folder / TOKEN_FILE
        try:
            if (await self.person(f"Bearer {file.read_text(encoding='ascii').strip()}")).role is Role.ADMIN:
                return file
        except (NotKnown, FileNotFoundError, UnicodeDecodeError):
            pass
        token = await self.make(TOKEN_FILE, Role.ADMIN, by="first start", now=now)
        _write_privately(file, token + "\n")
        return file


def _write_privately(file: Path, text: str) -> None:
    """Replace the file in one step; nobody else can read it at any moment."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)
