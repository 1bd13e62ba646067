"""The audit trail on the command line: listed by the controller, verified without it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from recordings.access import note
from recordings.seals import Seals
from recordings.witness import Witness
from tests.api.face import NOW
from tests.hotline.typed import hotline
from tests.recordings.scenes import tree


async def append(database: AsyncEngine) -> None:
    """Three lines of two persons."""
    for number, who in enumerate(("101#2", "李班长#3", "101#2")):
        async with database.begin() as connection:
            at = NOW + timedelta(hours=number)
            await note(connection, at=at, who=who, deed="ticket.read", subject=f"ticket-{number}", detail="[b]核对")


async def test_the_trail_is_listed_by_person_and_time(state: Path, database: AsyncEngine) -> None:
    """What is asked for and nothing else; what a person wrote is shown as it is."""
    await append(database)

    line = ("audit", "list", "--who", "101#2", "--since", "2026-11-23T10:00:00+00:00")
    shown = await hotline(state, *line)

    assert ("ticket-2" in shown.out, "ticket-0" in shown.out, "ticket-1" in shown.out) == (True, False, False), shown
    assert "[b]核对" in shown.out


async def test_a_good_trail_and_a_bad_line_are_told_apart(state: Path, database: AsyncEngine) -> None:
    """The head to note; then the line that was changed, by its number, in both languages, and 1.

    Before the three stands that the city's rules were taken.
    """
    await append(database)
    await Witness(database, Seals(state / "audit.seals")).look()

    good = await hotline(state, "audit", "verify")
    async with database.begin() as connection:
        await connection.execute(text("DROP TRIGGER audit_is_not_changed"))
        await connection.execute(text("UPDATE audit SET who = '102#4' WHERE seq = 2"))
    bad = await hotline(state, "audit", "verify")

    assert (good.code, "✓ 4 条留痕" in good.out, "封存至第 4 条" in good.out) == (0, True, True), good
    assert (bad.code, "第 2 条" in bad.err, "line 2 is not what was chained" in bad.err) == (1, True, True), bad


async def test_a_trail_without_a_database_is_said(tmp_path: Path) -> None:
    """No database is made by looking."""
    nothing = await hotline(tmp_path, "audit", "verify")

    assert (nothing.code, "没有数据库" in nothing.err, tree(tmp_path)) == (1, True, [])
