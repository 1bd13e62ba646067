"""A storm of events: 20,000 wanted events a second for 30 s, from a scripted peer that says what Asterisk says.

Whole calls, one after the other. `python -m bench.storm 100000` blows harder, so that facts must be dropped.
`storm.unnoticed`: facts that were dropped and after which no resync came (baseline: facts dropped at all), and what is
then different between the peer's truth and the ACD's belief.
`storm.rss_mb`: the most memory the process ever had. `storm.rate`: events a second that the peer got rid of.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from acd.commands import RingAgent
from acd.distributor import Distributor
from acd.engine import Engine
from acd.events import Event, GapMarked
from acd.journal import Journal
from plumbing.database import connect, prepare
from plumbing.lifecycle import background
from sandbox.figures import report
from sandbox.ports import LOOPBACK
from telephony.ami import Ami, AmiAccount
from telephony.listener import Listener
from telephony.lookout import Lookout
from telephony.resync import difference
from telephony.snapshot import take_snapshot
from telephony.switchboard import Switchboard
from telephony.translate import WANTED

RATE = 20_000
SECONDS = 30.0
AT_ONCE = 200  # events a write
ALIVE = 50  # calls that wait at any moment
CALM_S = 60.0

HEAD = "Privilege: user,all\r\nChannelStateDesc: Up\r\nLanguage: zh\r\nContext: waiting-room\r\n"


def user_event(name: str, call: str, rest: str) -> str:
    """As the dialplan says it."""
    ids = f"Uniqueid: {call}\r\nLinkedid: {call}\r\n"
    return f"Event: UserEvent\r\n{HEAD}{ids}UserEvent: {name}\r\nCallId: {call}\r\n{rest}\r\n"


class Peer:
    """A PBX on which callers come, wait and go, and nobody serves them."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self.sent = 0
        self._alive: list[str] = []
        self._writer: asyncio.StreamWriter | None = None
        self._script = self._events()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: answers every action."""
        self._writer = writer
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        try:
            while block := await reader.readuntil(b"\r\n\r\n"):
                self._answer(dict(line.split(": ", 1) for line in block.decode().splitlines() if ": " in line), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            self._writer = None

    def _answer(self, said: dict[str, str], writer: asyncio.StreamWriter) -> None:
        head = f"Response: Success\r\nActionID: {said['ActionID']}\r\n"
        match said["Action"]:
            case "Login":
                writer.write(f"{head}\r\nEvent: FullyBooted\r\n\r\n".encode())
            case "Status" | "DeviceStateList":
                items = [self._channel(call) for call in self._alive] if said["Action"] == "Status" else []
                listed = "".join(f"{item}ActionID: {said['ActionID']}\r\n\r\n" for item in items)
                end = f"Event: Complete\r\nEventList: Complete\r\nActionID: {said['ActionID']}\r\n\r\n"
                writer.write(f"{head}EventList: start\r\n\r\n{listed}{end}".encode())
            case _:
                writer.write(f"{head}Timestamp: {time.time():.6f}\r\n\r\n".encode())

    @staticmethod
    def _channel(call: str) -> str:
        return (
            f"Event: Status\r\n{HEAD}Channel: PJSIP/citizens-{call[3:]}\r\nUniqueid: {call}\r\nApplication: Wait\r\n"
            f"Variable: CALL_ID={call}\r\nVariable: QUEUE=general\r\nVariable: ATTEMPT=0\r\n"
        )

    def _events(self) -> Iterator[str]:
        number = 0
        while True:
            number += 1
            call = f"lx-{number}.1"
            self._alive.append(call)  # before it is told: the storm may end with any event
            yield user_event("CallArrived", call, "Dnis: 12345\r\nAni: \r\n")
            yield user_event("CallWaiting", call, "Queue: general\r\nSkills: \r\nCallPriority: 0\r\nAttempt: 0\r\n")
            if len(self._alive) > ALIVE:
                gone = self._alive.pop(0)
                yield f"Event: Hangup\r\n{HEAD}Uniqueid: {gone}\r\nLinkedid: {gone}\r\nCause: 16\r\n\r\n"

    async def blow(self) -> float:
        """The storm; returns the events a second that it reached."""
        began = time.monotonic()
        while (past := time.monotonic() - began) < SECONDS:
            due = int(past * self._rate) - self.sent
            writer = self._writer
            if writer is None or due < AT_ONCE:
                await asyncio.sleep(AT_ONCE / self._rate)
                continue
            stamp = f"Timestamp: {time.time():.6f}\r\n"
            events = [next(self._script) for _ in range(AT_ONCE)]
            writer.write("".join(event[:-2] + stamp + "\r\n" for event in events).encode())
            self.sent += AT_ONCE
            await writer.drain()
        return self.sent / (time.monotonic() - began)


class Watch:
    """Counts what the engine was told to have lost."""

    def __init__(self) -> None:
        self.marked = 0

    def note(self, event: Event, _orders: object) -> None:
        """One fact."""
        if isinstance(event, GapMarked):
            self.marked += event.lost


async def _nobody(_: RingAgent) -> None:
    """In a storm no citizen is dialled."""


@asynccontextmanager
async def house(folder: Path, port: int) -> AsyncIterator[tuple[Ami, Engine, Lookout]]:
    """The ACD at the end of the line, with its journal, as the controller builds it."""
    database = connect(f"sqlite+aiosqlite:///{folder}/hotline.db")
    await prepare(database)
    distributor, journal = Distributor(), Journal(database)

    def now() -> datetime:
        return datetime.now(UTC)

    account = AmiAccount(host=LOOPBACK, port=port, username="hotline", secret=SecretStr("storm"))
    ami = Ami(
        account,
        wanted=WANTED,
        on_event=lambda message: listener.hear(message),  # noqa: PLW0108 - made below
        on_login=lambda: lookout.begin(),  # noqa: PLW0108
        on_lost=lambda: lookout.lose(),  # noqa: PLW0108
        on_ping=lambda *pong: listener.pong(*pong),  # noqa: PLW0108
    )
    switchboard = Switchboard(ami, lambda event: engine.tell(event), now, dial_out=_nobody)  # noqa: PLW0108
    engine = Engine(distributor, switchboard, journal, now)
    listener = Listener(
        engine.tell,
        lambda _: None,
        now,
        time.monotonic,
        on_caught_up=lambda: lookout.catch_up(),  # noqa: PLW0108
    )
    lookout = Lookout(engine, distributor, listener, lambda _: None, now)
    engine.subscribe(lookout.watch)
    await journal.open()
    async with background(journal.run(), engine.run(), ami.run(), lookout.run(ami)):
        await ami.ready()
        yield ami, engine, lookout
    await database.dispose()


async def measure(wanted: int) -> None:
    """Print every figure of this bench. The peer is a process of its own: its memory is not ours."""
    peer = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.storm", "peer", str(wanted)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    if peer.stdin is None or peer.stdout is None:
        raise RuntimeError("no pipe to the peer")
    port = int(await peer.stdout.readline())
    with tempfile.TemporaryDirectory(prefix="lx-") as folder:
        async with house(Path(folder), port) as (ami, engine, lookout):
            watch = Watch()
            engine.subscribe(watch.note)
            peer.stdin.write(b"blow\n")
            rate = float(await peer.stdout.readline())
            await _calm(lookout, engine)
            left = difference(await take_snapshot(ami), engine.distributor, engine.now())
            unnoticed = max(0, engine.facts_lost - watch.marked) + len(left)
            report("storm.rate", round(rate), "1/s", wanted)
            report("storm.unnoticed", unnoticed, "facts", engine.facts_lost)
            report("storm.resyncs", lookout.sightings.resyncs, "times")
            report("storm.rss_mb", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "MB")
    peer.stdin.close()
    await peer.wait()


async def _calm(lookout: Lookout, engine: Engine) -> None:
    """Until all that was told is decided and nothing more is missing."""
    async with asyncio.timeout(CALM_S):
        while lookout.sightings.blind or engine.backlog:  # noqa: ASYNC110 - the engine has no event for it
            await asyncio.sleep(0.1)


async def be_the_peer(rate: int) -> None:
    """Say the port, wait for the word, blow, say the rate, and answer until nobody listens any more."""
    peer = Peer(rate)
    server = await asyncio.start_server(peer.serve, LOOPBACK, 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    sys.stdout.write(f"{await peer.blow()}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    server.close()


if __name__ == "__main__":
    how, given = sys.argv[1:2], sys.argv[-1]
    wanted = int(given) if given.isdigit() else RATE
    sys.exit(asyncio.run(be_the_peer(wanted) if how == ["peer"] else measure(wanted)))
