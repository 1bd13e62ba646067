"""`hotline agents …`, a team leader's orders, typed against a real HTTP face."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.api.face import Face
from tests.hotline.typed import hotline


async def test_a_leader_orders_an_agent_about(face: Face, state: Path) -> None:
    """Who and why stand in the list; an old number is refused with who was first, a second withdrawal by its rule."""
    await face.call("POST /api/staff", {"number": "101", "name": "王芳", "pin": "246810", "skills": {}})
    await face.call("POST /api/seats", {"seat": "8001", "queues": ["general"], "why": "x"})
    await face.house.log_on("101", "8001")

    done = await hotline(state, "agents", "force", "101", "break", "--reason", "training", "--why", "新规培训")
    listed, late, twice = await asyncio.gather(
        hotline(state, "agents", "list"),
        hotline(state, "agents", "force", "101", "ready", "--why", "缺人", "--seen", "0"),
        hotline(state, "agents", "withdraw", "101", "--why", "改期"),
    )

    assert "已生效" in done.out
    assert "新规培训" in listed.out
    assert (late.code, twice.code) == (1, 1)
    assert "新规培训" in late.err
    assert "没有待生效的强制" in twice.err
