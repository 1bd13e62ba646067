"""The figures over HTTP: by hotline or queue, whole or cut, from the journal."""

from __future__ import annotations

from datetime import timedelta

from acd.events import AgentAnswered, CallJoined
from acd.model import CallId, QueueName
from api.people import Role
from tests.api.face import NOW, Face
from tests.api.test_ledger import EARLIER, arrived, told
from tests.databases import BOTH

pytestmark = BOTH


async def test_the_figures_of_the_last_day_by_hotline_and_by_queue(face: Face) -> None:
    """Two calls, one of them answered in time; the total is over both."""
    joined = CallJoined(at=EARLIER, call=CallId("a"), queue=QueueName("health"))
    answered = AgentAnswered(at=EARLIER + timedelta(seconds=12), call=CallId("a"), attempt=1)
    await told(face, arrived("a", "12320"), joined, answered, arrived("b"))

    status, seen = await face.call("GET /api/kpi", role=Role.OPERATOR)
    _, queues = await face.call("GET /api/kpi?by=queue&every=15m")

    assert (status, seen["version"], seen["target_s"]) == (200, 1, 15)
    rates = {line["name"]: (line["connected_rate"], line["average_speed_of_answer_s"]) for line in seen["figures"]}
    assert rates == {"12320": (1, 12), "12345": (0, None)}
    assert (seen["total"]["offered"], seen["total"]["service_level"], seen["total"]["in_progress"]) == (2, 0.5, 1)
    assert {(line["name"], line["since"]) for line in queues["figures"]} == {
        ("health", EARLIER.isoformat().replace("+00:00", "Z")),
        ("", EARLIER.isoformat().replace("+00:00", "Z")),
    }


async def test_the_figures_of_authorities_and_ways_of_merging_can_be_compared(face: Face) -> None:
    """Hotlines of one owner together; a number that none lists is 12345's, which has neither owner nor was merged."""
    joined = CallJoined(at=EARLIER, call=CallId("a"), queue=QueueName("general"))
    answered = AgentAnswered(at=EARLIER + timedelta(seconds=12), call=CallId("a"), attempt=1)
    calls = (
        arrived("a", "12315"),
        joined,
        answered,
        arrived("b", "0518-12365"),
        arrived("c", "12366"),
        arrived("d", "96333"),
    )
    await told(face, *calls)

    _, owners = await face.call("GET /api/kpi?by=owner", role=Role.OPERATOR)
    _, merges = await face.call("GET /api/kpi?by=merge", role=Role.OPERATOR)

    assert {line["name"]: (line["offered"], line["answered"]) for line in owners["figures"]} == {
        "": (1, 0),
        "市市场监督管理局": (2, 1),
        "市税务局": (1, 0),
    }
    found = {line["name"]: line["offered"] for line in merges["figures"]}
    assert found == {"branch": 1, "dual": 1, "own": 1, "whole": 1}
    assert owners["total"]["offered"] == merges["total"]["offered"] == 4


async def test_figures_of_no_period_or_no_interval_are_refused(face: Face) -> None:
    """As the ledger refuses them; and nobody sees figures without a token."""
    early = (NOW - timedelta(days=40)).isoformat().replace("+", "%2B")
    late = NOW.isoformat().replace("+", "%2B")

    assert (await face.call(f"GET /api/kpi?since={early}&until={late}"))[0] == 422
    assert (await face.call("GET /api/kpi?every=7m"))[0] == 422
    assert (await face.call("GET /api/kpi?by=agent"))[0] == 422
    assert (await face.call("GET /api/kpi", role=None))[0] == 401
