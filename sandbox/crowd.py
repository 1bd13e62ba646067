"""A crowd of citizens in one SIPp: they dial at a steady rate, wait in silence, and hang up when patience ends."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sandbox.ports import LOOPBACK
from sandbox.sipp import find_sipp, sipp
from sandbox.sipp_words import YES, invite, within_the_call

LEAVE_S = 2.0


def impatient(caller: str, patience_ms: int) -> str:
    """The scenario of a caller who takes whatever answer there is, and hangs up `patience_ms` after it."""
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<scenario name="citizens who do not wait for ever">
{invite(caller, "crowd")}
  <recv response="100" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="486" optional="true" next="refused"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
{within_the_call("ACK", caller, 1)}
  ]]></send>
  <recv request="BYE" timeout="{patience_ms}" ontimeout="leave"/>
  <send next="over"><![CDATA[
{YES}
  ]]></send>
  <label id="leave"/>
  <send retrans="500"><![CDATA[
{within_the_call("BYE", caller, 2)}
  ]]></send>
  <recv response="200" next="over"/>
  <label id="refused"/>
  <send><![CDATA[
    ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch-10]
    From: <sip:{caller}@[local_ip]>;tag=[pid]a[call_number]
    To: <sip:[service]@[remote_ip]>[peer_tag_param]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Content-Length: 0

  ]]></send>
  <label id="over"/>
</scenario>
"""


@asynccontextmanager
async def crowd(
    folder: Path, port: int, numbers: Iterable[str], *, hotline: str, rate: float, patience_s: float
) -> AsyncIterator[None]:
    """Each of `numbers` dials once; with the context all hang up. Raises sandbox.errors.DebsError."""
    program = await asyncio.to_thread(find_sipp)
    callers = tuple(numbers)
    options = ["-s", hotline, "-r", str(rate), "-m", str(len(callers)), "-l", str(len(callers)), f"{LOOPBACK}:{port}"]
    async with sipp(program, folder, impatient("[field0]", int(patience_s * 1000)), options, injected=callers) as all_:
        try:
            yield
        finally:
            await _hang_up(all_)


async def _hang_up(process: asyncio.subprocess.Process) -> None:
    """SIPp's second SIGUSR1 ends the calls under way with a BYE."""
    for _ in range(2):
        if process.returncode is None:
            process.send_signal(signal.SIGUSR1)
            await asyncio.sleep(0.1)  # two of one kind at once would be one
    with suppress(TimeoutError):
        async with asyncio.timeout(LEAVE_S):
            await process.wait()
