"""One AMI message: bytes that Asterisk sent, read into fields; fields of ours, written as bytes.

A message is lines `Key: value` ended by CRLF, and an empty line. Keys keep the case Asterisk sends. UTF-8 is decoded
here, after framing, so that a character is never cut; what is not UTF-8 becomes U+FFFD.
"""

from __future__ import annotations

import re
from collections.abc import ItemsView, Iterator, Mapping, Sequence

from telephony.errors import UnsafeText

Value = str | int | Sequence[str]
"""What a field of an action may hold; a sequence becomes one line each (Originate takes several `Variable`)."""

MAX_LINE_BYTES = 1000  # Asterisk reads 1024 bytes a line and refuses the whole message beyond
MAX_LINES = 120  # Asterisk keeps 128
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_BREAKS_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class AmiMessage(Mapping[str, str]):
    """The fields of a message, read only. A key said twice answers with its first value; `all` gives every one."""

    __slots__ = ("_fields", "_repeated")

    def __init__(self, block: bytes) -> None:
        """Read a framed message (without its empty line). Never fails: lines that are no field are passed over."""
        lines = block.decode("utf-8", "replace").split("\r\n")
        try:
            fields = dict([line.split(": ", 1) for line in lines])
        except ValueError:  # some line has no ": "
            fields = {}
        self._repeated: dict[str, list[str]] | None = None
        if len(fields) != len(lines):
            self._repeated = _read_carefully(lines)
            fields = {key: values[0] for key, values in self._repeated.items()}
        self._fields = fields

    def __getitem__(self, key: str) -> str:
        return self._fields[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def items(self) -> ItemsView[str, str]:
        """Every key with its first value."""
        return self._fields.items()

    def all(self, key: str) -> list[str]:
        """Every value of a key in the order sent, for example of `ChanVariable`; empty when it was not said."""
        if self._repeated is not None:
            return list(self._repeated.get(key, ()))
        return [self._fields[key]] if key in self._fields else []

    def __repr__(self) -> str:  # numbers of citizens stay out of logs and tracebacks
        return f"<{type(self).__name__} of {len(self._fields)} fields>"


class AmiEvent(AmiMessage):
    """Something that Asterisk tells: `event["Channel"]`, `event.get("CallerIDNum", "")`."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """What happened, for example `DialBegin`."""
        return self._fields.get("Event", "")


class AmiReply(AmiMessage):
    """Asterisk's answer to one action."""

    __slots__ = ()

    @property
    def succeeded(self) -> bool:
        """Whether Asterisk said yes. For a Redirect or an Originate that only means that it is queued."""
        return self._fields.get("Response") in {"Success", "Goodbye"}

    @property
    def message(self) -> str:
        """Asterisk's sentence."""
        return self._fields.get("Message", "")

    @property
    def action_id(self) -> str:
        """The ActionID that was asked with; an OriginateResponse carries it again."""
        return self._fields.get("ActionID", "")


def _read_carefully(lines: list[str]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for line in lines:
        key, colon, value = line.partition(": ")
        if colon:
            fields.setdefault(key, []).append(value)
        elif line.endswith(":"):
            fields.setdefault(line[:-1], []).append("")
    return fields


def write(fields: Mapping[str, Value]) -> bytes:
    """Write an action. Raises UnsafeText, naming the key, for what would not arrive as exactly these fields."""
    lines = [_line(key, text) for key, value in fields.items() for text in _texts(value)]
    if len(lines) > MAX_LINES:
        raise UnsafeText(f"an action of {len(lines)} lines; Asterisk reads {MAX_LINES}")
    return b"".join(lines) + b"\r\n"


def breaks_a_line(text: str) -> bool:
    """Whether a text holds what could end a line, hide in one, or not be written at all: any control character."""
    return _BREAKS_A_LINE.search(text) is not None


def _texts(value: Value) -> Sequence[str]:
    if isinstance(value, str):
        return (value,)
    return (str(value),) if isinstance(value, int) else value


def _line(key: str, text: str) -> bytes:
    if not _KEY.fullmatch(key):
        raise UnsafeText(f"{key!r} cannot be a key of an AMI action")
    if breaks_a_line(text):
        raise UnsafeText(f"the value of {key} holds a control character")
    line = f"{key}: {text}\r\n".encode()
    if len(line) > MAX_LINE_BYTES:
        raise UnsafeText(f"the value of {key} is longer than Asterisk reads")
    return line
