"""What SIPp says in `bench.load`: a seat's phone registers, a seat's phone answers and hangs up, a citizen calls."""

from __future__ import annotations

from sandbox.sipp_words import YES, invite, offer, within_the_call

CITIZEN = "139[call_number]"

_REGISTER = """\
REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
    Max-Forwards: 70
    From: <sip:[field0]@[remote_ip]>;tag=[call_number]
    To: <sip:[field0]@[remote_ip]>
    Call-ID: [call_id]
    CSeq: {sequence} REGISTER
    Contact: <sip:[field0]@[local_ip]:[local_port]>
    Expires: 600
    {more}Content-Length: 0"""

REGISTERS = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<scenario name="phones register">
  <send retrans="500"><![CDATA[
    {_REGISTER.format(sequence=1, more="")}

  ]]></send>
  <recv response="401" auth="true"/>
  <send retrans="500"><![CDATA[
    {_REGISTER.format(sequence=2, more="[field1]" + chr(10) + "    ")}

  ]]></send>
  <recv response="200"/>
</scenario>
"""

_SPEAKS = '<nop><action><exec rtp_stream="{sound},-1,8"/></action></nop>'


def answers(talk_s: float, sound: str = "", *, spread: float = 0.0) -> str:
    """A phone rings, is answered at once, and hangs up after the talk; with a file of A-law it speaks all the while.

    Talks differ evenly by `spread` either way (0.5: from half to one and a half), or last all the same.
    """
    shortest, longest = (round(1000 * talk_s * (1 + side * spread)) for side in (-1, 1))
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<scenario name="phones answer">
  <recv request="INVITE">
    <action>
      <ereg regexp=".*" search_in="hdr" header="From:" assign_to="caller"/>
      <ereg regexp=".*" search_in="hdr" header="To:" assign_to="seat"/>
      <ereg regexp="<(.*)>" search_in="hdr" header="Contact:" assign_to="whole,target"/>
    </action>
  </recv>
  <Reference variables="whole"/>
  <send><![CDATA[
    SIP/2.0 180 Ringing
    [last_Via:]
    [last_From:]
    [last_To:];tag=[pid]a[call_number]
    [last_Call-ID:]
    [last_CSeq:]
    Contact: <sip:[local_ip]:[local_port]>
    Content-Length: 0

  ]]></send>
  <send retrans="500"><![CDATA[
    SIP/2.0 200 OK
    [last_Via:]
    [last_From:]
    [last_To:];tag=[pid]a[call_number]
    [last_Call-ID:]
    [last_CSeq:]
    Contact: <sip:[local_ip]:[local_port]>
    Content-Type: application/sdp
    Content-Length: [len]

{offer(speaks=bool(sound))}
  ]]></send>
  <recv request="ACK"/>
  {_SPEAKS.format(sound=sound) if sound else ""}
  <pause distribution="uniform" min="{shortest}" max="{longest}"/>
  <send retrans="500"><![CDATA[
    BYE [$target] SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
    Max-Forwards: 70
    From:[$seat];tag=[pid]a[call_number]
    To:[$caller]
    Call-ID: [call_id]
    CSeq: 1 BYE
    Content-Length: 0

  ]]></send>
  <recv response="200"/>
</scenario>
"""


def calls(patience_ms: int, sound: str = "") -> str:
    """A citizen calls, waits, talks, and is hung up on within `patience_ms`: anything else fails."""
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<scenario name="citizens call">
{invite(CITIZEN, "citizen", speaks=bool(sound))}
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
{within_the_call("ACK", CITIZEN, 1)}
  ]]></send>
  {_SPEAKS.format(sound=sound) if sound else ""}
  <recv request="BYE" timeout="{patience_ms}"/>
  <send><![CDATA[
{YES}
  ]]></send>
</scenario>
"""
