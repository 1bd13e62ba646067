"""`hotline demo`: a real PBX, real phones, simulated agents and citizens; watch calls move and drafts being born.

The controller runs as it does in production, a process of its own; this program only talks to its API and to phones.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from city.load import load_city
from hotline.cli_ledger import show as show_ledger
from hotline.demo_acts import Acts
from hotline.demo_cast import CROWD, Appeal, Cast, Post, dialogues_for, prepare_appeal
from hotline.demo_end import show_replay
from hotline.demo_keys import KEYS, Cue, NotAScript, keyboard, play, read_script
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a person wants to see."""

    once: int | None = None  # end after so many drafts
    say: str | None = None
    script: tuple[Cue, ...] = ()
    state_dir: Path = STATE_DIR
    started_s: float

    @property
    def has_keys(self) -> bool:
        """Who waits for so many drafts watches, and presses nothing."""
        return self.once is None


class Demo:
    """One performance, into `screen`; it ends after so many drafts, or when the person ends it."""

    def __init__(self, screen: Screen, wishes: Wishes) -> None:
        self._screen, self._wishes = screen, wishes
        self._once, self._started_s = wishes.once, wishes.started_s
        self._dialogues = itertools.cycle(dialogues_for(wishes.say))
        self._appeals: dict[str, Appeal] = {}  # by masked number
        self._drafts = 0
        self._enough = asyncio.Event()
        self._pressed: asyncio.Queue[str] = asyncio.Queue()
        self.ledger: dict[str, Any] | None = None  # when it is over: what became of every call

    async def run(self) -> None:
        """From an empty state folder to the last draft."""
        state_dir = self._wishes.state_dir
        shutil.rmtree(state_dir, ignore_errors=True)
        state_dir.mkdir(parents=True, mode=0o700)
        city = load_city(ROOT / "cities" / "sample", also_spoken=SPOKEN)
        numbers = _numbers()
        await asyncio.to_thread(find_baresip, self._screen.say)
        opening = await self._prepare(next(numbers), FIRST_LINES, 0)  # an unknown word is told before anything starts
        async with (
            premises(state_dir, city, say=self._screen.say) as place,
            supervised_controller(place, log=state_dir / "controller.log"),
            Api.of(state_dir) as api,
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
            async with cast.on_duty(posts), AsyncExitStack() as crowds:
                acts = Acts(place, api, cast, self._screen, crowds)
                async with background(self._act(acts), self._follow_script(cast)):
                    with self._keyboard():
                        await self._enough.wait()
        await self._settle(api)

    @contextmanager
    def _keyboard(self) -> Iterator[None]:
        """Keys, and Ctrl-C as a way to end in order; the second one is as sudden as ever."""
        if not self._wishes.has_keys:
            yield
            return
        loop = asyncio.get_running_loop()

        def interrupt() -> None:
            loop.remove_signal_handler(signal.SIGINT)
            self._enough.set()

        loop.add_signal_handler(signal.SIGINT, interrupt)
        try:
            with keyboard(self._press):
                yield
        finally:
            loop.remove_signal_handler(signal.SIGINT)

    def _press(self, key: str) -> None:
        if key == "q":
            self._enough.set()
        else:
            self._pressed.put_nowait(key)

    async def _follow_script(self, cast: Cast) -> None:
        await cast.everybody.wait()
        await play(self._wishes.script, self._press)

    async def _act(self, acts: Acts) -> None:
        """What was pressed, one after the other."""
        while True:
            await acts.act(await self._pressed.get())

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
            if self._wishes.has_keys:
                self._screen.queues((await api.get("/api/queues"))["queues"])
            await asyncio.sleep(AGENTS_EVERY_S)

    async def _note_draft(self, api: Api, born: dict[str, Any]) -> None:
        draft = await api.get(f"/api/drafts/{born['draft']}")
        if (draft["ticket"]["caller"] or "").startswith(CROWD):
            return  # the citizens of a surge say nothing
        self._drafts += 1
        first_s = time.time() - self._started_s
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


def read_wishes(arguments: Sequence[str]) -> Wishes:
    """What was typed; typed wrongly, it ends the program with 2."""
    parser = argparse.ArgumentParser(prog="hotline demo", description=__doc__)
    parser.add_argument("--once", type=int, metavar="N", help="得 N 张草稿后结束 / end after N drafts")
    parser.add_argument("--say", metavar="话", help="市民要说的话 / what the citizen says, in the model's vocabulary")
    parser.add_argument(
        "--press", metavar="s,+@12,k", help="代按的键与秒数,免终端 / keys and seconds, pressed without a terminal"
    )
    parser.add_argument("--state", type=Path, metavar="DIR", help="状态目录,空的 / an empty folder")
    chosen = parser.parse_args(arguments)
    once = 1 if chosen.say and chosen.once is None and not chosen.press else chosen.once
    if chosen.once is not None and chosen.press:
        parser.error("--once 与 --press 只取其一:末尾用 q 结束 / either --once or --press, which may end with q")
    if once is not None and once < 1:
        parser.error("--once 至少为 1 / --once wants at least 1")
    try:
        script = read_script(chosen.press) if chosen.press else ()
    except NotAScript as error:
        parser.error(f"--press: {error}")
    if chosen.state and chosen.state.exists() and any(chosen.state.iterdir()):
        parser.error(f"--state 须为空目录 / --state wants an empty folder: {chosen.state}")
    started_s = float(os.environ.get(STARTED) or time.time())
    return Wishes(once=once, say=chosen.say, script=script, state_dir=chosen.state or STATE_DIR, started_s=started_s)


def main(arguments: Sequence[str]) -> int:
    """Entry of `hotline demo`. 0: the drafts wanted were born, or the person ended it."""
    wishes = read_wishes(arguments)
    with Screen(keys=KEYS if wishes.has_keys else None) as screen:
        try:
            demo = Demo(screen, wishes)
            asyncio.run(demo.run())
        except (UnknownWords, ControllerEnded, PbxError, DebsError) as trouble:
            sys.stderr.write(f"{trouble}\n")
            return 1
        except KeyboardInterrupt:
            return 0
    if demo.ledger is not None:
        show_ledger(demo.ledger)
        asyncio.run(show_replay(wishes.state_dir))
    return 0
