"""A flood: SIPp dials from one number at a steady rate, and takes whatever answer it gets."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from sandbox.ports import LOOPBACK
from sandbox.sipp import find_sipp, sipp
from sandbox.sipp_words import YES, invite, within_the_call

SCENARIO = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<scenario name="one number that floods">
{invite("{number}", "flood")}
  <recv response="100" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="486" optional="true" next="refused"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
{within_the_call("ACK", "{number}", 1)}
  ]]></send>
  <recv request="BYE" timeout="1500" ontimeout="leave"/>
  <send next="over"><![CDATA[
{YES}
  ]]></send>
  <label id="leave"/>
  <send retrans="500"><![CDATA[
{within_the_call("BYE", "{number}", 2)}
  ]]></send>
  <recv response="200" next="over"/>
  <label id="refused"/>
  <send><![CDATA[
    ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch-10]
    From: <sip:{{number}}@[local_ip]>;tag=[pid]a[call_number]
    To: <sip:[service]@[remote_ip]>[peer_tag_param]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Content-Length: 0

  ]]></send>
  <label id="over"/>
</scenario>
"""


@asynccontextmanager
async def flood(folder, port, number, hotline="12345", *, rate=10, calls=100):
    """SIPp, dialling `calls` times; yields the process: it ends by itself with 0 if every call ended as it should."""
    program = await asyncio.to_thread(find_sipp)
    options = f"-s {hotline} -r {rate} -m {calls} {LOOPBACK}:{port}".split()
    async with sipp(program, folder, SCENARIO.replace("{number}", number), options) as process:
        yield process
