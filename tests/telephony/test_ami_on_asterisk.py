"""The AMI connection and its rights on a real Asterisk, rendered with the shipped account."""

import asyncio
import re
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from pydantic import SecretStr
from structlog.testing import capture_logs

from sandbox.pbx import Pbx
from telephony.ami import Ami, AmiAccount
from telephony.errors import AsteriskRefused, LoginRefused
from telephony.rights import ACTIONS, GRANTED, Right
from tests.telephony.ami_peer import Heard, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

READ = "system,security,call,agent,user,reporting"
CHINESE = "连云港市海州区幸福路12号"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pbx(tmp_path_factory):
    """One Asterisk for the module; a test that breaks it mends it."""
    async with Pbx.start(tmp_path_factory.mktemp("pbx")) as pbx:
        yield pbx


@asynccontextmanager
async def logged_in(pbx, heard=None, secret=None, wanted=()):
    """Our connection with the shipped account."""
    config, heard = pbx.config, heard or Heard()
    account = AmiAccount(
        host=config.ami_address,
        port=config.ami_port,
        username=config.ami_user,
        secret=SecretStr(secret or config.ami_secret),
    )
    ami = Ami(account, wanted=frozenset(wanted), on_event=heard.event, on_login=heard.login, on_lost=heard.lost)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(ami.run())
        try:
            async with asyncio.timeout(30):
                await ami.ready()
            yield ami
        finally:
            running.cancel()


async def sent_raw(ami, **fields):
    """Send what `Ami.action` would not, past its table; Asterisk must say no by itself."""
    question = ami._link.send_action(fields)
    async with asyncio.timeout(5):
        return await question.answer


# ---- talking


async def test_login_ping_and_version(pbx):
    """The shipped account is let in, told FullyBooted, and answered."""
    async with logged_in(pbx) as ami:
        assert (await ami.action("Ping"))["Ping"] == "Pong"
        assert int(ami._link.protocol.version.split(".")[0]) >= 7


@pytest.mark.parametrize("value", [CHINESE, "", "a: b", "  spaced  ", '"quoted" \\ ${EXTEN} ;', "🚑", "1" * 900])
async def test_text_comes_back_as_it_was_sent(pbx, value):
    """Setvar and Getvar round: Chinese, empty, punctuation that means something elsewhere."""
    async with logged_in(pbx) as ami:
        await ami.action("Setvar", Variable="LX_NOTE", Value=value)

        assert (await ami.action("Getvar", Variable="LX_NOTE"))[
            "Value"
        ] == value.lstrip()  # Asterisk drops leading blanks


async def test_status_lists_the_channels_and_hangup_ends_them(pbx):
    """A list with its items; the OriginateResponse is an event that carries our ActionID."""
    heard = Heard()
    async with logged_in(pbx, heard, wanted=("OriginateResponse", "Hangup")) as ami:
        assert await ami.listing("Status") == []
        await ami.action(
            "Originate",
            ActionID="intent-7",
            Channel="Local/12345@citizens/n",
            Context="waiting-room",
            Exten="s",
            Priority=1,
            Variable=["LX_A=1", f"LX_B={CHINESE}"],
        )
        await until(lambda: "OriginateResponse" in heard.story)
        channels = await ami.listing("Status", Variables="LX_B")

        assert heard.events[0]["ActionID"] == "intent-7"
        assert {channel["Type"] for channel in channels} == {"Local"}
        assert f"LX_B={CHINESE}" in [value for channel in channels for value in channel.all("Variable")]
        await ami.action("Hangup", Channel=channels[0]["Channel"])
        await until(lambda: heard.story.count("Hangup") == 2)


async def test_a_second_call_under_the_same_id_is_refused_while_the_first_lives(pbx):
    """So a citizen is not dialled twice by one intent, whatever is sent again (decision 9)."""
    call = {
        "Channel": "Local/12345@citizens/n",
        "Context": "waiting-room",
        "Exten": "s",
        "Priority": 1,
        "ChannelId": "out-7",
        "OtherChannelId": "out-7-other",
    }
    heard = Heard()
    async with logged_in(pbx, heard, wanted=("OriginateResponse", "Hangup")) as ami:
        await ami.action("Originate", **call)
        await until(lambda: "OriginateResponse" in heard.story)
        await ami.action("Originate", **call | {"OtherChannelId": "out-7-third"})  # yes means "queued"
        await until(lambda: heard.story.count("OriginateResponse") == 2)
        channels = await ami.listing("Status")

        assert [event["Response"] for event in heard.events] == ["Success", "Failure"]
        assert {channel["Uniqueid"] for channel in channels} == {"out-7", "out-7-other"}
        await ami.action("Hangup", Channel="out-7")
        await until(lambda: heard.story.count("Hangup") == 2)


async def test_asterisks_no_is_named(pbx):
    """A channel that does not exist."""
    async with logged_in(pbx) as ami:
        with pytest.raises(AsteriskRefused, match="Channel"):
            await ami.action("Redirect", Channel="nobody", Context="waiting-room", Exten="s", Priority=1)


async def test_hundred_actions_at_once_are_all_answered(pbx):
    """Each asker gets the answer to its own question."""
    async with logged_in(pbx) as ami:
        await asyncio.gather(*(ami.action("Setvar", Variable=f"LX_{n}", Value=str(n)) for n in range(100)))
        answers = await asyncio.gather(*(ami.action("Getvar", Variable=f"LX_{n}") for n in range(100)))

    assert [answer["Value"] for answer in answers] == [str(n) for n in range(100)]


async def test_wrong_secret_is_a_clear_failure(pbx):
    """Not a half login, and not a second attempt."""
    with pytest.raises(ExceptionGroup) as failure:
        async with logged_in(pbx, secret="not-the-secret"):
            pass

    assert failure.group_contains(LoginRefused)


# ---- ends


async def test_frozen_asterisk_is_noticed_within_three_seconds_and_found_again(pbx):
    """SIGSTOP: the sockets stay open and nothing answers."""
    heard, loop = Heard(), asyncio.get_running_loop()
    with capture_logs():
        async with logged_in(pbx, heard) as ami:
            pbx.freeze()
            try:
                began = loop.time()
                await until(lambda: "lost" in heard.story)
                assert loop.time() - began < 3.0
            finally:
                pbx.thaw()
            async with asyncio.timeout(20):
                await ami.ready()
            assert (await ami.action("Ping")).succeeded


async def test_killed_asterisk_is_found_again_after_its_restart(pbx):
    """`kill -9` and a second life on the same port."""
    heard = Heard()
    with capture_logs():
        async with logged_in(pbx, heard) as ami:
            await pbx.kill()
            await until(lambda: "lost" in heard.story)
            await pbx.boot()
            async with asyncio.timeout(20):
                await ami.ready()
            assert (await ami.action("Ping")).succeeded

    assert heard.story == ["login", "lost", "login", "lost"]


# ---- rights (decision 8)


def shipped(pbx, word):
    """A line of the account in the rendered manager.conf."""
    text = (pbx.config.etc / "manager.conf").read_text(encoding="utf-8")
    section = text.split(f"[{pbx.config.ami_user}]")[1].split("\n[")[0]
    found = re.findall(rf"^{word}\s*=\s*(.*)$", section, flags=re.MULTILINE)
    assert len(found) == 1
    return found[0].strip()


async def test_the_account_has_exactly_the_rights_decided(pbx):
    """Neither one less (half our events would be missing) nor one more."""
    assert shipped(pbx, "read") == READ
    assert set(shipped(pbx, "write").split(",")) == set(GRANTED)
    options = (pbx.config.etc / "asterisk.conf").read_text(encoding="utf-8")
    assert re.search(r"^live_dangerously\s*=\s*no$", options, flags=re.MULTILINE)


async def test_every_action_has_a_right_and_every_right_an_action():
    """The table and the grant are each other's reason."""
    assert [name for name, rights in ACTIONS.items() if rights and not rights & GRANTED] == []
    assert frozenset().union(*ACTIONS.values()) - {Right.SYSTEM} == GRANTED


@pytest.mark.parametrize("name", ACTIONS)
async def test_the_table_says_of_every_action_what_asterisk_says(pbx, name):
    """`manager show command` on the real Asterisk."""
    answer = await pbx.cli(f"manager show command {name}")
    found = re.search(r"\[Privilege\]\n(.*)", answer)

    assert found, answer
    assert set(found[1].strip().split(",")) - {"all", "<none>"} == set(ACTIONS[name])


@pytest.mark.parametrize(
    "fields",
    [
        {"Action": "Command", "Command": "core show version"},
        {"Action": "GetConfig", "Filename": "manager.conf"},
        {"Action": "GetConfigJSON", "Filename": "manager.conf"},
        {"Action": "UpdateConfig", "SrcFilename": "x.conf", "DstFilename": "x.conf"},
        {"Action": "CreateConfig", "Filename": "x.conf"},
        {"Action": "ListCategories", "Filename": "manager.conf"},
        {"Action": "ModuleLoad", "LoadType": "load", "Module": "chan_sip.so"},
        {"Action": "Reload"},
        {"Action": "DBPut", "Family": "a", "Key": "b", "Val": "c"},
        {"Action": "AGI", "Channel": "x", "Command": "NOOP"},
        {"Action": "MixMonitor", "Channel": "x", "File": "x.wav"},
        {"Action": "DialplanExtensionAdd", "Context": "x", "Extension": "1", "Priority": "1", "Application": "System"},
        {"Action": "UserEvent", "UserEvent": "CallArrived"},
        {"Action": "Filter", "Operation": "Add", "Filter": "x"},
    ],
    ids=lambda fields: fields["Action"],
)
async def test_what_is_not_ours_asterisk_refuses(pbx, fields):
    """Even with our secret, nobody configures or commands the PBX, or pretends to be its dialplan."""
    async with logged_in(pbx) as ami:
        with pytest.raises(AsteriskRefused, match=r"[Pp]ermission|denied"):
            await sent_raw(ami, **fields)


@pytest.mark.parametrize("application", ["System", "TrySystem", "AGI", "Exec", "MixMonitor"])
async def test_a_call_that_would_run_a_program_is_refused(pbx, application):
    """Originate may not name an application that reaches outside."""
    fields = {"Action": "Originate", "Channel": "Local/s@waiting-room", "Application": application, "Data": "true"}
    async with logged_in(pbx) as ami:
        with pytest.raises(AsteriskRefused):
            await sent_raw(ami, Async="true", **fields)


@pytest.mark.parametrize("name", ["SHELL(touch {mark})", "FILE({mark})", "EVAL(${{SHELL(touch {mark})}})"])
async def test_no_variable_reaches_a_shell_or_a_file(pbx, tmp_path, name):
    """`live_dangerously=no`: dangerous functions are not for AMI."""
    mark = tmp_path / "mark"
    async with logged_in(pbx) as ami:
        for action, more in (("Getvar", {}), ("Setvar", {"Value": "x"})):
            try:
                await ami.action(action, Variable=name.format(mark=mark), **more)
            except AsteriskRefused:
                continue

    assert not mark.exists()
