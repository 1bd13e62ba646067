"""Malformed AGI in masses, straight into a caller's line and out of it: nothing crashes, hangs or breaks a line."""

import asyncio
import random
from contextlib import suppress

import pytest

from telephony.agi import _read_headers
from telephony.errors import PeerMisbehaved, TelephonyError, UnsafeText
from telephony.line import AgiLine
from tests.fuzz import MALFORMED
from tests.telephony.test_agi import HEADERS, PIECES

CALLER = {"agi_uniqueid": "lx5f3a-1732.17", "agi_channel": "PJSIP/trunk-00000001"}
TEXTS = ("1", "", "你好", 'a"b', "a\\", "a\nHANGUP", "a\r\nSET VARIABLE X 1", "\x00", "\u2028", "x" * 3000, '" "')


class Wire:
    """What was written."""

    def __init__(self):
        self.written = b""

    def write(self, data):
        """Keep it."""
        self.written += data

    async def drain(self):
        """Nothing is ever full."""


def stream(content):
    """A peer who says this and is gone."""
    reader = asyncio.StreamReader(limit=8192)
    reader.feed_data(content)
    reader.feed_eof()
    return reader


async def use(line, dice):
    """One command with any text."""
    text = dice.choice(TEXTS)
    match dice.randrange(5):
        case 0:
            await line.play(text)
        case 1:
            await line.set_variable(dice.choice(("X", text)), text)
        case 2:
            await line.digits(text, 0.01, 4)
        case 3:
            await line.variable(text)
        case 4:
            await line.ask("pin", 0.01)


async def test_malformed_headers_are_taken_whole_or_refused():
    """A call's id that is none never gets through, nor a key that is said twice."""
    dice, taken = random.Random(12320), 0
    for _ in range(MALFORMED):
        said = HEADERS if dice.random() < 0.1 else b"".join(dice.choices(PIECES, k=dice.randrange(8)))
        at, junk = dice.randrange(len(said) + 1), dice.choice((b"", b"\n", b"\xff", b"\0", b"agi_uniqueid: b\n"))
        try:
            headers = await _read_headers(stream(said[:at] + junk + said[at:]))
        except (PeerMisbehaved, asyncio.IncompleteReadError):
            continue
        taken += 1
        assert headers["agi_uniqueid"].isascii()
        assert not any("\n" in value for value in headers.values())

    assert taken > MALFORMED // 100


async def test_malformed_replies_end_the_line_and_no_text_becomes_a_command():
    """Whatever comes back, and whatever text is sent: one line a command, and only errors that have a name."""
    dice, sent = random.Random(12321), 0
    replies = [piece for piece in PIECES if not piece.startswith(b"agi")]
    for _ in range(MALFORMED):
        wire = Wire()
        line = AgiLine(CALLER, stream(b"".join(dice.choices(replies, k=dice.randrange(4)))), wire)
        with suppress(TelephonyError, UnsafeText):
            await use(line, dice)
        said = wire.written
        sent += bool(said)
        for command in said.split(b"\n")[:-1]:
            assert command.startswith((b"STREAM FILE", b"SET VARIABLE", b"GET ", b"SAY ALPHA"))
        assert said.endswith(b"\n") or not said

    assert sent > MALFORMED // 4


async def test_nothing_of_a_refused_text_is_sent():
    """Every text that would break a line, in every place for one."""
    for text in TEXTS[5:9]:
        wire = Wire()
        line = AgiLine(CALLER, stream(b""), wire)
        for attempt in (line.play(text), line.variable(text), line.set_variable("X", text), line.digits(text, 1, 1)):
            with pytest.raises(UnsafeText):
                await attempt
        assert wire.written == b""
