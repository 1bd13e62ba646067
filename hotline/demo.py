"""`hotline demo`: a real PBX, real phones, simulated agents and citizens; watch calls move and drafts being born.

The controller runs as it does in production, a process of its own; this program only talks to its API and to phones.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from city.load import load_city
from hotline.cli_ledger import show as show_ledger
from hotline.demo_cast import Appeal, Cast, Post, dialogues_for, prepare_appeal
from hotline.demo_screen import Screen
from hotline.demo_watch import Api
from hotline.embedded import ControllerEnded, Premises, premises, supervised_controller
from ivr.prompts import SPOKEN
from plumbing.lifecycle import background
from sandbox.baresip import find_baresip
from sandbox.errors import DebsError
from sandbox.figures import report
from sandbox.lexicon import UnknownWords
from sandbox.pbx import PbxError
from sandbox.scoring import character_error_rate
from tickets.ticket import masked

ROOT = Path(__file__).resolve().parent.parent
STATE_DIR = ROOT / "var" / "demo"
STARTED = "LIANXIN_STARTED_S"  # set by ./dev: when the person pressed Enter, seconds since 1970
POSTS = (("101", "王芳", "8001"), ("102", "李强", "8002"), ("103", "陈静", "8007"))
PIN = "2580"
AT_ONCE = 3
EVERY_S = 1.5
FIRST_LINES, LINES = 2, 4
AGENTS_EVERY_S = 0.5
SETTLE_S = 3.0


class Demo:
    """One performance, into `screen`; it ends after `once` drafts, or never."""

    def __init__(self, screen: Screen, *, once: int | None, say: str | None, started_s: float) -> None:
        self._screen, self._once, self._started_s = screen, once, started_s
        self._dialogues = itertools.cycle(dialogues_for(say))
        self._appeals: dict[str, Appeal] = {}  # by masked number
        self._drafts = 0
        self._enough = asyncio.Event()
        self.ledger: dict[str, Any] | None = None  # when it is over: what became of every call

    async def run(self) -> None:
        """From an empty state folder to the last draft."""
        shutil.rmtree(STATE_DIR, ignore_errors=True)
        STATE_DIR.mkdir(parents=True, mode=0o700)
        city = load_city(ROOT / "cities" / "sample", also_spoken=SPOKEN)
        numbers = _numbers()
        await asyncio.to_thread(find_baresip, self._screen.say)
        opening = await self._prepare(next(numbers), FIRST_LINES, 0)  # an unknown word is told before anything starts
        async with (
            premises(STATE_DIR, city, say=self._screen.say) as place,
            supervised_controller(place, log=STATE_DIR / "controller.log"),
            Api.of(STATE_DIR) as api,
        ):
            self._screen.say("电话交换机与后台已启动", "the PBX and the controller are up")
            await self._perform(place, api, opening, numbers)

    async def _perform(self, place: Premises, api: Api, opening: Appeal, numbers: Iterator[str]) -> None:
        """Citizens dial at once; agents come on duty while the first ones are being greeted."""
        cast = Cast(place.pbx.config.sip_port, self._screen.say)
        async with background(self._watch_calls(api), self._watch_agents(api), self._ring(cast, opening, numbers)):
            staff = [{"number": number, "name": name, "pin": PIN} for number, name, _ in POSTS]
            await asyncio.gather(*(api.post("/api/staff", person) for person in staff))
            posts = [
                Post(agent=number, pin=PIN, name=name, seat=seat, password=place.phone_password(seat))
                for number, name, seat in POSTS
            ]
            async with cast.on_duty(posts):
                await self._enough.wait()
        await self._settle(api)

    async def _settle(self, api: Api) -> None:
        """Every call is over, or as good as: what became of them all."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                while (await api.get("/api/ledger"))["in_progress"]:  # noqa: ASYNC110 (the API has no bell)
                    await asyncio.sleep(AGENTS_EVERY_S)
        self.ledger = await api.get("/api/ledger")

    async def _ring(self, cast: Cast, opening: Appeal, numbers: Iterator[str]) -> None:
        """Citizens dial, one after the other, some at the same time."""
        places = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for rank in itertools.count(1):
                await places.acquire()
                appeal = opening if rank == 1 else await self._prepare(next(numbers), LINES, rank)
                call = group.create_task(cast.call(appeal))
                call.add_done_callback(lambda _: places.release())
                if self._once is not None and rank >= self._once:
                    return
                await asyncio.sleep(EVERY_S)

    async def _prepare(self, number: str, lines: int, rank: int) -> Appeal:
        appeal = await prepare_appeal(number, next(self._dialogues), lines=lines, rank=rank)
        self._appeals[masked(number)] = appeal
        return appeal

    async def _watch_calls(self, api: Api) -> None:
        async for name, line in api.live():
            if name == "call":
                self._screen.move(line)
            elif name == "draft":
                await self._note_draft(api, line)

    async def _watch_agents(self, api: Api) -> None:
        while True:
            self._screen.seat((await api.get("/api/agents"))["agents"])
            await asyncio.sleep(AGENTS_EVERY_S)

    async def _note_draft(self, api: Api, born: dict[str, Any]) -> None:
        self._drafts += 1
        first_s = time.time() - self._started_s
        draft = await api.get(f"/api/drafts/{born['draft']}")
        appeal = self._appeals.get(draft["ticket"]["caller"])
        heard = "".join(turn["text"] for turn in draft["transcript"] if turn["speaker"] == "caller")
        if path := self._screen.paths.get(born["call"]):
            path.draft_after_s = born["seconds"]
        if appeal is None:
            self._screen.born(draft, None, None)
        else:
            self._screen.born(draft, appeal.said, character_error_rate(appeal.spelt, _plain(heard)))
        if self._drafts == 1:
            report("demo.first_draft_s", round(first_s, 1), "s")
        if self._once is not None and self._drafts >= self._once:
            self._enough.set()


def _plain(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())


def _numbers() -> Iterator[str]:
    """Made-up mobile numbers whose masked forms differ."""
    for last in itertools.count(1001):
        yield f"1380000{last % 10000:04d}"


def main(arguments: Sequence[str]) -> int:
    """Entry of `hotline demo`. 0: the drafts wanted were born, or the person ended it."""
    parser = argparse.ArgumentParser(prog="hotline demo", description=__doc__)
    parser.add_argument("--once", type=int, metavar="N", help="得 N 张草稿后结束 / end after N drafts")
    parser.add_argument("--say", metavar="话", help="市民要说的话 / what the citizen says, in the model's vocabulary")
    chosen = parser.parse_args(arguments)
    once = 1 if chosen.say and chosen.once is None else chosen.once
    if once is not None and once < 1:
        parser.error("--once 至少为 1 / --once wants at least 1")
    started_s = float(os.environ.get(STARTED) or time.time())
    with Screen() as screen:
        try:
            demo = Demo(screen, once=once, say=chosen.say, started_s=started_s)
            asyncio.run(demo.run())
        except (UnknownWords, ControllerEnded, PbxError, DebsError) as trouble:
            sys.stderr.write(f"{trouble}\n")
            return 1
        except KeyboardInterrupt:
            return 0
    if demo.ledger is not None:
        show_ledger(demo.ledger)
    return 0
