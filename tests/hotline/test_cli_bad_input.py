"""What is typed by mistake is refused by the name of the rule, and nothing of it happens."""

from __future__ import annotations

import asyncio
from pathlib import Path

from acd.call_facts import Debt
from acd.events import AgentBecameReady
from acd.model import AgentId, CallId
from recordings.calls import arrived, note_calls
from tests.api.face import NOW, Face
from tests.hotline.typed import hotline
from tickets import call_backs

BAD = (
    ("seats add 8002 general --skill psycology=2 --why x", "unknown_skill"),
    ("seats skills 8001 psycology=2 --why x", "unknown_skill"),
    ("measures limits general wrap_up_s=-1 --why x", "not_valid"),
    ("measures limits general recipe=1 --why x", "not_valid"),
    ("levels set elevated --begin 2020-01-01T18:00 --why x", "in_the_past"),
    ("seats move 8001 health --why x", "seat_in_talk"),
    ("callbacks dial lx-110 --agent 101", "emergency_number"),
    ("callbacks dial lx-168 --agent 101", "premium_number"),
)


async def test_what_is_typed_by_mistake_is_refused_by_its_rule_and_changes_nothing(face: Face, state: Path) -> None:
    """Exit code 1, both languages, the rule's name; the seats and measures are as before, nobody is dialled."""
    await face.call("POST /api/seats", {"seat": "8001", "queues": ["general"], "why": "x"})
    await face.house.log_on("101", "8001")
    await face.house.engine.ask(AgentBecameReady(at=NOW, agent=AgentId("101")))
    await face.house.waits("c1")
    await face.house.answers("c1")
    for call, number in (("lx-110", "110"), ("lx-168", "16812345")):
        await note_calls(face.services.database, [arrived(call, dnis="12345", hotline="12345", ani=number, at=NOW)])
        async with face.services.database.begin() as connection:
            await call_backs.owe(connection, CallId(call), Debt.ABANDONED, NOW)
    before = face.house.engine.distributor.snapshot()

    answers = await asyncio.gather(*(hotline(state, *line.split()) for line, _ in BAD))

    told = {
        line: (said.code, rule if f"[{rule}]" in said.err else said.err)
        for (line, rule), said in zip(BAD, answers, strict=True)
    }
    assert told == {line: (1, rule) for line, rule in BAD}
    assert face.house.engine.distributor.snapshot() == before
    assert (await face.call("GET /api/measures?newest=9"))[1]["measures"] == []
    assert [change["seat"] for change in (await face.call("GET /api/seats/changes"))[1]["changes"]] == ["8001"]
    assert (await face.call("GET /api/dialouts"))[1]["dialouts"] == []


async def test_a_talking_seat_is_moved_from_its_next_call_on_by_who_says_so(face: Face, state: Path) -> None:
    """The talk goes on."""
    await face.call("POST /api/seats", {"seat": "8001", "queues": ["general"], "why": "x"})
    await face.house.log_on("101", "8001")
    await face.house.engine.ask(AgentBecameReady(at=NOW, agent=AgentId("101")))
    await face.house.waits("c1")
    await face.house.answers("c1")

    said = await hotline(state, "seats", "move", "8001", "health", "--why", "x", "--while-talking")

    assert (said.code, said.err) == (0, "")
    assert face.house.seats()["8001"].queues == {"health"}
    assert CallId("c1") in face.house.engine.distributor.talking
