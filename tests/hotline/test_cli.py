"""The command, started as a person starts it, against a real HTTP face."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.events import AgentAnswered, CallArrived, CallEnded, CallRefused
from acd.model import AgentState, CallId, Refusal
from api.address import write_address
from asr.jobs import ATTEMPTS_MAX
from recordings.calls import arrived, note_calls
from tests.api.face import NOW, Face
from tests.api.job_scene import WHY, fail, record
from tests.api.test_agent_kpi import four_seconds_of
from tests.hotline.typed import hotline


async def test_without_a_controller_it_says_so(tmp_path: Path) -> None:
    """Never started, or started and gone: the same clear sentence, no trace."""
    never = await hotline(tmp_path, "seats", "list")
    write_address(tmp_path, "127.0.0.1", 9)
    gone = await hotline(tmp_path, "seats", "list", LIANXIN_TOKEN="lx_x")

    for said in (never, gone):
        assert (said.code, "控制器没有运行" in said.err, "Traceback" in said.err) == (1, True, False)


async def test_seats_are_added_changed_and_undone(face: Face, state: Path) -> None:
    """The day of a seat, typed."""
    for line in (
        "seats add 8001,8002 general --skill psychology=3 --why 晚高峰",
        "seats move 8001 health general --why 支援",
        "seats skills 8001 psychology=2 --why 培训",
        "seats undo 4 --why 弄错了",
        "seats remove 8002 --why 晚高峰结束",
    ):
        said = await hotline(state, *line.split())
        assert (said.code, said.err) == (0, ""), line

    kept = face.house.seats()
    assert list(kept) == ["8001"]
    assert {str(skill.skill): skill.level for skill in kept["8001"].skills} == {"psychology": 3}
    assert kept["8001"].queues == {"general", "health"}
    listed, history = await asyncio.gather(
        hotline(state, "seats", "list"), hotline(state, "seats", "history", "8001", "--limit", "3")
    )
    assert ("psychology=3" in listed.out, "8002" in listed.out) == (True, False)
    assert [why in history.out for why in ("弄错了", "培训", "支援", "晚高峰")] == [True, True, True, False]


async def test_seats_are_added_with_an_agent_each(face: Face, state: Path) -> None:
    """Both are logged on and ready, each where they were named."""
    for agent in ("111", "112"):
        await face.house.enter(agent)

    said = await hotline(state, *["seats", "add", "8011,8012", "general", "--agent", "111,112", "--why", "高峰"])

    assert (said.code, said.err) == (0, "")
    assert "坐席 8012 已增加,话务员 112 已就绪" in said.out
    agents = face.house.engine.distributor.agents.values()
    assert {(agent.id, agent.seat, agent.state) for agent in agents} == {
        ("111", "8011", AgentState.READY),
        ("112", "8012", AgentState.READY),
    }


async def test_one_refused_seat_does_not_stop_the_others(face: Face, state: Path) -> None:
    """In a surge every seat counts: the others are added, the refused one is named with its reason, exit code 1."""
    await face.house.enter("112")

    said = await hotline(state, *["seats", "add", "8011,8012", "general", "--agent", "111,112", "--why", "高峰"])

    assert said.code == 1
    assert "坐席 8011:名册中没有可上岗的工号 111" in said.err
    assert "2 个坐席中办妥 1 个,未办:8011" in said.err
    assert list(face.house.seats()) == ["8012"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("seats add 8011 general", "--why"),
        ("seats add 8011,8012 general --agent 111 --why x", "2 个坐席须配 2 名话务员"),
        ("seats add 8011,8011 general --why x", "重复列出"),
        ("seats undo one --why x", "change"),
        ("seats paint 8011", "paint"),
        ("seats list --loud", "--loud"),
    ],
)
async def test_what_is_typed_wrongly_is_said_in_both_languages(tmp_path: Path, line: str, told: str) -> None:
    """Chinese first, naming what is wrong; nothing is sent; exit code 2."""
    said = await hotline(tmp_path, *line.split())

    assert (said.code, said.out) == (2, "")
    assert told in said.err
    assert "(用法见 --help)" in said.err.splitlines()[0]


async def test_dead_jobs_are_listed_and_retried(face: Face, database: AsyncEngine, state: Path) -> None:
    """The reason is shown, the job waits again, and the transcriber is told."""
    await record(database, "lx-1.1")
    await fail(database, ATTEMPTS_MAX)

    listed = await hotline(state, "jobs", "list")
    retried, unknown = await asyncio.gather(hotline(state, "jobs", "retry", "1"), hotline(state, "jobs", "retry", "7"))

    assert (listed.code, WHY in listed.out, "已放弃 dead" in listed.out) == (0, True, True)
    assert (retried.code, "lx-1.1" in retried.out, face.transcription.notices) == (0, True, 1)
    assert (unknown.code, "没有这个转写任务" in unknown.err) == (1, True)


async def test_a_refusal_is_said_in_both_languages(state: Path) -> None:
    """What the API refuses, the command repeats, naming the field; exit code 1."""
    refused = await hotline(state, "seats", "add", "80x1", "general", "--why", "x")

    assert refused.code == 1
    assert "内容不合要求" in refused.err
    assert "seat: 格式不对" in refused.err


async def test_a_skill_is_written_with_its_level(state: Path) -> None:
    """A mistyped skill is refused before anything is sent."""
    said = await hotline(state, "seats", "skills", "8001", "english=high", "--why", "x")

    assert said.code == 2
    assert "psychology=3" in said.err


async def test_an_agent_is_entered_with_a_pin_that_is_not_shown(face: Face, state: Path) -> None:
    """The PIN is asked for twice, never an argument, never printed."""
    words = ("agents", "add", "101", "--name", "王芳", "--skill", "psychology=3")
    said = await hotline(state, *words, typed="246810\n246810\n")

    assert said.code == 0, said.err
    assert "246810" not in said.out + said.err
    assert (await face.house.directory.everybody())[0].name == "王芳"
    assert "王芳" in (await hotline(state, "agents", "list")).out


async def test_calls_are_listed_with_masked_numbers(face: Face, state: Path) -> None:
    """Who waits, where, for how long."""
    call = CallId("lx-1.1")
    face.services.board.note(CallArrived(at=NOW - timedelta(seconds=12), call=call, hotline="12320"))
    face.callers.numbers = {call: "138****0000"}

    said = await hotline(state, "calls")

    assert "138****0000" in said.out
    assert "问候 greeting" in said.out


async def test_a_number_is_unmasked_for_a_reason(face: Face, state: Path, database: AsyncEngine) -> None:
    """Nothing but the number is printed; without a reason there is none."""
    await note_calls(database, [arrived("lx-1.1", dnis="12345", hotline="12345", ani="13812340000", at=NOW)])

    assert (await hotline(state, "unmask", "lx-1.1", "--reason", "回访")).out.strip() == "13812340000"
    assert (await hotline(state, "unmask", "lx-1.1")).code == 2


async def test_status_is_an_exit_code_too(face: Face, state: Path) -> None:
    """0 while all is well; 1, and the reason, when it is not."""
    assert (await hotline(state, "status")).code == 0
    face.vitals.now = type(face.vitals.now)(
        engine_ticked_s_ago=9.0,
        pbx_connected=False,
        pbx_version=None,
        transcription="",
        transcription_off="没有模型",
        jobs_waiting=0,
        jobs_failed=0,
        jobs_dead=0,
    )

    unwell = await hotline(state, "status")
    assert unwell.code == 1
    assert "未连接 Asterisk" in unwell.out


async def test_the_document_is_printed_without_a_controller(tmp_path: Path) -> None:
    """`hotline openapi` needs nobody."""
    said = await hotline(tmp_path, "openapi")

    assert json.loads(said.out)["openapi"] == "3.1.0"


async def test_an_answer_of_somebody_else_is_not_trusted(tmp_path: Path) -> None:
    """Another program on the port: said, not a trace."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nContent-Type: text/html\r\n\r\nno")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        write_address(tmp_path, "127.0.0.1", server.sockets[0].getsockname()[1])
        said = await hotline(tmp_path, "calls", LIANXIN_TOKEN="lx_x")

    assert (said.code, "不是连心控制器" in said.err) == (1, True)


async def test_a_model_is_looked_at(tmp_path: Path) -> None:
    """Ours is whole; where there is none, it says how to get one."""
    ours = Path(__file__).parents[2] / "sandbox" / "model"
    whole, none = await hotline(tmp_path, "model", "check", str(ours)), await hotline(tmp_path, "model", "check")

    assert (whole.code, "模型完整" in whole.out) == (0, True)
    assert (none.code, "hotline model fetch" in none.err) == (1, True)


async def test_the_ledger_prints_the_balance_by_hotline_and_fails_when_it_is_wrong(face: Face, state: Path) -> None:
    """Sums that add up: 0; a call with two outcomes: its id, and 1; a time that is none is explained."""
    call, engine = CallId("lx-7"), face.house.engine
    engine.tell(CallArrived(at=NOW - timedelta(minutes=2), call=call, hotline="12320"))
    engine.tell(CallEnded(at=NOW - timedelta(minutes=1), call=call))
    await face.house.settled()
    await face.house.journal.flushed(face.house.journal.last)
    right = await hotline(state, "ledger", "--since", (NOW - timedelta(hours=1)).isoformat())
    engine.tell(CallRefused(at=NOW, call=call, hotline="12320", why=Refusal.LINES_FULL))
    await face.house.settled()
    await face.house.journal.flushed(face.house.journal.last)
    wrong, mistyped = await asyncio.gather(hotline(state, "ledger"), hotline(state, "ledger", "--since", "gestern"))

    assert (right.code, "12320" in right.out, "账平" in right.out, "1 = 1 + 0" in right.out) == (0, True, True, True)
    assert (wrong.code, "lx-7" in wrong.err) == (1, True)
    assert (mistyped.code, "2026-11-23T08:00" in mistyped.err) == (2, True)


async def test_the_figures_are_printed_with_both_service_levels_and_their_version(face: Face, state: Path) -> None:
    """Rates as per cent, a column per hotline and one for all; an interval that is none is refused."""
    call, engine = CallId("lx-7"), face.house.engine
    engine.tell(CallArrived(at=NOW - timedelta(minutes=2), call=call, hotline="12320"))
    engine.tell(AgentAnswered(at=NOW - timedelta(seconds=112.5), call=call, attempt=1))
    await face.house.settled()
    await face.house.journal.flushed(face.house.journal.last)
    shown, wrong = await asyncio.gather(hotline(state, "kpi", "--every", "1h"), hotline(state, "kpi", "--every", "7m"))

    assert (shown.code, "12320" in shown.out, "口径第 1 版" in shown.out) == (0, True, True)
    assert (shown.out.count("100.0%"), shown.out.count("7.5")) == (8, 6)
    assert wrong.code == 1


async def test_how_agents_spend_their_time_is_printed_with_its_version(face: Face, state: Path) -> None:
    """A line for the agent, one for all, one for the queue and one for calls without a hotline; they take no --by."""
    await four_seconds_of(face)

    shown, wrong = await asyncio.gather(
        hotline(state, "kpi", "--agents"), hotline(state, "kpi", "--agents", "--by", "queue")
    )

    assert (shown.code, shown.err) == (0, "")
    for word in ("101", "general", "外呼", "合计", "50.0%", "37.5%", "口径第 1 版"):
        assert word in shown.out
    assert (wrong.code, "--by" in wrong.err) == (2, True)


def test_a_command_starts_without_the_database_or_the_sound() -> None:
    """Only what was typed is loaded: asking a running controller needs neither SQLAlchemy nor numpy."""
    seen = "import sys, hotline.cli; print(sorted({'sqlalchemy', 'numpy', 'vosk', 'alembic'} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)

    assert said.stdout == "[]\n"


async def test_staffing_needs_no_controller_and_names_the_fewest_agents(tmp_path: Path) -> None:
    """40 erlangs need 46 agents for 80 % within 15 s; one fewer does not do; nonsense is refused."""
    said = await hotline(tmp_path, "staffing", "600", "--handle-s", "240")
    wrong = await hotline(tmp_path, "staffing", "-5")

    assert said.code == 0, said.err
    assert "至少 46 个坐席" in said.out
    assert (wrong.code, "Traceback" in wrong.err) == (2, False)
