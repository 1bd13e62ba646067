"""The AMI byte by byte: framing, who is answered by what, which events are worth reading.

`AmiProtocol` stands where panoramisk's own protocol class would (`Manager(protocol_factory=…)`) and keeps the parts of
its contract that `Manager` uses: `send`, `close`, `responses`. It knows no accounts, no reconnecting and no deadlines.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

import structlog

from telephony.errors import AsteriskRefused, AsteriskUnreachable, ConnectionLost, PeerMisbehaved
from telephony.message import AmiEvent, AmiReply, Value, write

log = structlog.get_logger(__name__)

MAX_MESSAGE_BYTES = 1 << 20
MAX_BANNER_BYTES = 256
MAX_UNSENT_BYTES = 1 << 20
AT_ONE_GO_BYTES = 1 << 13  # read in one turn of the loop: some 0.5 ms of a long list, then whoever else is ready
BANNER = b"Asterisk Call Manager/"
_END = b"\r\n\r\n"
_EVENT = b"Event: "
_RESPONSE = b"Response: "
_ACTION_ID = b"\r\nActionID: "


class Framer:
    """Cuts the stream into messages. In: bytes as they come, however split. Out: whole messages without their end."""

    def __init__(self) -> None:
        self.version: str | None = None  # what the banner says, for example "11.0.0"
        self._rest = bytearray()

    def feed(self, chunk: bytes) -> list[bytes]:
        """Take a chunk; return the messages it completes. Raises PeerMisbehaved on no banner or no end of a message."""
        if self.version is None:
            chunk = self._read_banner(chunk)
        elif self._rest:
            chunk = self._join(chunk)
        blocks = chunk.split(_END)
        self._rest += blocks.pop()
        return blocks

    @property
    def is_mid_message(self) -> bool:
        """Whether an end of stream now would cut a message."""
        return bool(self._rest)

    @property
    def is_overfull(self) -> bool:
        """Whether the peer has been writing one message for longer than Asterisk ever does."""
        return len(self._rest) > MAX_MESSAGE_BYTES

    def _join(self, chunk: bytes) -> bytes:
        """Put what was left over before the chunk. Only seam and chunk are searched: a trickle stays cheap."""
        seam = max(0, len(self._rest) - len(_END) + 1)
        self._rest += chunk
        if self._rest.find(_END, seam) < 0:
            return b""
        joined = bytes(self._rest)
        self._rest.clear()
        return joined

    def _read_banner(self, chunk: bytes) -> bytes:
        self._rest += chunk
        line, end, rest = bytes(self._rest).partition(b"\r\n")
        if not BANNER.startswith(line[: len(BANNER)]) or len(line) > MAX_BANNER_BYTES:
            raise PeerMisbehaved("whoever listens there is not Asterisk's AMI")
        if not end:
            return b""
        self._rest.clear()
        self.version = line[len(BANNER) :].decode("ascii", "replace").strip()
        return rest


@dataclass(eq=False, slots=True)
class Question:
    """An action that was sent and what has come back."""

    action_id: str
    name: str
    wants_list: bool
    answer: asyncio.Future[AmiReply]
    items: list[AmiEvent] = field(default_factory=list)
    _accepted: AmiReply | None = None

    def hear_reply(self, reply: AmiReply) -> None:
        """Take the response. A list that begins is answered by its end."""
        if not reply.succeeded:
            self.fail(AsteriskRefused(f"{self.name}: {reply.message}"))
        elif self.wants_list and reply.get("EventList", "").lower() == "start":
            self._accepted = reply
        else:
            self._settle(reply)

    def hear_item(self, event: AmiEvent) -> None:
        """Take one event of the list."""
        end = event.get("EventList", "").lower()
        if not end:
            self.items.append(event)
        elif end == "complete" and self._accepted is not None:
            self._settle(self._accepted)
        else:
            self.fail(AsteriskRefused(f"{self.name}: the list was cut short"))

    def fail(self, error: Exception) -> None:
        """End without an answer."""
        if not self.answer.done():
            self.answer.set_exception(error)
            self.answer.exception()  # whoever asked may be gone already; that is no news to log

    def _settle(self, reply: AmiReply) -> None:
        if not self.answer.done():
            self.answer.set_result(reply)


class AmiProtocol(asyncio.BufferedProtocol):
    """One connection. Wanted events go to `on_event` in the order sent, from the first `FullyBooted` on.

    `on_booted` is called once, at that point of the stream. Both are plain functions; one that raises is logged and
    costs nothing else. `greeted` ends with the banner, `lost` with the connection; neither ever raises.
    """

    def __init__(
        self, *, wanted: frozenset[str], on_event: Callable[[AmiEvent], None], on_booted: Callable[[], None]
    ) -> None:
        self._wanted = frozenset(name.encode() for name in wanted)
        self._on_event, self._on_booted = on_event, on_booted
        self._framer, self._buffer = Framer(), bytearray(AT_ONE_GO_BYTES)
        self._transport: asyncio.Transport | None = None
        self._ids = secrets.token_hex(4)
        self._asked = 0
        self._is_closed_by_us = False
        self.responses: dict[str, Question] = {}  # panoramisk's Manager replaces it by an empty one when connected
        self.is_booted = False
        self.fault: PeerMisbehaved | None = None
        loop = asyncio.get_running_loop()
        self._clock = loop.time
        self.heard_at = loop.time()  # when the last byte came
        self.greeted: asyncio.Future[None] = loop.create_future()
        self.lost: asyncio.Future[None] = loop.create_future()

    @property
    def version(self) -> str:
        """What the banner says, for example "11.0.0"; empty before it came."""
        return self._framer.version or ""

    # ---- the wire

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)

    def get_buffer(self, _: int) -> bytearray:
        """Where the next bytes go: so many in one turn of the loop."""
        return self._buffer

    def buffer_updated(self, size: int) -> None:
        """Take them."""
        self.data_received(bytes(memoryview(self._buffer)[:size]))

    def data_received(self, data: bytes) -> None:
        """Take what has arrived, however it was cut."""
        self.heard_at = self._clock()
        try:
            blocks = self._framer.feed(data)
        except PeerMisbehaved as fault:
            self._distrust(fault)
            return
        if self._framer.version is not None and not self.greeted.done():
            self.greeted.set_result(None)
        for block in blocks:
            self._take(block)
        if self._framer.is_overfull:
            self._distrust(PeerMisbehaved(f"a message of more than {MAX_MESSAGE_BYTES} bytes"))

    def connection_lost(self, _: Exception | None) -> None:
        """End: every action still waiting is told, none is kept."""
        if self._framer.is_mid_message and not self._is_closed_by_us:
            log.warning("the AMI connection ended in the middle of a message")
        for future in (self.greeted, self.lost):
            if not future.done():
                future.set_result(None)
        for question in self.responses.values():
            question.fail(ConnectionLost(f"{question.name}: the connection ended before the answer"))
        self.responses.clear()

    def close(self) -> None:
        """Drop the connection at once. What was not answered is not kept for later."""
        self._is_closed_by_us = True
        if self._transport is not None:
            self._transport.abort()

    def _distrust(self, fault: PeerMisbehaved) -> None:
        self.fault = fault
        self.close()

    # ---- questions

    def send(self, action: Mapping[str, Value], as_list: bool | None = None) -> Question:
        """Write an action; `Question.answer` ends with its reply. Deadlines are the asker's, who must `forget`.

        Raises UnsafeText, ValueError (ActionID in use), AsteriskUnreachable; nothing is written then.
        """
        if self._transport is None or self._transport.is_closing():
            raise AsteriskUnreachable("no AMI connection")
        if self._transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            raise AsteriskUnreachable("Asterisk does not read what we write")
        action_id = str(action.get("ActionID") or self._next_id())
        if action_id in self.responses:
            raise ValueError("this ActionID is in use")
        question = Question(action_id, str(action["Action"]), bool(as_list), asyncio.get_running_loop().create_future())
        self._transport.write(write({**action, "ActionID": action_id}))
        self.responses[action_id] = question
        return question

    def forget(self, question: Question) -> None:
        """Stop waiting for an answer; should it come late it is passed over."""
        self.responses.pop(question.action_id, None)

    def _next_id(self) -> str:
        self._asked += 1
        return f"{self._ids}-{self._asked}"

    # ---- messages

    def _take(self, block: bytes) -> None:
        if block.startswith(_EVENT):
            self._take_event(block)
        elif block.startswith(_RESPONSE):
            self._take_reply(AmiReply(block))
        elif block.startswith(b"\r\n"):  # Asterisk sometimes ends a message once more
            self._take(block.lstrip(b"\r\n"))

    def _take_reply(self, reply: AmiReply) -> None:
        question = self.responses.get(reply.action_id)
        if question is not None:
            question.hear_reply(reply)

    def _take_event(self, block: bytes) -> None:
        end = block.find(b"\r\n")
        name = block[len(_EVENT) :] if end < 0 else block[len(_EVENT) : end]
        if _ACTION_ID in block and self._take_item(name, block):
            return
        if name == b"FullyBooted" and not self.is_booted:
            self.is_booted = True
            self._call(self._on_booted)
        if self.is_booted and name in self._wanted:
            self._call(self._on_event, AmiEvent(block))

    def _take_item(self, name: bytes, block: bytes) -> bool:
        """Whether the event was part of a list of ours, also of one that nobody waits for any more."""
        event = AmiEvent(block)
        action_id = event.get("ActionID", "")
        question = self.responses.get(action_id)
        if question is not None and question.wants_list:
            question.hear_item(event)
            return True
        return name != b"OriginateResponse" and action_id.startswith(self._ids)

    def _call(self, callback: Callable[..., None], *said: AmiEvent) -> None:
        try:
            callback(*said)
        except Exception:
            log.exception("an AMI callback failed; the stream goes on")
