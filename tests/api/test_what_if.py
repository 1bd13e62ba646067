"""Staffing, drill and what-if over HTTP: for leaders, by another process, and refused by the rule's name."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from acd.staffing import Traffic, erlang_a, erlang_c, erlang_c_within
from api.people import Role
from api.what_if import CHANGES_MOST
from tests.api.face import Face
from tests.api.test_looking_back import is_alive, until
from tests.databases import sqlite_url
from tests.simulation.lived import write_morning
from tests.simulation.past_day import SINCE, UNTIL, Morning

PERIOD = {"since": SINCE.isoformat(), "until": UNTIL.isoformat()}
HOUR = Morning(per_hour=200.0, agents=10, health_agents=4)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def morning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a morning in its database."""
    folder = tmp_path_factory.mktemp("morning")
    await write_morning(sqlite_url(folder), HOUR)
    return folder


@pytest.fixture
def database_url(morning: Path, tmp_path: Path) -> str:
    """A copy of it, in which the house goes on months later."""
    shutil.copy(morning / "hotline.db", tmp_path)
    return sqlite_url(tmp_path)


async def drilled(face: Face, **wish: Any) -> tuple[int, Any]:
    """The drill about the morning, or what a wish says otherwise."""
    return await face.call("GET /api/drill?" + urlencode({**PERIOD, "draws": 2, **wish}), role=Role.LEADER)


async def tried(face: Face, **wish: Any) -> tuple[int, Any]:
    """The morning again under a change."""
    return await face.call("POST /api/what-if", {**PERIOD, "draws": 2, **wish}, role=Role.LEADER)


async def test_staffing_tells_the_fewest_agents_and_those_around_them(face: Face) -> None:
    """40 erlangs need 46 for 80 % within 15 s; every row is that of the formulas."""
    status, seen = await face.call("GET /api/staffing?calls_per_hour=600", role=Role.LEADER)
    traffic = Traffic(rate_per_s=1 / 6, handle_s=240, patience_s=120)

    assert (status, seen["fewest"], seen["load_erlang"]) == (200, 46, pytest.approx(40.0))
    rows = {row["agents"]: row for row in seen["around"]}
    assert list(rows) == list(range(42, 51))
    patient = erlang_c(46, traffic)
    assert patient is not None
    assert rows[46]["in_time"] == pytest.approx(erlang_c_within(46, traffic, 15))
    assert rows[46]["mean_wait_s"] == pytest.approx(patient.mean_wait_s)
    assert rows[46]["occupancy"] == pytest.approx(40 / 46)
    assert rows[46]["abandons"] == pytest.approx(erlang_a(46, traffic).abandons)


async def test_staffing_below_the_load_has_no_mean_wait(face: Face) -> None:
    """Where the line grows without end nothing is made up: null, and everybody is busy all the time."""
    _, seen = await face.call("GET /api/staffing?calls_per_hour=600&target=0.01", role=Role.LEADER)

    below = next(row for row in seen["around"] if row["agents"] <= 40)
    assert (below["mean_wait_s"], below["occupancy"], below["in_time"]) == (None, 1.0, 0.0)
    assert below["abandons"] > 0


@pytest.mark.parametrize(
    ("query", "rule", "field"),
    [
        ("", "not_valid", "calls_per_hour"),
        ("calls_per_hour=-5", "not_valid", "calls_per_hour"),
        ("calls_per_hour=nan", "not_valid", "calls_per_hour"),
        ("calls_per_hour=10&target=1", "not_valid", "target"),
        ("calls_per_hour=10&agents=5", "not_valid", "agents"),
        ("calls_per_hour=100000&handle_s=7200", "too_many_agents", None),
    ],
)
async def test_staffing_of_nonsense_is_refused(face: Face, query: str, rule: str, field: str | None) -> None:
    """422, with the rule, and the field where it is one field's fault."""
    status, problem = await face.call(f"GET /api/staffing?{query}", role=Role.LEADER)

    assert (status, problem["rule"]) == (422, rule)
    assert [wrong["field"] for wrong in problem["fields"]] == ([field] if field else [])


async def test_drill_names_what_breaks_first(face: Face) -> None:
    """Beside how it was without the crowd; and no call and no agent is named."""
    status, seen = await drilled(face, times=5)

    assert status == 200
    assert seen["drilled"]["figures"]["calls"]["median"] > 4 * seen["usual"]["figures"]["calls"]["median"]
    assert seen["first"] == seen["drilled"]["broken"][0]  # in this busy hour it breaks without the crowd, too
    assert {one["where"] for one in seen["drilled"]["broken"]} <= {"", "health", "general"}
    assert all("跌破" in one["zh"] for one in seen["drilled"]["broken"])


async def test_what_if_says_who_waits_less(face: Face) -> None:
    """Three more agents for health: more of its callers are answered; the answer says how true the rerun is."""
    status, seen = await tried(face, seats=["health+3"])

    assert status == 200
    health = next(one for one in seen["groups"] if (one["by"], one["name"]) == ("queue", "health"))
    assert health["differs"]["answered"]["median"] > 0
    assert (seen["changed"], seen["draws"], seen["true"]) == (True, 2, not seen["doubts"])
    assert (await tried(face, every="whole"))[1]["changed"] is False


@pytest.mark.parametrize(
    ("wish", "rule"),
    [
        ({"seats": ["healt+3"]}, "bad_wish"),
        ({"limits": ["health.wrap_up_s=-1"]}, "bad_wish"),
        ({"limits": ["healt.wrap_up_s=1"]}, "unknown_queue"),
        ({"level": "panic"}, "unknown_level"),
        ({"seats": ["health-99"]}, "nobody_to_move"),
        ({"seats": ["health+1"] * (CHANGES_MOST + 1)}, "not_valid"),
        ({"recipe": "/etc/passwd"}, "not_valid"),
        ({"draws": 0}, "not_valid"),
        ({"since": UNTIL.isoformat(), "until": SINCE.isoformat()}, "not_valid"),
    ],
)
async def test_change_that_cannot_be_is_refused_by_name(face: Face, wish: dict[str, Any], rule: str) -> None:
    """422, by the rules of live changes; no file of the machine can be named."""
    status, problem = await tried(face, **wish)

    assert (status, problem["rule"]) == (422, rule)


async def test_drill_that_cannot_be_is_refused_by_name(face: Face) -> None:
    """Of nothing, of nobody, of too much; the next question is answered."""
    long_ago = (SINCE - timedelta(days=2)).isoformat(), (SINCE - timedelta(days=1)).isoformat()

    for wish, rule in (
        ({"times": 0.5}, "not_valid"),
        ({"times": "five"}, "not_valid"),
        ({"since": long_ago[0], "until": long_ago[1]}, "nobody_waited"),
        ({"times": 20, "draws": 100}, "too_many_calls"),
        ({"since": (UNTIL - timedelta(days=40)).isoformat()}, "period_too_long"),
    ):
        status, problem = await drilled(face, **wish)
        assert (status, problem["rule"]) == (422, rule), wish
    assert (await drilled(face, times=1, draws=1))[0] == 200


async def test_runs_are_one_at_a_time_and_few_stand_in_line(face: Face) -> None:
    """Who comes when one runs and two wait is told so at once; "why" and reports are not behind them."""
    assert (await drilled(face, times=1, draws=1))[0] == 200
    pid = face.past.reruns.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    line = [asyncio.ensure_future(drilled(face)) for _ in range(3)]
    await until(lambda: face.past.reruns.asking == 3)

    status, problem = await drilled(face)

    assert (status, problem["rule"]) == (503, "too_many_lookups")
    assert (await face.call("GET /api/staffing?calls_per_hour=60", role=Role.LEADER))[0] == 200
    assert (await face.call("GET /api/ledger", role=Role.LEADER))[0] == 200
    for one in line:
        one.cancel()
    await until(lambda: not is_alive(pid))
