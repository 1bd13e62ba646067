"""`hotline city`: a folder tried beforehand, what it would mean for yesterday's calls, and taken all the same."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.events import CallArrived, CallJoined
from acd.model import CallId, QueueName
from tests.api.city_scene import book_on, copied
from tests.api.face import NOW, SAMPLE, Face, OpenBook
from tests.api.test_ledger import told
from tests.city.scene import Copy
from tests.hotline.typed import hotline

GREETING = '\ngreeting = ["greeting-12345"]'
DAY = NOW - timedelta(days=1)


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """A copy of the sample with its sounds, to be edited."""
    return copied(tmp_path / "city")


@pytest.fixture
def city_folder(copy: Copy) -> Path:
    """The copy."""
    return copy.folder


@pytest.fixture
def open_book(database: AsyncEngine, copy: Copy, tmp_path: Path) -> OpenBook:
    """The real book on the copy."""
    return book_on(copy, database, tmp_path / "book")


async def test_a_folder_is_tried_without_a_controller(tmp_path: Path, copy: Copy) -> None:
    """Its rehearsals count: by file and line, with what was heard instead."""
    well = await hotline(tmp_path, "city", "check", str(copy.folder))
    must = await hotline(tmp_path, "city", "check", str(copy.folder), "--dry-run")
    copy.replace("hotlines.toml", f'queue = "general"{GREETING}', f'queue = "health"{GREETING}')
    wrong = await hotline(tmp_path, "city", "check", str(copy.folder))

    assert (well.code, "全部相符" in well.out) == (0, True), well.err
    assert "昨日来电未试走(控制器没有运行" in well.out
    assert (must.code, "控制器没有运行" in must.err) == (1, True)
    assert (wrong.code, "Traceback" in wrong.err) == (1, False)
    assert "rehearsals/12345.rehearsal:6:1: [rehearsal_fails]" in wrong.err
    assert "听到 greeting-12345" in wrong.err


async def test_a_text_without_a_recording_is_spoken_before_it_is_judged(tmp_path: Path, copy: Copy) -> None:
    """A menu that takes too long is refused by every command that looks; nothing is written into the folder."""
    menu = copy.folder / "prompts/menu-12320.wav"
    menu.unlink()
    well = await hotline(tmp_path, "lint", str(copy.folder))
    copy.replace(
        "prompts/prompts.toml", 'say = "业务咨询请按一', f'say = "{"请您仔细听清楚之后再选择," * 9}业务咨询请按一'
    )
    looks = (("lint",), ("city", "check"), ("rehearse",))
    told = [await hotline(tmp_path, *words, str(copy.folder)) for words in looks]

    assert (well.code, "no_audio" in well.out) == (0, False), well.err
    assert [said.code for said in told] == [1, 1, 1]
    assert all("[person_too_late]" in said.err and "Traceback" not in said.err for said in told), told
    assert not menu.exists()


async def test_a_folder_that_is_a_city_is_the_city(tmp_path: Path, copy: Copy) -> None:
    """`hotline rehearse my-city`: its menus, not the sample's; a file beside it is one of its rehearsals."""
    copy.replace("menus/health.toml", "2 = { join", "3 = { join")
    mine = copy.folder / "rehearsals" / "mine.rehearsal"
    mine.write_text("演练 我的\n  拨打 12320\n  听到 menu-12320\n  按 2\n  进入 general\n", encoding="utf-8")
    whole = await hotline(tmp_path, "rehearse", str(copy.folder))
    alone = await hotline(tmp_path, "rehearse", str(SAMPLE), str(mine), "--no-make")

    assert (whole.code, "menus/health.toml" in whole.err) == (1, True), whole.out
    assert (alone.code, "演练 1 次,通过 0 次" in alone.out) == (1, True), alone.out


async def test_a_folder_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    """And not by each of the files that it lacks."""
    for words in ("lint",), ("city", "check"), ("rehearse",):
        said = await hotline(tmp_path, *words, *(["--city"] if words == ("rehearse",) else []), str(tmp_path / "citty"))
        assert (said.code, said.err.count("[folder_missing]"), said.err.count("[")) == (1, 1, 1), said.err


async def test_a_checked_folder_is_tried_with_yesterdays_calls_where_a_controller_has_it(
    state: Path, face: Face, copy: Copy, tmp_path: Path
) -> None:
    """Of another folder it says that they were not; of none, if it is told not to."""
    call = CallId("lx-1.1")
    facts = CallArrived(at=DAY, call=call, hotline="12345"), CallJoined(at=DAY, call=call, queue=QueueName("general"))
    await told(face, *facts)
    shutil.copytree(copy.folder, tmp_path / "other")
    theirs = await hotline(state, "city", "check", str(copy.folder))
    other = await hotline(state, "city", "check", str(tmp_path / "other"))
    spared = await hotline(state, "city", "check", str(copy.folder), "--no-dry-run")

    assert (theirs.code, "来电 1 通" in theirs.out) == (0, True), theirs.err
    assert (other.code, "昨日来电未试走(控制器用的是" in other.out) == (0, True), other.err
    assert (spared.code, "来电" in spared.out) == (0, False), spared.err


async def test_who_takes_sees_what_it_means_and_answers_for_it(state: Path, face: Face, copy: Copy) -> None:
    """The difference, the rehearsals, yesterday's calls; refused, and in an emergency taken with the reason."""
    call = CallId("lx-1.1")
    facts = CallArrived(at=DAY, call=call, hotline="12345"), CallJoined(at=DAY, call=call, queue=QueueName("general"))
    await told(face, *facts)
    copy.replace("hotlines.toml", f'queue = "general"{GREETING}', f'queue = "health"{GREETING}')
    seen = await hotline(state, "city", "diff")
    alone = await hotline(state, "city", "dry-run", "--day", f"{NOW:%Y-%m-%d}")
    refused = await hotline(state, "city", "take", "--why", "转卫生")
    taken = await hotline(state, "city", "take", "--why", "转卫生", "--without-rehearsals", "机房断电")
    versions = await hotline(state, "city", "versions")

    assert (seen.code, '+queue = "health"' in seen.out, "1 通会到别处" in seen.out) == (0, True, True), seen.err
    assert "[rehearsal_fails]" in seen.err
    assert (alone.code, "来电 0 通" in alone.out) == (0, True), alone.err
    assert (refused.code, "演练有" in refused.err) == (1, True), refused.err
    assert taken.code == 0, taken.err
    assert "机房断电" in "".join(versions.out.split())
