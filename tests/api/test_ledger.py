"""The ledger over HTTP: the sums of a period by hotline, the calls in progress by name, and whether it all adds up."""

from __future__ import annotations

from datetime import timedelta

from acd.events import AgentAnswered, CallArrived, CallEnded, CallRefused
from acd.model import CallId, Refusal
from api.people import Role
from tests.api.face import NOW, Face
from tests.databases import BOTH

pytestmark = BOTH

EARLIER = NOW - timedelta(hours=1)


async def told(face: Face, *facts: object) -> None:
    """The ACD is told facts, and they are on disk."""
    for fact in facts:
        face.house.engine.tell(fact)  # type: ignore[arg-type]
    await face.house.settled()
    await face.house.journal.flushed(face.house.journal.last)


def arrived(call: str, hotline: str = "12345") -> CallArrived:
    """An hour ago."""
    return CallArrived(at=EARLIER, call=CallId(call), hotline=hotline)


async def test_the_sums_of_the_last_day_by_hotline(face: Face) -> None:
    """However the number was dialled, whatever became of the call; and the line that says it is right."""
    await told(
        face,
        arrived("a", "0518-12320".replace("-", "")),
        AgentAnswered(at=EARLIER + timedelta(seconds=20), call=CallId("a"), attempt=1),
        arrived("b"),
        CallEnded(at=EARLIER + timedelta(seconds=9), call=CallId("b")),
        CallRefused(at=EARLIER, call=CallId("c"), hotline="12345", why=Refusal.LINES_FULL),
        arrived("d"),
    )

    status, seen = await face.call("GET /api/ledger", role=Role.OPERATOR)

    assert (status, seen["reconciles"], seen["in_progress"]) == (200, True, ["d"])
    sums = {line["hotline"]: {k: v for k, v in line["outcomes"].items() if v} for line in seen["hotlines"]}
    assert sums == {"12320": {"answered": 1}, "12345": {"short_abandoned": 1, "refused": 1}}
    assert (seen["total"]["offered"], seen["total"]["in_progress"]) == (4, 1)


async def test_a_call_with_two_outcomes_is_named(face: Face) -> None:
    """Then the books do not reconcile."""
    why = Refusal.LINES_FULL
    late = CallRefused(at=EARLIER + timedelta(seconds=61), call=CallId("a"), hotline="12345", why=why)
    await told(face, arrived("a"), CallEnded(at=EARLIER + timedelta(seconds=60), call=CallId("a")), late)

    _, seen = await face.call("GET /api/ledger")

    assert (seen["reconciles"], seen["disputed"], seen["total"]["outcomes"]["abandoned"]) == (False, ["a"], 1)


async def test_a_period_is_what_was_asked_for(face: Face) -> None:
    """Calls of before it are not in it; a period that is none is refused."""
    await told(face, arrived("a"))
    after = (NOW - timedelta(minutes=30)).isoformat().replace("+", "%2B")
    early = (NOW - timedelta(days=40)).isoformat().replace("+", "%2B")

    assert (await face.call(f"GET /api/ledger?since={after}"))[1]["total"]["offered"] == 0
    assert (await face.call(f"GET /api/ledger?since={after}&until={early}"))[0] == 422
    assert (await face.call("GET /api/ledger?since=2026-01-01T00:00:00"))[0] == 422
    assert (await face.call("GET /api/ledger", role=None))[0] == 401
