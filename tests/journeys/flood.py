"""A flood: SIPp dials from one number at a steady rate, and takes whatever answer it gets."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from sandbox.ports import LOOPBACK
from sandbox.sipp import find_sipp, sipp

SCENARIO = """\
<?xml version="1.0" encoding="UTF-8"?>
<scenario name="one number that floods">
  <send retrans="500"><![CDATA[
    INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
    Max-Forwards: 70
    From: <sip:{number}@[local_ip]>;tag=[pid]a[call_number]
    To: <sip:[service]@[remote_ip]>
    Call-ID: [call_id]
    CSeq: 1 INVITE
    Contact: <sip:flood@[local_ip]:[local_port]>
    Content-Type: application/sdp
    Content-Length: [len]

    v=0
    o=- 1 1 IN IP[local_ip_type] [local_ip]
    s=-
    c=IN IP[media_ip_type] [media_ip]
    t=0 0
    m=audio [media_port] RTP/AVP 8
    a=rtpmap:8 PCMA/8000
  ]]></send>
  <recv response="100" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="486" optional="true" next="refused"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
    ACK [next_url] SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
    From: <sip:{number}@[local_ip]>;tag=[pid]a[call_number]
    To: <sip:[service]@[remote_ip]>[peer_tag_param]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Content-Length: 0
  ]]></send>
  <recv request="BYE" timeout="1500" ontimeout="leave"/>
  <send next="over"><![CDATA[
    SIP/2.0 200 OK
    [last_Via:]
    [last_From:]
    [last_To:]
    [last_Call-ID:]
    [last_CSeq:]
    Content-Length: 0
  ]]></send>
  <label id="leave"/>
  <send retrans="500"><![CDATA[
    BYE [next_url] SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
    From: <sip:{number}@[local_ip]>;tag=[pid]a[call_number]
    To: <sip:[service]@[remote_ip]>[peer_tag_param]
    Call-ID: [call_id]
    CSeq: 2 BYE
    Content-Length: 0
  ]]></send>
  <recv response="200" next="over"/>
  <label id="refused"/>
  <send><![CDATA[
    ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch-10]
    From: <sip:{number}@[local_ip]>;tag=[pid]a[call_number]
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
