"""Floods at the door of the real Asterisk, with no controller at all: who is let in, who hears that lines are busy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from sandbox.instance import Setup
from sandbox.pbx import Pbx
from sandbox.sound import tone, write_wav
from sandbox.strangers import StrangeCall, sip_from, strange_call
from telephony.asterisk.config import Admission, BadPbxConfig, Fallback

WITHIN_S = 10.0
LINES, CRISIS = "12345", "12356"
HOTLINES = (
    Fallback(number=LINES, queue="general", greeting=("greeting",), dialled=(LINES, "051812345")),
    Fallback(number=CRISIS, queue="health", greeting=("greeting",), crisis=True, dialled=(CRISIS, "051812356")),
)


@asynccontextmanager
async def door(folder: Path, admission: Admission) -> AsyncIterator[Pbx]:
    """A PBX with an ordinary and a crisis hotline, and short prompts."""
    sounds = folder / "sounds"
    sounds.mkdir()
    for name in ("greeting", "busy-lines", "busy-number"):
        write_wav(sounds / f"{name}.wav", tone(700, 0.3))
    async with Pbx.start(folder / "pbx", Setup(hotlines=HOTLINES, admission=admission, sounds=sounds)) as pbx:
        yield pbx


class Callers:
    """People who call and stay on the line until the test ends."""

    def __init__(self, pbx: Pbx, lines: AsyncExitStack) -> None:
        self._pbx, self._lines = pbx, lines

    async def call(self, number: str, hotline: str = LINES) -> StrangeCall:
        """A call that has got its final answer."""
        calling = strange_call(self._pbx.config.sip_port, hotline, sip_from(number))
        call = await self._lines.enter_async_context(calling)
        await call.final()
        return call


@asynccontextmanager
async def callers(folder: Path, **limits: object) -> AsyncIterator[Callers]:
    """Callers at a door with these limits."""
    async with door(folder, Admission(**limits)) as pbx, AsyncExitStack() as lines:  # type: ignore[arg-type]
        yield Callers(pbx, lines)


async def test_above_the_cap_citizens_hear_that_lines_are_busy_and_a_crisis_hotline_never_does(tmp_path: Path) -> None:
    """Two lines: the third caller is told before an answer and released as busy; so is the next when a line is free."""
    async with callers(tmp_path, calls_at_once=2) as people:
        first, second = await people.call("13800000001"), await people.call("13800000002")
        third = await people.call("13800000003")
        crisis = [await people.call(f"1390000000{n}", dialled) for n, dialled in enumerate((CRISIS, "051812356"))]
        unlisted = await people.call("13800000004", "99999")
        first.leave()
        again = await until_let_in(people, "13800000003")

        assert [call.status for call in (first, second, *crisis, again)] == [200] * 5
        assert [status for status, _ in third.statuses][-2:] == [183, 486]
        assert unlisted.status == 486


async def until_let_in(people: Callers, number: str) -> StrangeCall:
    """Call again and again, as people do: the line is free as soon as Asterisk has taken the hang-up in."""
    async with asyncio.timeout(WITHIN_S):
        while (call := await people.call(number)).status != 200:
            pass
    return call


async def test_one_number_has_so_many_calls_at_once_and_hidden_and_shared_ones_have_more(tmp_path: Path) -> None:
    """A flood from one number leaves everybody else in; people behind one switchboard are not one caller."""
    limits = {"calls_at_once_per_number": 1, "shared_numbers": ("051888880000",), "told_at_once": 0}
    async with callers(tmp_path, **limits) as people:
        flood = [(await people.call("+8613800000001")).status for _ in range(5)]
        others = [(await people.call(number)).status for number in ("13800000002", "13800000003")]
        hidden = [(await people.call("anonymous")).status for _ in range(3)]
        shared = [(await people.call("051888880000")).status for _ in range(3)]
        crisis = [(await people.call("13800000001", CRISIS)).status for _ in range(2)]

    assert flood == [200, 486, 486, 486, 486]
    assert {*others, *hidden, *shared, *crisis} == {200}


async def test_in_the_deepest_flood_there_is_only_the_tone(tmp_path: Path) -> None:
    """Refusing must not cost what answering would."""
    async with callers(tmp_path, calls_at_once=1, told_at_once=0) as people:
        await people.call("13800000001")
        refused = await people.call("13800000002")

    assert 183 not in [status for status, _ in refused.statuses]
    assert refused.status == 486


@pytest.mark.parametrize("wrong", [{"calls_at_once": 0}, {"told_at_once": -1}, {"shared_numbers": ("1;x",)}])
def test_limits_that_let_nobody_in_are_refused(wrong: dict[str, object]) -> None:
    """And numbers that could be more than numbers."""
    with pytest.raises(BadPbxConfig):
        Admission(**wrong)  # type: ignore[arg-type]
