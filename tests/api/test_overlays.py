"""Emergency overlays by HTTP: in force at once, with an end; how long callers are spoken to is measured and said."""

from __future__ import annotations

from datetime import timedelta

from acd.arrangement import Arrangement
from api.people import Role
from hotline.fittings import acd_queues
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
    assert done["measure"]["overlay"] == {**overlay, "place": "before", "hotlines": [], "join": None}
    later = (NOW + timedelta(hours=5)).isoformat()
    status, longer = await made(face, "1/extend", ends=later)
    assert (status, longer["measure"]["ends"]) == (200, later.replace("+00:00", "Z"))
    await made(face, "1/undo")
    assert face.services.measures.now.city.hotlines["12345"].greeting[0] == "greeting-12345"
    _, trail = await face.call("GET /api/measures/changes")
    assert [step["step"] for step in trail["changes"]] == ["ended", "extended", "begun"]


async def test_hotlines_whose_callers_are_spoken_to_for_more_than_15_s_are_named(face: Face) -> None:
    """Menu and silence count; who goes straight to a queue has neither."""
    _, tried = await made(face, "overlay", overlay={"prompt": "message-invite"}, ends=ENDS, dry_run=True)
    _, straight = await made(
        face, "overlay", overlay={"hotlines": ["12320"], "join": "general"}, ends=ENDS, dry_run=True
    )

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
    ):
        status, refused = await made(face, "overlay", **wish)
        assert (status, refused["rule"]) == (422, rule)
    assert (await made(face, "overlay", role=Role.OPERATOR, overlay={"prompt": "x"}, ends=ENDS))[0] == 403
    assert face.services.measures.now.standing == []


async def test_it_outlives_a_restart(face: Face) -> None:
    """Another process knows it again from the database, with its end."""
    await made(face, "overlay", overlay={"prompt": "many-callers", "place": "after"}, ends=ENDS)
    services, engine = face.services, face.house.engine
    anew = Arrangement(services.database, engine, services.seats, services.measures.now.base, acd_queues)

    await anew.restore()

    assert anew.now.city.hotlines["12345"].greeting == ("greeting-12345", "many-callers")
    assert [measure.ends_at for measure in anew.now.standing] == [NOW + timedelta(hours=2)]
