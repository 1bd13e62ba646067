"""An AMI server on a socket that can be told to have bad manners, and the two clients that have to live with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from panoramisk import Manager
from pydantic import SecretStr

from telephony.ami import Ami, AmiAccount, Patience
from telephony.message import AmiEvent

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
BOOTED = b"Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n"
USER, SECRET = "lianxin", "right"
SOON_S = 5.0

HURRIED = Patience(first_pause_s=0.01, longest_pause_s=0.02)


async def until(claim: Callable[[], object], within_s: float = SOON_S) -> None:
    """Wait until the claim is true."""
    async with asyncio.timeout(within_s):
        while not claim():  # noqa: ASYNC110  # any claim about the world, not only what can set an event
            await asyncio.sleep(0.002)


class Peer:
    """What the peer was told (`heard`: one dict an action, `raw`: every byte) and whom it talks to."""

    def __init__(self) -> None:
        self.banner, self.booted = BANNER, BOOTED
        self.raw = b""
        self.heard: list[dict[str, str]] = []
        self.writers: list[asyncio.StreamWriter] = []
        self.answers: dict[str, Callable[[dict[str, str]], bytes | None]] = {}
        self.is_silent = False
        self.port = 0

    @property
    def logins(self) -> int:
        """How often somebody tried to log in."""
        return self.times("Login")

    def last(self, action: str) -> dict[str, str]:
        """The fields of the last action of this name."""
        return [one for one in self.heard if one.get("Action") == action][-1]

    def times(self, action: str) -> int:
        """How often an action arrived."""
        return sum(one.get("Action") == action for one in self.heard)

    async def say(self, *chunks: bytes) -> None:
        """Send to the latest connection; each chunk arrives as a read of its own."""
        for chunk in chunks:
            self.writers[-1].write(chunk)
            await self.writers[-1].drain()
            await asyncio.sleep(0.005)

    async def hang_up(self) -> None:
        """End the latest connection."""
        self.writers[-1].close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.writers.append(writer)
        writer.write(self.banner)
        try:
            while block := await reader.readuntil(b"\r\n\r\n"):
                self.raw += block
                said = dict(line.split(": ", 1) for line in block.decode().splitlines() if ": " in line)
                self.heard.append(said)
                if not self.is_silent and (answer := self.answer(said)) is not None:
                    writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def answer(self, said: dict[str, str]) -> bytes | None:
        """What a well-behaved Asterisk says."""
        if said["Action"] in self.answers:
            return self.answers[said["Action"]](said)
        if said["Action"] == "Login":
            welcome = said.get("Secret") == SECRET
            return yes(said, "Authentication accepted") + self.booted if welcome else no(said, "Authentication failed")
        return yes(said)


def yes(said: dict[str, str], message: str = "ok", **more: str) -> bytes:
    """A success."""
    rest = "".join(f"{key}: {value}\r\n" for key, value in more.items())
    return f"Response: Success\r\nActionID: {said.get('ActionID', '')}\r\nMessage: {message}\r\n{rest}\r\n".encode()


def no(said: dict[str, str], message: str) -> bytes:
    """A refusal."""
    return f"Response: Error\r\nActionID: {said['ActionID']}\r\nMessage: {message}\r\n\r\n".encode()


def hung_up(_: dict[str, str]) -> None:
    """No answer at all."""


@asynccontextmanager
async def listening() -> AsyncIterator[Peer]:
    """A peer on an ephemeral port."""
    peer = Peer()
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
        for writer in peer.writers:
            writer.transport.abort()
        await asyncio.sleep(0)


class Heard:
    """What the callbacks of an `Ami` were told, in order."""

    def __init__(self) -> None:
        self.story: list[str] = []
        self.events: list[dict[str, str]] = []

    def event(self, event: AmiEvent) -> None:
        """One event."""
        self.story.append(event.get("N", event.name))
        self.events.append(dict(event))

    def login(self) -> None:
        """Logged in."""
        self.story.append("login")

    def lost(self) -> None:
        """Lost."""
        self.story.append("lost")


@asynccontextmanager
async def our_client(
    peer: Peer, heard: Heard, *, secret: str = SECRET, patience: Patience = HURRIED, wanted: tuple[str, ...] = ("Test",)
) -> AsyncIterator[Ami]:
    """Our connection to the peer, logged in."""
    ami = Ami(
        AmiAccount(host="127.0.0.1", port=peer.port, username=USER, secret=SecretStr(secret)),
        wanted=frozenset(wanted),
        on_event=heard.event,
        on_login=heard.login,
        on_lost=heard.lost,
        patience=patience,
    )
    async with asyncio.TaskGroup() as group:
        running = group.create_task(ami.run())
        try:
            async with asyncio.timeout(SOON_S):
                await ami.ready()
            yield ami
        finally:
            running.cancel()


@asynccontextmanager
async def plain_client(peer: Peer, **more: object) -> AsyncIterator[Manager]:
    """panoramisk as it comes, logged in."""
    arrived = asyncio.Event()
    client = Manager(
        loop=asyncio.get_running_loop(),
        host="127.0.0.1",
        port=peer.port,
        username=USER,
        secret=SECRET,
        on_login=lambda _: arrived.set(),
        reconnect_timeout=0,
        **more,
    )
    client.log.disabled = True
    await client.connect()
    async with asyncio.timeout(SOON_S):
        await arrived.wait()
    try:
        yield client
    finally:
        client.connection_lost = lambda _: None  # else it would connect again after `close`
        client.close()
