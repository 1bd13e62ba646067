"""Ratings, follow-ups and overlays on the command line."""

from __future__ import annotations

from pathlib import Path

from tests.api.face import Face
from tests.api.test_ratings import rated
from tests.hotline.typed import hotline

__all__ = ["rated"]


async def test_ratings_and_follow_ups_are_listed_and_settled(rated: Face, state: Path) -> None:
    """By typed commands; a mistake is told in words."""
    listed = await hotline(state, "ratings", "list", "--since", "2026-11-22T00:00", "--until", "2026-11-24T00:00")
    figures = await hotline(state, "ratings", "kpi", "--since", "2026-11-22T00:00", "--until", "2026-11-24T00:00")
    tasks = await hotline(state, "follow-ups", "list")
    early = await hotline(state, "follow-ups", "settle", "1", "solved", "--remark", "已解决")
    deeds = [
        await hotline(state, "follow-ups", "claim", "1"),
        await hotline(state, "follow-ups", "release", "1"),
        await hotline(state, "follow-ups", "claim", "1"),
        await hotline(state, "follow-ups", "settle", "1", "solved", "--remark", "已解决"),
    ]

    assert [each.code for each in (listed, figures, tasks, *deeds)] == [0] * 7, (listed, figures, tasks, deeds)
    assert "来电人先挂机" in listed.out
    assert "50.0%" in figures.out
    assert "c-2" in tasks.out
    assert (early.code, "请先领取" in early.err) == (1, True)


async def test_an_overlay_is_put_on_listed_extended_and_taken_off(face: Face, state: Path) -> None:
    """With a word of warning for hotlines whose callers are spoken to for too long."""
    on = await hotline(
        state, "overlay", "on", "--prompt", "message-invite", "--until", "2026-11-24T18:00", "--why", "台风"
    )
    greeting = face.services.measures.now.city.hotlines["12345"].greeting
    deeds = [
        await hotline(state, "overlay", "list"),
        await hotline(state, "overlay", "extend", "1", "--until", "2026-11-25T18:00", "--why", "台风未过"),
        await hotline(state, "measures", "list"),
        await hotline(state, "overlay", "off", "1", "--why", "解除"),
    ]

    assert [each.code for each in (on, *deeds)] == [0] * 5, (on, deeds)
    assert greeting[0] == "message-invite"
    assert "12320" in on.out
    assert "message-invite" in deeds[0].out
    assert "播报" in deeds[2].out
    assert "11-25 18:00:00" in deeds[1].out  # by the city's clock, as it was typed
    assert face.services.measures.now.standing == []


async def test_an_announcement_is_typed_and_shown_in_its_words(face: Face, state: Path) -> None:
    """What cannot be read aloud is refused by its rule, in both languages, harmless to a terminal."""
    until = ("--until", "2026-11-24T18:00", "--why", "暴雨")
    on = await hotline(state, "overlay", "on", "--say", "因暴雨停水,请耐心等候。", *until)
    listed = await hotline(state, "overlay", "list")
    refused = await hotline(state, "overlay", "on", "--say", "暴雨\x1b[2J", *until)

    assert (on.code, "因暴雨停水" in "".join(listed.out.split())) == (0, True), on.err
    assert (refused.code, "读不出" in refused.err, "\x1b" in refused.err) == (1, True, False), refused
    assert face.services.measures.now.city.hotlines["12345"].greeting[0].startswith("typed-")
