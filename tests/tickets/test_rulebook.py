"""The rules of cases are taken anew while drafts are made: whole, written down, or not at all."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from city.files import read_files
from city.mistakes import CityInvalid
from plumbing.lifecycle import background
from recordings.access import deeds_on
from tests.city.scene import Copy
from tests.databases import BOTH
from tests.tickets.talks import FACTS, GAZETTEER, talk
from tickets.draft import Draft, Knowledge, draft
from tickets.rulebook import AT_THE_START, FolderRefused, Rulebook, case_rules, last_taken, open_rulebook
from tickets.rules import Rules
from tickets.ticket import ReasonMissing

pytestmark = BOTH

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LIFT = """
zh = "电梯故障"
en = "Lift out of order"
category = "电梯"
triggers = ["电梯"]
department = "市场监督管理局"
deadline_days = 3
examples = ["小区电梯坏了"]
[[questions]]
zh = "有没有人被困？"
en = "Is anybody caught in it?"
answered_by = ["没有人", "被困"]
"""


async def opened(engine: AsyncEngine, copy: Copy, *, following: bool = False) -> Rulebook:
    """The rulebook as a process that starts now opens it."""
    return await open_rulebook(engine, partial(read_files, copy.folder, ()), lambda: NOON, following=following)


async def rows(engine: AsyncEngine) -> list[tuple[str, str]]:
    """Who took what ever was in force, and why."""
    c = case_rules.c
    async with engine.connect() as connection:
        found = await connection.execute(select(c.taken_by, c.why).order_by(c.number))
        return [(row.taken_by, row.why) for row in found]


async def deeds(engine: AsyncEngine, version: str) -> list[tuple[str, str]]:
    """Who did what with these rules, as the audit trail has it."""
    async with engine.connect() as connection:
        return [(who, deed) for _, who, deed in await deeds_on(connection, version)]


def drafted(rules: Rules, said: str) -> Draft:
    """A draft by these rules."""
    return draft(FACTS, talk(said), Knowledge(gazetteer=GAZETTEER, book=rules.book, counting=rules.counting))


async def test_a_new_flow_is_followed_from_the_next_draft_on(engine: AsyncEngine, copy: Copy) -> None:
    """Who took it and why is written down; what a draft followed before it keeps."""
    rulebook = await opened(engine, copy)
    before = rulebook.now()
    assert drafted(before, "小区 电梯 坏了").taken is None

    copy.append("flows/lift.toml", LIFT)
    copy.replace("flows/noise.toml", "deadline_days = 3", "deadline_days = 2")
    changes = await rulebook.reload(by="leader#1", why="新增电梯流程")

    assert (changes.added, changes.changed, changes.removed, changes.files) == (("lift",), ("noise",), (), ())
    taken = drafted(rulebook.now(), "小区 电梯 坏了").taken
    assert taken is not None
    assert (taken.name, taken.version) == ("lift", rulebook.now().book.versions["lift"])
    old, new = (drafted(rules, "隔壁 噪音 太吵").taken for rules in (before, rulebook.now()))
    assert old is not None
    assert new is not None
    assert (old.deadline_days, new.deadline_days, old.version != new.version) == (3, 2, True)
    assert await rows(engine) == [("lianxin", AT_THE_START), ("leader#1", "新增电梯流程")]
    assert await deeds(engine, rulebook.taken.version) == [("leader#1", "rules.taken")]


async def test_other_rules_of_cases_are_taken_with_the_flows(engine: AsyncEngine, copy: Copy) -> None:
    """Categories, urgent classes, deadlines, high-risk phrases, holidays."""
    rulebook = await opened(engine, copy)
    old = rulebook.now()
    copy.replace("categories.toml", '"路灯", "街灯"', '"路灯", "街灯", "灯杆"')
    copy.replace("deadlines.toml", 'version = "2026.1"', 'version = "2026.2"')
    copy.replace("high_risk.toml", '"自杀", ', "")
    copy.replace("urgency.toml", '"自杀", ', "")
    (copy.folder / "calendar" / "2025.toml").unlink()

    changes = await rulebook.reload(by="leader#1", why="改")

    new = rulebook.now()
    assert changes.files == ("categories.toml", "urgency.toml", "high_risk.toml", "deadlines.toml", "calendar/")
    assert new.counting.policy.version.startswith("2026.2+")
    assert (old.counting.calendar.is_published(2025), new.counting.calendar.is_published(2025)) == (True, False)
    assert new.risks is not old.risks


@pytest.mark.parametrize(
    ("file", "old", "new", "rule"),
    [
        ("flows/noise.toml", 'category = "噪声污染"', 'category = "吵闹"', "unknown_category"),
        ("flows/noise.toml", "deadline_days = 3", "deadline_days = 0", "out_of_range"),
        ("flows/noise.toml", "examples = [", 'examples = ["今天天气不错",', "example_misunderstood"),
        ("flows/noise.toml", "examples = [", 'examples = ["我们小区停水了",', "example_misunderstood"),
        ("queues.toml", "ring_time_s = 20", "ring_time_s = 2", "out_of_range"),
    ],
)
async def test_a_folder_with_a_mistake_is_refused_and_the_old_rules_hold(
    engine: AsyncEngine, copy: Copy, file: str, old: str, new: str, rule: str
) -> None:
    """By file, line and rule; the attempt is written down; once it is put right, it is taken."""
    rulebook = await opened(engine, copy)
    before, version = rulebook.now(), rulebook.taken.version
    line = copy.replace(file, old, new)

    with pytest.raises(FolderRefused) as refused:
        await rulebook.reload(by="leader#1", why="改")

    (mistake,) = refused.value.mistakes
    assert (mistake.file, mistake.line, mistake.rule) == (file, line, rule)
    assert rulebook.now() is before
    refusal = rulebook.refusal
    assert refusal is not None
    assert refusal.mistakes == (mistake,)
    assert await deeds(engine, version) == [("lianxin", "rules.taken"), ("leader#1", "rules.refused")]

    copy.replace(file, new, old)
    await rulebook.reload(by="leader#1", why="改正")
    assert (rulebook.refusal, rulebook.taken.version) == (None, version)


async def test_what_is_in_force_already_is_not_taken_twice(engine: AsyncEngine, copy: Copy) -> None:
    """Neither by a reload nor by a start."""
    rulebook = await opened(engine, copy)
    changes = await rulebook.reload(by="leader#1", why="再试")
    again = await opened(engine, copy)

    assert (changes.added, changes.changed, changes.removed, changes.files) == ((), (), (), ())
    assert again.taken == rulebook.taken
    assert len(await rows(engine)) == 1


async def test_a_reload_needs_a_reason(engine: AsyncEngine, copy: Copy) -> None:
    """One that can be read."""
    rulebook = await opened(engine, copy)
    with pytest.raises(ReasonMissing):
        await rulebook.reload(by="leader#1", why="\u202e ")


async def test_a_start_with_a_spoilt_flow_has_the_last_good_rules(engine: AsyncEngine, copy: Copy) -> None:
    """And says what is wrong with those in the folder; the very first start is refused."""
    copy.replace("flows/noise.toml", "examples = [", 'examples = ["今天天气不错",')
    with pytest.raises(CityInvalid):
        await opened(engine, copy)

    copy.replace("flows/noise.toml", 'examples = ["今天天气不错",', "examples = [")
    good = await opened(engine, copy)
    copy.replace("flows/noise.toml", "deadline_days = 3", "deadline_days = 0")
    restarted = await opened(engine, copy)

    assert restarted.taken == good.taken
    assert restarted.now().book.versions == good.now().book.versions
    assert restarted.refusal is not None
    assert restarted.refusal.mistakes[0].file == "flows/noise.toml"


async def test_a_worker_follows_what_the_controller_takes(engine: AsyncEngine, copy: Copy) -> None:
    """Whatever its own folder says; it writes nothing down."""
    controller = await opened(engine, copy)
    copy.replace("flows/noise.toml", "deadline_days = 3", "deadline_days = 0")
    worker = await opened(engine, copy, following=True)
    assert worker.taken == controller.taken
    copy.replace("flows/noise.toml", "deadline_days = 0", "deadline_days = 2")
    async with background(worker.follow(every_s=0.01)), asyncio.timeout(30):
        await controller.reload(by="leader#1", why="改")
        while worker.taken != controller.taken:  # noqa: ASYNC110 (another process's memory can only be looked at)
            await asyncio.sleep(0.01)

    assert worker.now().written == controller.now().written
    assert len(await rows(engine)) == 2


async def test_rules_of_another_release_are_none(engine: AsyncEngine, copy: Copy) -> None:
    """A row that this program cannot read does not keep it from starting."""
    await opened(engine, copy)
    async with engine.begin() as connection:
        row = {"version": "old", "taken_at": NOON + timedelta(days=1), "taken_by": "leader#1", "why": "改"}
        await connection.execute(case_rules.insert().values(**row, written='{"flows": 1}'))

    assert await last_taken(engine) is None
    assert (await opened(engine, copy)).taken.taken_by == "lianxin"


async def test_two_reloads_take_their_turns(engine: AsyncEngine, copy: Copy) -> None:
    """What both find is taken once."""
    rulebook = await opened(engine, copy)
    copy.append("flows/lift.toml", LIFT)
    found = await asyncio.gather(*(rulebook.reload(by=f"leader#{n}", why="改") for n in (1, 2)))

    assert [each.added for each in found] == [("lift",), ()]
    assert len(await rows(engine)) == 2
