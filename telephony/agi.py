"""FastAGI's acceptor: Asterisk connects once per call; the script the dialplan named gets that caller's line.

Whoever connects is a stranger until a whole header came in time: a probe that says nothing, or too much, costs one
connection of a bounded number and is logged at most in one static sentence. Headers are stored, never logged.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType

import structlog

from telephony.errors import CallerHungUp, PeerMisbehaved
from telephony.line import ANSWER_S, AgiLine

log = structlog.get_logger(__name__)

MAX_LINE_BYTES = 8192
MAX_HEADER_LINES = 100

Script = Callable[[AgiLine], Awaitable[None]]
"""What is done with a caller. It returns when the dialplan shall go on, and may simply let CallerHungUp pass."""

_HEADER = re.compile(r"(agi_[a-z0-9_]{1,32}): ?(.*)")
_CALL_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgiLimits:
    """What the acceptor puts up with. Times in seconds."""

    header_s: float = 5.0  # from connecting to the end of the header
    answer_s: float = ANSWER_S  # for a command that plays nothing
    close_s: float = 1.0  # for Asterisk to take our last words
    lines: int = 500  # callers at a time; the dialplan carries on alone with any more


@asynccontextmanager
async def serve(
    host: str, port: int, scripts: Mapping[str, Script], limits: AgiLimits | None = None
) -> AsyncIterator[int]:
    """Accept until the context ends; its value is the port (another than `port` if that is 0). Raises OSError if taken.

    A script is named by the path in `AGI(agi://host/name)`. At the end, scripts still running are cancelled and waited
    for. What a script raises is logged and ends that caller's connection only.
    """
    acceptor = _Acceptor(scripts, limits or AgiLimits())
    server = await asyncio.start_server(acceptor.accept, host, port, limit=MAX_LINE_BYTES)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await acceptor.end()


class _Acceptor:
    def __init__(self, scripts: Mapping[str, Script], limits: AgiLimits) -> None:
        self._scripts, self._limits = scripts, limits
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_ending = False

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, in the task asyncio made for it."""
        task = asyncio.current_task()
        if task is None or self._is_ending or len(self._tasks) >= self._limits.lines:
            log.warning("no FastAGI connection is free; the dialplan goes on alone")
            writer.transport.abort()
            return
        self._tasks.add(task)
        try:
            await self._converse(reader, writer)
        finally:
            self._tasks.discard(task)
            await self._close(writer)

    async def end(self) -> None:
        """Cancel what runs, and wait for it."""
        self._is_ending = True
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(self._limits.header_s):
                headers = await _read_headers(reader)
            script = self._script_for(headers)
        except (asyncio.IncompleteReadError, TimeoutError, ConnectionError):
            return  # a probe of the port, or Asterisk changed its mind
        except PeerMisbehaved as fault:
            log.warning("a FastAGI connection was refused", because=str(fault))
            return
        await self._run(script, AgiLine(headers, reader, writer, answer_s=self._limits.answer_s))

    def _script_for(self, headers: Mapping[str, str]) -> Script:
        name = headers.get("agi_network_script", "").partition("?")[0].strip("/")
        if name not in self._scripts:
            raise PeerMisbehaved("no such script")
        return self._scripts[name]

    async def _run(self, script: Script, line: AgiLine) -> None:
        try:
            await script(line)
        except CallerHungUp:
            log.debug("the caller hung up during a script", call=line.call_id)
        except Exception:
            log.exception("a FastAGI script failed", call=line.call_id)

    async def _close(self, writer: asyncio.StreamWriter) -> None:
        writer.close()
        try:
            async with asyncio.timeout(self._limits.close_s):
                await writer.wait_closed()
        except (OSError, TimeoutError):
            writer.transport.abort()


async def _read_headers(reader: asyncio.StreamReader) -> Mapping[str, str]:
    """`agi_…: value` lines up to the empty one. Raises PeerMisbehaved for what Asterisk never sends."""
    headers: dict[str, str] = {}
    for _ in range(MAX_HEADER_LINES):
        try:
            line = await reader.readuntil(b"\n")
        except asyncio.LimitOverrunError:
            raise PeerMisbehaved("a header line without end") from None
        if line == b"\n":
            return _checked(headers)
        found = _HEADER.fullmatch(line[:-1].decode("utf-8", "replace"))
        if found is None or found[1] in headers:  # said twice: somebody's text broke out of its line
            raise PeerMisbehaved("no AGI header")
        headers[found[1]] = found[2]
    raise PeerMisbehaved("too many header lines")


def _checked(headers: dict[str, str]) -> Mapping[str, str]:
    if not _CALL_ID.fullmatch(headers.get("agi_uniqueid", "")):
        raise PeerMisbehaved("no call's id in the header")
    return MappingProxyType(headers)
