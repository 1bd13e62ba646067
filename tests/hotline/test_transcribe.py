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
from tests.asr.talks import TALK, record_talk, talk_samples
from tests.hotline.typed import Said, hotline
from tests.recordings.scenes import write_wav

AS_AT_A_TERMINAL = """
import signal
from hotline.cli import main

signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""
"""A shell that runs the tests in the background has Ctrl-C ignored, for all that they start."""


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
    write_wav(folder / "three.wav", np.zeros(1800, "<i2"), channels=3)
    write_wav(folder / "silent.wav", np.zeros(16_000, "<i2"))
    said = await transcribe(folder)

    result = json.loads((folder / "talk.json").read_text())
    assert {turn["speaker"] for turn in result["heard"]["turns"]} == {"caller", "agent"}
    assert "市民" in (folder / "talk.txt").read_text()
    assert (said.code, json.loads((folder / "silent.json").read_text())["heard"]["turns"]) == (1, [])
    for name, why in {"empty": "空文件", "text": "不是 WAV", "three": "3 channel(s)"}.items():
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


def stereo(folder: Path, name: str, first: Leg, second: Leg, seconds_more: float = 0.0) -> None:
    """The two legs of the talk as one file."""
    legs = talk_samples(TALK)
    both = np.stack([legs[first], legs[second]], axis=1).reshape(-1)
    write_wav(folder / f"{name}.wav", np.concatenate([both, np.zeros(int(16_000 * seconds_more), "<i2")]), channels=2)


async def test_stereo_file_is_two_legs(folder: Path) -> None:
    """The same words of the same speakers as of two files; the caller is on the left, or where the user says."""
    stereo(folder, "left", Leg.CALLER, Leg.AGENT)
    assert (await transcribe(folder)).code == 0
    stereo(folder, "right", Leg.AGENT, Leg.CALLER)
    said = await transcribe(folder, "--caller", "right")

    expected = _turns(folder / "talk.json")
    assert (said.code, _turns(folder / "right.json")) == (0, expected)
    swapped = [(("agent" if who == "caller" else "caller"), words) for who, words in expected]
    assert _turns(folder / "left.json") == swapped  # done again: the caller is elsewhere now


async def test_killed_and_begun_again_loses_and_doubles_nothing(folder: Path, tmp_path: Path) -> None:
    """kill -9 in the middle; what was there is left, what was not is made, and no child goes on alone."""
    for number in range(12):
        stereo(folder, f"one-{number:02}", Leg.CALLER, Leg.AGENT, seconds_more=number / 10)
    running, launcher = await begun(folder)
    async with asyncio.timeout(60):
        while len(_made(folder)) < 3:  # noqa: ASYNC110 (another process does it)
            await asyncio.sleep(0.01)
    running.kill()
    await running.wait()
    async with asyncio.timeout(60):
        while _children_of(launcher).exists():  # noqa: ASYNC110 (the kernel tells nobody)
            await asyncio.sleep(0.01)
    before = _made(folder)
    assert 3 <= len(before) < 13
    said = await transcribe(folder)

    after = _made(folder)
    assert (said.code, len(after), f"早已完成 {len(before)}" in said.out) == (0, 13, True), said
    assert {name: after[name] for name in before} == before
    assert {(folder / name).with_suffix(".txt").is_file() for name in after} == {True}
    assert _suffixes(folder) == {".wav", ".json", ".txt"}
    spoken = {tuple(_turns(folder / name)) for name in after}
    assert len(spoken) == 1


async def test_a_file_of_somebody_elses_is_not_written_over(folder: Path) -> None:
    """It has the name that the result would have."""
    (folder / "talk.json").write_text('{"mine": 1}')
    said = await transcribe(folder)

    assert (said.code, (folder / "talk.json").read_text()) == (1, '{"mine": 1}')


async def test_interrupted_leaves_no_half_result_and_no_child(folder: Path) -> None:
    """Ctrl-C in the middle of a long file."""
    record_talk(folder, TALK, 200)
    running, launcher = await begun(folder)
    os.kill(running.pid, signal.SIGINT)

    async with asyncio.timeout(60):
        assert await running.wait() == 130
    assert not _children_of(launcher).exists()
    assert _suffixes(folder) == {".wav"}


async def begun(folder: Path) -> tuple[asyncio.subprocess.Process, str]:
    """The command at work in a process of its own, a child decoding; and its launcher."""
    words = ("-c", AS_AT_A_TERMINAL, "transcribe", str(folder), "--model", str(MODEL))
    running = await asyncio.create_subprocess_exec(sys.executable, *words, stderr=asyncio.subprocess.DEVNULL)
    children = _children_of(running.pid)
    async with asyncio.timeout(60):
        while not (launcher := _first(children)) or not _first(_children_of(launcher)):  # noqa: ASYNC110 (the kernel tells nobody)
            await asyncio.sleep(0.02)
    return running, launcher


def _turns(result: Path) -> list[tuple[str, str]]:
    turns = json.loads(result.read_text())["heard"]["turns"]
    return [(turn["speaker"], "".join(word["text"] for word in turn["words"])) for turn in turns]


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
