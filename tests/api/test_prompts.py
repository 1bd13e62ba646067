"""Prompts by HTTP: listed with their voice, uploaded as another version of the city, refused by rule, and back."""

from __future__ import annotations

import asyncio
import io
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from sqlalchemy.ext.asyncio import AsyncEngine

from api.people import Role
from ivr.prompt_sound import LEVEL_DBOV
from tests.api.city_scene import book_on, copied
from tests.api.face import SAMPLE, Face, OpenBook
from tests.city.scene import Copy

SLUG = "please-wait"
WAV, RECORDED = f"prompts/{SLUG}.wav", "prompts/recorded.toml"


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """A copy of the sample with its sounds."""
    return copied(tmp_path / "city")


@pytest.fixture
def city_folder(copy: Copy) -> Path:
    """The copy."""
    return copy.folder


@pytest.fixture
def open_book(database: AsyncEngine, copy: Copy, tmp_path: Path) -> OpenBook:
    """The real book on the copy."""
    return book_on(copy, database, tmp_path / "state")


def recording(seconds: float = 2.0, rate_hz: int = 44100) -> bytes:
    """Stereo, as a studio sends it: two tones that come and go, silence around."""
    times = np.arange(int(seconds * rate_hz)) / rate_hz
    voice = 0.05 * np.sin(2 * np.pi * 300 * times) * (1.2 + np.sin(2 * np.pi * 3 * times))
    around = np.concatenate([np.zeros(rate_hz // 2), voice, np.zeros(rate_hz // 2)])
    file = io.BytesIO()
    soundfile.write(file, np.stack([around, around], axis=1), rate_hz, subtype="PCM_24", format="WAV")
    return file.getvalue()


async def put(face: Face, sound: bytes, *, role: Role = Role.LEADER, name: str = SLUG, **asked: str) -> tuple[int, Any]:
    """Upload."""
    query = {"why": "王芳重录", **asked}
    line = f"PUT /api/prompts/{name}/audio"
    return await face.call(line, role=role, data=io.BytesIO(sound), params=query)


async def one(face: Face, name: str = SLUG) -> dict[str, Any]:
    """How a prompt is listed."""
    _, seen = await face.call("GET /api/prompts", role=Role.OPERATOR)
    (found,) = (prompt for prompt in seen["prompts"] if prompt["name"] == name)
    return dict(found)


async def test_every_prompt_is_listed_with_text_use_voice_length_and_level(face: Face) -> None:
    """Those of hotlines, menus, the programs; all that the sample says is a machine's voice, and none is silent."""
    status, seen = await face.call("GET /api/prompts", role=Role.OPERATOR)
    by_name = {prompt["name"]: prompt for prompt in seen["prompts"]}

    assert (status, seen["number"]) == (200, 1)
    assert {prompt["state"] for prompt in seen["prompts"] if prompt["zh"]} == {"synthesised"}
    menu = by_name["menu-12320"]
    assert menu["zh"].startswith("业务咨询请按1")
    assert {"by": "menu", "name": "health"} in menu["uses"]
    assert {"by": "hotline", "name": "12345"} in by_name["greeting-12345"]["uses"]
    assert {"by": "program", "name": ""} in by_name["beep"]["uses"]
    with wave.open(str(SAMPLE / "prompts/menu-12320.wav")) as audio:
        assert menu["seconds"] == pytest.approx(audio.getnframes() / 8000, abs=0.01)
    assert -30 < menu["level_dbov"] < -10


async def test_a_recording_is_put_in_force_and_taken_back(face: Face, copy: Copy) -> None:
    """Another version, with who and why; the folder has it, to be found there by whoever looks; and removed again."""
    spoken = (copy.folder / WAV).read_bytes()
    _, before = await face.call("GET /api/city", role=Role.LEADER)
    status, made = await put(face, recording(), says="正在为您转接 请稍候", expected="1")

    assert (status, made["number"], made["why"], made["left_alone"]) == (200, 2, "王芳重录", [])
    assert [change["file"] for change in made["changes"]] == [RECORDED, WAV]
    assert made["seconds"] == pytest.approx(2.0, abs=0.2)
    assert made["level_dbov"] == pytest.approx(LEVEL_DBOV, abs=0.5)
    assert len(made["notes"]) == 2
    listed = await one(face)
    assert (listed["state"], listed["by"], listed["why"]) == ("recorded", made["taken_by"], "王芳重录")
    _, offer = await face.call("POST /api/city/check", role=Role.LEADER)
    assert (offer["changes"], offer["mistakes"]) == ([], [])

    status, removed = await face.call(f"DELETE /api/prompts/{SLUG}/audio", {"why": "离职"}, role=Role.LEADER)
    assert (status, removed["number"], removed["left_alone"]) == (200, 3, [])
    assert len({seen["version"] for seen in (before, made, removed)}) == 3  # by what is in them, each another
    assert not (copy.folder / WAV).exists()
    assert (await one(face))["state"] == "synthesised"
    status, back = await face.call(
        "POST /api/city/versions/1/roll-back", {"why": "改回", "expected": 3}, role=Role.LEADER
    )
    assert (status, back["left_alone"], (copy.folder / WAV).read_bytes()) == (200, [], spoken)


async def test_a_recording_is_outdated_once_its_text_is_another(face: Face, copy: Copy) -> None:
    """Listed as such with who recorded it; the same recording uploaded again is of the new text."""
    await put(face, recording())
    copy.replace("prompts/prompts.toml", "正在为您转接", "现在为您转接")
    wish = {"why": "改词", "expected": 2, "without_rehearsals": "演练待改"}
    status, _ = await face.call("POST /api/city/take", wish, role=Role.LEADER)
    listed = await one(face)

    assert (status, listed["state"], listed["why"]) == (200, "outdated", "王芳重录")
    assert (await put(face, recording(), says="正在为您转接"))[1]["rule"] == "recording_says_otherwise"
    assert (await put(face, recording()))[0] == 200
    assert (await one(face))["state"] == "recorded"


async def test_what_cannot_be_used_is_refused_and_nothing_changes(face: Face, copy: Copy) -> None:
    """Each by its rule; also one that would keep callers of a hotline too long."""
    before = sorted(path.name for path in (copy.folder / "prompts").iterdir())
    refused = [
        await put(face, b""),
        await put(face, "不是声音".encode() * 99),
        await put(face, bytes(20 * 1024 * 1024 + 1)),
        await put(face, recording(), name="no-such-prompt"),
        await put(face, recording(), expected="7"),
        await put(face, recording(), role=Role.OPERATOR),
        await put(face, recording(20.0), name="greeting-12345"),
        await put(face, recording(), why="x"),
        await face.call(f"DELETE /api/prompts/{SLUG}/audio", {"why": "撤下"}, role=Role.LEADER),
    ]

    assert [(status, problem["rule"]) for status, problem in refused] == [
        (422, "sound_empty"),
        (422, "sound_unreadable"),
        (413, "too_large"),
        (404, "unknown_prompt_name"),
        (409, "city_changed_meanwhile"),
        (403, "not_allowed"),
        (422, "city_refused"),
        (422, "not_valid"),
        (409, "no_recording"),
    ]
    assert refused[6][1]["fields"][0]["field"].startswith("hotlines.toml:")
    _, seen = await face.call("GET /api/city", role=Role.OPERATOR)
    assert (seen["number"], sorted(path.name for path in (copy.folder / "prompts").iterdir())) == (1, before)


async def test_two_uploads_at_once_are_both_kept(face: Face) -> None:
    """One after the other: neither is lost."""
    await asyncio.gather(put(face, recording()), put(face, recording(1.5), name="many-callers"))

    assert [(await one(face, name))["state"] for name in (SLUG, "many-callers")] == ["recorded", "recorded"]
