"""What a key of the demonstration does: a surge, six more seats, the controller killed, why somebody waits.

Everything is done as an operator would do it, through the API, and shown in the API's own figures; only killing is not.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from typing import Any
from urllib.parse import quote

import aiohttp

from hotline.demo_cast import CROWD, Cast, Post
from hotline.demo_screen import Screen
from hotline.demo_watch import Api
from hotline.embedded import Premises
from hotline.pulse import read_pid
from sandbox.crowd import crowd

HOTLINE, QUEUE = "12345", "general"
SURGE, SURGE_PER_S, PATIENCE_S = 24, 3.0, 90.0
SEATS = tuple(str(8011 + number) for number in range(6))
QUEUES = ("general", "health")
BACK_WITHIN_S = 30.0
LOOK_AGAIN_S = 0.05
WHY_LINES = 14
LEFT_BEHIND = "演示 · demonstration"


class Acts:
    """The keys' doings, one at a time. `stack` ends what they have begun."""

    def __init__(self, place: Premises, api: Api, cast: Cast, screen: Screen, stack: AsyncExitStack) -> None:
        self._place, self._api, self._cast, self._screen, self._stack = place, api, cast, screen, stack
        self._surges = 0
        self._has_seats = False
        self._doings: Mapping[str, Callable[[], Awaitable[None]]] = {
            "s": self._surge,
            "+": self._add_seats,
            "k": self._kill,
            "w": self._explain,
        }

    async def act(self, key: str) -> None:
        """Do it; what the API refuses is said."""
        try:
            await self._doings[key]()
        except aiohttp.ClientResponseError as error:
            self._screen.say(f"后台未照办:{error.status}", f"the controller did not do it: {error.message}")
        except (aiohttp.ClientError, TimeoutError):
            self._screen.say("后台没有回答,请再按一次", "no answer of the controller; press again")

    async def _surge(self) -> None:
        first, self._surges = self._surges * SURGE, self._surges + 1
        numbers = [f"{CROWD}0000{(first + rank) % 10000:04d}" for rank in range(SURGE)]
        folder = self._place.state_dir / f"surge-{self._surges}"
        port = self._place.pbx.config.sip_port
        people = crowd(folder, port, numbers, hotline=HOTLINE, rate=SURGE_PER_S, patience_s=PATIENCE_S)
        await self._stack.enter_async_context(people)
        self._screen.tell_queues()
        self._screen.say(
            f"洪峰:{SURGE} 位市民同时拨打 {HOTLINE},每秒 {SURGE_PER_S:g} 位",
            f"a surge: {SURGE} more citizens, {SURGE_PER_S:g} a second",
        )

    async def _add_seats(self) -> None:
        """Phones first, then each seat with its agent: tried, shown, done."""
        if self._has_seats:
            self._screen.say("六席已增", "the six seats are there already")
            return
        self._has_seats = True
        posts = [self._post(seat) for seat in SEATS]
        await self._cast.sit_down(posts)
        for post in posts:
            await self._api.post("/api/staff", {"number": post.agent, "name": post.name, "pin": post.pin})
        tried = [await self._open(post) for post in posts]
        if tried[0] and tried[-1]:
            first, last = tried[0]["wait"]["before"], tried[-1]["wait"]["after"]
            self._screen.say(
                f"✓ 六席已增。预演:新来电的预计等待 {_wait(first)} → {_wait(last)}",
                "six seats added; the dry runs said so of a new caller's wait",
            )

    def _post(self, seat: str) -> Post:
        """Who sits down at a phone in reserve; logged on with the seat, so the PIN is never keyed."""
        number = str(int(seat) - 7900)
        return Post(
            agent=number, pin="2580", name=f"支援{number}", seat=seat, password=self._place.phone_password(seat)
        )

    async def _open(self, post: Post) -> dict[str, Any] | None:
        wish = {"seat": post.seat, "queues": QUEUES, "agent": post.agent, "why": LEFT_BEHIND}
        effect = (await self._api.post("/api/seats", {**wish, "dry_run": True}))["effect"]
        await self._api.post("/api/seats", wish)
        for seen in effect["queues"]:
            if seen["queue"] == QUEUE:
                duty, waiting, wait = seen["on_duty"], seen["waiting"], seen["wait"]
                self._screen.say(
                    f"预演 +{post.seat}:在岗 {duty['before']} → {duty['after']},等候 {waiting['before']} → "
                    f"{waiting['after']},预计等待 {_wait(wait['before'])} → {_wait(wait['after'])};已照办",
                    "tried: on duty, waiting, expected wait; then done",
                )
                return dict(seen)
        return None

    async def _kill(self) -> None:
        state, loop = self._place.state_dir, asyncio.get_running_loop()
        victim = read_pid(state)
        if victim is None:
            return
        there = await self._calls()
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
        began = loop.time()
        self._screen.say(f"kill -9 {victim}:后台已死", "the controller is dead")
        talks = talks_in(await self._place.pbx.cli("core show channels concise"))
        self._screen.say(f"此刻电话交换机上 {talks} 通仍在通话", f"{talks} talks go on in the PBX meanwhile")
        async with asyncio.timeout(BACK_WITHIN_S):
            while read_pid(state) in {None, victim}:  # noqa: ASYNC110 (a file of another program)
                await asyncio.sleep(LOOK_AGAIN_S)
        now = await self._calls()
        back_s = loop.time() - began
        lost = (await self._api.get("/api/ledger"))["total"]["outcomes"]["lost_by_pbx"]
        self._screen.say(
            f"✓ {back_s:.1f} 秒后接替者已就位;之前在场 {len(there)} 通,仍在 {len(there & now)} 通,系统丢失 {lost} 通",
            f"back after {back_s:.1f} s; {len(there)} calls before, {len(there & now)} of them still here, {lost} lost",
        )

    async def _calls(self) -> set[str]:
        return {call["call"] for call in (await self._api.get("/api/calls"))["calls"]}

    async def _explain(self) -> None:
        """Who waits longest; if nobody waits, the newest call of those that are here."""
        calls = (await self._api.get("/api/calls"))["calls"]
        waiting = [call for call in calls if call["stage"] in {"waiting", "ringing"}]
        chosen = waiting[:1] or calls[-1:]
        if not chosen:
            self._screen.say("此刻没有来电", "there is no call now")
            return
        call = chosen[0]["call"]
        lines = (await self._api.get(f"/api/calls/{quote(call, safe='')}/why"))["lines"]
        self._screen.explain(call, lines[:WHY_LINES], len(lines) - WHY_LINES)


def talks_in(channels: str) -> int:
    """How many talks Asterisk's `core show channels concise` knows: bridges with two channels or more."""
    bridges = Counter(line.rsplit("!", 2)[1] for line in channels.splitlines() if line.count("!") >= 2)
    return sum(size >= 2 for bridge, size in bridges.items() if bridge)


def _wait(wait: dict[str, Any] | None) -> str:
    return f"{wait['least_s']:.0f}–{wait['most_s']:.0f} s" if wait else "尚不可知 not known yet"
