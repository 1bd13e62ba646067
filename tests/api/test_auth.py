"""Tokens: made once, kept as hashes, worthless when revoked; the first one lies in a private file."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.auth import NotKnown, Tokens, api_tokens
from api.people import Role
from tests.api.face import NOW, Face
from tests.databases import BOTH

pytestmark = BOTH


async def test_a_token_works_until_it_is_revoked(face: Face) -> None:
    """Made by HTTP, used, revoked, refused."""
    _, made = await face.call("POST /api/tokens", {"name": "大屏 wallboard", "role": "operator"})
    bearer = f"Bearer {made['token']}"
    person = await face.services.tokens.person(bearer)
    assert (person.name, person.role) == ("大屏 wallboard", Role.OPERATOR)

    assert (await face.call(f"DELETE /api/tokens/{person.token_id}"))[0] == 200

    with pytest.raises(NotKnown):
        await face.services.tokens.person(bearer)
    assert (await face.call(f"DELETE /api/tokens/{person.token_id}"))[0] == 404


async def test_a_token_revoked_while_it_is_looked_up_is_not_remembered(database: AsyncEngine) -> None:
    """However the two cross, nobody comes in by it afterwards."""
    tokens = Tokens(database)
    bearer = f"Bearer {await tokens.make('wallboard', Role.OPERATOR, by='x', now=NOW)}"

    looked_up = asyncio.create_task(tokens.person(bearer))
    await tokens.revoke(1, now=NOW)
    await asyncio.gather(looked_up, return_exceptions=True)

    with pytest.raises(NotKnown):
        await tokens.person(bearer)


async def test_no_secret_is_kept_or_listed(face: Face, database: AsyncEngine) -> None:
    """Neither the table nor the list holds what was handed out."""
    _, made = await face.call("POST /api/tokens", {"name": "x", "role": "leader"})

    async with database.connect() as connection:
        rows = (await connection.execute(select(api_tokens))).all()
    assert made["token"] not in repr(rows)
    assert made["token"] not in repr(await face.call("GET /api/tokens"))


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic lx_x", "Bearer lx_x", "Bearer " + "lx_" * 999]
)
async def test_what_is_no_token_is_nobody(database: AsyncEngine, header: str | None) -> None:
    """Absent, of another scheme, made up, endless: NotKnown, without a word which."""
    with pytest.raises(NotKnown):
        await Tokens(database).person(header)


async def test_the_first_token_lies_in_a_private_file(database: AsyncEngine, tmp_path: Path) -> None:
    """Mode 0600, an administrator's, and the next start leaves it as it is."""
    tokens = Tokens(database)
    file = await tokens.put_first_token(tmp_path, now=NOW)
    first = file.read_text().strip()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (await tokens.person(f"Bearer {first}")).role is Role.ADMIN
    assert (await tokens.put_first_token(tmp_path, now=NOW)).read_text().strip() == first
    assert [name for name in os.listdir(tmp_path) if "token" in name] == ["admin.token"]  # noqa: PTH208 - a list, at once


@pytest.mark.parametrize("content", [b"", b"lx_of-another-database\n", b"\xff\xfe"])
async def test_a_token_file_that_does_not_work_is_made_anew(
    database: AsyncEngine, tmp_path: Path, content: bytes
) -> None:
    """Empty, of another database, damaged: replaced."""
    await asyncio.to_thread((tmp_path / "admin.token").write_bytes, content)
    tokens = Tokens(database)

    file = await tokens.put_first_token(tmp_path, now=NOW)

    assert (await tokens.person(f"Bearer {file.read_text().strip()}")).role is Role.ADMIN
