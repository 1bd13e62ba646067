"""Quick flows by HTTP: seen with their versions, taken anew with a reason, refused line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.people import Role
from recordings.access import deeds_on
from tests.api.face import Face
from tests.city.conftest import copy
from tests.city.scene import Copy

__all__ = ["copy"]


@pytest.fixture
def city_folder(copy: Copy) -> Path:
    """A copy of the sample, to be edited while the face is there."""
    return copy.folder


async def test_flows_are_listed_with_versions_and_read_whole(face: Face) -> None:
    """Every operator sees what is asked in which case."""
    _, listed = await face.call("GET /api/flows", role=Role.OPERATOR)
    _, water = await face.call("GET /api/flows/water-cut", role=Role.OPERATOR)
    status, problem = await face.call("GET /api/flows/nothing", role=Role.OPERATOR)

    assert (len(listed["flows"]), listed["taken_by"], listed["refused"]) == (12, "lianxin", None)
    brief = next(each for each in listed["flows"] if each["name"] == "water-cut")
    assert brief.items() <= water.items()
    assert (water["department"], water["questions"][0]["field"]) == ("自来水公司", "place")
    assert (status, problem["rule"]) == (404, "unknown")


async def test_a_changed_folder_is_taken_with_who_and_why(face: Face, copy: Copy) -> None:
    """Not before it is asked for; then at once."""
    copy.replace("flows/noise.toml", "deadline_days = 3", "deadline_days = 2")
    copy.replace("deadlines.toml", 'version = "2026.1"', 'version = "2026.2"')
    _, before = await face.call("GET /api/flows/noise")
    status, done = await face.call("POST /api/flows/reload", {"why": "夜间施工季"}, role=Role.LEADER)
    _, after = await face.call("GET /api/flows/noise")
    _, listed = await face.call("GET /api/flows")
    _, policy = await face.call("GET /api/deadlines/policy")

    assert (status, done["changed"], done["files"]) == (200, ["noise"], ["deadlines.toml"])
    assert (before["deadline_days"], after["deadline_days"]) == (3, 2)
    assert (listed["version"], listed["why"]) == (done["version"], "夜间施工季")
    assert policy["version"].startswith("2026.2+")
    async with face.services.database.connect() as connection:
        trail = [(who, deed) for _, who, deed in await deeds_on(connection, done["version"])]
    assert trail == [(listed["taken_by"], "rules.taken")]


async def test_a_folder_with_mistakes_is_refused_by_file_line_and_rule(face: Face, copy: Copy) -> None:
    """Of two flows that contradict each other neither is taken; the list says what is wrong with the folder."""
    flow = (copy.folder / "flows" / "noise.toml").read_text(encoding="utf-8")
    copy.append("flows/quiet.toml", flow.replace("deadline_days = 3", "deadline_days = 5"))
    _, before = await face.call("GET /api/flows")
    status, problem = await face.call("POST /api/flows/reload", {"why": "再试"}, role=Role.LEADER)
    _, listed = await face.call("GET /api/flows")

    line = flow[: flow.index("triggers")].count("\n") + 1
    assert (status, problem["rule"]) == (422, "rules_refused")
    (wrong,) = problem["fields"]
    assert wrong["field"].startswith(f"flows/quiet.toml:{line}:")
    assert "[flows_contradict]" in wrong["field"]
    assert "noise" in wrong["zh"]
    assert (listed["version"], listed["flows"]) == (before["version"], before["flows"])
    assert listed["refused"]["mistakes"] == [wrong]
    _, health = await face.call("GET /api/health")
    assert [sign["name"] for sign in health["signs"] if not sign["well"]] == ["rules"]


async def test_words_of_several_flows_are_told(face: Face, copy: Copy) -> None:
    """Two categories may share a trigger; whoever writes flows sees it."""
    copy.replace("flows/street-lamp.toml", '"路灯", "街灯"', '"路灯", "街灯", "没人管"')
    copy.replace("flows/water-cut.toml", '"停水", ', '"停水", "没人管", ')
    await face.call("POST /api/flows/reload", {"why": "再试"})
    _, listed = await face.call("GET /api/flows")

    assert listed["shared_triggers"] == [{"trigger": "没人管", "flows": ["street-lamp", "water-cut"]}]
