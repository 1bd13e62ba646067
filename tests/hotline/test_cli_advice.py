"""`hotline advice …`, typed against a real HTTP face."""

from __future__ import annotations

from pathlib import Path

from acd.advice import Mode
from tests.api.face import Face
from tests.api.test_advice import proposed
from tests.hotline.typed import hotline


async def test_advice_is_listed_accepted_and_the_mode_set(face: Face, state: Path) -> None:
    """As a team leader types it; what is gone is said in both languages, exit code 1."""
    proposed(face)

    listed = await hotline(state, "advice", "list")
    tried = await hotline(state, "advice", "accept", "general.borrow.begin", "--why", "午间高峰", "--dry-run")
    assert (tried.code, face.hands.done) == (0, [])
    assert ("预演,未生效" in tried.out, "7 位来电者将听到播报或提议" in tried.out) == (True, True)
    accepted = await hotline(state, "advice", "accept", "general.borrow.begin", "--why", "午间高峰")
    gone = await hotline(state, "advice", "dismiss", "general.borrow.begin", "--why", "晚了")
    mode = await hotline(state, "advice", "mode", "off", "--why", "演练")

    assert ("general.borrow.begin" in listed.out, "只建议" in listed.out) == (True, True)
    assert (accepted.code, "已执行" in accepted.out) == (0, True)
    assert (gone.code, "不在当前建议之中" in gone.err, "not proposed" in gone.err) == (1, True, True)
    assert (mode.code, face.pilot.mode) == (0, Mode.OFF)
