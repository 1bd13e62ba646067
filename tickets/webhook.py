"""外发消息: what is told to another system, how it is signed, and when an attempt that failed is made again. Pure.

A message is one JSON object, at most BODY_BYTES_MOST in UTF-8, posted with three headers:

    Lianxin-Event      its id: the same at every attempt, so that the receiver can leave out what it knows
    Lianxin-Timestamp  when this attempt was made, whole seconds since 1970 (UTC)
    Lianxin-Signature  v1=HMAC-SHA256(secret, timestamp + "." + body) in hexadecimal, RFC 2104

The receiver reckons the signature over the bytes it got, compares in constant time, refuses a timestamp further than
TOLERANCE_S from its own clock (an old message played again), and answers 2xx once it has kept the message. Every other
answer, a redirect among them, is a failure. Attempt n + 1 follows attempt n after
min(FIRST · 2^(n-1), MOST) · j with j drawn from 0.5…1, so that many do not come back in step; after ATTEMPTS_MOST
(about four hours) the message is stuck until a person has it tried again.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

BODY_BYTES_MOST: Final = 64 * 1024
TOLERANCE_S: Final = 300
EVENT, TIMESTAMP, SIGNATURE = "Lianxin-Event", "Lianxin-Timestamp", "Lianxin-Signature"


class Destination(StrEnum):
    """Who hears of it."""

    TICKETS = "tickets"  # 工单系统
    SMS = "sms"  # 短信网关
    RATINGS = "ratings"  # 省级好差评平台


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When to try again."""

    first: timedelta = timedelta(seconds=2)
    most: timedelta = timedelta(minutes=30)
    attempts_most: int = 16

    def pause(self, attempts: int, draw: float) -> timedelta:
        """How long after attempt number `attempts` the next is made; `draw` from 0…1."""
        doubled: timedelta = self.first * 2 ** min(attempts - 1, 30)
        capped: timedelta = min(doubled, self.most)
        return capped * (0.5 + draw / 2)


def signature(secret: bytes, timestamp: int, body: bytes) -> str:
    """As it stands in the header."""
    return "v1=" + hmac.new(secret, f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def headers_of(secret: bytes, event: str, timestamp: int, body: bytes) -> dict[str, str]:
    """What goes with a body."""
    return {
        "Content-Type": "application/json; charset=utf-8",
        EVENT: event,
        TIMESTAMP: str(timestamp),
        SIGNATURE: signature(secret, timestamp, body),
    }


def is_genuine(secret: bytes, headers: Mapping[str, str], body: bytes, now: int) -> bool:
    """What a receiver asks of a message; also when the headers are missing, or nonsense."""
    stamp = headers.get(TIMESTAMP, "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12) or abs(now - int(stamp)) > TOLERANCE_S:
        return False
    return hmac.compare_digest(signature(secret, int(stamp), body).encode(), headers.get(SIGNATURE, "").encode())


def why_not(status: int) -> str | None:
    """Why an answer with this HTTP status is a failure; None: it is kept."""
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return f"对方要求转往别处,不跟随 redirected, not followed (HTTP {status})"
    return f"对方答复 HTTP {status} the receiver answered HTTP {status}"
