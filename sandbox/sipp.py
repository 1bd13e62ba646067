"""SIPp from its Debian package: many callers, or many phones, in one process that writes down what went over the wire.

A scenario is XML with `{name}` for what this module fills in; SIPp's own words stay in square brackets. Files of a run
(scenario, injected values, logs) lie in its folder.
"""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.debs import Rootfs, toolbox
from sandbox.ports import LOOPBACK

WIRE = "wire.csv"
_FIRST_LINE = re.compile(r"^(?:SIP/2\.0 (?P<status>\d{3})|(?P<method>[A-Z]+) sips?:(?P<user>[^@;>: ]*))")


def find_sipp() -> Rootfs:
    """The unpacked program; blocks while it is fetched the first time. Raises sandbox.errors.DebsError."""
    return toolbox("sipp", packages=("sip-tester",), objects=("usr/bin/sipp",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One SIP message that went over the wire."""

    at_s: float
    """The wall clock."""
    sent: bool
    """By SIPp; else received."""
    call_id: str
    kind: str
    """Method, or status code."""
    user: str
    """Of a request: whom its URI names."""


@asynccontextmanager
async def sipp(
    program: Rootfs, folder: Path, scenario: str, options: Iterable[str], *, injected: Iterable[str] = ()
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a scenario in a new folder until the context ends; it ends by itself with 0 if every call went as written.

    `injected` are the lines of `[field0]`, `[field1]`…, parted by `;`.
    """
    folder.mkdir(parents=True)  # noqa: ASYNC240 (a few small files, before anything runs)
    (folder / "scenario.xml").write_text(scenario, encoding="utf-8")
    arguments = ["-sf", "scenario.xml", "-i", LOOPBACK, "-nostdin", *options]
    if lines := list(injected):
        (folder / "values.csv").write_text("\n".join(["SEQUENTIAL", *lines, ""]), encoding="utf-8")
        arguments += ["-inf", "values.csv"]
    with (folder / "said.txt").open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            *(*program.command("usr/bin/sipp"), *arguments),
            cwd=folder,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,  # Ctrl-C at the terminal is for us; we end it in order
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def finish(process: asyncio.subprocess.Process, within_s: float) -> int:
    """Begin no new call, see those under way to their end; returns SIPp's code. Raises TimeoutError."""
    if process.returncode is None:
        process.send_signal(signal.SIGUSR1)
    async with asyncio.timeout(within_s):
        return await process.wait()


def messages(folder: Path) -> Iterator[Message]:
    """What went over the wire of a run with `-trace_shortmsg -shortmessage_file wire.csv`, in order."""
    with (folder / WIRE).open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            words = line.rstrip("\n").split("\t")
            if len(words) == 7 and (match := _FIRST_LINE.match(words[6])):
                yield Message(
                    at_s=float(words[2]),
                    sent=words[3] == "S",
                    call_id=words[4],
                    kind=match["status"] or match["method"],
                    user=match["user"] or "",
                )
