"""The numbers that the dialplan leaves beside the legs when perhaps no controller heard of the call."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from recordings.calls import arrived, note_calls, read_call
from recordings.intake import Intake
from tests.databases import BOTH
from tests.recordings.scenes import leave_call

pytestmark = BOTH

CALL = "lx1-1732.1"


@pytest.fixture
def intake(spool: Path, archive: Path, engine: AsyncEngine) -> Intake:
    """An intake and nothing behind it."""
    return Intake(spool, archive, engine)


@pytest.mark.parametrize(
    ("told", "numbers"),
    [
        ("12345 13812345678\n", ("12345", "13812345678")),
        ("12345 \n", ("12345", None)),
        ("", (None, None)),
        ("12345 '; rm -r\n", ("12345", None)),
    ],
)
async def test_numbers_beside_the_legs_reach_the_call_book(
    intake: Intake, spool: Path, engine: AsyncEngine, told: str, numbers: tuple[str | None, str | None]
) -> None:
    """No controller may have heard of the call; what is no number is none."""
    leave_call(spool)
    (spool / f"{CALL}-1.to").write_text(told)
    await intake.sweep()

    async with engine.connect() as connection:
        call = await read_call(connection, CALL)
    assert (call.dnis, call.ani) == numbers


async def test_numbers_beside_the_legs_change_nothing_of_what_the_call_book_knows(
    intake: Intake, spool: Path, engine: AsyncEngine
) -> None:
    """The controller that greeted the caller knew better."""
    await note_calls(engine, [arrived(CALL, dnis="12345", hotline="12345", ani=None, at=datetime.now(UTC))])
    leave_call(spool)
    (spool / f"{CALL}-1.to").write_text("12320 13812345678\n")
    await intake.sweep()

    async with engine.connect() as connection:
        call = await read_call(connection, CALL)
    assert (call.dnis, call.ani) == ("12345", None)
