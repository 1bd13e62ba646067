"""The hotlines over HTTP: the registry, where callers of this moment go, and the calendar that it depends on."""

from __future__ import annotations

from api.people import Role
from tests.api.face import Face


async def test_the_registry_is_told_with_its_state_now(face: Face) -> None:
    """Half past four on a Monday: offices are open for another hour, a branch has its own calls, 12345 never closes."""
    status, seen = await face.call("GET /api/hotlines", role=Role.OPERATOR)
    lines = {line["number"]: line for line in seen["hotlines"]}

    assert (status, seen["default"], len(lines)) == (200, "12345", 89)
    usual, office, branch = lines["12345"], lines["12380"], lines["12366"]
    assert (usual["open"], usual["until"], usual["way"], usual["waits_in"]) == (True, None, "queue", "general")
    assert (office["open"], office["until"], office["night"]) == (True, "2026-11-23T17:30:00+08:00", "message")
    assert (office["owner"], office["merge"], office["confidential"]) == ("市委组织部", "dual", True)
    assert (branch["way"], branch["goes_to"], branch["waits_in"]) == ("transfer", "85562366", "general")
    assert lines["12356"]["crisis"]
    assert (await face.call("GET /api/hotlines", role=None))[0] == 401


async def test_a_years_holidays_are_told_or_that_they_are_not_published(face: Face) -> None:
    """This year's, unless another one is asked for."""
    _, known = await face.call("GET /api/calendar", role=Role.OPERATOR)
    _, unknown = await face.call("GET /api/calendar?year=2031", role=Role.OPERATOR)
    status, _ = await face.call("GET /api/calendar?year=20", role=Role.OPERATOR)

    assert (known["year"], known["published"], known["notice"]) == (2026, True, "国办发明电〔2025〕7号")
    assert {"2026-09-20", "2026-10-10"} <= {day for each in known["holidays"] for day in each["made_up_on"]}
    assert (unknown["published"], unknown["notice"], unknown["holidays"]) == (False, None, [])
    assert unknown["published_years"] == [2025, 2026]
    assert {each["name"]: each["open"] for each in known["hours"]} == {"office": True, "long-day": True}
    assert status == 422
