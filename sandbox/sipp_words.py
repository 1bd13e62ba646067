"""What every SIPp scene of a caller says: the INVITE with its offer, the ACK, the answer to a BYE."""

from __future__ import annotations

_SOUND = """\
    v=0
    o=- 1 1 IN IP[local_ip_type] [local_ip]
    s=-
    c=IN IP[media_ip_type] [media_ip]
    t=0 0
    m=audio {port} RTP/AVP 8
    a=rtpmap:8 PCMA/8000"""


def offer(*, speaks: bool = False) -> str:
    """An offer of A-law: to be spoken from a file (`rtp_stream`), or to a port where nobody listens."""
    return _SOUND.format(port="[rtpstream_audio_port]" if speaks else "[media_port]")


def invite(caller: str, contact: str, *, speaks: bool = False) -> str:
    """A call to `[service]` in a caller's name, which may hold SIPp's own words."""
    return f"""\
  <send retrans="500"><![CDATA[
    INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
    Max-Forwards: 70
    From: <sip:{caller}@[local_ip]>;tag=[pid]a[call_number]
    To: <sip:[service]@[remote_ip]>
    Call-ID: [call_id]
    CSeq: 1 INVITE
    Contact: <sip:{contact}@[local_ip]:[local_port]>
    Content-Type: application/sdp
    Content-Length: [len]

{offer(speaks=speaks)}
  ]]></send>"""


def within_the_call(method: str, caller: str, sequence: int) -> str:
    """An ACK of the answer, or a BYE: along the route that the answer recorded (`rrs`)."""
    return f"""\
    {method} [next_url] SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
    Max-Forwards: 70
    From: <sip:{caller}@[local_ip]>;tag=[pid]a[call_number]
    To: <sip:[service]@[remote_ip]>[peer_tag_param]
    Call-ID: [call_id]
    CSeq: {sequence} {method}
    Content-Length: 0
"""


YES = """\
    SIP/2.0 200 OK
    [last_Via:]
    [last_From:]
    [last_To:]
    [last_Call-ID:]
    [last_CSeq:]
    Content-Length: 0
"""
"""The answer to a request that carries nothing."""
