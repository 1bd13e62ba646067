"""Record what the shipped AMI account really gets: `python -m bench.record_ami` writes `streams/ami-calls.txt.gz`.

Twelve citizens dial a real Asterisk with the shipped dialplan and rights and meet every outcome: answered, busy,
refused, not answered, gone while waiting, gone while ringing, number hidden, a Chinese display name. The stream is what
came after FullyBooted, byte for byte, but for the citizens' numbers, which are masked.
"""

from __future__ import annotations

import asyncio
import gzip
import re
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from pydantic import SecretStr

from sandbox.instance import Setup
from sandbox.lines import Line
from sandbox.pbx import Pbx
from sandbox.phones import Manner, Phone
from telephony.agi import serve
from telephony.ami import Ami, AmiAccount
from telephony.asterisk.render import PbxConfig, Seat
from telephony.line import AgiLine
from telephony.message import AmiEvent
from telephony.translate import WANTED

STREAM = Path(__file__).parent / "streams" / "ami-calls.txt.gz"
PASSWORD = "a-phone-of-the-bench"  # noqa: S105
TALK_S = 0.4
_BOOTED = b"Event: FullyBooted\r\n"
_NUMBER = re.compile(rb"\b(1\d{2})\d{4}(\d{4})\b")


class Tape:
    """A second AMI connection that only keeps what it reads."""

    def __init__(self) -> None:
        self.recorded = b""

    async def run(self, config: PbxConfig) -> None:
        """Log in and read until cancelled."""
        reader, writer = await asyncio.open_connection(config.ami_address, config.ami_port)
        try:
            login = f"Action: Login\r\nUsername: {config.ami_user}\r\nSecret: {config.ami_secret}\r\n\r\n"
            writer.write(login.encode())
            while chunk := await reader.read(65536):
                self.recorded += chunk
        finally:
            writer.close()

    def masked(self) -> bytes:
        """Whole messages from after FullyBooted, numbers masked."""
        _, _, after = self.recorded.partition(_BOOTED)
        stream = after.partition(b"\r\n\r\n")[2]
        whole = stream[: stream.rindex(b"\r\n\r\n") + 4]
        return _NUMBER.sub(rb"\1****\2", whole)


class Floor:
    """What the controller would do, in its simplest form, and what has been heard."""

    def __init__(self) -> None:
        self.events: list[AmiEvent] = []
        self.arrived = asyncio.Event()

    def hear(self, event: AmiEvent) -> None:
        """Keep it."""
        self.events.append(event)
        self.arrived.set()

    async def heard(self, claim: Callable[[AmiEvent], bool], since: int) -> AmiEvent:
        """The first such event from number `since` on."""
        async with asyncio.timeout(20):
            while not (found := [event for event in self.events[since:] if claim(event)]):
                self.arrived.clear()
                await self.arrived.wait()
        return found[0]

    async def user_event(self, name: str, since: int) -> AmiEvent:
        """The dialplan says so."""
        return await self.heard(lambda event: event.get("UserEvent") == name, since)


async def walk(line: AgiLine) -> None:
    """A menu of none: straight to the queue."""
    variables = {"HOTLINE": line.arguments[0], "QUEUE": "general", "SKILLS": "", "PRIORITY": "0", "WALKED": "yes"}
    for name, value in variables.items():
        await line.set_variable(name, value)


class Scenes:
    """The citizens' stories, one after the other."""

    def __init__(self, ami: Ami, floor: Floor, agent: Phone) -> None:
        self._ami, self._floor, self._agent = ami, floor, agent

    async def offer(self, since: int, seat: str = "8001", ring_s: int = 5) -> None:
        """Ring a seat for the caller who waits."""
        waiting = await self._floor.user_event("CallWaiting", since)
        for name, value in (("LX_A", "1"), ("LX_B", "2")):
            await self._ami.action("Setvar", Channel=waiting["Uniqueid"], Variable=name, Value=value)
        await self._ami.action(
            "Redirect", Channel=waiting["Uniqueid"], Context="connect", Exten=f"{seat}*1*{ring_s}", Priority=1
        )

    async def answered(self, citizen: Phone, number: str) -> None:
        """Rung, answered, talked, hung up."""
        since = len(self._floor.events)
        await self._agent.behave(Manner.ANSWER)
        await citizen.dial(number)
        await self.offer(since)
        await self._floor.heard(lambda event: event.get("DialStatus") == "ANSWER", since)
        await asyncio.sleep(TALK_S)
        await self.gone(citizen, since)

    async def not_answered(self, citizen: Phone, manner: Manner, seat: str = "8001") -> None:
        """Busy, refused, unreachable or not picked up; the caller waits on, then goes."""
        since = len(self._floor.events)
        await self._agent.behave(manner)
        await citizen.dial("12345")
        await self.offer(since, seat, ring_s=1)
        await self._floor.user_event("DialOver", since)
        await self.gone(citizen, since)

    async def gone_while_ringing(self, citizen: Phone) -> None:
        """The citizen gives up while the seat rings."""
        since = len(self._floor.events)
        await self._agent.behave(Manner.RING)
        await citizen.dial("12345")
        await self.offer(since, ring_s=20)
        await self._floor.heard(lambda event: event.get("DialStatus") == "RINGING", since)
        await self.gone(citizen, since)

    async def gone_while_waiting(self, citizen: Phone) -> None:
        """The citizen gives up in the waiting room."""
        since = len(self._floor.events)
        await citizen.dial("12320")
        await self._floor.user_event("CallWaiting", since)
        await self.gone(citizen, since)

    async def with_a_chinese_name(self) -> None:
        """A display name in UTF-8, on both legs of a call that we begin."""
        since = len(self._floor.events)
        name = '"测试市民·海州区幸福路" <13800000012>'
        target = {"Context": "waiting-room", "Exten": "s", "Priority": "1"}
        await self._ami.action("Originate", Channel="Local/12345@citizens/n", CallerID=name, **target)
        waiting = await self._floor.user_event("CallWaiting", since)
        await self._ami.action("Hangup", Channel=waiting["Channel"])
        await self._floor.heard(lambda event: event.name == "Hangup", since)

    async def gone(self, citizen: Phone, since: int) -> None:
        """The citizen hangs up, and Asterisk says so."""
        await citizen.hang_up()
        await self._floor.heard(
            lambda event: event.name == "Hangup" and event.get("Uniqueid") == event.get("Linkedid"), since
        )


async def record() -> bytes:
    """The whole evening."""
    floor, tape = Floor(), Tape()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lx-bench-")))
        port = await stack.enter_async_context(serve("127.0.0.1", 0, {"call": walk}))
        seats = tuple(Seat(extension=extension, password=PASSWORD) for extension in ("8001", "8002"))
        pbx = await stack.enter_async_context(Pbx.start(folder, Setup(agi_port=port, seats=seats)))
        config = pbx.config
        account = AmiAccount(
            host=config.ami_address, port=config.ami_port, username=config.ami_user, secret=SecretStr(config.ami_secret)
        )
        ami = Ami(account, wanted=WANTED, on_event=floor.hear)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        running = [group.create_task(tape.run(config)), group.create_task(ami.run())]
        await ami.ready()
        await play(config, ami, floor)
        for task in running:
            task.cancel()
    return tape.masked()


async def play(config: PbxConfig, ami: Ami, floor: Floor) -> None:
    """Switch on the phones and let the stories happen."""
    async with AsyncExitStack() as stack:
        agent = await stack.enter_async_context(Phone.start(Line.seat(config.sip_port, "8001", PASSWORD)))
        citizen = await stack.enter_async_context(Phone.start(Line.citizen(config.sip_port, "13800000001")))
        shy = await stack.enter_async_context(Phone.start(Line.hidden(config.sip_port)))
        scenes = Scenes(ami, floor, agent)
        for number in ("12345", "12320", "12345"):
            await scenes.answered(citizen, number)
        await scenes.answered(shy, "12345")
        for manner in (Manner.BUSY, Manner.REFUSE, Manner.RING):
            await scenes.not_answered(citizen, manner)
        await scenes.not_answered(citizen, Manner.RING, seat="8002")  # no phone is registered there
        await scenes.gone_while_ringing(citizen)
        await scenes.gone_while_waiting(shy)
        await scenes.with_a_chinese_name()
        await scenes.answered(citizen, "12345")


def main() -> None:
    """Record and write."""
    stream = asyncio.run(record())
    STREAM.parent.mkdir(exist_ok=True)
    STREAM.write_bytes(gzip.compress(stream, mtime=0))
    print(f"{STREAM.name}: {stream.count(b'Event: ')} events, {len(stream)} bytes, {STREAM.stat().st_size} compressed")


if __name__ == "__main__":
    main()
