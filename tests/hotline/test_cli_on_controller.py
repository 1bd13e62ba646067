"""The command against a real controller process on a real PBX: what a team leader types on an ordinary day.

One house for the module; each test leaves the seats as it found them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from city.load import load_city
from hotline.client import find_controller
from hotline.embedded import controller_process, premises
from ivr.prompts import SPOKEN
from sandbox.baresip import find_baresip
from sandbox.lines import Line
from sandbox.phones import Phone
from tests.hotline.typed import Said, hotline

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAMPLE = Path(__file__).parents[2] / "cities" / "sample"
PATIENCE_S = 20.0
LOOK_AGAIN_S = 0.05  # until Asterisk has let the controller in


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def state(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    """The state folder of a controller that takes calls, without a speech model."""
    folder = tmp_path_factory.mktemp("house")
    city = load_city(SAMPLE, also_spoken=SPOKEN)
    async with (
        premises(folder, city, model=None) as place,
        controller_process(place, log=folder / "controller.log"),
        AsyncExitStack() as reserve,
    ):
        program = await asyncio.to_thread(find_baresip)
        for seat in ("8011", "8012"):  # whoever is ready without a phone is on break at the reconciler's next look
            line = Line.seat(place.pbx.config.sip_port, seat, place.phone_password(seat))
            await reserve.enter_async_context(Phone.start(line, program=program))
        async with asyncio.timeout(PATIENCE_S):
            while not (await asyncio.to_thread(find_controller(folder).ask, "GET /api/health"))["well"]:  # noqa: ASYNC110
                await asyncio.sleep(LOOK_AGAIN_S)
        people = (("111", "王芳"), ("112", "李强"))
        for entered in await asyncio.gather(
            *(hotline(folder, "agents", "add", n, "--name", name, typed="246810\n246810\n") for n, name in people)
        ):
            assert entered.code == 0, entered.err
        yield folder


async def test_status_says_what_works_and_what_is_off(state: Path) -> None:
    """Engine and PBX are well; transcription is off, with the reason; calls are served all the same: exit code 0."""
    said = await hotline(state, "status")

    assert (said.code, said.err) == (0, "")
    assert "已连接 Asterisk" in said.out
    assert "转写已关闭" in said.out
    assert "hotline model fetch" in said.out


async def test_the_queues_are_listed_and_the_autopilot_advises(state: Path) -> None:
    """Nobody has called yet: no wait is made up, nothing is proposed, and the mode is the cautious one."""
    queues, advice = await hotline(state, "queues"), await hotline(state, "advice", "list")

    assert (queues.code, queues.err, advice.code, advice.err) == (0, "", 0, "")
    assert [row[0] for row in rows(queues, "│")] == ["general", "crisis", "health"]
    assert "mode: advise" in advice.out
    assert ".begin" not in advice.out


async def test_the_seats_of_the_first_start_are_those_of_the_city(state: Path) -> None:
    """Ten seats serve, the reserve does not."""
    said = await hotline(state, "seats", "list")

    assert ("8001" in said.out, "8010" in said.out, "8011" in said.out) == (True, True, False)
    assert "psychology=3" in said.out


def rows(said: Said, holding: str) -> list[list[str]]:
    """The cells of every row of a table that holds a text."""
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in said.out.splitlines() if holding in line]


async def test_a_surge_and_its_end(state: Path) -> None:
    """Two reserve seats open with their agents, one is removed by mistake and brought back, and all is on record."""
    surge = ("8011,8012", "general", "health", "--agent", "111,112", "--why", "来电激增")
    added = await hotline(state, "seats", "add", *surge)
    assert (added.code, "话务员 112 已就绪" in added.out) == (0, True), added.err
    seats, agents = await asyncio.gather(hotline(state, "seats", "list"), hotline(state, "agents", "list"))
    assert [(row[1], row[3], row[4]) for row in rows(seats, "8012")] == [("general health", "112", "ready")]
    assert agents.out.count("ready") == 2

    assert (await hotline(state, "seats", "remove", "8012", "--why", "误操作")).code == 0
    number = rows(await hotline(state, "seats", "history", "8012"), "误操作")[0][0]
    assert (await hotline(state, "seats", "undo", number, "--why", "恢复")).code == 0
    assert (await hotline(state, "seats", "remove", "8011,8012", "--why", "恢复正常")).code == 0

    history = rows(await hotline(state, "seats", "history", "8012"), "8012")
    assert [(row[6], row[7]) for row in history] == [
        ("恢复正常", ""),
        ("恢复", number),
        ("误操作", ""),
        ("来电激增", ""),
    ]
    assert {row[5] for row in history} == {"admin.token#1"}
    assert "ready" not in (await hotline(state, "agents", "list")).out


async def test_nothing_drafted_is_an_empty_list(state: Path) -> None:
    """No drafts and no jobs: empty tables, no trouble."""
    drafts, jobs = await asyncio.gather(hotline(state, "drafts", "list"), hotline(state, "jobs", "list"))

    assert (drafts.code, drafts.err, jobs.code, jobs.err) == (0, "", 0, "")
    assert "已放弃 0" in jobs.out


async def test_bad_input_is_explained_and_changes_nothing(state: Path) -> None:
    """An unknown queue is named, a bad extension, an unknown agent; each with exit code 1."""
    before = await hotline(state, "seats", "history")

    async def refused(line: str, told: str) -> Said:
        said = await hotline(state, *line.split())
        assert (said.code, told in said.err, "Traceback" in said.err) == (1, True, False), said
        return said

    await asyncio.gather(
        refused("seats add 8013 healht --why x", "healht"),
        refused("seats add 80x1 general --why x", "seat: 格式不对"),
        refused("seats add 8013 general --agent 999 --why x", "没有可上岗的工号 999"),
        refused("seats remove 8999 --why x", "没有坐席 8999"),
    )
    no_reason = await hotline(state, "seats", "add", "8013", "general")
    assert (no_reason.code, "--why" in no_reason.err) == (2, True)
    assert (await hotline(state, "seats", "history")).out == before.out


async def test_a_level_is_tried_switched_and_taken_back(state: Path) -> None:
    """The trial says what it would do and does nothing; the switch is listed with author and reason until undone."""
    tried = await hotline(state, "levels", "set", "emergency", "--why", "疫情", "--dry-run")
    assert (tried.code, "预演,未生效" in tried.out) == (0, True), tried
    assert rows(await hotline(state, "levels", "list"), "●")[0][1] == "normal"

    switched = await hotline(state, "levels", "set", "emergency", "--why", "疫情")
    assert (switched.code, "生效中:级别 emergency" in switched.out) == (0, True), switched
    plan = ("health", "-n", "3", "--begin", "2099-01-01T18:00", "--until", "22:00", "--why", "夜间")
    assert (await hotline(state, "seats", "extra", *plan)).code == 0
    listed = rows(await hotline(state, "measures", "list"), "admin.token#1")
    assert [(row[2].split()[0], row[6]) for row in listed] == [("生效中", "疫情"), ("待生效", "夜间")]

    for row in listed:
        assert (await hotline(state, "measures", "undo", row[0], "--why", "结束")).code == 0
    assert rows(await hotline(state, "levels", "list"), "●")[0][1] == "normal"


async def test_without_a_controller_it_says_how_to_start_one(tmp_path: Path) -> None:
    """An empty state folder: exit code 1, a sentence, no trace."""
    said = await hotline(tmp_path, "status")

    assert (said.code, said.out) == (1, "")
    assert "控制器没有运行,请先执行 ./dev serve" in said.err


async def test_call_backs_are_listed_and_one_that_nobody_is_owed_is_refused(state: Path) -> None:
    """Both lists are there; the refusal is said in both languages."""
    listed = await hotline(state, "callbacks", "list", "--settled")
    made = await hotline(state, "callbacks", "made")
    refused = await hotline(state, "callbacks", "dial", "lx-1", "--agent", "111")

    assert (listed.code, "待回拨" in listed.out) == (0, True), listed
    assert (made.code, "外呼" in made.out) == (0, True), made
    assert (refused.code, "没有这个待回拨" in refused.err) == (1, True), refused
