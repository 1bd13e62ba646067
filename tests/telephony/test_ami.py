"""The AMI connection against a peer with bad manners. Each defect of decision 6 is also shown on plain panoramisk."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from telephony.ami import Ami, AmiAccount, Patience
from telephony.errors import (
    ActionNotListed,
    ActionTimedOut,
    AsteriskRefused,
    AsteriskUnreachable,
    ConnectionLost,
    LoginRefused,
    UnsafeText,
)
from tests.telephony.ami_peer import (
    BANNER,
    BOOTED,
    HURRIED,
    SECRET,
    USER,
    Heard,
    hung_up,
    listening,
    no,
    our_client,
    plain_client,
    until,
    yes,
)

PLACE = "连云港市海州区幸福路12号"


@pytest.fixture
async def peer():
    """A peer that behaves until told otherwise."""
    async with listening() as peer:
        yield peer


async def try_to_log_in(peer, for_s, patience):
    """Log in, or raise TimeoutError."""
    async with asyncio.timeout(for_s), our_client(peer, Heard(), patience=patience):
        pass


def numbered(*numbers):
    """Events that carry their number."""
    return b"".join(f"Event: Test\r\nN: {n}\r\n\r\n".encode() for n in numbers)


# ---- Chinese text, however it is cut


async def test_plain_panoramisk_loses_a_character_split_over_two_reads(peer):
    """The defect: each read is decoded by itself, what is cut is dropped."""
    message = f"Event: Test\r\nPlace: {PLACE}\r\n\r\n".encode()
    cut = message.index("云".encode()) + 1
    heard = []
    async with plain_client(peer) as client:
        client.register_event("Test", lambda _, event: heard.append(event["Place"]))
        await peer.say(message[:cut], message[cut:])
        await until(lambda: heard)

    assert heard == [PLACE.replace("云", "")]


async def test_chinese_text_survives_a_cut_at_any_byte(peer):
    """Ours: the same message, cut once at every byte, over a socket."""
    message = f"Event: Test\r\nPlace: {PLACE}\r\n\r\n".encode()
    heard = Heard()
    async with our_client(peer, heard):
        for cut in range(1, len(message)):
            await peer.say(message[:cut], message[cut:])
        await until(lambda: len(heard.events) == len(message) - 1)

    assert {event["Place"] for event in heard.events} == {PLACE}


# ---- nothing we write can break a line

INJECTED = "x\r\n\r\nAction: Command\r\nCommand: core stop now"


async def test_plain_panoramisk_lets_a_value_become_a_second_action(peer):
    """The defect: CR and LF in a value go out as they are."""
    async with plain_client(peer) as client:
        client.send_action({"Action": "Setvar", "Variable": "NOTE", "Value": INJECTED})
        await until(lambda: peer.times("Command"))

    assert peer.last("Command")["Command"] == "core stop now"


@pytest.mark.parametrize(
    "text", [INJECTED, "a\rb", "a\nb", "a\0b", "a\x1b[2J", "a\x7fb", "a\u0085b", "a\udcffb", "长" * 400]
)
async def test_value_that_would_not_arrive_whole_is_refused(peer, text):
    """Ours: refused with the key's name, and not one byte was written."""
    async with our_client(peer, Heard()) as ami:
        before = peer.raw
        with pytest.raises(UnsafeText, match="Value"):
            await ami.action("Setvar", Variable="NOTE", Value=text)
        await ami.action("Setvar", Variable="NOTE", Value="harmless")

    assert [one["Value"] for one in peer.heard if one["Action"] == "Setvar"] == ["harmless"]
    assert peer.raw.startswith(before)


@pytest.mark.parametrize("key", ["Val\r\nAction", "Value: x\r\nY", "Val ue", "值", "", "A:B"])
async def test_key_that_is_not_a_word_is_refused(peer, key):
    """Keys are checked like values."""
    async with our_client(peer, Heard()) as ami:
        with pytest.raises(UnsafeText):
            await ami.action("Setvar", **{key: "x"})

    assert not peer.times("Setvar")


async def test_refusal_never_repeats_the_text(peer):
    """The error may be logged, so a citizen's text is not in it."""
    async with our_client(peer, Heard()) as ami:
        with pytest.raises(UnsafeText) as refusal:
            await ami.action("Setvar", Variable="ANI", Value="13800000000\n")

    assert "13800000000" not in str(refusal.value)


# ---- nothing is sent twice


async def test_plain_panoramisk_sends_an_unanswered_action_again(peer):
    """The defect: the citizen is dialled twice."""
    peer.answers["Originate"] = hung_up
    async with plain_client(peer) as client:
        client.send_action({"Action": "Originate", "Channel": "PJSIP/citizen", "Async": "true"})
        await until(lambda: peer.times("Originate") == 1)
        await peer.hang_up()
        await until(lambda: peer.times("Originate") == 2)

    assert peer.logins == 2


async def test_unanswered_action_is_never_sent_again(peer):
    """Ours: whoever asked learns that the outcome is unknown; nothing of it reaches the next connection."""
    peer.answers["Originate"] = hung_up
    heard = Heard()
    async with our_client(peer, heard) as ami:
        asked = asyncio.ensure_future(ami.action("Originate", Channel="PJSIP/citizen"))
        await until(lambda: peer.times("Originate") == 1)
        await peer.hang_up()
        with pytest.raises(ConnectionLost):
            await asked
        await until(lambda: heard.story == ["login", "lost", "login"])
        await ami.action("Ping")

    assert peer.times("Originate") == 1


async def test_action_without_connection_is_refused_and_not_kept(peer):
    """No queue of old orders waits for Asterisk to come back."""
    heard = Heard()
    async with our_client(peer, heard, patience=Patience(first_pause_s=0.2)) as ami:
        await peer.hang_up()
        await until(lambda: not ami.is_connected)
        with pytest.raises(AsteriskUnreachable):
            await ami.action("Redirect", Channel="lx-1")
        await ami.ready()

    assert not peer.times("Redirect")


# ---- every action ends


async def test_plain_panoramisk_waits_for_an_answer_for_ever(peer):
    """The defect: an action without answer never ends."""
    peer.answers["Redirect"] = hung_up
    async with plain_client(peer) as client:
        answer = client.send_action({"Action": "Redirect", "Channel": "lx-1"})
        done, _ = await asyncio.wait([answer], timeout=1.0)

        assert not done
        assert answer in [action.future for action in client.responses.values()]
        answer.cancel()


async def test_action_ends_at_its_deadline_and_a_late_answer_hurts_nobody(peer):
    """Ours: by answer, deadline or loss. Nothing stays behind."""
    late = []
    peer.answers["Redirect"] = lambda said: late.append(yes(said, "too late"))
    async with our_client(peer, Heard()) as ami:
        with pytest.raises(ActionTimedOut):
            await ami.action("Redirect", 0.05, Channel="lx-1")
        await peer.say(late[0])
        peer.answers["Setvar"] = lambda said: yes(said, "mine")

        assert (await ami.action("Setvar", Variable="X", Value="1")).message == "mine"
        assert not ami._link.protocol.responses


async def test_answers_find_their_askers_in_any_order(peer):
    """Many actions on the way, answered backwards."""
    waiting = []
    peer.answers["Getvar"] = waiting.append
    async with our_client(peer, Heard()) as ami:
        asked = [asyncio.ensure_future(ami.action("Getvar", Variable=f"V{n}")) for n in range(20)]
        await until(lambda: len(waiting) == 20)
        await peer.say(*(yes(said, Value=said["Variable"]) for said in reversed(waiting)))

        assert [(await one)["Value"] for one in asked] == [f"V{n}" for n in range(20)]


async def test_asterisks_no_is_an_error_with_its_sentence(peer):
    """A refusal says what Asterisk said."""
    peer.answers["Redirect"] = lambda said: no(said, "Channel does not exist")
    async with our_client(peer, Heard()) as ami:
        with pytest.raises(AsteriskRefused, match="Channel does not exist"):
            await ami.action("Redirect", Channel="lx-1")


async def test_actions_the_project_does_not_use_are_never_sent(peer):
    """The table of rights is the whole vocabulary; a call we begin names no application."""
    async with our_client(peer, Heard()) as ami:
        for name, fields in (
            ("Command", {}),
            ("GetConfig", {}),
            ("Originate", {"Application": "System", "Data": "id"}),
        ):
            with pytest.raises(ActionNotListed):
                await ami.action(name, **fields)

    assert {one["Action"] for one in peer.heard} <= {"Login", "Ping"}


async def test_originate_is_always_asynchronous_and_known_by_its_action_id(peer):
    """Without `Async` it would stop the connection; the OriginateResponse comes as an event with the same id."""
    heard = Heard()
    async with our_client(peer, heard, wanted=("OriginateResponse",)) as ami:
        reply = await ami.action("Originate", Channel="PJSIP/citizen", ActionID="intent-7", Variable=["A=1", "B=2"])
        await peer.say(b"Event: OriginateResponse\r\nActionID: intent-7\r\nResponse: Failure\r\nReason: 3\r\n\r\n")
        await until(lambda: heard.events)

    assert (reply.action_id, heard.events[0]["ActionID"]) == ("intent-7", "intent-7")
    assert b"Variable: A=1\r\nVariable: B=2\r\n" in peer.raw
    assert peer.last("Originate")["Async"] == "true"


# ---- lists


def status_list(said, *channels, end="Complete"):
    """A Status list as Asterisk 22 sends it."""
    head = yes(said, "Channel status will follow", EventList="start")
    items = b"".join(
        f"Event: Status\r\nActionID: {said['ActionID']}\r\nChannel: {c}\r\n\r\n".encode() for c in channels
    )
    return head + items + f"Event: StatusComplete\r\nActionID: {said['ActionID']}\r\nEventList: {end}\r\n\r\n".encode()


async def test_list_is_returned_whole_and_apart_from_the_events(peer):
    """Items of a list are not events, also when their name is wanted and other events come between."""
    heard = Heard()
    peer.answers["Status"] = lambda said: numbered(1) + status_list(said, "PJSIP/a", "PJSIP/b") + numbered(2)
    async with our_client(peer, heard, wanted=("Test", "Status")) as ami:
        items = await ami.listing("Status")

        assert [item["Channel"] for item in items] == ["PJSIP/a", "PJSIP/b"]
        await until(lambda: heard.story == ["login", "1", "2"])


async def test_empty_list_and_list_cut_short(peer):
    """No items is an answer; a cancelled list is a refusal."""
    async with our_client(peer, Heard()) as ami:
        peer.answers["Status"] = status_list
        assert await ami.listing("Status") == []
        peer.answers["Status"] = lambda said: status_list(said, "PJSIP/a", end="cancelled")
        with pytest.raises(AsteriskRefused):
            await ami.listing("Status")


async def test_list_that_never_ends_ends_at_the_deadline_and_its_rest_is_dropped(peer):
    """Late items of a list nobody waits for are not taken for events."""
    heard, asked = Heard(), []
    peer.answers["Status"] = lambda said: asked.append(said) or status_list(said, "PJSIP/a").split(b"Event: StatusC")[0]
    async with our_client(peer, heard, wanted=("Test", "Status")) as ami:
        with pytest.raises(ActionTimedOut):
            await ami.listing("Status", 0.05)
        await peer.say(status_list(asked[0], "PJSIP/late") + numbered(1))
        await until(lambda: "1" in heard.story)

    assert heard.story == ["login", "1", "lost"]


# ---- callbacks


async def test_plain_panoramisk_drops_the_packet_and_the_connection_when_a_callback_raises(peer):
    """The defect: events 3 to 5 of the packet are gone, and so is the connection."""
    heard, failures = [], []

    def fragile(_, event):
        heard.append(event["N"])
        if event["N"] == "2":
            raise ValueError("a mistake of ours")

    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
    async with plain_client(peer) as client:
        client.register_event("Test", fragile)
        await peer.say(numbered(1, 2, 3, 4, 5))
        await until(lambda: peer.logins == 2)

    assert heard == ["1", "2"]
    assert isinstance(failures[0]["exception"], ValueError)


async def test_raising_callback_is_logged_and_loses_nothing_else(peer):
    """Ours: all five are heard, the connection stays, the log has a static sentence."""
    heard = Heard()

    def fragile(event):
        heard.event.__func__(heard, event)
        if event["N"] == "2":
            raise ValueError("a mistake of ours")

    async with AsyncExitStack() as stack:
        logs = stack.enter_context(capture_logs())
        ami = await stack.enter_async_context(our_client(peer, heard))
        ami._link.protocol._on_event = fragile
        await peer.say(numbered(1, 2, 3, 4, 5))
        await until(lambda: heard.story[-1] == "5")

        assert heard.story == ["login", "1", "2", "3", "4", "5"]
        assert peer.logins == 1
        assert "an AMI callback failed; the stream goes on" in [entry["event"] for entry in logs]


async def test_login_and_lost_callbacks_may_raise_too(peer):
    """A mistake in taking the snapshot does not take the connection down."""
    ami = Ami(
        AmiAccount(host="127.0.0.1", port=peer.port, username=USER, secret=SecretStr(SECRET)),
        wanted=frozenset(),
        on_event=print,
        on_login=lambda: 1 / 0,
        on_lost=lambda: 1 / 0,
        patience=HURRIED,
    )
    with capture_logs():
        async with asyncio.TaskGroup() as group:
            running = group.create_task(ami.run())
            await ami.ready()
            await peer.hang_up()
            await until(lambda: peer.logins == 2)
            await ami.ready()
            assert (await ami.action("Ping")).succeeded
            running.cancel()


async def test_plain_panoramisk_runs_async_callbacks_out_of_order(peer):
    """The defect: each coroutine becomes a task, and a slow one is overtaken."""
    heard = []

    async def slow_at_first(_, event):
        if event["N"] == "1":
            await asyncio.sleep(0.02)
        heard.append(event["N"])

    async with plain_client(peer) as client:
        client.register_event("Test", slow_at_first)
        await peer.say(numbered(1, 2, 3))
        await until(lambda: len(heard) == 3)

    assert heard == ["2", "3", "1"]


async def test_order_is_kept(peer):
    """Ours: plain callbacks, in the order sent, however the stream is cut."""
    heard = Heard()
    stream = numbered(*range(500))
    async with our_client(peer, heard):
        await peer.say(*(stream[at : at + 997] for at in range(0, len(stream), 997)))
        await until(lambda: len(heard.events) == 500)

    assert [event["N"] for event in heard.events] == [str(n) for n in range(500)]


async def test_only_wanted_events_and_only_after_login(peer):
    """What nobody asked for is dropped; nothing is told between `lost` and `login`."""
    peer.booted = numbered(0) + BOOTED + numbered(1) + BOOTED
    heard = Heard()
    async with our_client(peer, heard):
        await peer.say(b"Event: VarSet\r\nN: 9\r\n\r\n" + numbered(2))
        await until(lambda: "2" in heard.story)

        assert heard.story == ["login", "1", "2"]


# ---- silence, loss, refusal


async def test_silent_peer_is_noticed_within_three_seconds_but_never_by_plain_panoramisk(peer):
    """Both clients ping every second on the same mute peer; ours lets go, the plain one believes in it for ever."""
    heard = Heard()
    loop = asyncio.get_running_loop()
    async with (
        plain_client(peer, ping_delay=1, ping_interval=1) as client,
        our_client(peer, heard, patience=Patience()),
    ):
        peer.is_silent = True
        began = loop.time()
        await until(lambda: "lost" in heard.story)

        assert loop.time() - began < 3.0
        assert client._connected
        assert sum(action["Action"] == "Ping" for action in client.responses.values()) >= 2


async def test_a_peer_that_goes_on_talking_is_not_silent_though_its_pong_be_late(peer):
    """Bytes that arrive prove that it lives; when they cease it is noticed as soon as ever."""
    heard = Heard()
    loop = asyncio.get_running_loop()
    patience = Patience(ping_every_s=0.02, ping_answer_s=0.3, first_pause_s=0.01, longest_pause_s=0.02)
    async with our_client(peer, heard, patience=patience):
        peer.is_silent = True
        began = loop.time()
        while loop.time() < began + 1.0:
            await peer.say(b"Event: VarSet\r\n", numbered(1)[:-2])  # also a message that takes its time, unwanted
        assert "lost" not in heard.story
        assert sum(action["Action"] == "Ping" for action in peer.heard[-5:]) <= 1, "a second one would only be heavier"
        ceased = loop.time()
        await until(lambda: "lost" in heard.story)

        assert loop.time() - ceased < 1.0


async def test_a_pong_that_does_not_come_at_all_ends_the_line_however_much_is_said(peer):
    """What stands before it is as old: a new look is worth more."""
    heard = Heard()
    patience = Patience(ping_every_s=0.02, ping_answer_s=0.2, pong_longest_s=0.4, first_pause_s=5, longest_pause_s=5)
    async with our_client(peer, heard, patience=patience):
        peer.is_silent = True
        async with asyncio.timeout(5):
            while "lost" not in heard.story:
                await peer.say(numbered(1))


async def test_connection_comes_back_by_itself_and_the_login_is_told_again(peer):
    """Each login is told, so that a snapshot can be taken."""
    heard = Heard()
    async with our_client(peer, heard) as ami:
        for _ in range(3):
            await ami.ready()
            await peer.hang_up()
            await until(lambda: not ami.is_connected)
        await ami.ready()

        assert heard.story == ["login", "lost"] * 3 + ["login"]


async def test_plain_panoramisk_stays_silently_unauthenticated_with_a_wrong_secret(peer):
    """The defect: connected, not logged in, no error."""
    async with plain_client(peer) as client:
        client.config["secret"] = "wrong"
        await peer.hang_up()
        await until(lambda: peer.logins == 2)
        await until(lambda: client.authenticated_future is None)

        assert client._connected
        assert not client.authenticated


async def test_wrong_secret_ends_run_with_a_clear_error(peer):
    """Ours: the composition root fails at start, after exactly one attempt, without the secret in the message."""
    with pytest.raises(ExceptionGroup) as failure:
        async with our_client(peer, Heard(), secret="wrong-secret"):
            pass

    assert failure.group_contains(LoginRefused, match="Authentication failed")
    assert "wrong-secret" not in str(failure.value.exceptions)
    assert peer.logins == 1


async def test_account_taken_away_later_is_tried_again_slowly(peer):
    """A running centre does not crash because somebody edits manager.conf."""
    heard = Heard()
    with capture_logs() as logs:
        async with our_client(peer, heard):
            peer.answers["Login"] = lambda said: no(said, "Authentication failed")
            await peer.hang_up()
            await until(lambda: peer.logins == 3)
            del peer.answers["Login"]
            await until(lambda: heard.story[-1] == "login")

    assert "Asterisk no longer accepts our AMI account" in [entry["event"] for entry in logs]


async def test_account_without_system_events_is_a_clear_failure(peer):
    """Without FullyBooted we would wait for ever, half logged in."""
    peer.booted = b""
    patience = Patience(boot_s=0.05, ping_every_s=0.02, first_pause_s=0.01, longest_pause_s=0.02)
    with capture_logs() as logs, pytest.raises(TimeoutError):
        await try_to_log_in(peer, 0.4, patience)

    assert any("read=system" in entry.get("detail", "") for entry in logs)


# ---- framing on the wire


async def test_banner_split_in_two_reads(peer):
    """The greeting may come in pieces."""
    peer.banner = BANNER[:9]
    heard = Heard()
    async with asyncio.TaskGroup() as group:
        rest = group.create_task(_say_when_connected(peer, BANNER[9:]))
        async with our_client(peer, heard) as ami:
            assert (await ami.action("Ping")).succeeded
            assert ami._link.protocol.version == "11.0.0"
        await rest


async def _say_when_connected(peer, rest):
    await until(lambda: peer.writers)
    await peer.say(rest)


@pytest.mark.parametrize(
    "banner", [b"HTTP/1.1 200 OK\r\n\r\n", b"SSH-2.0-x\r\n", b"Asterisk Call Manager/" + b"9" * 300]
)
async def test_secret_is_not_told_to_a_stranger(peer, banner):
    """Whoever does not greet like Asterisk hears nothing from us."""
    peer.banner = banner
    with capture_logs() as logs, pytest.raises(TimeoutError):
        await try_to_log_in(peer, 0.2, HURRIED)

    assert not peer.heard
    assert any("not Asterisk" in entry.get("detail", "") for entry in logs)


async def test_message_without_end_drops_the_connection(peer):
    """A megabyte without an empty line is no AMI; memory stays bounded."""
    heard = Heard()
    with capture_logs() as logs:
        async with our_client(peer, heard):
            await peer.say(b"Event: Test\r\nN: " + b"9" * (1 << 20) + b"9" * 64)
            await until(lambda: heard.story == ["login", "lost", "login"])

    assert any("1048576" in entry.get("detail", "") for entry in logs)


async def test_end_in_mid_message_invents_no_event(peer):
    """Half an event is no event; the next connection begins clean."""
    heard = Heard()
    with capture_logs() as logs:
        async with our_client(peer, heard):
            await peer.say(b"Event: Test\r\nN: ha")
            await peer.hang_up()
            await until(lambda: heard.story[-1] == "login" and len(heard.story) == 3)
            await peer.say(numbered(1))
            await until(lambda: heard.story[-1] == "1")

    assert heard.story[:4] == ["login", "lost", "login", "1"]
    assert "the AMI connection ended in the middle of a message" in [entry["event"] for entry in logs]


async def test_no_server_is_waited_for(peer):
    """Asterisk may start after us."""
    port = peer.port
    async with AsyncExitStack() as stack:
        logs = stack.enter_context(capture_logs())
        ami = Ami(
            AmiAccount(host="127.0.0.1", port=port, username=USER, secret=SecretStr(SECRET)),
            wanted=frozenset(),
            on_event=print,
            patience=HURRIED,
        )
        peer.banner = b"SSH-2.0-not-yet\r\n"
        group = await stack.enter_async_context(asyncio.TaskGroup())
        running = group.create_task(ami.run())
        await until(lambda: len(logs) > 1)
        assert not ami.is_connected
        peer.banner = BANNER
        await ami.ready()
        running.cancel()


async def test_cancelling_run_closes_the_connection_for_good(peer):
    """panoramisk would connect again after `close`; ours is gone when it is gone."""
    heard = Heard()
    async with our_client(peer, heard):
        pass

    assert heard.story == ["login", "lost"]
    await until(peer.writers[0].transport.is_closing)
    assert len(peer.writers) == 1
