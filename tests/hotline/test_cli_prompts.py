"""`hotline prompts`: listed, uploaded, removed by a person at a terminal."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from tests.api.test_prompts import SLUG, WAV, city_folder, copy, open_book, recording
from tests.city.scene import Copy
from tests.hotline.typed import hotline

__all__ = ["city_folder", "copy", "open_book"]


async def test_a_recording_is_uploaded_listed_and_removed(state: Path, tmp_path: Path, copy: Copy) -> None:
    """What was made of it is said in both languages; the list tells whose it is; then a machine says it again."""
    studio = tmp_path / "王芳.wav"
    await asyncio.to_thread(studio.write_bytes, recording())
    done = await hotline(state, "prompts", "upload", SLUG, str(studio), "--why", "王芳重录")
    listed = await hotline(state, "prompts", "list", "--json")

    assert done.code == 0, done.err
    for word in ("版本 2", "王芳重录", WAV, "→ -20 dBov", "两个声道已合为一个"):
        assert word in done.out
    (one,) = (prompt for prompt in json.loads(listed.out) if prompt["name"] == SLUG)
    assert (one["state"], one["why"]) == ("recorded", "王芳重录")
    removed = await hotline(state, "prompts", "remove", SLUG, "--why", "有杂音")
    assert (removed.code, (copy.folder / WAV).exists()) == (0, False), removed.err


async def test_what_is_missing_and_what_is_refused_is_said(state: Path, tmp_path: Path) -> None:
    """The sample misses nothing; what is no sound is refused by its rule, without a trace."""
    letter = tmp_path / "letter.wav"
    await asyncio.to_thread(letter.write_text, "不是声音" * 99)
    missing = await hotline(state, "prompts", "list", "--missing")
    refused = await hotline(state, "prompts", "upload", SLUG, str(letter), "--why", "重录")
    gone = await hotline(state, "prompts", "upload", SLUG, str(tmp_path / "no.wav"), "--why", "重录")

    assert (missing.code, SLUG in missing.out, "录音过时 0" in missing.out) == (0, False, True), missing.err
    assert (refused.code, "sound_unreadable" in refused.err, "Traceback" in refused.err) == (1, True, False)
    assert (gone.code, "无法读取" in gone.err) == (1, True)
