"""What a folder stands before it is in force: the linter's warnings, and its own rehearsals."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from city.files import read_files
from city.refusals import RehearsalsFail, WarningsNotAccepted
from city.taking import Waived
from hotline.city_watch import watch_folder
from hotline.proof import REHEARSALS_MOST, prove, scripts_in
from ivr.prompts import SPOKEN
from plumbing.lifecycle import background
from tests.hotline.city_scene import HOTLINES, SAMPLE, Scene, take

REHEARSED = "rehearsals/12345.rehearsal"
UNREACHED = "menus/spare.toml"
ACCEPTED = f"""
[[accepted]]
rule = "menu_not_reached"
file = "{UNREACHED}"
reason = "备用菜单,暂不启用"
by = "话务运行科"
"""


@pytest.fixture
def scene(database: AsyncEngine, tmp_path: Path) -> Scene:
    """The sample city, to be edited."""
    shutil.copytree(SAMPLE, tmp_path / "city")
    return Scene(database, tmp_path / "city", tmp_path / "state")


def send_12345_elsewhere(scene: Scene) -> None:
    """A slip that loads: who dials 12345 waits for the health line."""
    greeting = '\ngreeting = ["greeting-12345"]'
    scene.write(HOTLINES, f'queue = "general"{greeting}', f'queue = "health"{greeting}')


def add_a_menu_that_nobody_reaches(scene: Scene) -> None:
    """The linter warns of it."""
    shutil.copy(scene.folder / "menus/health.toml", scene.folder / UNREACHED)


async def test_a_rehearsal_that_fails_refuses_the_take_and_says_what_was_heard(scene: Scene) -> None:
    """By file and line; what is in force stays, and the attempt is written down."""
    book = await scene.start()
    send_12345_elsewhere(scene)

    offer = await book.check()
    assert (offer.mistakes, offer.proof is not None) == ((), True)
    with pytest.raises(RehearsalsFail) as refused:
        await take(book)
    first = refused.value.mistakes[0]
    lines = scene.says(REHEARSED).splitlines()
    assert (first.file, lines[first.line - 1].strip(), first.rule) == (
        REHEARSED,
        "进入 general 技能 无 优先级 0 15 秒内",
        "rehearsal_fails",
    )
    assert "general" in first.zh
    assert "health" in first.zh
    assert "greeting-12345" in first.message
    assert (book.row.number, scene.house.city) == (1, None)
    assert (await scene.trail())[-1] == ("ops", "city.refused")


async def test_in_an_emergency_it_is_taken_all_the_same_and_says_why(scene: Scene) -> None:
    """The reason stands in the version's, for everybody who looks later; a reason is demanded."""
    book = await scene.start()
    send_12345_elsewhere(scene)

    waived = Waived(rehearsals="总台机房断电")
    outcome = await book.take(by="ops", why="转卫生热线", expected=1, waived=waived)
    assert outcome.row.number == 2
    assert outcome.row.why == "转卫生热线(演练不符 rehearsals fail: 总台机房断电)"
    assert (await book.roll_back(1, by="ops", why="已来电", expected=2)).row.number == 3


async def test_nothing_is_said_of_what_did_not_have_to_be_waived(scene: Scene) -> None:
    """Who waives to be on the safe side leaves no false trace."""
    book = await scene.start()
    scene.write(HOTLINES, "卫生健康热线", "健康热线")

    waived = Waived(rehearsals="着急", warnings=True)
    assert (await book.take(by="ops", why="改名", expected=1, waived=waived)).row.why == "改名"


async def test_warnings_are_accepted_by_name_or_by_whoever_takes(scene: Scene) -> None:
    """Those of accepted.toml with their reason; others are named where they were let pass."""
    book = await scene.start()
    add_a_menu_that_nobody_reaches(scene)

    with pytest.raises(WarningsNotAccepted) as refused:
        await take(book)
    assert {(one.file, one.rule) for one in refused.value.mistakes} == {(UNREACHED, "menu_not_reached")}
    taken = await book.take(by="ops", why="备用菜单", expected=1, waived=Waived(warnings=True))
    assert taken.row.why == "备用菜单(提醒未接受 warnings: menu_not_reached)"
    with (scene.folder / "accepted.toml").open("a", encoding="utf-8") as file:
        file.write(ACCEPTED)
    assert await take(book) == 3
    (scene.folder / UNREACHED).unlink()
    assert await take(book) == 4, "what was accepted and is gone holds nobody up"


async def test_a_spoilt_rehearsal_is_told_by_line_and_refuses_too(scene: Scene) -> None:
    """A test that nobody can read tests nothing; neither does one that is no text."""
    book = await scene.start()
    scene.write(HOTLINES, "卫生健康热线", "健康热线")
    scene.write(REHEARSED, "应已挂机", "应已挂记")
    (scene.folder / "rehearsals/odd.rehearsal").write_bytes(b"\xff\xfe")

    with pytest.raises(RehearsalsFail) as refused:
        await take(book)
    assert {(one.file, one.rule) for one in refused.value.mistakes} >= {("rehearsals/odd.rehearsal", "not_utf8")}
    lines = scene.says(REHEARSED).splitlines()
    assert "应已挂记" in {lines[one.line - 1].strip() for one in refused.value.mistakes if one.file == REHEARSED}


def test_more_rehearsals_than_anybody_waits_for_are_refused(scene: Scene) -> None:
    """Whoever takes a city does not wait for minutes."""
    one = "rehearsal r\n  call 12345\n  expect queue general\n"
    (scene.folder / REHEARSED).write_text(one * (REHEARSALS_MOST + 1), encoding="utf-8")

    proof = prove(read_files(scene.folder, SPOKEN), scripts_in(scene.folder))
    assert (proof.rehearsed, [each.rule for each in proof.failed]) == (0, ["too_many_rehearsals"])


async def test_nobody_but_a_person_lets_it_pass(scene: Scene) -> None:
    """A folder that is taken by itself, or at a start, is not while a rehearsal fails; once it is right, it is."""
    book = await scene.start(city_takes="always")
    async with background(watch_folder(book, every_s=0.01)):
        send_12345_elsewhere(scene)
        await _until(lambda: book.offer is not None)
        await asyncio.sleep(0.1)
        assert book.row.number == 1
        assert (await scene.start(city_takes="start")).row.number == 1
        scene.write(REHEARSED, "进入 general", "进入 health")
        await _until(lambda: book.row.number == 2)


async def _until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not happened():  # noqa: ASYNC110 (the book has no bell)
            await asyncio.sleep(0.01)
