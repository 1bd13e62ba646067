"""Deadlines, escalations and alerts on the command line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from tests.api.clock_scene import GAS, born
from tests.api.face import NOW, Face
from tests.hotline.typed import hotline
from tickets import alerts, escalations


async def test_what_is_due_is_listed_and_seen_to(face: Face, state: Path, database: AsyncEngine) -> None:
    """A gas leak of yesterday: due, escalated, alerted; each is acknowledged, its class changed, by typed commands."""
    ticket = await born(face, database, GAS, call="lx-1.1", at=NOW - timedelta(days=1))
    async with database.begin() as connection:
        await escalations.raise_due(connection, NOW)

    due = await hotline(state, "deadlines", "list", "--overdue")
    policy = await hotline(state, "deadlines", "policy")
    listed = await hotline(state, "escalations", "list")
    heard = await hotline(state, "alerts", "list")
    assert [each.code for each in (due, policy, listed, heard)] == [0, 0, 0, 0], (due, policy, listed, heard)
    assert "燃气与危险品" in due.out
    assert ticket in due.out
    assert "国办发明电〔2025〕7号" in policy.out
    assert "100 %" in listed.out
    assert "煤气泄漏" in heard.out

    async with database.connect() as connection:
        first = (await escalations.listed(connection))[0].number
        alert = (await alerts.listed(connection))[0].number
    deeds = [
        await hotline(state, "escalations", "acknowledge", str(first)),
        await hotline(state, "alerts", "acknowledge", str(alert), "--remark", "已通知燃气公司"),
        await hotline(state, "deadlines", "urgency", ticket),
    ]
    early = await hotline(state, "deadlines", "settle", ticket, "--outcome", "已上门")
    assert [each.code for each in deeds] == [0, 0, 0], deeds
    assert (early.code, "只有已确认的工单可以办结" in early.err) == (1, True)
    async with database.connect() as connection:
        assert await alerts.listed(connection) == []
        (clock,) = await escalations.running(connection, due_by=None, limit=9)
    assert (clock.urgency, clock.deadline.working_days) == (None, 5)
