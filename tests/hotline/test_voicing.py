"""Texts without a recording are spoken when the city is taken; a recording of another text is never played."""

import json
import shutil
import sys
import wave
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from city.prompts import Prompt
from city.refusals import CityRefused
from city.snapshot import Audio
from hotline.city_book import CityBook
from hotline.doors import CannotStart
from hotline.speaker import Speaker
from sandbox.sound import tone, write_wav
from tests.city.scene import SAMPLE
from tests.hotline.city_scene import Scene, take

PROMPTS = "prompts/prompts.toml"
SLUG = "please-wait"
WAV = f"prompts/{SLUG}.wav"


@pytest.fixture
def scene(database: AsyncEngine, tmp_path: Path) -> Scene:
    """The sample city with its sounds, to be edited."""
    shutil.copytree(SAMPLE, tmp_path / "city")
    return Scene(database, tmp_path / "city", tmp_path / "state")


def heard(scene: Scene, book: CityBook, slug: str) -> bytes:
    """What a caller of this moment is played."""
    return (scene.settings.sounds / f"{book.city.voices[slug]}.wav").read_bytes()


def seconds(wav: Path) -> float:
    """Its length."""
    with wave.open(str(wav)) as audio:
        return float(audio.getnframes() / audio.getframerate())


def lies(scene: Scene, book: CityBook, slug: str) -> Audio:
    """What is known of a prompt's sound."""
    return book.in_force.snapshot.audio[slug]


def edit_text(scene: Scene, slug: str, old: str, new: str) -> None:
    """Change the text of one prompt."""
    before, found, after = scene.says(PROMPTS).partition(f"[{slug}]")
    assert found
    assert old in after
    (scene.folder / PROMPTS).write_text(before + found + after.replace(old, new, 1), encoding="utf-8")


async def test_a_text_without_a_recording_is_spoken_when_it_is_taken(scene: Scene) -> None:
    """Also a new prompt; the folder is left as it is, and counts seconds by what was spoken."""
    book = await scene.start()
    scene.write(
        PROMPTS, "[greeting-12345]", '[storm]\nzh = "台风红色预警,请勿外出。"\nen = "Storm."\n\n[greeting-12345]'
    )
    (scene.folder / WAV).unlink()
    await take(book)

    assert len(heard(scene, book, "storm")) > 8000
    assert lies(scene, book, "storm") == Audio(
        sha256=lies(scene, book, "storm").sha256, synthesised=True, instead_of=""
    )
    assert heard(scene, book, SLUG) == (SAMPLE / WAV).read_bytes()
    assert not (scene.folder / WAV).exists()
    assert book.city.seconds_of("storm") == pytest.approx(seconds(book.city.audio_of("storm")))


async def test_nothing_is_spoken_twice(scene: Scene) -> None:
    """What was spoken is kept by its recipe, over starts: a second look, with a synthesiser that is gone, has it."""
    (scene.folder / WAV).unlink()
    book = await scene.start()
    first = lies(scene, book, SLUG)

    kept = Speaker(scene.settings.state_dir / "spoken", (sys.executable, "-c", "raise SystemExit(1)"))
    again = kept.speak({SLUG: book.city.prompts[SLUG]})
    assert (again.failed, len(again.wavs)) == ({}, 1)
    assert (await scene.start()).in_force.snapshot.audio[SLUG] == first


async def test_a_recording_of_another_text_is_not_played(scene: Scene) -> None:
    """A machine says the new text; the old text back, the recording is heard again."""
    write_wav(scene.folder / WAV, tone(500, 1.0))
    recording = (scene.folder / WAV).read_bytes()
    book = await scene.start()
    assert heard(scene, book, SLUG) == recording
    text = book.city.prompts[SLUG].zh
    assert text

    edit_text(scene, SLUG, text, f"您好,{text}")
    await take(book)
    assert heard(scene, book, SLUG) != recording
    assert lies(scene, book, SLUG).is_outdated
    assert (await scene.start()).in_force.snapshot.audio[SLUG].is_outdated
    assert (scene.folder / WAV).read_bytes() == recording

    edit_text(scene, SLUG, f"您好,{text}", text)
    await take(book, "改回")
    assert heard(scene, book, SLUG) == recording


async def test_a_new_recording_for_the_new_text_is_played(scene: Scene) -> None:
    """Whoever lays another file beside the new text has said the new text."""
    write_wav(scene.folder / WAV, tone(500, 1.0))
    book = await scene.start()
    text = book.city.prompts[SLUG].zh or ""
    edit_text(scene, SLUG, text, f"您好,{text}")
    await take(book)
    write_wav(scene.folder / WAV, tone(900, 1.0))
    await take(book, "重录")

    assert heard(scene, book, SLUG) == (scene.folder / WAV).read_bytes()
    assert not lies(scene, book, SLUG).synthesised


async def test_a_machines_file_of_an_older_text_is_spoken_anew(scene: Scene) -> None:
    """Nobody has to run anything first."""
    book = await scene.start()
    text = book.city.prompts[SLUG].zh or ""
    edit_text(scene, SLUG, f'"{text}"', f'"您好,{text}"')
    await take(book)

    assert lies(scene, book, SLUG).synthesised
    assert not lies(scene, book, SLUG).is_outdated


async def test_a_roll_back_has_the_recording_again_and_tells_no_wrong_tale_of_the_folder(scene: Scene) -> None:
    """What was spoken never lay in the folder: nobody has edited it."""
    write_wav(scene.folder / WAV, tone(500, 1.0))
    book = await scene.start()
    recording, text = heard(scene, book, SLUG), book.city.prompts[SLUG].zh or ""
    edit_text(scene, SLUG, text, f"您好,{text}")
    await take(book)
    outcome = await book.roll_back(1, by="lead", why="改回", expected=2)

    assert outcome.left_alone == ()
    assert heard(scene, book, SLUG) == recording
    assert (await book.check()).changes == ()


async def test_what_cannot_be_spoken_is_told_by_file_and_line(scene: Scene) -> None:
    """What was in force still is; a start that finds it holds the last version."""
    book = await scene.start()
    edit_text(scene, SLUG, 'zh = "', 'zh = "WLAN')
    line = scene.says(PROMPTS).splitlines().index(f"[{SLUG}]") + 1
    with pytest.raises(CityRefused) as refused:
        await take(book)

    (mistake,) = refused.value.mistakes
    assert (mistake.file, mistake.line, mistake.rule) == (PROMPTS, line, "cannot_be_spoken")
    assert "WLAN" in mistake.zh
    assert book.row.number == 1
    assert (await scene.start(city_takes="start")).row.number == 1


async def test_a_first_start_without_a_voice_is_refused(scene: Scene) -> None:
    """Nothing is silent."""
    (scene.folder / WAV).unlink()
    edit_text(scene, SLUG, 'zh = "', 'zh = "WLAN')

    with pytest.raises(CannotStart, match="cannot_be_spoken"):
        await scene.start()


BROKEN = {
    "absent": (sys.executable, "-m", "no_such_module"),
    "not there": ("/nonexistent/speak",),
    "crashes": (sys.executable, "-c", "import os; os.abort()"),
    "hangs": (sys.executable, "-c", "import time; time.sleep(60)"),
    "babbles": (sys.executable, "-c", "print('[1,'*9)"),
    "says it has": (sys.executable, "-c", "print('{}')"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_synthesiser_that_fails_is_told_and_waited_for_not_long(how: str, tmp_path: Path) -> None:
    """Whatever it does, each text asked for has its reason."""
    speaker = Speaker(tmp_path, BROKEN[how], start_s=2.0 if how != "hangs" else 0.0)
    spoken = speaker.speak({"hello": Prompt(zh="您好", en="Hello")})

    assert (dict(spoken.wavs), list(spoken.failed)) == ({}, ["hello"])


def test_hostile_text_is_only_spoken(tmp_path: Path) -> None:
    """It reaches no shell and no markup of the synthesiser's; what can be read of it is, the rest is refused."""
    texts = {"shell": "您好;$(touch 危)`是`", "markup": "<speak>您好</speak>", "pinyin": "[[ni3]]您好", "marks": "!?。"}
    speaker = Speaker(tmp_path / "spoken")
    spoken = speaker.speak({slug: Prompt(zh=text, en="-") for slug, text in texts.items()})

    assert set(spoken.failed) == {"shell", "markup", "pinyin", "marks"}
    assert json.dumps(sorted(path.name for path in tmp_path.iterdir())) == "[]"
