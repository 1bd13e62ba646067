"""Versions of the city: taken from the folder, refused whole, written down, and back to the letter."""

import asyncio
import shutil
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from city.refusals import CityChangedMeanwhile, CityRefused, FolderChangedMeanwhile, UnknownVersion, VersionLost
from hotline.city_follower import follow_city
from hotline.city_versions import folder_in_force
from hotline.city_watch import watch_folder
from sandbox.sound import tone, write_wav
from tests.hotline.city_scene import GREETING, HOTLINES, MENU, SAMPLE, Scene, take


@pytest.fixture
def scene(database: AsyncEngine, tmp_path: Path) -> Scene:
    """The sample city, to be edited."""
    shutil.copytree(SAMPLE, tmp_path / "city")
    return Scene(database, tmp_path / "city", tmp_path / "state")


async def test_an_edit_is_shown_line_by_line_and_taken(scene: Scene) -> None:
    """Who looks sees what would change; who takes has it in force, in the audit trail, and with the next start."""
    book = await scene.start()
    scene.write(HOTLINES, "卫生健康热线", "健康热线")

    offer = await book.check()
    (change,) = offer.changes
    assert (change.file, change.at_start) == (HOTLINES, False)
    assert ('-zh = "卫生健康热线"' in change.lines, '+zh = "健康热线"' in change.lines) == (True, True)
    assert await take(book) == 2
    assert scene.house.city is not None
    assert scene.house.city.hotlines["12320"].zh == book.city.hotlines["12320"].zh == "健康热线"
    assert await scene.trail() == [("lianxin", "city.taken"), ("ops", "city.taken")]
    assert (await scene.start()).row.number == 2


async def test_a_mistake_anywhere_refuses_all_of_it(scene: Scene) -> None:
    """File, line and rule are told; what was in force is, and the attempt is written down."""
    book = await scene.start()
    scene.write(HOTLINES, "卫生健康热线", "健康热线")
    scene.write(MENU, '1 = { join = "health" }', '1 = { goto = "nowhere" }')

    with pytest.raises(CityRefused) as refused:
        await take(book)
    (mistake,) = refused.value.mistakes
    assert (mistake.file, mistake.rule, mistake.line) == (MENU, "unknown_menu", 10)
    assert (book.row.number, scene.house.city) == (1, None)
    assert (await scene.trail())[-1] == ("ops", "city.refused")


async def test_two_editors_cannot_overwrite_each_other_unseen(scene: Scene) -> None:
    """Who has read another number in force, or looked at another folder, looks again."""
    book = await scene.start()
    scene.write(HOTLINES, "卫生健康热线", "健康热线")
    seen = await book.check()
    scene.write(HOTLINES, "健康热线", "卫健热线")

    with pytest.raises(FolderChangedMeanwhile):
        await book.take(by="ops", why="改名", expected=1, offered=seen.version)
    await take(book)
    with pytest.raises(CityChangedMeanwhile):
        await book.take(by="lead", why="改名", expected=1)
    with pytest.raises(CityChangedMeanwhile):
        await book.roll_back(1, by="lead", why="改回", expected=1)


async def test_a_roll_back_has_texts_and_sounds_again_and_the_folder_follows(scene: Scene) -> None:
    """To the letter and to the sample; the version in force is a new one with the old content."""
    book = await scene.start()
    first, sound, text = book.row, (scene.folder / GREETING).read_bytes(), scene.says(HOTLINES)
    scene.write(HOTLINES, "卫生健康热线", "健康热线")
    write_wav(scene.folder / GREETING, tone(500, 1.0))
    await take(book)

    outcome = await book.roll_back(1, by="lead", why="改回", expected=2)
    assert (outcome.row.number, outcome.row.version, outcome.left_alone) == (3, first.version, ())
    assert [change.file for change in outcome.changes] == [HOTLINES, GREETING]
    assert ((scene.folder / GREETING).read_bytes(), scene.says(HOTLINES)) == (sound, text)
    assert (scene.settings.sounds / "greeting-12345.wav").read_bytes() == sound
    assert book.city.hotlines["12320"].zh == "卫生健康热线"


async def test_what_somebody_edits_meanwhile_is_left_alone_by_a_roll_back(scene: Scene) -> None:
    """Their work is not lost, and it is told."""
    book = await scene.start()
    scene.write(HOTLINES, "卫生健康热线", "健康热线")
    await take(book)
    scene.write(HOTLINES, "健康热线", "卫健热线")

    outcome = await book.roll_back(1, by="lead", why="改回", expected=2)
    assert outcome.left_alone == (HOTLINES,)
    assert "卫健热线" in scene.says(HOTLINES)
    assert [change.file for change in (await book.check()).changes] == [HOTLINES]


async def test_a_recording_keeps_its_name_as_long_as_it_is_the_same(scene: Scene) -> None:
    """What was in force is never written over: who hears it hears it to the end, also when a menu asks again."""
    book = await scene.start()
    old = book.city.voices["greeting-12345"]
    was = (scene.settings.sounds / f"{old}.wav").read_bytes()
    write_wav(scene.folder / GREETING, tone(500, 1.0))
    await take(book)

    new = book.city.voices["greeting-12345"]
    assert new != old
    assert (scene.settings.sounds / f"{old}.wav").read_bytes() == was
    assert (scene.settings.sounds / f"{new}.wav").read_bytes() == (scene.folder / GREETING).read_bytes()


async def test_case_rules_are_left_to_their_own_book(scene: Scene) -> None:
    """hotline flows reload takes them."""
    book = await scene.start()
    scene.write("flows/noise.toml", "zh = ", "# 改过\nzh = ")

    assert (await book.check()).changes == ()


@pytest.mark.parametrize("number", [0, 7, 10**17])
async def test_an_unknown_version_is_refused(scene: Scene, number: int) -> None:
    """Also a number that no database holds."""
    book = await scene.start()

    with pytest.raises(UnknownVersion):
        await book.roll_back(number, by="lead", why="改回", expected=1)


async def test_a_version_whose_sound_is_gone_is_refused(scene: Scene) -> None:
    """Nobody hears silence for a greeting."""
    book = await scene.start()
    write_wav(scene.folder / GREETING, tone(500, 1.0))
    await take(book)
    shutil.rmtree(scene.settings.state_dir / "city")
    for kept in scene.settings.sounds.glob("greeting-12345-*.wav"):
        kept.unlink()

    with pytest.raises(VersionLost):
        await book.roll_back(1, by="lead", why="改回", expected=2)
    assert book.row.number == 2


async def test_a_file_that_is_no_text_is_told(scene: Scene) -> None:
    """Whatever a spreadsheet saved there."""
    book = await scene.start()
    (scene.folder / MENU).write_bytes(b'prompt = "\xff\xfe"\n')

    (mistake,) = (await book.check()).mistakes
    assert (mistake.file, mistake.rule) == (MENU, "not_utf8")


@pytest.mark.parametrize("takes", [False, True])
async def test_a_changed_folder_is_offered_or_by_policy_taken(scene: Scene, *, takes: bool) -> None:
    """Once it rests; a broken one stays an offer with its mistakes."""
    book = await scene.start(city_takes="always" if takes else "asked")
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch_folder(book, every_s=0.02))
        scene.write(HOTLINES, "卫生健康热线", "健康热线")
        while not (book.row.number == 2 if takes else book.offer):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        scene.write(HOTLINES, 'queue = "health"', 'queue = "helth"')
        while not (book.offer and book.offer.mistakes):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        watching.cancel()

    assert book.row.number == (2 if takes else 1)


async def test_a_worker_follows(scene: Scene) -> None:
    """A hotline that becomes confidential is so for drafts made on another machine, too."""
    book = await scene.start()
    worker = await follow_city(scene.database, scene.folder)
    assert not worker.now().is_confidential("12320")
    scene.write(HOTLINES, 'en = "Health hotline"', 'en = "Health hotline"\nconfidential = true')
    await take(book)

    await worker.look()
    assert worker.now().is_confidential("12320")


async def test_who_looks_at_the_past_reads_the_version_in_force(scene: Scene) -> None:
    """What-if and drill go by it, whatever somebody is in the middle of writing; commands find it on the shelf, too."""
    book = await scene.start()
    scene.write(HOTLINES, 'queue = "health"', 'queue = "helth"')

    in_force = book.folder_in_force()
    assert 'queue = "health"' in (in_force / HOTLINES).read_text(encoding="utf-8")
    state = scene.settings.state_dir
    assert await folder_in_force(scene.database, state, scene.folder) == in_force
    assert await folder_in_force(scene.database, state, SAMPLE) == SAMPLE
    shutil.rmtree(in_force)
    assert await folder_in_force(scene.database, state, scene.folder) == scene.folder
