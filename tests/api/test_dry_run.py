"""The calls of a day by what the folder says now: counted by hotline, in another process, without a caller's number."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.call_facts import CallTransferredOut, MessageBegun
from acd.events import CallArrived, CallJoined, CallRefused, Event
from acd.model import CallId, QueueName, Refusal, SkillLevel
from api.people import Role
from hotline.callbook import CallBook
from plumbing.lifecycle import background
from tests.api.city_scene import book_on, copied
from tests.api.face import NOW, Face, OpenBook
from tests.api.test_ledger import told
from tests.city.scene import Copy

A_DAY = timedelta(days=1)
YESTERDAY = NOW - A_DAY
GREETING = '\ngreeting = ["greeting-12345"]'


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """A copy of the sample, to be edited while the face is there."""
    return copied(tmp_path / "city")


@pytest.fixture
def city_folder(copy: Copy) -> Path:
    """The copy."""
    return copy.folder


@pytest.fixture
def open_book(database: AsyncEngine, copy: Copy, tmp_path: Path) -> OpenBook:
    """The real book on the copy."""
    return book_on(copy, database, tmp_path / "state")


def came(number: int, dialled: str, *facts: Any, at: datetime = YESTERDAY, **said: Any) -> list[Event]:
    """A call, and what is told of it."""
    call = CallId(f"lx-{number}.1")
    return [CallArrived(at=at, call=call, hotline=dialled), *(fact(at=at, call=call, **said) for fact in facts)]


async def test_yesterdays_calls_are_told_by_where_they_would_go(face: Face, copy: Copy) -> None:
    """From queue to queue by hotline; what cannot be told has its reason; today's are not in it."""
    psychology = frozenset({SkillLevel("psychology", 1)})  # type: ignore[arg-type]
    facts = [
        *came(1, "12345", CallJoined, queue=QueueName("general")),
        *came(2, "+8651812345", CallJoined, queue=QueueName("general")),
        *came(3, "12320", CallJoined, queue=QueueName("health"), skills=psychology),
        *came(4, "12320"),
        *came(5, "12320", CallRefused, hotline="12320", why=Refusal.NUMBER_TOO_OFTEN),
        *came(6, "12345", MessageBegun),
        *came(7, "12345", CallTransferredOut, attempt=1, to_kind="outside"),
        *came(8, "12345", CallJoined, queue=QueueName("general"), at=NOW),
    ]
    await told(face, *facts)
    copy.replace("hotlines.toml", f'queue = "general"{GREETING}', f'queue = "health"{GREETING}')
    status, seen = await face.call("POST /api/city/dry-run", {}, role=Role.LEADER)

    assert (status, seen["calls"], seen["same"], seen["asking"], seen["elsewhere"]) == (200, 7, 1, 0, 2)
    assert seen["untold"] == {"gone": 1, "refused": 1, "otherwise_then": 2}
    (move,) = seen["moves"]
    assert (move["hotline"], move["name"], move["to_name"], move["calls"]) == ("12345", "general", "health", 2)
    wish = {"day": f"{NOW:%Y-%m-%d}", "version": 1}
    _, today = await face.call("POST /api/city/dry-run", wish, role=Role.LEADER)
    assert (today["calls"], today["same"]) == (1, 1)


async def test_the_key_that_a_caller_pressed_is_read_from_the_call_book(
    face: Face, copy: Copy, database: AsyncEngine
) -> None:
    """Who pressed 1 goes elsewhere, who said nothing does not; of a call of before it was kept it cannot be told."""
    health = QueueName("health")
    await told(face, *(fact for number in (1, 2, 3) for fact in came(number, "12320", CallJoined, queue=health)))
    book = CallBook(database, str)
    async with background(book.run()):
        for number, key in ((1, "1"), (2, "silence")):
            book.note_menu(CallId(f"lx-{number}.1"), {"": "then", "health": key})
        await book.written()
    copy.replace("menus/health.toml", '1 = { join = "health" }', '1 = { join = "general" }')
    _, seen = await face.call("POST /api/city/dry-run", {}, role=Role.LEADER)

    assert (seen["calls"], seen["same"], seen["elsewhere"], seen["untold"]) == (3, 1, 1, {"keys_unknown": 1})


async def test_a_folder_with_mistakes_has_no_dry_run(face: Face, copy: Copy) -> None:
    """It is refused as a take would be; so is a version that is not there, and who may not take."""
    line = copy.replace("hotlines.toml", 'queue = "health"', 'queue = "helth"')
    status, problem = await face.call("POST /api/city/dry-run", {}, role=Role.LEADER)
    lost = await face.call("POST /api/city/dry-run", {"version": 9}, role=Role.LEADER)
    small, _ = await face.call("POST /api/city/dry-run", {}, role=Role.OPERATOR)

    assert (status, problem["rule"], lost[1]["rule"], small) == (422, "city_refused", "unknown_version", 403)
    assert problem["fields"][0]["field"].startswith(f"hotlines.toml:{line}:")
