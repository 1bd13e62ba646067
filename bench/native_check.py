"""A real `Queue()` on a real Asterisk for a minute and a half, beside bench/native_queue.py with the same callers.

Four phones answer at once, the fifth never does; wrap-up 3 s. First callers come faster than they can be served, then,
when all are gone, a few more slowly, so that several members are free. What Asterisk says of it (AMI, its own time
stamps) is held against the emulation, which is told when each caller joined, how long each talk lasted, how long a
phone took to answer, and in which order Asterisk goes through members who have had no call yet (its hash of their
names); all else it has to know.
"""

from __future__ import annotations

import asyncio
import statistics
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil, floor, inf
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from acd.model import AgentId, QueueName, SeatId
from bench.load_house import House
from bench.load_run import empty, phones, sink
from bench.load_scripts import answers, calls
from bench.native_queue import NativeQueue, Served, Settings
from hotline.embedded import Premises
from sandbox.debs import Rootfs
from sandbox.lines import Line
from sandbox.phones import Phone
from sandbox.ports import LOOPBACK
from sandbox.sipp import sipp
from simulation.agenda import Agenda
from simulation.draw import NEVER, Exactly
from simulation.people import Citizen, Habits, Kind, Try, Worker
from telephony.ami import Ami, AmiAccount
from telephony.message import AmiEvent

NUMBER: Final = "96999"
ANSWERING, MISSING = tuple(str(8001 + number) for number in range(4)), "8005"
SETTINGS: Final = Settings(wrapuptime_s=3, timeout_s=5.0, greeting_s=0.0, phone_s=0.0)
TALK_S: Final = 4.0
CROWD, FEW = (30, "107"), (8, "37")
"""How many callers, and how many come in 100 s: at no whole seconds, so that they look at all moments of one."""
WANTED: Final = frozenset(
    {"QueueCallerJoin", "AgentCalled", "AgentConnect", "AgentComplete", "AgentRingNoAnswer", "QueueMemberPause"}
)
DIALPLAN: Final = f"""
[citizens](+)
exten => {NUMBER},1,Answer()
 same => n,Queue(native)
"""
QUEUE: Final = f"""
[native]
strategy = leastrecent
autofill = yes
autopause = yes
ringinuse = no
retry = {SETTINGS.retry_s:.0f}
timeout = {SETTINGS.timeout_s:.0f}
wrapuptime = {SETTINGS.wrapuptime_s}
""" + "".join(f"member => PJSIP/{seat}\n" for seat in (*ANSWERING, MISSING))


@dataclass
class Log:
    """What a native queue did, real or not."""

    calls: list[Served] = field(default_factory=list)
    rings: dict[AgentId, list[datetime]] = field(default_factory=dict)

    @property
    def waits_s(self) -> list[float]:
        """Sorted."""
        return sorted((call.answered - call.joined).total_seconds() for call in self.calls if call.answered)

    @property
    def in_order(self) -> float:
        """Share of callers who were answered after everybody who joined before them."""
        served = [call.joined for call in sorted(self.calls, key=lambda call: call.answered or call.ended)]
        return sum(joined >= max(served[: at + 1]) for at, joined in enumerate(served)) / len(served)

    @property
    def poll_s(self) -> float:
        """With callers waiting: from the whole second at which a member's wrap-up is over until the phone rings."""
        gaps: list[float] = []
        for call in self.calls:
            after = self.rings.get(call.agent or AgentId(""), [])
            place = bisect_left(after, call.ended)
            over = floor(call.ended.timestamp()) + SETTINGS.wrapuptime_s
            if place < len(after) and self._somebody_waits(datetime.fromtimestamp(over, UTC)):
                gaps.append(after[place].timestamp() - over)
        return statistics.mean(gaps)

    @property
    def least_recent(self) -> float:
        """Share of rings at the member whose last call ended longest ago, of those whose wrap-up was over."""
        ends: dict[AgentId, list[float]] = {agent: [] for agent in self.rings if agent != MISSING}
        for call in self.calls:
            if call.agent in ends:
                ends[call.agent].append(call.ended.timestamp())
        right = rung = 0
        for call in self.calls:
            at = call.answered.timestamp() if call.answered else inf
            last = {agent: max((end for end in theirs if end < at), default=0.0) for agent, theirs in ends.items()}
            if call.agent is None or 0.0 in last.values():
                continue
            busy = {
                other.agent
                for other in self.calls
                if other.answered and other.answered.timestamp() < at < other.ended.timestamp()
            }
            free = [
                agent for agent in last if agent not in busy and floor(at) - floor(last[agent]) >= SETTINGS.wrapuptime_s
            ]
            rung += 1
            right += floor(last[call.agent]) == min(
                (floor(last[agent]) for agent in free), default=floor(last[call.agent])
            )
        return right / rung

    def _somebody_waits(self, moment: datetime) -> bool:
        return any(
            call.joined < moment - timedelta(seconds=1) and (call.answered or call.ended) > moment
            for call in self.calls
        )


class Watch:
    """Takes Asterisk's events."""

    def __init__(self) -> None:
        self.log = Log()
        self.joined: dict[str, datetime] = {}
        self.called: dict[tuple[str, str], datetime] = {}
        self.connected: dict[str, tuple[datetime, AgentId]] = {}
        self.picked_up_s: list[float] = []
        self.missed_s: list[float] = []
        self.paused: list[str] = []

    def hear(self, event: AmiEvent) -> None:
        """One event."""
        at = datetime.fromtimestamp(float(event["Timestamp"]), UTC)
        caller, seat = event.get("Uniqueid", ""), event.get("Interface", "").removeprefix("PJSIP/")
        match event.name:
            case "QueueCallerJoin":
                self.joined[caller] = at
            case "AgentCalled":
                self.called[caller, seat] = at
                self.log.rings.setdefault(AgentId(seat), []).append(at)
            case "AgentConnect":
                self.connected[caller] = at, AgentId(seat)
                self.picked_up_s.append((at - self.called[caller, seat]).total_seconds())
            case "AgentRingNoAnswer":
                self.missed_s.append((at - self.called[caller, seat]).total_seconds())
            case "QueueMemberPause":
                self.paused.append(seat)
            case "AgentComplete":
                answered, agent = self.connected[caller]
                self.log.calls.append(
                    Served(caller, self.joined[caller], self.joined[caller], answered, at, agent, 0.0)
                )


async def watched(place: Premises, program: Rootfs, folder: Path) -> Watch:
    """The real one."""
    config, watch = place.pbx.config, Watch()
    for name, text, reload in (
        ("extensions.conf", DIALPLAN, "dialplan reload"),
        ("queues.conf", QUEUE, "queue reload all"),
    ):
        with (config.etc / name).open("a", encoding="utf-8") as file:
            file.write(text)
        await place.pbx.cli(reload)
    account = AmiAccount(
        host=LOOPBACK, port=config.ami_port, username=config.ami_user, secret=SecretStr(config.ami_secret)
    )
    ami = Ami(account, wanted=WANTED, on_event=watch.hear)
    house, where = House(name="native", place=place, number=NUMBER), f"{LOOPBACK}:{config.sip_port}"
    idle = Line.seat(config.sip_port, MISSING, place.phone_password(MISSING))
    with sink() as unheard:
        media = ("-mi", LOOPBACK, "-mp", str(unheard))
        async with (
            asyncio.TaskGroup() as group,
            Phone.start(idle),
            phones(house, program, folder / "phones", answers(TALK_S), media, ANSWERING),
        ):
            running = group.create_task(ami.run())
            await ami.ready()
            for name, (many, rate) in (("crowd", CROWD), ("few", FEW)):
                once = (*media, "-s", NUMBER, "-m", str(many), "-l", str(many), "-r", rate, "-rp", "100000", where)
                async with sipp(program, folder / name, calls(180_000), once) as calling:
                    await calling.wait()
                await empty(house)
                await asyncio.sleep(SETTINGS.wrapuptime_s + 1)
            running.cancel()
    return watch


def emulated(watch: Watch) -> Log:
    """The other one, with the same callers."""
    kind, picks_up = Kind(QueueName("native")), Exactly(statistics.median(watch.picked_up_s))
    citizens = [
        Citizen(
            call.citizen,
            call.joined,
            kind,
            (Try(inf, (call.ended - (call.answered or call.ended)).total_seconds(), 0.0),),
        )
        for call in sorted(watch.log.calls, key=lambda call: call.joined)
    ]
    begins = citizens[0].comes - timedelta(seconds=1)
    workers = [
        Worker(
            agent=AgentId(seat),
            seat=SeatId(seat),
            queues=frozenset({kind.queue}),
            comes=begins,
            habits=Habits(picks_up=picks_up, misses=float(seat == MISSING), comes_back=NEVER),
        )
        for seat in sorted(watch.log.rings, key=lambda seat: watch.log.rings[seat][0])
    ]
    queue = NativeQueue(SETTINGS, Agenda(begins))
    queue.run(workers, citizens, seed=1)
    return Log(queue.calls, queue.rings)


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of both, and how far apart they may be."""

    name: str
    real: float
    emulated: float
    tolerance: float
    unit: str

    @property
    def agrees(self) -> bool:
        """Whether the emulation says the same."""
        return abs(self.real - self.emulated) <= self.tolerance


def compare(watch: Watch, other: Log) -> Sequence[Compared]:
    """Every figure on which the emulation stands."""
    real = watch.log
    mean = statistics.mean(real.waits_s)
    return (
        Compared("wait_mean_s", mean, statistics.mean(other.waits_s), 0.05 * mean, "s"),
        Compared("wait_p95_s", _p95(real), _p95(other), 0.05 * _p95(real), "s"),
        Compared("poll_s", real.poll_s, other.poll_s, 0.15, "s"),
        Compared("same_member", 1.0, _same_member(real, other), 0.1, "1"),
        Compared("in_order", real.in_order, other.in_order, 0.05, "1"),
        Compared("least_recent", real.least_recent, other.least_recent, 0.05, "1"),
        Compared("missed", float(len(watch.missed_s)), float(len(other.rings[AgentId(MISSING)])), 0.0, "1"),
        Compared("missed_ring_s", statistics.mean(watch.missed_s or [0.0]), SETTINGS.timeout_s, 0.5, "s"),
    )


def _same_member(real: Log, other: Log) -> float:
    """Share of callers whom the very same member served."""
    served = {call.citizen: call.agent for call in other.calls}
    return sum(served[call.citizen] == call.agent for call in real.calls) / len(real.calls)


def _p95(log: Log) -> float:
    return log.waits_s[ceil(0.95 * len(log.waits_s)) - 1]
