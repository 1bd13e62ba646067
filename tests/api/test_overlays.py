"""Emergency overlays by HTTP: in force at once, with an end; how long callers are spoken to is measured and said."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest

from acd.arrangement import Arrangement
from acd.measures import overlays_of
from api.people import Role
from city.overlay import Overlay
from city.prompts import audio_fault
from hotline.fittings import acd_queues
from hotline.prompt_desk import PromptDesk
from ivr.prompt_sound import LEVEL_DBOV, measured
from tests.api.face import NOW, Face
from tests.api.test_measures import made

ENDS = (NOW + timedelta(hours=2)).isoformat()


async def test_an_announcement_is_in_force_at_once_until_it_is_undone(face: Face) -> None:
    """Listed with author, reason and end; extended; undone with one call; all in the trail."""
    overlay = {"prompt": "many-callers"}
    status, done = await made(face, "overlay", overlay=overlay, ends=ENDS)

    city = face.services.measures.now.city
    assert (status, city.hotlines["12345"].greeting[0]) == (200, "many-callers")
    assert done["measure"]["by"] == "leader#2"
    assert done["measure"]["overlay"] == {**overlay, "text": None, "place": "before", "hotlines": [], "join": None}
    later = (NOW + timedelta(hours=5)).isoformat()
    status, longer = await made(face, "1/extend", ends=later)
    assert (status, longer["measure"]["ends"]) == (200, later.replace("+00:00", "Z"))
    await made(face, "1/undo")
    assert face.services.measures.now.city.hotlines["12345"].greeting[0] == "greeting-12345"
    _, trail = await face.call("GET /api/measures/changes")
    assert [step["step"] for step in trail["changes"]] == ["ended", "extended", "begun"]


async def test_hotlines_whose_callers_are_spoken_to_for_more_than_15_s_are_named(face: Face) -> None:
    """Menu and silence count, and what is said at night; who goes straight to a queue has neither."""
    _, tried = await made(face, "overlay", overlay={"prompt": "message-invite"}, ends=ENDS, dry_run=True)
    _, straight = await made(
        face, "overlay", overlay={"hotlines": ["12320"], "join": "general"}, ends=ENDS, dry_run=True
    )

    city = face.services.measures.now.base
    at_night = ("message-invite", *city.hotlines["12117"].greeting, "closed-now")
    assert tried["seconds_before_waiting"]["12117"] == round(sum(map(city.seconds_of, at_night)), 1)
    assert "12320" in tried["too_long"]
    assert tried["seconds_before_waiting"]["12320"] > 15
    assert straight["seconds_before_waiting"] == {"12320": 4.4}
    assert face.services.measures.now.standing == []


async def test_what_cannot_be_overlaid_is_refused_by_its_rule(face: Face) -> None:
    """And nothing is in force."""
    for wish, rule in (
        ({"overlay": {"prompt": "many-callers"}}, "needs_an_end"),
        ({"overlay": {"prompt": "nothing-of-the-kind"}, "ends": ENDS}, "unknown_prompt"),
        ({"overlay": {"prompt": "../secret"}, "ends": ENDS}, "not_valid"),
        ({"overlay": {"hotlines": ["12345"]}, "ends": ENDS}, "not_valid"),
        ({"overlay": {"join": "nowhere"}, "ends": ENDS}, "unknown_queue"),
        ({"overlay": {"prompt": "many-callers", "hotlines": ["99999"]}, "ends": ENDS}, "unknown_hotline"),
        ({"overlay": {"text": "暴雨。", "prompt": "many-callers"}, "ends": ENDS}, "not_valid"),
        ({"overlay": {"text": "暴雨\r\nAction: Originate"}, "ends": ENDS}, "cannot_be_spoken"),
        ({"overlay": {"text": "。。。"}, "ends": ENDS}, "cannot_be_spoken"),
        ({"overlay": {"text": "因暴雨,供水限时恢复。"}, "ends": ENDS}, "advertising"),
        ({"overlay": {"text": "请耐心等候," * 20}, "ends": ENDS}, "announcement_too_long"),
    ):
        status, refused = await made(face, "overlay", **wish)
        assert (status, refused["rule"]) == (422, rule)
    assert (await made(face, "overlay", role=Role.OPERATOR, overlay={"prompt": "x"}, ends=ENDS))[0] == 403
    assert face.services.measures.now.standing == []


async def test_a_typed_text_is_spoken_and_measured_before_it_is_in_force(face: Face) -> None:
    """As loud as any prompt; its file tells nothing of the text; tried, it is not in force. Said again, it is there."""
    text = "因暴雨,部分线路中断,请耐心等候。"
    _, tried = await made(face, "overlay", overlay={"text": text}, ends=ENDS, dry_run=True)
    assert face.services.measures.now.standing == []
    status, done = await made(face, "overlay", overlay={"text": text}, ends=ENDS)

    assert (status, done["measure"]["overlay"]["text"]) == (200, text)
    name = face.services.measures.now.city.hotlines["12345"].greeting[0]
    sound = measured((face.sounds / f"{name}.wav").read_bytes())
    assert abs(sound.level_dbov - LEVEL_DBOV) < 3
    greeted = face.services.measures.now.base.seconds_of("greeting-12345")
    seconds = done["seconds_before_waiting"]["12345"]
    assert seconds == tried["seconds_before_waiting"]["12345"] == pytest.approx(sound.seconds + greeted, abs=0.06)


async def test_what_was_typed_is_heard_again_although_its_sound_is_lost(face: Face) -> None:
    """At a start the machine says it once more; what it cannot say keeps no other from being said."""
    await made(face, "overlay", overlay={"text": "因暴雨停水。"}, ends=ENDS)
    (said,) = overlays_of(face.services.measures.now.standing)
    sound = face.sounds / f"{said.said}.wav"
    sound.unlink()

    await cast("PromptDesk", face.services.prompts).say_again([Overlay(text="WLAN"), said])

    assert audio_fault(sound) == ""


async def test_it_outlives_a_restart(face: Face) -> None:
    """Another process knows it again from the database, with its end."""
    await made(face, "overlay", overlay={"prompt": "many-callers", "place": "after"}, ends=ENDS)
    services, engine = face.services, face.house.engine
    anew = Arrangement(services.database, engine, services.seats, services.measures.now.base, acd_queues)

    await anew.restore()

    assert anew.now.city.hotlines["12345"].greeting == ("greeting-12345", "many-callers")
    assert [measure.ends_at for measure in anew.now.standing] == [NOW + timedelta(hours=2)]
