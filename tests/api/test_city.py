"""The city's versions by HTTP: the folder looked at, taken with a reason, refused line by line, and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.people import Role
from tests.api.city_scene import book_on, copied
from tests.api.face import Face, OpenBook
from tests.city.scene import Copy


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """A copy of the sample with its sounds, to be edited while the face is there."""
    return copied(tmp_path / "city")


@pytest.fixture
def city_folder(copy: Copy) -> Path:
    """The copy."""
    return copy.folder


@pytest.fixture
def open_book(database: AsyncEngine, copy: Copy, tmp_path: Path) -> OpenBook:
    """The real book on the copy."""
    return book_on(copy, database, tmp_path / "state")


async def test_a_leader_takes_the_folder_and_goes_back(face: Face, copy: Copy) -> None:
    """Each step is a version with who and why; what is offered is shown line by line before."""
    copy.replace("hotlines.toml", "卫生健康热线", "健康热线")
    _, offer = await face.call("POST /api/city/check", role=Role.LEADER)
    wish = {"why": "改名", "expected": 1, "offered": offer["version"]}
    status, taken = await face.call("POST /api/city/take", wish, role=Role.LEADER)

    assert '+zh = "健康热线"' in offer["changes"][0]["lines"]
    assert (status, taken["number"], [one["file"] for one in taken["changes"]]) == (200, 2, ["hotlines.toml"])
    assert face.services.measures.now.city.hotlines["12320"].zh == "健康热线"
    _, back = await face.call("GET /api/city/versions/1", role=Role.LEADER)
    assert '-zh = "健康热线"' in back["changes"][0]["lines"]
    status, again = await face.call(
        "POST /api/city/versions/1/roll-back", {"why": "改回", "expected": 2}, role=Role.LEADER
    )
    assert (status, again["number"], again["version"] != taken["version"]) == (200, 3, True)
    _, listed = await face.call("GET /api/city/versions", role=Role.OPERATOR)
    assert [(one["number"], one["why"]) for one in listed["versions"]] == [
        (3, "改回"),
        (2, "改名"),
        (1, "启动 start"),
    ]
    assert face.services.measures.now.city.hotlines["12320"].zh == "卫生健康热线"


async def test_mistakes_are_told_by_file_line_and_rule(face: Face, copy: Copy) -> None:
    """Nothing has changed; everybody sees that the folder has mistakes."""
    line = copy.replace("hotlines.toml", 'queue = "health"', 'queue = "helth"')
    status, problem = await face.call("POST /api/city/take", {"why": "改名", "expected": 1}, role=Role.LEADER)
    await face.call("POST /api/city/check", role=Role.LEADER)
    _, seen = await face.call("GET /api/city", role=Role.OPERATOR)

    assert (status, problem["rule"]) == (422, "city_refused")
    assert problem["fields"][0]["field"].startswith(f"hotlines.toml:{line}:")
    assert (seen["number"], seen["offer"]["mistakes"][0]["field"]) == (1, problem["fields"][0]["field"])


async def test_who_has_read_another_version_changes_nothing(face: Face, copy: Copy) -> None:
    """Two editors: the second looks again."""
    copy.replace("hotlines.toml", "卫生健康热线", "健康热线")
    await face.call("POST /api/city/take", {"why": "改名", "expected": 1}, role=Role.LEADER)
    status, problem = await face.call("POST /api/city/take", {"why": "改名", "expected": 1}, role=Role.LEADER)
    late = await face.call("POST /api/city/versions/1/roll-back", {"why": "改回", "expected": 1}, role=Role.LEADER)

    assert (status, problem["rule"]) == (409, "city_changed_meanwhile")
    assert (late[0], late[1]["rule"]) == (409, "city_changed_meanwhile")


async def test_a_queue_is_not_taken_away_under_its_callers(face: Face, copy: Copy) -> None:
    """A start may take it away; while calls run it stays, and so does the version in force."""
    before = set(face.services.measures.now.city.queues)
    empty = '\n[[queues]]\nname = "spare"\nzh = "备用"\nen = "Spare"\n'
    copy.append("queues.toml", empty)
    status, _ = await face.call("POST /api/city/take", {"why": "加队列", "expected": 1}, role=Role.LEADER)
    copy.replace("queues.toml", empty, "\n")
    refused, problem = await face.call("POST /api/city/take", {"why": "减队列", "expected": 2}, role=Role.LEADER)

    assert (status, refused, problem["rule"]) == (200, 409, "queue_still_needed")
    assert set(face.services.measures.now.city.queues) == before | {"spare"}
    _, seen = await face.call("GET /api/city", role=Role.OPERATOR)
    assert seen["number"] == 2


async def test_unknown_versions_and_small_roles_are_refused(face: Face) -> None:
    """404 and 403."""
    status, problem = await face.call("GET /api/city/versions/9", role=Role.LEADER)
    small, _ = await face.call("POST /api/city/take", {"why": "改名", "expected": 1}, role=Role.OPERATOR)

    assert (status, problem["rule"], small) == (404, "unknown_version", 403)
