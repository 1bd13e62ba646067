"""`hotline what-if` on a real journal, over a restart: typed as a person types it, refused where it cannot answer."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.errors import Refused
from acd.memory import checkpoints
from acd.past import NothingThen, Past
from city.mistakes import CityInvalid
from hotline.serve import SAMPLE
from hotline.what_if import Wanted, change_wanted, city_of, recall
from plumbing.database import connect
from simulation.outcomes import By, Group
from simulation.recollection import Recollection
from tests.databases import sqlite_url
from tests.hotline.typed import Said, hotline
from tests.simulation.lived import write_morning
from tests.simulation.past_day import HEALTH, SINCE, UNTIL, LookedBack, Morning, look_back
from tests.simulation.town import NINE

HOUR = Morning(per_hour=200.0, agents=10, health_agents=4)
CITY = city_of(SAMPLE)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder: a morning in a journal, with a controller that died in the middle of what is looked at."""
    state = tmp_path_factory.mktemp("state")
    await write_morning(sqlite_url(state), HOUR)
    return state


@pytest.fixture
async def database(folder: Path, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """A copy of its database."""
    shutil.copy(folder / "hotline.db", tmp_path)
    engine = connect(sqlite_url(tmp_path))
    yield engine
    await engine.dispose()


async def typed(folder: Path, *words: str, since: datetime = SINCE, until: datetime = UNTIL) -> Said:
    """The command about the period."""
    period = "--since", since.isoformat(), "--until", until.isoformat()
    return await hotline(folder, "what-if", *period, "--draws", "3", *words)


def of_queue(said: Said, queue: str) -> Mapping[str, Any]:
    """One group of the answer."""
    groups = json.loads(said.out)["groups"]
    found: Mapping[str, Any] = next(one for one in groups if (one["by"], one["name"]) == ("queue", queue))
    return found


async def test_recollection_from_the_journal_is_that_of_who_was_there(database: AsyncEngine) -> None:
    """Calls, people and rings are the same, whether they were seen or read, a restart in between included."""
    read, seen = await recall(Past(database), SINCE, UNTIL), look_back(HOUR).seen

    assert [(call.call, call.until, call.answered) for call in read.calls if read.counts(call)] == [
        (call.call, call.until, call.answered) for call in seen.calls if seen.counts(call)
    ]
    assert read.occupancy == pytest.approx(seen.occupancy, abs=0.001)
    assert read.wishes.keys() == seen.wishes.keys()


async def test_period_without_a_checkpoint_is_read_from_the_beginning(database: AsyncEngine) -> None:
    """A journal is the truth; a checkpoint only spares reading it."""
    with_them = await recall(Past(database), SINCE, UNTIL)
    async with database.begin() as connection:
        await connection.execute(delete(checkpoints).where(checkpoints.c.seq > 0))

    assert (await recall(Past(database), NINE, NINE + timedelta(minutes=20))).calls
    without = await recall(Past(database), SINCE, NINE + timedelta(minutes=50))
    assert [call for call in without.calls if call.came < NINE + timedelta(minutes=40) and call.talk_s] == [
        call for call in with_them.calls if call.came < NINE + timedelta(minutes=40) and call.talk_s
    ]


async def test_command_says_who_waits_less_and_who_loses(folder: Path) -> None:
    """Chinese first, fidelity before the answer, a verdict for each queue."""
    said = await typed(folder, "--seats", "health+3")

    assert said.code == 0, said.err
    assert said.out.index("原样重演") < said.out.index("改变之后") < said.out.index("健康")
    assert re.search(r"健康[^\n]*平均少等 \d+.\d+–\d+. 秒", said.out)


async def test_answer_for_programs_names_nobody(folder: Path) -> None:
    """Queues and hotlines are in it; no call, no agent, no seat."""
    said = await typed(folder, "--seats", "health+3", "--json")

    assert of_queue(said, "health")["differs"]["answered"][0] > 0
    names = {one["name"] for one in json.loads(said.out)["groups"]}
    assert names == {"", "health", "general", "12345", "12320", "0", "02-03 09:30"}
    assert not re.search(r'"(c\d+-|what-if|8[123]0\d\d"|[123]0\d\d")', said.out)


async def test_shorter_wrap_up_is_typed_as_a_limit(folder: Path) -> None:
    """As `hotline measures limits`, with the queue before it."""
    said = await typed(folder, "--queue", "health.wrap_up_s=1", "--json")

    assert of_queue(said, "health")["differs"]["mean_wait_s"][0] < 0
    assert of_queue(said, "general")["differs"]["mean_wait_s"] == [0, 0, 0]


async def test_without_a_change_only_its_truth_is_told(folder: Path) -> None:
    """The unchanged run beside what happened."""
    said = await typed(folder)

    assert said.code == 0, said.err
    assert "原样重演" in said.out
    assert "改变之后" not in said.out


async def test_period_in_which_nothing_happened_has_no_answer(folder: Path, database: AsyncEngine) -> None:
    """Nothing is made up."""
    said = await typed(folder, since=NINE - timedelta(days=2), until=NINE - timedelta(days=1))

    assert said.code == 1
    assert "日志里没有这样的记录" in said.err
    with pytest.raises(NothingThen):
        await recall(Past(database), NINE - timedelta(days=2), NINE - timedelta(days=1))


async def test_mistake_in_another_recipe_is_named_with_its_row(folder: Path, tmp_path: Path) -> None:
    """The file is checked together with the city's others, as when it is loaded."""
    text = (SAMPLE / "queues.toml").read_text(encoding="utf-8")
    wrong = tmp_path / "tomorrow.toml"
    wrong.write_text(text.replace("wrap_up_s", "wrapup_s", 1), encoding="utf-8")
    line = next(number for number, row in enumerate(text.splitlines(), start=1) if row.startswith("wrap_up_s"))
    said = await typed(folder, "--recipe", str(wrong))

    assert said.code == 1
    assert f"tomorrow.toml:{line}:" in said.err
    assert "[unknown_key]" in said.err


@pytest.fixture(scope="module")
def seen() -> Recollection:
    """What was recalled of the morning."""
    return look_back(HOUR).seen


@pytest.mark.parametrize(
    ("wanted", "rule"),
    [
        (Wanted(seats=("healt+6",)), "bad_wish"),
        (Wanted(seats=("health",)), "bad_wish"),
        (Wanted(limits=("health.wrapup_s=20",)), "bad_wish"),
        (Wanted(limits=("health.wrap_up_s=-1",)), "bad_wish"),
        (Wanted(limits=("healt.wrap_up_s=20",)), "unknown_queue"),
        (Wanted(level="panic"), "unknown_level"),
        (Wanted(seats=("health+6",), begins=UNTIL + timedelta(days=1)), "bad_wish"),
    ],
    ids=str,
)
def test_wish_that_cannot_be_is_refused_with_its_rule(seen: Recollection, wanted: Wanted, rule: str) -> None:
    """By the rules of live changes."""
    with pytest.raises(Refused) as refused:
        change_wanted(wanted, CITY, seen, {})

    assert refused.value.rule == rule


def test_other_recipe_sends_callers_to_a_message_who_waited_or_gave_up(seen: Recollection, tmp_path: Path) -> None:
    """Another queues.toml with a row more: who has waited 30 s is asked for a message, so fewer give up."""
    text = (SAMPLE / "queues.toml").read_text(encoding="utf-8")
    waive = 'after_s = 120\nstep = "waive"\nskill = "psychology"'
    assert waive in text
    other = text.replace(waive, 'after_s = 30\nstep = "message"')
    (tmp_path / "tomorrow.toml").write_text(other, encoding="utf-8")
    change = change_wanted(Wanted(recipe=tmp_path / "tomorrow.toml"), CITY, seen, {})
    differs = LookedBack(seen, {}).compared(change, draws=2).groups[Group(By.QUEUE, HEALTH)].differs

    assert differs["elsewhere"] is not None
    assert differs["elsewhere"].low > 0
    assert differs["abandoned"] is not None
    assert differs["abandoned"].high < 0


def test_recipe_that_is_no_queues_file_is_refused(seen: Recollection, tmp_path: Path) -> None:
    """Nothing is run under half of it."""
    (tmp_path / "empty.toml").write_text("", encoding="utf-8")

    with pytest.raises(CityInvalid):
        change_wanted(Wanted(recipe=tmp_path / "empty.toml"), CITY, seen, {})


def test_level_changes_its_queues_and_lends_its_seats(seen: Recollection) -> None:
    """Everything that the city's file says of it, together."""
    level = next(level for level in CITY.levels.values() if not level.changes_nothing)
    change = change_wanted(Wanted(level=level.name), CITY, seen, {})

    assert change.queues or change.seats


def test_seats_that_a_measure_added_are_gone_without_measures(seen: Recollection) -> None:
    """Whatever a measure had made of a seat is taken back for the run, and its agent is not there."""
    seat = next(seat.id for seat in seen.begin.seats if HEALTH in seat.queues)
    change = change_wanted(Wanted(without_measures=True), CITY, seen, {seat: None})
    answered = LookedBack(seen, {}).compared(change, draws=2).groups[Group(By.QUEUE, HEALTH)].differs["answered"]

    assert change.without_measures
    assert answered is not None
    assert answered.high < 0


async def drilled(folder: Path, *words: str) -> Said:
    """`hotline drill` about the period."""
    period = "--since", SINCE.isoformat(), "--until", UNTIL.isoformat()
    return await hotline(folder, "drill", *words, *period, "--draws", "2")


async def test_drill_names_the_first_thing_that_breaks(folder: Path) -> None:
    """Chinese first, beside how it was without the crowd."""
    said = await drilled(folder, "x5")

    assert said.code == 0, said.err
    assert re.search(r"最先撑不住:[^\n]*跌破[^\n]*第 \d", said.out)
    assert "5 倍" in said.out


async def test_drill_for_programs_names_nobody(folder: Path) -> None:
    """Figures, points and minutes, and nothing else."""
    said = await drilled(folder, "x3", "--json")
    told = json.loads(said.out)

    assert told["drilled"]["figures"]["calls"][0] > 2.5 * told["usual"]["figures"]["calls"][0]
    assert {one["where"] for one in told["drilled"]["broken"]} <= {"", "health", "general"}


async def test_drill_of_no_number_is_refused(folder: Path) -> None:
    """As typed wrongly, with how to write it."""
    for wrong in ("five", "x0.5", "x99", "-x5"):
        assert (await drilled(folder, wrong)).code == 2, wrong
