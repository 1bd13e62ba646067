"""Which version of the city a run begins with."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.errors import QueueStillNeeded
from hotline.doors import CannotStart
from tests.hotline.city_scene import HOTLINES, SAMPLE, Scene, take


@pytest.fixture
def scene(database: AsyncEngine, tmp_path: Path) -> Scene:
    """The sample city, to be edited."""
    shutil.copytree(SAMPLE, tmp_path / "city")
    return Scene(database, tmp_path / "city", tmp_path / "state")


async def test_the_first_start_takes_the_folder_and_the_next_finds_it(scene: Scene) -> None:
    """The first version is the folder's; a start that finds the same writes nothing."""
    first = await scene.start()
    again = await scene.start()

    assert (first.row.number, again.row) == (1, first.row)
    assert [row.number for row in await again.versions(10)] == [1]
    assert await scene.trail() == [("lianxin", "city.taken")]


async def test_a_start_holds_what_was_in_force_unless_told_to_take_the_folder(scene: Scene) -> None:
    """A changed folder waits for a person; by policy a start takes it, a spoilt one by no policy."""
    await scene.start()
    scene.write(HOTLINES, "卫生健康热线", "健康热线")

    assert (await scene.start()).city.hotlines["12320"].zh == "卫生健康热线"
    taken = await scene.start(city_takes="start")
    assert (taken.city.hotlines["12320"].zh, taken.row.number) == ("健康热线", 2)
    scene.write(HOTLINES, 'queue = "health"', 'queue = "helth"')
    assert (await scene.start(city_takes="start")).row.number == 2


async def test_a_start_survives_a_folder_of_which_nothing_is_left(scene: Scene) -> None:
    """The last good version holds, whole; without any there is no start."""
    known = set((await scene.start()).city.hotlines)
    for file in scene.folder.glob("*.toml"):
        file.write_text("= nonsense", encoding="utf-8")

    book = await scene.start()
    assert set(book.city.hotlines) == known
    assert (await book.check()).mistakes
    shutil.rmtree(scene.settings.state_dir / "city")
    assert set((await scene.start()).city.hotlines) == known


async def test_without_a_version_a_spoilt_folder_is_no_start(scene: Scene) -> None:
    """Every mistake is told."""
    scene.write(HOTLINES, 'queue = "health"', 'queue = "helth"')

    with pytest.raises(CannotStart, match="unknown_queue"):
        await scene.start()


async def test_another_folder_is_taken_at_a_start(scene: Scene, tmp_path: Path) -> None:
    """Whoever points at another city means it."""
    await scene.start()
    shutil.copytree(SAMPLE, tmp_path / "other")
    text = (tmp_path / "other" / HOTLINES).read_text(encoding="utf-8")
    (tmp_path / "other" / HOTLINES).write_text(text.replace("卫生健康热线", "健康热线"), encoding="utf-8")

    book = await scene.start(city_dir=tmp_path / "other")
    assert (book.city.hotlines["12320"].zh, book.row.number) == ("健康热线", 2)


async def test_what_the_house_refuses_is_not_in_force_after_a_start_either(scene: Scene) -> None:
    """It was written down before it was refused: the one before is written down again."""
    book = await scene.start()
    scene.write(HOTLINES, "卫生健康热线", "健康热线")
    scene.house.refuses = QueueStillNeeded("no", "不")

    with pytest.raises(QueueStillNeeded):
        await take(book)
    assert book.city.hotlines["12320"].zh == "卫生健康热线"
    again = await scene.start()
    assert (again.row.version, again.city.hotlines["12320"].zh) == (book.row.version, "卫生健康热线")
    assert book.row.number == again.row.number


async def test_what_is_read_at_a_start_is_told_and_waits(scene: Scene) -> None:
    """Trunks and seats are the PBX's, too: a change of these is no lie about what is in force."""
    book = await scene.start()
    scene.write("admission.toml", "calls_per_number", "# calls_per_number")

    (change,) = (await book.check()).changes
    assert (change.file, change.at_start) == ("admission.toml", True)
