"""The quality of drafts by HTTP and on the command line."""

from __future__ import annotations

from api.people import Role
from tests.api.draft_scene import draft
from tests.api.face import Face
from tests.databases import BOTH

__all__ = ["draft"]

pytestmark = BOTH
SINCE = "since=2026-11-23T00:00:00Z&until=2026-11-24T00:00:00Z"


async def test_quality_tells_what_people_changed(face: Face, draft: str) -> None:
    """By field, with the rule and the model; precision only where the machine had said something."""
    _, claimed = await face.call(f"POST /api/drafts/{draft}/claim", {"version": 1})
    wish = {"version": claimed["version"], "edits": {"place": "海州区", "kind": "求助"}}
    await face.call(f"POST /api/drafts/{draft}/confirm", wish)

    status, seen = await face.call(f"GET /api/quality?{SINCE}", role=Role.LEADER)

    fields = {each["field"]: each for each in seen["fields"]}
    assert (status, seen["tickets"], seen["untouched"], seen["median_s"], seen["p90_s"]) == (200, 1, 0, 0.0, 0.0)
    assert (fields["kind"]["rule"], fields["kind"]["model"], fields["kind"]["precision"]) == ("我要+类型", "test", 0.0)
    assert (fields["kind"]["distance"], fields["kind"]["normalised"]) == (2, 1.0)
    assert (fields["place"]["changes"]["filled"], fields["place"]["precision"]) == (1, None)
    assert (fields["subject"]["changes"]["kept"], fields["subject"]["precision"]) == (1, 1.0)
    assert fields["subject"]["normalised"] == 0.0


async def test_quality_of_nothing_is_nothing(face: Face) -> None:
    """And a period too long is refused; operators do not ask."""
    _, seen = await face.call("GET /api/quality")
    assert (seen["tickets"], seen["median_s"], seen["p90_s"], seen["fields"]) == (0, None, None, [])

    status, problem = await face.call("GET /api/quality?since=2026-01-01T00:00:00Z&until=2026-11-24T00:00:00Z")
    assert (status, problem["rule"]) == (422, "period_too_long")
    assert (await face.call("GET /api/quality", role=Role.OPERATOR))[0] == 403
