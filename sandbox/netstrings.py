"""Netstrings of JSON, `12:{"event":1},`: how baresip's control connection frames what it is told and what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Message = Mapping[str, Any]
LONGEST_BYTES = 1 << 20


class BadNetstring(ValueError):
    """The peer does not speak netstrings of JSON objects."""


def enclose(message: Message) -> bytes:
    """One frame."""
    text = json.dumps(message, ensure_ascii=False).encode()
    return b"%d:%s," % (len(text), text)


class Netstrings:
    """Takes bytes as they arrive, split anywhere, and gives whole messages in order."""

    def __init__(self) -> None:
        self._unread = b""

    def receive(self, chunk: bytes) -> Iterator[Message]:
        """The messages that end in this chunk. Raises BadNetstring."""
        self._unread += chunk
        while (frame := self._next_frame()) is not None:
            yield _object(frame)

    def _next_frame(self) -> bytes | None:
        digits, colon, rest = self._unread.partition(b":")
        if not colon:
            if digits and not digits.isdigit():
                raise BadNetstring(f"no netstring begins with {digits[:20]!r}")
            return None
        length = _length(digits)
        if len(rest) <= length:
            return None
        if rest[length : length + 1] != b",":
            raise BadNetstring("a netstring ends with a comma")
        self._unread = rest[length + 1 :]
        return rest[:length]


def _length(digits: bytes) -> int:
    if not digits.isdigit() or len(digits) > 7 or int(digits) > LONGEST_BYTES:
        raise BadNetstring(f"no netstring begins with {digits[:20]!r}")
    return int(digits)


def _object(frame: bytes) -> Message:
    try:
        message = json.loads(frame.decode(errors="replace"), strict=False)
    except ValueError as error:
        raise BadNetstring("a frame is not JSON") from error
    if not isinstance(message, dict):
        raise BadNetstring("a frame is not a JSON object")
    return message
