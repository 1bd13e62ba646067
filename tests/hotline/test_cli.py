"""The command, started as a person starts it, against a real HTTP face."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from acd.events import CallArrived
from acd.model import CallId, SeatId
from api.address import write_address
from tests.api.face import NOW, Face

PATIENCE_S = 60.0


class Said(NamedTuple):
    """How a command ended."""

    code: int | None
    out: str
    err: str


async def hotline(state: Path, *words: str, typed: str = "", **environment: str) -> Said:
    """Run `hotline …` in a process of its own."""
    command = [sys.executable, "-c", "from hotline.cli import main; main()", "--state-dir", str(state), *words]
    plain = {"COLUMNS": "200", "NO_COLOR": "1", "http_proxy": "http://127.0.0.1:9"}
    running = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, **plain, **environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE_S):
        out, err = await running.communicate(typed.encode())
    return Said(running.returncode, out.decode(), err.decode())


@pytest.fixture
async def state(face: Face, tmp_path: Path) -> Path:
    """A state folder as a running controller leaves it: address and token."""
    write_address(tmp_path, "127.0.0.1", int(face.url.rpartition(":")[2]))
    await face.services.tokens.put_first_token(tmp_path, now=NOW)
    return tmp_path


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
        "seats skills 8001 english=2 --why 培训",
        "seats undo 4 --why 弄错了",
        "seats remove 8002 --why 晚高峰结束",
    ):
        said = await hotline(state, *line.split())
        assert (said.code, said.err) == (0, ""), line

    assert [change.why for change in face.seats.changes] == ["晚高峰", "晚高峰", "支援", "培训", "弄错了", "晚高峰结束"]
    kept = face.seats.kept[SeatId("8001")].seat
    assert ({skill.skill: skill.level for skill in kept.skills}, kept.queues) == (
        {"psychology": 3},
        {"general", "health"},
    )
    listed, history = await hotline(state, "seats", "list"), await hotline(state, "seats", "history")
    assert "psychology=3" in listed.out
    assert "8002" not in listed.out
    assert "弄错了" in history.out


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
    assert (await face.services.directory.everybody())[0].name == "王芳"
    assert "王芳" in (await hotline(state, "agents", "list")).out


async def test_calls_are_listed_with_masked_numbers(face: Face, state: Path) -> None:
    """Who waits, where, for how long."""
    call = CallId("lx-1.1")
    face.services.board.note(CallArrived(at=NOW - timedelta(seconds=12), call=call, hotline="12320"))
    face.callers.numbers = {call: "138****0000"}

    said = await hotline(state, "calls")

    assert "138****0000" in said.out
    assert "问候 greeting" in said.out


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
