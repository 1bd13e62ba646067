"""Framing and reading of AMI bytes: every cut, every malformation, nothing lost and nothing invented."""

import asyncio
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from telephony.errors import AsteriskUnreachable, PeerMisbehaved, UnsafeText
from telephony.message import AmiEvent, AmiMessage, AmiReply, breaks_a_line, write
from telephony.protocol import MAX_MESSAGE_BYTES, AmiProtocol, Framer
from tests.fuzz import MALFORMED

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
STREAM = (
    "Event: UserEvent\r\nPlace: 连云港市海州区\r\nEmpty: \r\nNote: a: b\r\n"
    "ChanVariable: a=1\r\nChanVariable: b=2\r\n\r\n"
    "Response: Success\r\nActionID: nobody\r\n\r\n"
    "Event: Ignored\r\nPlace: 别处\r\n\r\n"
    "Event: UserEvent\r\nPlace: 🚑\r\nLast: \r\n\r\n"
).encode()


class Wire:
    """A transport that remembers what was written; `is_closed` after an abort."""

    def __init__(self):
        self.written, self.is_closed, self.unsent = b"", False, 0

    def write(self, chunk):
        """Send."""
        self.written += chunk

    def abort(self):
        """Drop."""
        self.is_closed = True

    def is_closing(self):
        """Whether it was dropped."""
        return self.is_closed

    def get_write_buffer_size(self):
        """Bytes the peer has not taken."""
        return self.unsent


def protocol_hearing(heard, *wanted):
    """A connected protocol, past its banner and booted."""
    protocol = AmiProtocol(wanted=frozenset(wanted), on_event=heard.append, on_booted=lambda: None)
    protocol.connection_made(Wire())
    protocol.data_received(BANNER + b"Event: FullyBooted\r\n\r\n")
    return protocol


# ---- reading one message


def test_fields_keep_their_case_and_empty_values_also_at_the_end():
    """What Asterisk says is what is read."""
    message = AmiMessage(b"Event: UserEvent\r\nCallerIDNum: \r\nnote: a: b\r\nLast: ")

    assert dict(message) == {"Event": "UserEvent", "CallerIDNum": "", "note": "a: b", "Last": ""}
    assert message.get("callerIDnum", "another case, another key") == "another case, another key"
    assert (len(message), list(message.items())[-1]) == (4, ("Last", ""))
    assert (message.all("note"), message.all("Never")) == (["a: b"], [])


def test_key_said_twice_gives_its_first_value_and_all():
    """The type of a value never depends on how often it was said."""
    message = AmiMessage(b"Event: X\r\nChanVariable: a=1\r\nChanVariable: b=2\r\nOnce: 1")

    assert message["ChanVariable"] == "a=1"
    assert message.all("ChanVariable") == ["a=1", "b=2"]
    assert (message.all("Once"), message.all("Never")) == (["1"], [])


def test_a_message_never_shows_its_values_by_itself():
    """Numbers of citizens are in there; a log or a traceback would print them."""
    assert "138" not in repr(AmiEvent(b"Event: Newchannel\r\nCallerIDNum: 13800000000"))


def test_lines_that_are_no_fields_are_passed_over():
    """A line without colon is not invented into something."""
    message = AmiMessage(b"Event: X\r\ngarbage\r\nBare:\r\n\xff\xfe: \xff\r\n")

    assert dict(message) == {"Event": "X", "Bare": "", "\ufffd\ufffd": "\ufffd"}


def test_reply_says_whether_and_why():
    """The three things that are asked of a reply."""
    reply = AmiReply(b"Response: Error\r\nActionID: a-1\r\nMessage: No such channel")

    assert (reply.succeeded, reply.message, reply.action_id) == (False, "No such channel", "a-1")
    assert AmiReply(b"Response: Success").succeeded
    assert AmiReply(b"Response: Goodbye").succeeded


# ---- writing one message


def test_what_is_written_is_read_back():
    """Numbers, lists and Chinese included."""
    written = write({"Action": "Originate", "Timeout": 3000, "Variable": ["A=1", "B=上海"]})

    assert written.endswith(b"\r\n\r\n")
    assert AmiMessage(written[:-4]).all("Variable") == ["A=1", "B=上海"]


@given(st.text(max_size=40), st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_is_written_as_itself_or_refused(key, value):
    """There is no third way: whatever goes out is exactly one message with exactly these fields."""
    try:
        written = write({"Action": "Setvar", key: value})
    except UnsafeText:
        return
    assert written.count(b"\r\n\r\n") == 1
    assert dict(AmiMessage(written[:-4])) == {"Action": "Setvar", key: value}


def test_an_action_of_too_many_lines_is_refused():
    """Asterisk would cut it."""
    assert write({"Action": "Originate", "Variable": ["A=1"] * 119}).count(b"\r\n") == 121
    with pytest.raises(UnsafeText):
        write({"Action": "Originate", "Variable": ["A=1"] * 120})


def test_a_line_of_a_thousand_bytes_is_written_and_no_longer_one():
    """Asterisk reads 1024 and would refuse the whole message."""
    fits = "x" * (1000 - len("Value: \r\n"))

    assert len(write({"Value": fits})) == 1000 + 2
    with pytest.raises(UnsafeText):
        write({"Value": fits + "x"})


@pytest.mark.parametrize("sign", ["\n", "\r", "\x00", "\x7f", "\x85", "\u2028"])
def test_a_control_character_breaks_a_line_and_nothing_else_does(sign):
    """What people write in names and prompts is let through."""
    assert breaks_a_line(f"a{sign}b")
    assert not breaks_a_line("上海 a;b|c\u00a0")


# ---- framing


async def test_every_two_way_and_many_three_way_cuts_give_the_same_events():
    """However TCP cuts the stream, banner included, the same events come out in the same order."""
    whole = BANNER + b"Event: FullyBooted\r\n\r\n" + STREAM
    for first in range(len(whole)):
        for second in {first, min(first + 1, len(whole)), min(first + 7, len(whole)), len(whole) - 1}:
            heard = []
            protocol = AmiProtocol(wanted=frozenset({"UserEvent"}), on_event=heard.append, on_booted=lambda: None)
            protocol.connection_made(Wire())
            for chunk in (whole[:first], whole[first:second], whole[second:]):
                protocol.data_received(chunk) if chunk else None

            assert [event["Place"] for event in heard] == ["连云港市海州区", "🚑"]
            assert heard[0].all("ChanVariable") == ["a=1", "b=2"]
            assert heard[1]["Last"] == ""


async def test_byte_by_byte_is_the_same():
    """The slowest peer of all."""
    heard = []
    protocol = protocol_hearing(heard, "UserEvent")
    for at in range(len(STREAM)):
        protocol.data_received(STREAM[at : at + 1])

    assert [event["Place"] for event in heard] == ["连云港市海州区", "🚑"]


async def test_an_extra_line_end_between_messages_hides_nothing():
    """Seen from Asterisk now and then."""
    heard = []
    protocol_hearing(heard, "A").data_received(b"\r\nEvent: A\r\nN: 1\r\n\r\n\r\n\r\nEvent: A\r\nN: 2\r\n\r\n")

    assert [event["N"] for event in heard] == ["1", "2"]


def test_a_trickled_message_up_to_the_bound_is_searched_once():
    """Small pieces of a large message do not cost its square: a mebibyte in 64-byte pieces within a second or so."""
    framer = Framer()
    framer.feed(BANNER)
    for _ in range(MAX_MESSAGE_BYTES // 64):
        assert framer.feed(b"x" * 64) == []

    assert not framer.is_overfull
    framer.feed(b"x")
    assert framer.is_overfull


def test_a_stranger_is_recognised_by_his_first_bytes():
    """No need to wait for a line that never ends."""
    with pytest.raises(PeerMisbehaved):
        Framer().feed(b"HTTP")


async def test_nothing_is_sent_on_a_closed_or_stuffed_connection():
    """Refused at once rather than kept in memory."""
    protocol = protocol_hearing([])
    protocol._transport.unsent = 2 << 20
    with pytest.raises(AsteriskUnreachable):
        protocol.send({"Action": "Ping"})
    protocol._transport.unsent = 0
    protocol.close()
    with pytest.raises(AsteriskUnreachable):
        protocol.send({"Action": "Ping"})
    assert protocol._transport.written == b""


async def test_an_action_id_in_use_is_refused():
    """Two questions with one name could not be told apart."""
    protocol = protocol_hearing([])
    protocol.send({"Action": "Ping", "ActionID": "x"})
    with pytest.raises(ValueError, match="ActionID"):
        protocol.send({"Action": "Ping", "ActionID": "x"})


# ---- malformed input


def malformed(dice, asked):
    """A stretch of AMI-like bytes with something wrong, sometimes answering what was asked."""
    pieces = (
        b"Event: UserEvent", b"Event: ", b"Event:", b"Response: Success", b"Response: Error", b"Response: ", b"\r\n",
        b"\r\n\r\n", b"\r", b"\n", b": ", b":", b"ActionID: " + asked, b"ActionID: ", b"EventList: start",
        b"EventList: Complete", b"\xe4\xbd", b"\xff\xfe", b"\x00", "你好".encode(), b"N: 1", BANNER, b"Message: x",
    )  # fmt: skip
    return b"".join(dice.choice(pieces) + dice.choice((b"\r\n", b"\r\n", b"")) for _ in range(dice.randrange(1, 9)))


async def test_a_hundred_thousand_malformed_inputs_break_nothing():
    """Seeded: no exception, no growth, and a good event after each stretch is still heard."""
    dice = random.Random(12345)
    heard = []
    protocol = protocol_hearing(heard, "UserEvent", "Good")
    question, answered = protocol.send({"Action": "Status"}, as_list=True), 0
    with capture_logs() as logs:
        for n in range(MALFORMED):
            protocol.data_received(malformed(dice, question.action_id.encode()))
            if question.answer.done():
                protocol.forget(question)
                question = protocol.send({"Action": "Status"}, as_list=True)
                answered += 1
            if n % 100 == 0:
                protocol.data_received(b"\r\n\r\nEvent: Good\r\n\r\n")
                assert heard.pop().name == "Good"
                heard.clear()

    assert logs == []
    assert answered > 100
    assert list(protocol.responses.values()) == [question]
    assert not protocol._transport.is_closed


@given(st.lists(st.binary(max_size=64), max_size=12))
@settings(max_examples=300, deadline=None)
def test_any_bytes_after_the_banner_are_survived(chunks):
    """Random bytes, random cuts."""

    async def scene():
        heard = []
        protocol = protocol_hearing(heard, "UserEvent")
        for chunk in chunks:
            protocol.data_received(chunk)
        protocol.data_received(b"\r\n\r\nEvent: UserEvent\r\nN: last\r\n\r\n")
        assert heard[-1]["N"] == "last"

    asyncio.run(scene())
