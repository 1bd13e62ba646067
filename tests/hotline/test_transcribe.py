"""`hotline transcribe FOLDER`: every file gets its text or its reason; what is done is not done again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from asr.folder import Unusable, find, sounds
from recordings.recording import Leg
from tests.asr.conftest import MODEL
from tests.asr.talks import TALK, record_talk
from tests.hotline.typed import Said, hotline
from tests.recordings.scenes import write_wav


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One whole talk of two legs."""
    place = tmp_path / "in"
    place.mkdir()
    record_talk(place, TALK)
    return place


async def transcribe(folder: Path, *words: str) -> Said:
    """The command, with the tiny model."""
    return await hotline(folder.parent, "transcribe", str(folder), "--model", str(MODEL), *words)


async def test_each_file_has_its_text_or_its_reason(folder: Path) -> None:
    """The rest goes on; the exit code tells."""
    (folder / "empty.wav").touch()
    (folder / "text.wav").write_text("no sound at all, only words")
    write_wav(folder / "stereo.wav", np.zeros(1600, "<i2"), channels=2)
    write_wav(folder / "silent.wav", np.zeros(16_000, "<i2"))
    said = await transcribe(folder)

    result = json.loads((folder / "talk.json").read_text())
    assert {turn["speaker"] for turn in result["heard"]["turns"]} == {"caller", "agent"}
    assert "市民" in (folder / "talk.txt").read_text()
    assert (said.code, json.loads((folder / "silent.json").read_text())["heard"]["turns"]) == (1, [])
    for name, why in {"empty": "空文件", "text": "不是 WAV", "stereo": "2 channel(s)"}.items():
        assert f"{name}.wav:" in said.err
        assert why in said.err
        assert not (folder / f"{name}.json").exists()


async def test_what_is_done_is_left_and_what_has_changed_is_done_again(folder: Path) -> None:
    """A result belongs to the bytes it was made from."""
    write_wav(folder / "other.wav", np.zeros(16_000, "<i2"))
    assert (await transcribe(folder)).code == 0
    before = _made(folder)
    write_wav(folder / "other.wav", np.zeros(24_000, "<i2"))
    said = await transcribe(folder)

    after = _made(folder)
    assert (after["talk.json"], said.code) == (before["talk.json"], 0)
    assert after["other.json"] != before["other.json"]


async def test_a_file_of_somebody_elses_is_not_written_over(folder: Path) -> None:
    """It has the name that the result would have."""
    (folder / "talk.json").write_text('{"mine": 1}')
    said = await transcribe(folder)

    assert (said.code, (folder / "talk.json").read_text()) == (1, '{"mine": 1}')


async def test_interrupted_leaves_no_half_result_and_no_child(folder: Path) -> None:
    """Ctrl-C in the middle of a long file."""
    record_talk(folder, TALK, 200)
    words = ("-c", "from hotline.cli import main; main()", "transcribe", str(folder), "--model", str(MODEL))
    running = await asyncio.create_subprocess_exec(sys.executable, *words, stderr=asyncio.subprocess.DEVNULL)
    children = _children_of(running.pid)
    async with asyncio.timeout(60):
        while not (launcher := _first(children)) or not _first(_children_of(launcher)):  # noqa: ASYNC110 (the kernel tells nobody)
            await asyncio.sleep(0.02)
    os.kill(running.pid, signal.SIGINT)

    async with asyncio.timeout(60):
        assert await running.wait() == 130
    assert not _children_of(launcher).exists()
    assert _suffixes(folder) == {".wav"}


def _made(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mtime_ns for file in folder.glob("*.json")}


def _suffixes(folder: Path) -> set[str]:
    return {file.suffix for file in folder.iterdir()}


def _children_of(pid: int | str) -> Path:
    return Path(f"/proc/{pid}/task/{pid}/children")


def _first(children: Path) -> str:
    return (children.read_text().split() or [""])[0]


def test_link_out_of_the_folder_is_refused(folder: Path) -> None:
    """Nothing outside is read."""
    write_wav(folder.parent / "outside.wav", np.zeros(1600, "<i2"))
    (folder / "link.wav").symlink_to(folder.parent / "outside.wav")
    (link,) = (talk for talk in find(folder) if talk.name == Path("link"))

    with pytest.raises(Unusable, match="out of the folder"):
        sounds(link, folder)


def test_legs_of_one_talk_are_found_together(folder: Path) -> None:
    """By our recordings' names; another file is a caller alone."""
    write_wav(folder / "alone.WAV", np.zeros(1600, "<i2"))

    assert [(talk.name.name, set(talk.legs)) for talk in find(folder)] == [
        ("alone", {Leg.CALLER}),
        ("talk", {Leg.CALLER, Leg.AGENT}),
    ]
