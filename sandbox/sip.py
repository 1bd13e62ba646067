"""SIP messages as a proxy needs them: a first line, headers in order, a body. Texts inside are left as they came."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

_COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length"}
_URI = re.compile(r"sips?:(?:([^@>;\s]*)@)?([^:;>\s]+)(?::(\d+))?")
_PARAMETER = re.compile(r'(\w+)="?([^",]*)"?')

Address = tuple[str, int]


class NoSip(ValueError):
    """What came is no SIP message."""


@dataclass(slots=True)
class SipMessage:
    """A request or a response."""

    first: str
    headers: list[tuple[str, str]]
    body: bytes = b""

    @classmethod
    def read(cls, packet: bytes) -> SipMessage:
        """Read a datagram. Raises NoSip."""
        head, gap, body = packet.partition(b"\r\n\r\n")
        first, *lines = head.decode("utf-8", "surrogateescape").split("\r\n")
        if not gap or "SIP/2.0" not in first or not all(":" in line for line in lines):
            raise NoSip(first[:40])
        pairs = (line.split(":", 1) for line in lines)
        return cls(first, [(name.strip(), value.strip()) for name, value in pairs], body)

    def written(self) -> bytes:
        """The datagram."""
        head = "\r\n".join([self.first, *(f"{name}: {value}" for name, value in self.headers)])
        return head.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + self.body

    @property
    def method(self) -> str:
        """INVITE, ACK, …; empty in a response."""
        return "" if self.first.startswith("SIP/2.0") else self.first.split(" ", 1)[0]

    @property
    def uri(self) -> str:
        """Whom a request is for."""
        return self.first.split(" ")[1]

    def get(self, name: str) -> str:
        """The first header of this name, or empty."""
        return next((value for own, value in self.headers if _same(own, name)), "")

    def every(self, name: str) -> list[tuple[str, str]]:
        """All headers of this name."""
        return [(own, value) for own, value in self.headers if _same(own, name)]

    def pop(self, name: str) -> str:
        """Take the first header of this name away; empty if there is none."""
        for place, (own, value) in enumerate(self.headers):
            if _same(own, name):
                del self.headers[place]
                return value
        return ""

    def push(self, name: str, value: str) -> None:
        """Put a header before all others."""
        self.headers.insert(0, (name, value))

    def reply(self, status: int, reason: str, *more: tuple[str, str]) -> SipMessage:
        """An answer of our own to this request."""
        copied = [pair for name in ("Via", "From", "To", "Call-ID", "CSeq") for pair in self.every(name)]
        to = self.get("To")
        if ";tag=" not in to:
            tag = hashlib.sha1(self.get("Call-ID").encode(), usedforsecurity=False).hexdigest()[:10]
            copied = [(name, f"{value};tag={tag}" if _same(name, "To") else value) for name, value in copied]
        return SipMessage(f"SIP/2.0 {status} {reason}", [*copied, *more, ("Content-Length", "0")])


def _same(own: str, name: str) -> bool:
    lower = own.lower()
    return _COMPACT.get(lower, lower) == name.lower()


def user_of(value: str) -> str:
    """The user part of the first SIP address in a header or request URI, or empty."""
    found = _URI.search(value)
    return (found[1] or "") if found else ""


def address_of(value: str) -> Address:
    """Host and port of the first SIP address in a header or request URI. Raises NoSip."""
    found = _URI.search(value)
    if found is None:
        raise NoSip(value[:40])
    return found[2], int(found[3] or 5060)


def parameters(value: str) -> dict[str, str]:
    """`name="value"` pairs of a digest header."""
    return {name.lower(): text for name, text in _PARAMETER.findall(value)}


def proves(said: str, method: str, user: str, secret: str) -> bool:
    """Whether an Authorization header proves the secret (RFC 2617 digest, with or without qop)."""
    told = parameters(said)
    if told.get("username") != user:
        return False
    own = _md5(f"{user}:{told.get('realm', '')}:{secret}")
    asked = _md5(f"{method}:{told.get('uri', '')}")
    between = ":".join(told[key] for key in ("nc", "cnonce", "qop") if key in told)
    middle = f"{told.get('nonce', '')}:{between}" if between else told.get("nonce", "")
    return told.get("response") == _md5(f"{own}:{middle}:{asked}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
