"""Places and words are taken while calls run: drafts of talks that end after it know them, on every machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from city.city import City
from city.refusals import CityRefused
from hotline.city_book import CityBook
from hotline.city_follower import follow_city
from hotline.speech import drafting_of
from recordings.calls import arrived, note_calls
from recordings.intake import Intake
from tests.hotline.city_scene import NOON, SAMPLE, Scene, take
from tests.recordings.scenes import leave_call
from tests.tickets.talks import talk
from tickets.rules import rules_of
from tickets.store import list_tickets

PLACES, WORDS = "places.toml", "words.toml"
FIRST_PLACE, FIRST_WORD = '[[places]]\nname = "人民路"', '[[dialect]]\nsaid = "俺"'
ESTATE = f'[[places]]\nname = "青禾小区"\nkind = "estate"\nparent = "海州区"\n\n{FIRST_PLACE}'
DIALECT = f'[[dialect]]\nsaid = "老街口"\nwritten = "解放路"\n\n{FIRST_WORD}'
IN_ESTATE, IN_DIALECT = "海州 区 青禾 小区 五 号楼 停水 了", "我 要 投诉 海州 区 老街口 十 二 号 的 噪音"


class Desk:
    """Where talks become drafts, by the city of each moment."""

    def __init__(self, scene: Scene, tmp_path: Path, city: Callable[[], City]) -> None:
        self._database, self._folder = scene.database, tmp_path
        rules = rules_of(city().case_rules)
        self._drafting, self._calls = drafting_of(city, lambda: rules, lambda: NOON), 0

    async def place_of(self, said: str) -> str | None:
        """The place in the draft of a talk that ends now."""
        self._calls += 1
        call = f"lx1-{self._calls}.1"
        leave_call(self._folder / "spool", call=call, seconds=0.02)
        await note_calls(self._database, [arrived(call, dnis="12345", hotline="12345", ani="13812340000", at=NOON)])
        (recording,) = await Intake(self._folder / "spool", self._folder / "kept", self._database).sweep()
        async with self._database.begin() as connection:
            await self._drafting.draft_of(connection, recording, talk(said))
        async with self._database.connect() as connection:
            return next(one.place for one in await list_tickets(connection) if one.call_id == call)


@pytest.fixture
def scene(database: AsyncEngine, tmp_path: Path) -> Scene:
    """The sample city, to be edited."""
    shutil.copytree(SAMPLE, tmp_path / "city")
    (tmp_path / "spool").mkdir()
    return Scene(database, tmp_path / "city", tmp_path / "state")


def in_force(scene: Scene, book: CityBook) -> Callable[[], City]:
    """What the running house has."""
    return lambda: scene.house.city or book.city


async def test_the_next_draft_knows_places_and_words_that_were_taken(scene: Scene, tmp_path: Path) -> None:
    """None of them counts while it only lies in the folder; nothing waits for a start."""
    book = await scene.start()
    desk = Desk(scene, tmp_path, in_force(scene, book))
    scene.write(PLACES, FIRST_PLACE, ESTATE)
    scene.write(WORDS, FIRST_WORD, DIALECT)
    before = [await desk.place_of(said) for said in (IN_ESTATE, IN_DIALECT)]

    offer = await book.check()
    await take(book)
    assert [await desk.place_of(said) for said in (IN_ESTATE, IN_DIALECT)] == [
        "海州区青禾小区5号楼",
        "海州区解放路12号",
    ]
    assert {(change.file, change.at_start) for change in offer.changes} == {(PLACES, False), (WORDS, False)}
    assert not any("青禾" in (place or "") or "解放路" in (place or "") for place in before)


async def test_a_worker_on_another_machine_knows_them_too(scene: Scene, tmp_path: Path) -> None:
    """And what is taken back is known no longer."""
    book = await scene.start()
    worker = await follow_city(scene.database, scene.folder)
    desk = Desk(scene, tmp_path, worker.now)
    scene.write(PLACES, FIRST_PLACE, ESTATE)
    await take(book)
    await worker.look()
    known = await desk.place_of(IN_ESTATE)

    await book.roll_back(1, by="ops", why="改回", expected=2)
    await worker.look()
    assert (known, "青禾" in (await desk.place_of(IN_ESTATE) or "")) == ("海州区青禾小区5号楼", False)


@pytest.mark.parametrize(
    ("file", "right", "wrong", "rule"),
    [
        (WORDS, '"派出所"', '"派出所\\u202e"', "hidden_character"),
        (WORDS, 'said = "俺"', 'said = "俺', "not_toml"),
        (PLACES, 'parent = "海州区"', 'parent = "海洲区"', "unknown_place"),
    ],
)
async def test_a_spoilt_file_is_refused_and_the_last_good_one_holds(
    scene: Scene, tmp_path: Path, file: str, right: str, wrong: str, rule: str
) -> None:
    """By file, line and rule; a good edit beside it is not taken by halves."""
    book = await scene.start()
    desk = Desk(scene, tmp_path, in_force(scene, book))
    scene.write(PLACES, FIRST_PLACE, ESTATE)
    text = scene.says(file)
    scene.write(file, right, wrong)
    line = text[: text.index(right)].count("\n") + 1

    with pytest.raises(CityRefused) as refused:
        await take(book)
    first = refused.value.mistakes[0]
    assert (first.file, first.line, first.rule, book.row.number) == (file, line, rule, 1)
    assert "青禾" not in (await desk.place_of(IN_ESTATE) or "")
    assert await desk.place_of("海州 区 解放路 十 二 号 有 噪音") == "海州区解放路12号"
