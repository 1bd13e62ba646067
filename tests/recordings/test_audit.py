"""The audit trail on real databases: chained, guarded, sealed; whatever is done to it is named, or known not to be."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import DateTime, column, table, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from plumbing.database import MIGRATIONS, connect, prepare
from recordings.access import audit, audit_head, deeds_on, listed, note
from recordings.chain import Broken, Fault, Head, digest_of
from recordings.seals import Seals
from recordings.witness import Witness, verify
from tests.databases import BOTH
from tests.recordings.scenes import NOON, count

pytestmark = BOTH

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def trail(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A database with an empty trail."""
    engine = connect(database_url)
    await prepare(engine)
    yield engine
    await engine.dispose()


@pytest.fixture
def seals(tmp_path: Path) -> Seals:
    """Outside the database."""
    return Seals(tmp_path / "audit.seals")


async def append(engine: AsyncEngine, *subjects: str, who: str = "101") -> None:
    """A line each, a minute apart."""
    for number, subject in enumerate(subjects):
        async with engine.begin() as connection:
            at = NOON + timedelta(minutes=number)
            await note(connection, at=at, who=who, deed="recording.played", subject=subject)


async def as_insider(engine: AsyncEngine, *statements: str) -> None:
    """Somebody with every right on the database takes the guards away and writes what they like."""
    async with engine.begin() as connection:
        for name in ("audit_is_not_changed", "audit_is_not_deleted", "audit_is_appended_to"):
            on = " ON audit" if engine.dialect.name == "postgresql" else ""
            await connection.execute(text(f"DROP TRIGGER {name}{on}"))
        for statement in statements:
            await connection.execute(text(statement))


async def rewrite(engine: AsyncEngine, seq: int, subject: str) -> None:
    """An insider changes a line and reckons up every digest from there on anew."""
    async with engine.connect() as connection:
        lines = sorted(await listed(connection), key=lambda line: line.seq)
    previous = "0" * 64
    await as_insider(engine)
    async with engine.begin() as connection:
        for line in lines:
            told = subject if line.seq == seq else line.subject
            content = {"seq": line.seq, "at": line.at, "who": line.who, "deed": line.deed, "detail": line.detail}
            previous = digest_of(previous, subject=told, **content)
            changed = update(audit).where(audit.c.seq == line.seq).values(subject=told, digest=previous)
            await connection.execute(changed)
        await connection.execute(update(audit_head).values(digest=previous))


def test_the_digest_is_the_one_that_is_written_out() -> None:
    """Reckoned up by hand: what an auditor with another program must get, too."""
    digest = digest_of("0" * 64, seq=1, at=NOON, who="王#2", deed="a.b", subject='"x"', detail=None)

    assert digest == "5c69282a4cfaf5f3eef03236eb66cce681ba9d478e506e45bfefe3ff9be7338d"


async def test_a_line_is_neither_changed_nor_deleted_nor_put_in(trail: AsyncEngine, seals: Seals) -> None:
    """The database refuses, whichever way it is asked."""
    await append(trail, "a", "b")
    put_in = "(seq, at, who, deed, subject, digest) VALUES (1, '2026-01-01 00:00:00', 'x', 'x', 'x', 'x')"
    tried = ["UPDATE audit SET who = 'x'", "DELETE FROM audit WHERE seq = 2", f"INSERT INTO audit {put_in}"]
    if trail.dialect.name == "postgresql":
        tried += ["TRUNCATE audit", f"INSERT INTO audit {put_in} ON CONFLICT (seq) DO UPDATE SET who = 'x'"]
    else:
        tried.append(f"REPLACE INTO audit {put_in}")

    for statement in tried:
        with pytest.raises(DBAPIError, match="only appended to"):
            async with trail.begin() as connection:
                await connection.execute(text(statement))

    assert isinstance(await verify(trail, seals), Head)
    async with trail.connect() as connection:
        assert [line.subject for line in await listed(connection)] == ["b", "a"]


@pytest.mark.parametrize(
    ("statements", "broken"),
    [
        (["UPDATE audit SET who = 'nobody' WHERE seq = 3"], Broken(3, Fault.CHANGED)),
        (["UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE seq = 2"], Broken(2, Fault.CHANGED)),
        (["UPDATE audit SET detail = '' WHERE seq = 1"], Broken(1, Fault.CHANGED)),
        (["DELETE FROM audit WHERE seq = 2"], Broken(2, Fault.MISSING)),
        (["DELETE FROM audit WHERE seq = 2", "UPDATE audit SET seq = seq - 1 WHERE seq > 2"], Broken(2, Fault.CHANGED)),
        (["DELETE FROM audit WHERE seq > 3"], Broken(4, Fault.CUT_OFF)),
        (["DELETE FROM audit"], Broken(1, Fault.CUT_OFF)),
        ([], Broken(5, Fault.UNGUARDED)),
    ],
    ids=["who", "when", "detail", "deleted", "renumbered", "cut off", "emptied", "guards dropped"],
)
async def test_the_first_bad_line_is_named_with_what_is_wrong(
    trail: AsyncEngine, seals: Seals, statements: list[str], broken: Broken
) -> None:
    """By the chain and its head alone, without a seal."""
    await append(trail, *"abcde")
    await as_insider(trail, *statements)

    assert await verify(trail, seals) == broken


async def test_a_rewritten_or_cut_trail_is_told_by_the_seals(trail: AsyncEngine, seals: Seals) -> None:
    """Every digest and the head are right; what was sealed says otherwise, to whoever verifies and to the witness."""
    await append(trail, *"abcde")
    assert await Witness(trail, seals).look() is None
    await append(trail, "f")

    await rewrite(trail, 2, "z")

    assert await verify(trail, seals) == Broken(5, Fault.REWRITTEN)
    witness = Witness(trail, seals)
    assert await witness.look() == witness.broken == Broken(5, Fault.REWRITTEN)


async def test_a_cut_trail_with_a_matching_head_is_told_by_the_seals(trail: AsyncEngine, seals: Seals) -> None:
    """Also when it has grown again beyond the seal."""
    await append(trail, *"abcde")
    async with trail.connect() as connection:
        kept = (await listed(connection))[2]
    await Witness(trail, seals).look()
    await as_insider(trail, "DELETE FROM audit WHERE seq > 3")
    async with trail.begin() as connection:
        await connection.execute(update(audit_head).values(seq=3, digest=kept.digest))

    assert await verify(trail, seals) == await Witness(trail, seals).look() == Broken(4, Fault.CUT_OFF)
    await append(trail, *"uvw")
    assert await verify(trail, seals) == await Witness(trail, seals).look() == Broken(5, Fault.REWRITTEN)


async def test_what_is_younger_than_the_last_seal_is_not_protected_from_an_insider(
    trail: AsyncEngine, seals: Seals
) -> None:
    """The limit that docs/reliability.md states: rewritten within the seconds before the next seal, nobody can tell."""
    await append(trail, *"abc")
    await Witness(trail, seals).look()
    await append(trail, *"de")

    await rewrite(trail, 5, "z")

    assert await verify(trail, seals) == Broken(5, Fault.UNGUARDED)


async def test_the_witness_seals_what_is_new_once(trail: AsyncEngine, seals: Seals) -> None:
    """A line of the file a look that found something; a torn one is passed over; its owner alone may read it."""
    witness = Witness(trail, seals)
    await witness.look()
    await append(trail, *"abc")
    await witness.look()
    await witness.look()
    with seals.file.open("a") as file:
        file.write("4 torn")
    await append(trail, "d")
    await witness.look()

    assert [head.seq for head in seals.every()] == [3, 4]
    assert seals.last() == await verify(trail, seals)
    assert seals.file.stat().st_mode & 0o777 == 0o600


async def test_writers_of_several_processes_keep_one_chain(trail: AsyncEngine, database_url: str, seals: Seals) -> None:
    """Four at once, two of them processes of their own, one of which is killed in the middle of a line."""
    writing = [sys.executable, "-m", "tests.recordings.writes_audit", database_url]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    lives = await asyncio.create_subprocess_exec(*writing, "one", "30", cwd=ROOT, env=environment)
    dies = await asyncio.create_subprocess_exec(*writing, "two", "20", "dies", cwd=ROOT, env=environment)
    here = [append(trail, *map(str, range(20)), who=who) for who in ("three", "four")]
    await asyncio.gather(*here)

    assert (await lives.wait(), await dies.wait()) == (0, -9)
    assert await count(trail, audit) == 30 + 19 + 2 * 20
    assert isinstance(await verify(trail, seals), Head)
    async with trail.connect() as connection:
        assert not await deeds_on(connection, "two-19")


async def test_a_long_trail_is_read_in_pages_with_progress(
    trail: AsyncEngine, seals: Seals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never more than a page in memory; what is appended meanwhile is left for the next time."""
    monkeypatch.setattr("recordings.access.PAGE", 10)
    await append(trail, *map(str, range(25)))
    told: list[tuple[int, int]] = []

    assert await verify(trail, seals, progress=lambda *now: told.append(now)) == (25, (await _digests(trail))[-1])
    assert told == [(10, 25), (20, 25), (25, 25)]


async def _digests(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        return [line.digest for line in reversed(await listed(connection))]


async def test_lines_of_before_are_taken_into_the_chain(bare_url: str, seals: Seals) -> None:
    """In their order, gaps closed, and that they were taken in is a line of its own."""
    engine = connect(bare_url)
    async with engine.begin() as connection:
        await connection.run_sync(lambda c: _upgrade_to(c, "0003"))
        columns = ("id", "at", "who", "deed", "subject")
        before = [dict(zip(columns, (n, NOON, f"王#{n}", "ticket.read", "a-b"), strict=True)) for n in (1, 2, 7)]
        old = table("audit", *(column(name, DateTime(timezone=True) if name == "at" else None) for name in columns))
        await connection.execute(old.insert(), before)
        await connection.run_sync(lambda c: _upgrade_to(c, "head"))

    async with engine.connect() as connection:
        lines = list(reversed(await listed(connection)))
    assert [(line.seq, line.who) for line in lines[:3]] == [(1, "王#1"), (2, "王#2"), (3, "王#7")]
    assert (lines[3].deed, lines[3].detail) == ("audit.chained", "3 lines from before")
    assert await verify(engine, seals) == (4, lines[3].digest)
    await append(engine, "after")
    assert isinstance(await verify(engine, seals), Head)
    await engine.dispose()


def _upgrade_to(connection: object, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


async def test_an_act_without_a_person_is_refused(trail: AsyncEngine) -> None:
    """Nobody is not an author, and the chain is as it was."""
    with pytest.raises(ValueError, match="needs a person"):
        await append(trail, "a", who=" ")

    assert await count(trail, audit) == 0


async def test_a_head_noted_elsewhere_is_compared_too(trail: AsyncEngine, seals: Seals) -> None:
    """Where not even the seals can be trusted."""
    await append(trail, *"abc")
    two, three = (await _digests(trail))[1:]

    assert await verify(trail, seals, Head(2, two)) == (3, three)
    assert await verify(trail, seals, Head(2, three)) == Broken(2, Fault.REWRITTEN)
    assert await verify(trail, seals, Head(4, two)) == Broken(4, Fault.CUT_OFF)
