"""The FastAGI acceptor and a caller's line, against sockets with Asterisk's manners and worse."""

import asyncio
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panoramisk.fast_agi import Application
from structlog.testing import capture_logs

from telephony.agi import MAX_HEADER_LINES, MAX_LINE_BYTES, AgiLimits, serve
from telephony.errors import (
    ActionTimedOut,
    AsteriskRefused,
    CallerHungUp,
    PeerMisbehaved,
    PromptNotPlayed,
    TelephonyError,
    UnsafeText,
)
from tests.telephony.ami_peer import until

HEADERS = (
    b"agi_network: yes\nagi_network_script: call\nagi_channel: PJSIP/trunk-00000001\nagi_uniqueid: lx5f3a-1732.17\n"
    b"agi_callerid: 13800000000\nagi_calleridname: unknown\nagi_dnid: unknown\nagi_extension: 12345\n"
    b"agi_accountcode: \nagi_arg_1: 12345\nagi_arg_2: 8001\n\n"
)
HURRIED = AgiLimits(header_s=0.1, answer_s=0.1, close_s=0.1)
SECRETS = "13800000000"


class Call:
    """Asterisk's end of a FastAGI connection."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def hear(self):
        """The next command."""
        async with asyncio.timeout(5):
            return (await self.reader.readline()).decode().rstrip("\n")

    def say(self, text):
        """Send."""
        self.writer.write(text if isinstance(text, bytes) else text.encode())

    async def closed(self):
        """Everything up to the end of the connection."""
        async with asyncio.timeout(5):
            try:
                return await self.reader.read()
            except ConnectionError:
                return b""
            finally:
                self.writer.close()


async def dialled(port, first=HEADERS):
    """A call, its header said."""
    call = Call(*await asyncio.open_connection("127.0.0.1", port))
    call.say(first)
    return call


async def one_command(command, *replies, then_gone=False):
    """What a script's command ended with, and what Asterisk was told."""
    outcome, told = [], []

    async def script(line):
        try:
            outcome.append(await command(line))
        except (TelephonyError, UnsafeText) as error:
            outcome.append(type(error))

    async with serve("127.0.0.1", 0, {"call": script}, HURRIED) as port:
        call = await dialled(port)
        for reply in replies:
            told.append(await call.hear())
            call.say(reply)
        if then_gone:
            call.writer.write_eof()
        await until(lambda: outcome)
        told += (await call.closed()).decode().splitlines()
    return outcome[0], told


def play(line):
    """A prompt."""
    return line.play("greeting-12345")


def ask(line):
    """A prompt and a key."""
    return line.ask("menu-12320", 3.0)


# ---- who calls


async def test_the_header_says_who_calls_whom():
    """The line knows the call, both numbers and the dialplan's arguments."""
    seen = []

    async def script(line):
        seen.append((line.call_id, line.channel, line.ani, line.dnis, line.arguments))

    async with serve("127.0.0.1", 0, {"call": script}) as port:
        call = await dialled(port)
        assert await call.closed() == b""

    assert seen == [("lx5f3a-1732.17", "PJSIP/trunk-00000001", "13800000000", "12345", ("12345", "8001"))]


@pytest.mark.parametrize(
    ("said", "ani"),
    [
        (b"unknown", ""),
        (b"", ""),
        (b"9" * 500, "9" * 500),
        ("\u202eمرحبا连".encode(), "\u202eمرحبا连"),
        (b'"; ${SHELL(id)} \\" \t', '"; ${SHELL(id)} \\" \t'),
        (b"\xff\xfe1", "\ufffd\ufffd1"),
    ],
)
async def test_a_hostile_caller_id_is_only_text(said, ani):
    """Hidden, long, quoted, in other scripts: kept as it is, never logged, never sent back bare."""
    seen = []

    async def script(line):
        seen.append(line.ani)
        await line.set_variable("ANI", line.ani.replace("\t", ""))

    async with serve("127.0.0.1", 0, {"call": script}) as port:
        with capture_logs() as logs:
            call = await dialled(port, HEADERS.replace(SECRETS.encode(), said))
            command = await call.hear()
            call.say("200 result=1\n")
            await call.closed()

    assert seen == [ani]
    assert re.fullmatch(r'SET VARIABLE ANI "(?:[^"\\]|\\.)*"', command)
    assert logs == []


# ---- talking


@pytest.mark.parametrize(
    ("command", "reply", "outcome", "told"),
    [
        (play, "200 result=0 endpos=8000\n", None, 'STREAM FILE "greeting-12345" "0123456789*#"'),
        (play, "200 result=49 endpos=80\n", "1", 'STREAM FILE "greeting-12345" "0123456789*#"'),
        (ask, "200 result=2\n", "2", 'GET DATA "menu-12320" 3000 1'),
        (ask, "200 result= (timeout)\n", None, 'GET DATA "menu-12320" 3000 1'),
        (ask, "200 result=\n", "#", 'GET DATA "menu-12320" 3000 1'),
        (lambda line: line.ask("beep", 0.0), "200 result=*\n", "*", 'GET DATA "beep" 1 1'),
        (lambda line: line.digits("pin", 2.5, 6), "200 result=0042 (timeout)\n", "0042", 'GET DATA "pin" 2500 6'),
        (lambda line: line.set_variable("WALKED", "yes"), "200 result=1\n", None, 'SET VARIABLE WALKED "yes"'),
        (
            lambda line: line.set_variable("X", "你\"好\\ ${EXTEN} ' ;"),
            "200 result=1\n",
            None,
            'SET VARIABLE X "你\\"好\\\\ ${EXTEN} \' ;"',
        ),
        (
            lambda line: line.set_variables({"QUEUE": "health", "SKILLS": "a:1&b:2", "WAY": ""}),
            "200 result=0\n",
            None,
            'EXEC MSet "QUEUE=health,SKILLS=a:1&b:2,WAY="',
        ),
        (lambda line: line.set_variables({"X": "1"}), "200 result=-2\n", AsteriskRefused, 'EXEC MSet "X=1"'),
        (lambda line: line.variable("CALL_ID"), "200 result=1 (a (b) c)\n", "a (b) c", "GET VARIABLE CALL_ID"),
        (lambda line: line.variable("CALL_ID"), "200 result=1 ()\n", "", "GET VARIABLE CALL_ID"),
        (lambda line: line.variable("CALL_ID"), "200 result=0\n", "", "GET VARIABLE CALL_ID"),
        (lambda line: line.hang_up(), "200 result=1\n", None, "HANGUP"),
        (lambda line: line.wait_at_most(90), "200 result=1\n", None, 'SET VARIABLE TIMEOUT(absolute) "90"'),
        (
            lambda line: line.run("message-take"),
            "100 result=0 Trying...\n200 result=0 Gosub complete\n",
            None,
            "GOSUB message-take s 1",
        ),
        (
            lambda line: line.play_file("/var/spool/lx-1.1-9001-caller"),
            "200 result=48 endpos=8000\n",
            "0",
            'STREAM FILE "/var/spool/lx-1.1-9001-caller" "0123456789*#"',
        ),
    ],
)
async def test_commands_and_what_their_replies_mean(command, reply, outcome, told):
    """Each command as Asterisk 22 reads it, each reply as it says it."""
    assert await one_command(command, reply) == (outcome, [told])


@pytest.mark.parametrize(
    "command",
    [
        lambda line: line.play("../../etc/passwd"),
        lambda line: line.play('x" "'),
        lambda line: line.play("a\nHANGUP"),
        lambda line: line.play(""),
        lambda line: line.ask("Menu", 1.0),
        lambda line: line.digits("menu", 1.0, 0),
        lambda line: line.set_variable("X)", "1"),
        lambda line: line.set_variable("SHELL(id)", "1"),
        lambda line: line.set_variable("X", "a\nHANGUP"),
        lambda line: line.set_variable("X", "a\0"),
        lambda line: line.set_variable("X", "\udcff"),
        lambda line: line.set_variable("X", "长" * 700),
        lambda line: line.set_variables({"X": "1,Y=2"}),
        lambda line: line.set_variables({"X": "${EXTEN}"}),
        lambda line: line.set_variables({"X": "a\nHANGUP"}),
        lambda line: line.set_variables({"X)": "1"}),
        lambda line: line.variable("X Y"),
        lambda line: line.run("record,over,1"),
        lambda line: line.run("record", "over 1"),
        lambda line: line.play_file("beep"),
        lambda line: line.play_file('/var/x" "'),
        lambda line: line.play_file("/var/x\nHANGUP"),
    ],
)
async def test_text_that_could_break_a_line_is_refused_before_a_byte_is_sent(command):
    """Nothing reached Asterisk."""
    assert await one_command(command) == (UnsafeText, [])


async def test_the_line_goes_on_after_refused_text():
    """A mistake of ours is no hang-up."""
    outcome = []

    async def script(line):
        with pytest.raises(UnsafeText):
            await line.play("NO")
        outcome.append(await line.variable("X"))

    async with serve("127.0.0.1", 0, {"call": script}) as port:
        call = await dialled(port)
        await call.hear()
        call.say("200 result=1 (on)\n")
        await call.closed()

    assert outcome == ["on"]


# ---- hanging up, and other ends


@pytest.mark.parametrize(
    "last_words", ["", "HANGUP\n", "511 Command Not Permitted on a dead channel\n", "200 resu", "HA"]
)
@pytest.mark.parametrize(
    "command", [play, ask, lambda line: line.variable("X"), lambda line: line.set_variable("X", "")]
)
async def test_a_hang_up_in_mid_command_in_any_dialect(command, last_words):
    """End of stream, HANGUP, a dead channel, half a reply: the caller is gone, nothing is logged as an error."""
    with capture_logs() as logs:
        outcome, _ = await one_command(command, last_words, then_gone=True)

    assert outcome is CallerHungUp
    assert logs == []


async def test_hang_up_is_never_taken_for_a_reply():
    """HANGUP comes between a command and its reply; whatever is asked afterwards is not sent at all."""
    outcomes = []

    async def script(line):
        for command in (line.variable("A"), line.variable("B"), line.hang_up()):
            try:
                outcomes.append(await command)
            except CallerHungUp:
                outcomes.append("gone")

    async with serve("127.0.0.1", 0, {"call": script}) as port:
        call = await dialled(port)
        assert await call.hear() == "GET VARIABLE A"
        call.say("HANGUP\n200 result=1 (of A)\n200 result=1 (of nobody)\n")

        assert await call.closed() == b""
    assert outcomes == ["gone", "gone", "gone"]


@pytest.mark.parametrize("command", [play, ask])
@pytest.mark.parametrize(("after", "outcome"), [("200 result=0\n", PromptNotPlayed), ("HANGUP\n", CallerHungUp)])
async def test_a_missing_prompt_is_not_a_hang_up(command, after, outcome):
    """Asterisk answers -1 to both; one empty command more tells them apart."""
    assert (await one_command(command, "200 result=-1\n", after))[0] is outcome


async def test_minus_one_of_a_command_without_prompt_is_a_hang_up():
    """Only a caller who is gone makes these fail."""
    assert (await one_command(lambda line: line.set_variable("X", "1"), "200 result=-1\n"))[0] is CallerHungUp


@pytest.mark.parametrize(
    ("command", "reply", "outcome"),
    [
        (play, "510 Invalid or unknown command\n", AsteriskRefused),
        (play, "520-Invalid command syntax.\n", AsteriskRefused),
        (play, "what?\n", PeerMisbehaved),
        (play, "200 result=65\n", PeerMisbehaved),
        (play, "200 result=٤٩\n", PeerMisbehaved),
        (ask, "200 result=12\n", PeerMisbehaved),
        (ask, "200 result=x\n", PeerMisbehaved),
        (ask, "x" * 20_000, PeerMisbehaved),
        (lambda line: line.variable("X"), "200 result=1 (cut\n", PeerMisbehaved),
    ],
)
async def test_nonsense_ends_the_line_by_name(command, reply, outcome):
    """Not a crash, not a hang, not a guess."""
    assert (await one_command(command, reply))[0] is outcome


async def test_every_command_ends_at_its_deadline_and_the_late_reply_is_not_used():
    """A frozen Asterisk costs a script its deadline, once."""
    outcomes = []

    async def script(line):
        for name in ("A", "B"):
            try:
                outcomes.append(await line.variable(name))
            except TelephonyError as error:
                outcomes.append(type(error))

    async with serve("127.0.0.1", 0, {"call": script}, HURRIED) as port:
        call = await dialled(port)
        await until(lambda: len(outcomes) == 2)
        call.say("200 result=1 (late)\n")
        await call.closed()

    assert outcomes == [ActionTimedOut, CallerHungUp]


async def test_cancelling_a_command_ends_the_line():
    """Its reply will come to nobody; the next command must not get it."""
    outcome = []

    async def script(line):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await line.variable("A")
        with pytest.raises(CallerHungUp):
            await line.variable("B")
        outcome.append("over")

    async with serve("127.0.0.1", 0, {"call": script}) as port:
        call = await dialled(port)
        await until(lambda: outcome)
        await call.closed()


# ---- strangers


class Probe:
    """A reader on which a port scanner connected and closed; it counts how often somebody asks it again."""

    asked = 0

    async def read(self, _):
        """Always the end."""
        self.asked += 1
        if self.asked > 1000:
            raise RuntimeError("still reading")
        return b""


async def test_plain_panoramisk_spins_on_a_port_probe_for_ever():
    """The defect: the end of the stream is read again and again, and the loop never runs anything else."""
    probe = Probe()
    with pytest.raises(RuntimeError, match="still reading"):
        await Application().handler(probe, None)

    assert probe.asked == 1001


async def test_a_port_probe_is_harmless_and_silent():
    """Connect and close, a thousand times if need be; the next caller is served."""
    served = []

    async def script(line):
        served.append(line.call_id)

    async with serve("127.0.0.1", 0, {"call": script}) as port:
        with capture_logs() as logs:
            for _ in range(50):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
            await (await dialled(port)).closed()

    assert served == ["lx5f3a-1732.17"]
    assert logs == []


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"agi_network: yes\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"x" * (MAX_LINE_BYTES * 2),
        b"agi_x: 1\n" * 2,
        b"".join(b"agi_arg_%d: x\n" % n for n in range(MAX_HEADER_LINES + 5)) + b"\n",
        HEADERS.replace(b"agi_network_script: call", b"agi_network_script: ../secret"),
        HEADERS.replace(b"agi_network_script: call\n", b""),
        HEADERS.replace(b"agi_uniqueid: lx5f3a-1732.17\n", b""),
        HEADERS.replace(b"lx5f3a-1732.17", b"../../x"),
        HEADERS.replace(b"13800000000", b"1\nagi_dnid: 110"),
        b"\n",
    ],
)
async def test_whoever_has_no_proper_header_is_put_out_in_time(header):
    """Silence, half a header, other protocols, too much, an unknown script, an id that is none, a forged line."""
    served = []

    async def script(line):
        served.append(line)

    async with serve("127.0.0.1", 0, {"call": script}, HURRIED) as port:
        with capture_logs() as logs:
            call = await dialled(port, header)
            assert await call.closed() == b""

    assert served == []
    assert SECRETS not in str(logs)


async def test_no_more_callers_than_allowed_and_the_place_becomes_free_again():
    """A flood costs the flood; the others go on."""
    waiting, served = asyncio.Event(), []

    async def script(line):
        served.append(line)
        await waiting.wait()

    async with serve("127.0.0.1", 0, {"call": script}, AgiLimits(lines=2)) as port:
        first, second = await dialled(port), await dialled(port)
        await until(lambda: len(served) == 2)
        with capture_logs() as logs:
            assert await (await dialled(port)).closed() == b""
        waiting.set()
        await first.closed()
        await second.closed()
        await (await dialled(port)).closed()

    assert len(served) == 3
    assert [entry["log_level"] for entry in logs] == ["warning"]


# ---- scripts


async def test_a_script_that_fails_ends_only_its_own_call():
    """Logged with the call's id and nothing personal."""

    async def script(line):
        raise ValueError("a mistake of ours")

    async with serve("127.0.0.1", 0, {"call": script}) as port:
        with capture_logs() as logs:
            assert await (await dialled(port)).closed() == b""
            assert await (await dialled(port)).closed() == b""

    assert [(entry["event"], entry["call"]) for entry in logs] == [("a FastAGI script failed", "lx5f3a-1732.17")] * 2
    assert SECRETS not in str(logs)


async def test_closing_cancels_scripts_and_waits_for_them():
    """At the end of the context nobody is still talking."""
    story = []

    async def script(line):
        story.append("began")
        try:
            await line.ask("menu-12320", 60.0)
        finally:
            await asyncio.sleep(0)
            story.append("ended")

    async with serve("127.0.0.1", 0, {"call": script}) as port:
        call = await dialled(port)
        await until(lambda: story)

    assert story == ["began", "ended"]
    assert (await call.closed()).startswith(b"GET DATA")


async def test_a_taken_port_is_an_error_at_start():
    """Not a controller without ears."""
    async with serve("127.0.0.1", 0, {}) as port:
        with pytest.raises(OSError, match="in use"):
            await serve("127.0.0.1", port, {}).__aenter__()


# ---- noise

PIECES = (
    HEADERS, HEADERS[:-1], b"agi_", b"agi_uniqueid: a\n", b"agi_network_script: call\n", b"\n", b": ", b"\xff\xfe",
    b"\0", b"200 result=", b"200 result=0\n", b"200 result=-1 endpos=0\n", b"200 result=49\n", b"(timeout)\n",
    b"HANGUP\n", b"511\n", b"520-Usage\n", b"100 Trying\n", b"200 result=1 (\n", "你好\n".encode(), b"1" * 9000,
)  # fmt: skip


async def talkative(line):
    """A script that uses everything, over and over."""
    while True:
        for command in (play, ask, lambda one: one.digits("pin", 0.01, 4), lambda one: one.variable("X")):
            try:
                await command(line)
            except PromptNotPlayed:
                await line.set_variable("X", "1")


async def survive(*streams):
    """Each stream to a connection of its own, then a proper caller, who must be served; all within the deadline."""
    served = []

    async def proper(line):
        served.append(line.call_id)

    limits = AgiLimits(header_s=0.05, answer_s=0.05, close_s=0.05)
    async with asyncio.timeout(10), serve("127.0.0.1", 0, {"call": talkative, "proper": proper}, limits) as port:
        calls = [await dialled(port, stream) for stream in streams]
        for call in calls:
            call.writer.write_eof()
        for call in calls:
            await call.closed()
        await (await dialled(port, HEADERS.replace(b"script: call", b"script: proper"))).closed()
    assert served == ["lx5f3a-1732.17"]


async def test_seeded_noise_neither_crashes_nor_hangs():
    """Two thousand conversations of almost-AGI."""
    dice = random.Random(12320)
    with capture_logs() as logs:
        for _ in range(40):
            await survive(*(b"".join(dice.choices(PIECES, k=dice.randrange(12))) for _ in range(50)))

    assert SECRETS not in str(logs)
    assert {entry["log_level"] for entry in logs} <= {"debug", "warning", "error"}


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=4), st.booleans())
@settings(max_examples=60, deadline=None)
def test_random_bytes_neither_crash_nor_hang(streams, with_header):
    """Headers and replies of anything at all."""
    with capture_logs():
        asyncio.run(survive(*(HEADERS * with_header + stream for stream in streams)))
