"""Measures by HTTP on the running ACD: tried, made, listed, undone, with author, reason and version."""

from __future__ import annotations

from typing import Any

from acd.model import QueueName
from api.people import Role
from tests.api.face import NOW, Face


async def made(face: Face, path: str, *, role: Role = Role.LEADER, **wish: Any) -> tuple[int, dict[str, Any]]:
    """A measure by a leader who has just read."""
    _, seen = await face.call("GET /api/measures")
    return await face.call(f"POST /api/measures/{path}", {"version": seen["version"], "why": "洪峰", **wish}, role=role)


async def health_is_on_duty(face: Face) -> None:
    """Agents 107 and 108 are ready at 8007 and 8008, which serve health; 8001 serves general."""
    for seat, queue, agent in (("8007", "health", "107"), ("8008", "health", "108"), ("8001", "general", None)):
        if agent:
            await face.house.enter(agent)
        await face.call("POST /api/seats", {"seat": seat, "queues": [queue], "agent": agent, "why": "x"})


async def test_seats_are_borrowed_and_given_back(face: Face) -> None:
    """Whoever waits is rung at once; the list of seats shows what is stored and what is served now."""
    await health_is_on_duty(face)
    await face.house.waits("lx-1.1")

    status, lent = await made(face, "lend", lender="health", borrower="general", count=1)

    assert (status, lent["measure"]["number"], lent["measure"]["by"]) == (200, 1, "leader#2")
    assert lent["measure"]["loans"][0]["seats"] == ["8007"]
    assert face.house.switchboard.rung == [("lx-1.1", "107", "8007")]
    _, seats = await face.call("GET /api/seats")
    assert [(seat["seat"], seat["queues"], seat["serves"]) for seat in seats["seats"]] == [
        ("8001", ["general"], ["general"]),
        ("8007", ["health"], ["general"]),
        ("8008", ["health"], ["health"]),
    ]
    status, back = await made(face, "1/undo")
    assert (status, back["measure"]["state"], back["measure"]["over_by"]) == (200, "over", "leader#2")
    assert face.house.seats()["8007"].queues == {"health"}


async def test_a_measure_is_tried_first(face: Face) -> None:
    """It says who would be rung and what each queue has before and after; nothing happens, nothing is kept."""
    await health_is_on_duty(face)
    await face.house.waits("lx-1.1")

    _, tried = await made(face, "lend", lender="health", borrower="general", seats=["8007"], dry_run=True)

    assert tried["measure"]["number"] is None
    assert [(offer["call"], offer["seat"]) for offer in tried["effect"]["offers"]] == [("lx-1.1", "8007")]
    general = next(effect for effect in tried["effect"]["queues"] if effect["queue"] == "general")
    assert general == {
        "queue": "general",
        "seats": {"before": 1, "after": 2},
        "on_duty": {"before": 0, "after": 1},
        "waiting": {"before": 1, "after": 0},
        "wait": {"before": None, "after": None},
    }
    assert face.house.switchboard.rung == []
    assert (await face.call("GET /api/measures?newest=9"))[1]["measures"] == []


async def test_the_level_is_switched_and_seen(face: Face) -> None:
    """Which level is in force, who put it there, why; what each changes; undone, the one before is back."""
    await made(face, "level", level="emergency", why="疫情")

    _, seen = await face.call("GET /api/levels")

    assert [(one["name"], one["in_force"]) for one in seen["levels"]] == [
        ("normal", False),
        ("elevated", False),
        ("emergency", True),
    ]
    assert seen["levels"][2]["queues"]["general"] == {"ring_time_s": 12.0, "wrap_up_s": 10.0}
    assert (seen["measure"]["by"], seen["measure"]["why"]) == ("leader#2", "疫情")
    assert face.house.engine.distributor.queues[QueueName("general")].wrap_up_time.total_seconds() == 10
    await made(face, "1/undo")
    assert (await face.call("GET /api/measures"))[1]["level"] == "normal"
    assert face.house.engine.distributor.queues[QueueName("general")].wrap_up_time.total_seconds() == 30
    _, trail = await face.call("GET /api/measures/changes")
    assert [(it["step"], it["measure"]) for it in trail["changes"]] == [("ended", 1), ("begun", 1)]


async def test_a_time_without_a_zone_is_the_citys(face: Face) -> None:
    """16:40 and 17:00 in Shanghai are 08:40 and 09:00 in UTC; what is planned is listed with its times."""
    day = f"{NOW:%Y-%m-%d}"
    status, plan = await made(
        face, "add", queue="health", seats=["8011"], starts=f"{day}T16:40", ends=f"{day}T09:00:00+00:00"
    )

    assert (status, plan["measure"]["state"]) == (200, "planned")
    assert [plan["measure"][name] for name in ("starts", "ends")] == [f"{day}T08:40:00Z", f"{day}T09:00:00Z"]
    _, seen = await face.call("GET /api/measures")
    assert [one["state"] for one in seen["measures"]] == ["planned"]


BAD: tuple[tuple[str, dict[str, Any], int, str], ...] = (
    ("limits", {"queue": "general", "change": {"wrap_up_s": -1}}, 422, "not_valid"),
    ("limits", {"queue": "general", "change": {"wrapup_s": 1}}, 422, "not_valid"),
    ("limits", {"queue": "general", "change": {}}, 422, "nothing_to_change"),
    ("limits", {"queue": "helth", "change": {"wrap_up_s": 1}}, 422, "unknown_queue"),
    ("level", {"level": "alarm"}, 422, "unknown_level"),
    ("level", {"level": "elevated", "starts": "2020-01-01T18:00"}, 422, "in_the_past"),
    ("level", {"level": "elevated", "why": ""}, 422, "not_valid"),
    ("level", {"level": "elevated", "version": 7}, 409, "measures_changed_meanwhile"),
    ("lend", {"lender": "health", "borrower": "general", "count": -1}, 422, "not_valid"),
    ("lend", {"lender": "health", "borrower": "general"}, 422, "nothing_to_change"),
    ("lend", {"lender": "health", "borrower": "health", "count": 1}, 422, "lent_to_itself"),
    ("lend", {"lender": "health", "borrower": "general", "count": 1}, 409, "not_enough_seats"),
    ("lend", {"lender": "health", "borrower": "general", "seats": ["8009"]}, 404, "unknown_seat"),
    ("7/undo", {}, 404, "unknown_measure"),
)


async def test_bad_measures_are_refused_by_the_name_of_the_rule(face: Face) -> None:
    """In both languages; nothing is kept."""
    for path, wish, status, rule in BAD:
        answered, problem = await made(face, path, **wish)
        assert (path, answered, problem["rule"]) == (path, status, rule)
        assert problem["zh"]

    assert (await face.call("GET /api/measures?newest=9"))[1]["measures"] == []


async def test_an_agent_may_look_and_not_change(face: Face) -> None:
    """Levels and measures are seen by everybody, changed by leaders."""
    assert (await face.call("GET /api/levels", role=Role.OPERATOR))[0] == 200
    assert (await made(face, "level", role=Role.OPERATOR, level="emergency"))[0] == 403
