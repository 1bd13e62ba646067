"""The controller killed, and frozen, at each step of a call that a caller can be in, under its supervisor.

One real Asterisk, two agents with real phones, real citizens. Every citizen must be talking with one agent in the end,
and every talk must be a kept recording. Silence is measured in what the citizen's phone received from its answer to its
hang-up, sound that never arrived counting as silence; the agents of this bench never stop speaking.

Steps: the greeting, the menu, waiting, a phone ringing, talking. A restart is timed from the old process's death to
the new one's taking calls with its people on duty.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from enum import StrEnum
from pathlib import Path

from sqlalchemy import text

from bench.on_duty import LOOK_AGAIN_S, on_duty, until_on_duty
from city.load import load_city
from hotline.embedded import Premises, premises
from hotline.pulse import read_pid
from ivr.prompts import SPOKEN
from plumbing.database import connect
from sandbox.baresip import find_baresip
from sandbox.diary import Kind
from sandbox.ear import Ear
from sandbox.figures import report
from sandbox.lines import Line
from sandbox.phone_call import Call
from sandbox.phone_errors import PhoneError
from sandbox.phones import Manner, Phone
from sandbox.sound import tone

SAMPLE_CITY = Path(__file__).parents[1] / "cities/sample"
POSTS = (("101", "8001"), ("102", "8002"))
SPEECH = tone(1234, 60.0)
SERVED_S = 45.0
RINGS_S = 5.0


class Step(StrEnum):
    """Where the caller is when the controller dies."""

    GREETING = "greeting"
    MENU = "menu"
    WAITING = "waiting"
    RINGING = "ringing"
    TALKING = "talking"


class Death(StrEnum):
    """How it dies."""

    KILLED = "killed"
    FROZEN = "frozen"


SIGNALS = {Death.KILLED: signal.SIGKILL, Death.FROZEN: signal.SIGSTOP}


def hasty_city(folder: Path) -> Path:
    """The sample city with wrap-up of a second, so that the next scene need not wait."""
    shutil.copytree(SAMPLE_CITY, folder)
    queues = folder / "queues.toml"
    words = queues.read_text(encoding="utf-8").replace("wrap_up_s = 30", "wrap_up_s = 1")
    queues.write_text(words.replace("wrap_up_s = 45", "wrap_up_s = 1"), encoding="utf-8")
    return folder


class Bench:
    """One PBX, one supervised controller, two agents."""

    def __init__(self, on: Premises, agents: list[Phone]) -> None:
        self._on, self._agents = on, agents
        self._program = find_baresip()
        self.talks = 0
        self.lost = 0
        self.silences_s: list[float] = []
        self.restarts_s: list[float] = []

    async def speak(self, agent: Phone) -> None:
        """An agent picks up whatever comes and speaks until the citizen hangs up."""
        while True:
            call = await agent.incoming(deadline_s=3600)
            with suppress(PhoneError, TimeoutError):
                await call.established(60)
                await call.hearing()
                await agent.play(SPEECH)

    async def scene(self, step: Step, death: Death) -> None:
        """One citizen's call with one death in it."""
        await self._all_are_free()
        async with AsyncExitStack() as stack:
            if step is Step.WAITING:
                decoys = [await stack.enter_async_context(self._citizen(f"1390000000{n}")) for n in range(2)]
                for decoy in decoys:
                    await self._talks(await self._dial(decoy))
            for agent in self._agents:
                await agent.behave(Manner.ANSWER, RINGS_S if step is Step.RINGING else 0.3)
            citizen = await stack.enter_async_context(self._citizen("13800000001"))
            call = await self._dial(citizen, "12320" if step is Step.MENU else "12345")
            await self._reach(step, call)
            restart = await self._die(death)
            if step is Step.WAITING:
                await decoys[0].hang_up()
            await self._judge(step, death, call, restart)
            await citizen.hang_up()
            await call.closed()
            self.silences_s.append(call.longest_silence_s())
            sys.stderr.write(f"{step} {death}: silence {self.silences_s[-1]:.2f} s, restart {restart:.2f} s\n")

    async def _judge(self, step: Step, death: Death, call: Call, restart_s: float) -> None:
        self.restarts_s.append(restart_s)
        try:
            await self._talks(call)
        except (PhoneError, TimeoutError):
            self.lost += 1
            sys.stderr.write(f"{step} {death}: lost\n")

    async def _talks(self, call: Call) -> None:
        since = Ear(call).now
        await Ear(call).clip([SPEECH[:8000]], SERVED_S, since=since)

    @asynccontextmanager
    async def _citizen(self, number: str) -> AsyncIterator[Phone]:
        line = Line.citizen(self._on.pbx.config.sip_port, number)
        async with Phone.start(line, program=self._program) as phone:
            yield phone

    async def _dial(self, phone: Phone, hotline: str = "12345") -> Call:
        self.talks += 1
        call = await phone.dial(hotline)
        await call.established()
        return call

    async def _reach(self, step: Step, call: Call) -> None:
        """Wait until the caller is where the controller shall die."""
        match step:
            case Step.GREETING:
                await asyncio.sleep(1)
            case Step.MENU:
                await asyncio.sleep(6)  # within the menu, after the greeting
            case Step.WAITING:
                await self._pbx_shows("waiting-room")
            case Step.RINGING:
                await self._pbx_shows("Dial")
                await asyncio.sleep(1)
            case Step.TALKING:
                await self._talks(call)

    async def _pbx_shows(self, word: str) -> None:
        async with asyncio.timeout(20):
            while word not in await self._on.pbx.cli("core show channels concise"):  # noqa: ASYNC110 (it tells nobody)
                await asyncio.sleep(LOOK_AGAIN_S)

    async def _all_are_free(self) -> None:
        async with asyncio.timeout(30):
            while "0 active channels" not in await self._on.pbx.cli("core show channels count"):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_AGAIN_S)
        await asyncio.sleep(10)  # wrap-up is over, and the supervisor has a spare

    async def _die(self, death: Death) -> float:
        """Seconds from the controller's end to the next one's taking calls with its people."""
        pid = read_pid(self._on.state_dir)
        assert pid is not None
        os.kill(pid, SIGNALS[death])
        while _is_there(pid):  # noqa: ASYNC110 (the kernel tells nobody)
            await asyncio.sleep(LOOK_AGAIN_S)
        ended = time.monotonic()
        await until_on_duty(self._on.state_dir, other_than=pid)
        return time.monotonic() - ended

    async def kept(self) -> int:
        """How many recordings of talks were taken in, waiting for the last of them."""
        database = connect(f"sqlite+aiosqlite:///{self._on.state_dir / 'hotline.db'}")
        query = text("select count(*) from recordings where state = 'kept'")
        try:
            for _ in range(100):
                async with database.connect() as connection:
                    found = int((await connection.execute(query)).scalar_one())
                if found >= self.talks:
                    break
                await asyncio.sleep(0.2)
        finally:
            await database.dispose()
        return found

    @property
    def doubled(self) -> int:
        """Conversations more than citizens who wanted one."""
        answered = [call for agent in self._agents for call in agent.calls if _was_answered(call)]
        return max(0, len(answered) - self.talks)


def _is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _was_answered(call: Call) -> bool:
    return any(event.kind is Kind.ESTABLISHED for event in call.events)


async def measure(folder: Path) -> bool:
    """Print the figures; True when they are as promised."""
    city = load_city(hasty_city(folder / "city"), also_spoken=SPOKEN)
    posts = [f"{agent}@{seat}" for agent, seat in POSTS]
    async with (
        premises(folder / "state", city) as place,
        on_duty(place.environment, place.state_dir, *posts, supervised=True),
        AsyncExitStack() as stack,
        asyncio.TaskGroup() as group,
    ):
        agents = []
        for _, seat in POSTS:
            line = Line.seat(place.pbx.config.sip_port, seat, place.phone_password(seat))
            agents.append(await stack.enter_async_context(Phone.start(line, manner=Manner.ANSWER)))
        bench = Bench(place, agents)
        speaking = [group.create_task(bench.speak(agent)) for agent in agents]
        for step in Step:
            for death in Death:
                await bench.scene(step, death)
        unrecorded = bench.talks - await bench.kept()
        for task in speaking:
            task.cancel()
    lost = bench.lost + max(0, unrecorded)
    silence_s, restart_s = max(bench.silences_s), max(bench.restarts_s)
    report("failover.lost", lost, "calls")
    report("failover.silence_s", round(silence_s, 2), "s")
    report("failover.doubled", bench.doubled, "calls")
    report("failover.restart_s", round(restart_s, 2), "s")
    return lost == 0 and bench.doubled == 0 and silence_s <= 3 and restart_s <= 3


def main() -> int:
    """Entry of `./dev bench failover`."""
    with tempfile.TemporaryDirectory(prefix="lx-failover-") as folder:
        return 0 if asyncio.run(measure(Path(folder))) else 1


if __name__ == "__main__":
    sys.exit(main())
