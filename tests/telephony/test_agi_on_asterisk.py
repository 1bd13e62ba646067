"""A caller's line on a real Asterisk: what its replies really look like, and what a hang-up does to them."""

import asyncio
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from pydantic import SecretStr

from sandbox.instance import Setup
from sandbox.pbx import Pbx
from telephony.agi import serve
from telephony.ami import Ami, AmiAccount
from telephony.errors import CallerHungUp, PromptNotPlayed
from tests.telephony.ami_peer import Heard, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE_S = 20.0
NO_SCRIPT = "12320"  # who dials this waits at once


class House:
    """An Asterisk whose callers' scripts we are."""

    def __init__(self):
        self.scripts, self.ami, self.port = [], None, 0

    async def script(self, line):
        """The next caller gets the script put here last."""
        if line.dnis != NO_SCRIPT:
            await self.scripts.pop()(line)

    @asynccontextmanager
    async def caller(self, script):
        """Somebody dials 12345 and meets the script; the value is the caller's own channel. They hang up at the end."""
        self.scripts.append(script)
        heard = len(self.heard.events)
        await self.ami.action(
            "Originate", Channel="Local/12345@citizens/n", Context="waiting-room", Exten="s", Priority=1
        )
        await until(lambda: len(self.heard.events) > heard and not self.scripts, PATIENCE_S)
        yield self.heard.events[-1]["Channel"]

    async def dial_and_press(self, keys, script):
        """Somebody dials 12345, meets the script, and presses keys half a second after the answer."""
        self.scripts.append(script)
        question = self.ami._link.send_action(  # past our own table, which dials no application
            {
                "Action": "Originate",
                "Async": "true",
                "Channel": f"Local/{NO_SCRIPT}@citizens/n",
                "Application": "Dial",
                "Data": f"Local/12345@citizens/n,20,D(w{keys})",
            }
        )
        await question.answer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory):
    """One Asterisk and one acceptor for the module."""
    house = House()
    house.heard = Heard()
    async with (
        serve("127.0.0.1", 0, {"call": house.script}) as port,
        Pbx.start(tmp_path_factory.mktemp("pbx"), Setup(agi_port=port)) as pbx,
        asyncio.TaskGroup() as group,
    ):
        config = pbx.config
        account = AmiAccount(
            host=config.ami_address, port=config.ami_port, username=config.ami_user, secret=SecretStr(config.ami_secret)
        )
        house.ami = Ami(account, wanted=frozenset({"OriginateResponse"}), on_event=house.heard.event)
        running = group.create_task(house.ami.run())
        await house.ami.ready()
        yield house
        running.cancel()


async def met(house, ask, meanwhile=None):
    """What a script's questions came to, while the caller does something."""
    outcome, done = [], asyncio.Event()

    async def script(line):
        try:
            outcome.append(await ask(line))
        except CallerHungUp:
            outcome.append("gone")
        done.set()
        await asyncio.sleep(0)

    async with house.caller(script) as channel:
        if meanwhile is not None:
            await meanwhile(channel)
        async with asyncio.timeout(PATIENCE_S):
            await done.wait()
    return outcome[0]


async def test_the_header_names_the_call_and_the_number_dialled(house):
    """As the shipped dialplan passes them; the caller's name and most digits are already hidden there."""

    async def ask(line):
        return line.dnis, line.arguments, line.call_id == await line.variable("CALL_ID")

    assert await met(house, ask) == ("12345", ("12345", ""), True)


@pytest.mark.parametrize(
    "text", ["连云港市海州区", "", 'a"b\\c', "${EXTEN} $[1+1]", "  two  spaces ", "it's; (1)", "1" * 1000]
)
async def test_variables_come_back_as_they_were_set(house, text):
    """Quotes, backslashes, expressions: text is text."""

    async def ask(line):
        await line.set_variable("LX_NOTE", text)
        return await line.variable("LX_NOTE")

    assert await met(house, ask) == text


async def test_several_variables_are_set_at_once(house):
    """In one step, also to nothing."""

    async def ask(line):
        await line.set_variables({"LX_A": "a:1&b:2", "LX_B": "", "LX_C": "-3"})
        return [await line.variable(name) for name in ("LX_A", "LX_B", "LX_C")]

    assert await met(house, ask) == ["a:1&b:2", "", "-3"]


async def test_an_unset_variable_is_empty(house):
    """Asterisk says 0."""
    assert await met(house, lambda line: line.variable("LX_NEVER")) == ""


async def test_a_prompt_is_heard_to_its_end(house):
    """No key, no error."""
    assert await met(house, lambda line: line.play("beep")) is None


async def test_silence_is_none_and_no_digits(house):
    """Nobody presses anything."""

    async def ask(line):
        return await line.ask("beep", 0.1), await line.digits("beep", 0.1, 4)

    assert await met(house, ask) == (None, "")


async def pressed(house, keys, ask):
    """What a script's question came to for a caller who presses keys half a second after the answer."""
    outcome = []

    async def script(line):
        outcome.append(await ask(line))

    await house.dial_and_press(keys, script)
    await until(lambda: outcome, PATIENCE_S)
    return outcome[0]


@pytest.mark.parametrize("key", ["1", "0", "*", "#"])
async def test_a_key_is_heard(house, key):
    """Every key of a telephone, also the one that ends a number."""
    assert await pressed(house, key, lambda line: line.ask("beep", 10.0)) == key


async def test_a_key_interrupts_a_prompt(house):
    """Nobody has to listen to the end."""

    async def ask(line):
        while (key := await line.play("beep")) is None:
            pass
        return key

    assert await pressed(house, "5", ask) == "5"


async def test_a_number_ends_with_the_hash_key(house):
    """What is keyed in before # is the number."""
    assert await pressed(house, "101#", lambda line: line.digits("beep", 10.0, 6)) == "101"


async def test_a_missing_prompt_is_told_from_a_hang_up_and_the_line_goes_on(house):
    """Asterisk says -1 for both."""

    async def ask(line):
        with pytest.raises(PromptNotPlayed):
            await line.play("no-such-prompt")
        with pytest.raises(PromptNotPlayed):
            await line.ask("no-such-prompt", 1.0)
        return await line.variable("DNIS")

    assert await met(house, ask) == "12345"


async def test_a_hang_up_while_we_ask(house):
    """The caller is gone in the middle of a question; the next is not even sent."""

    async def hang_up(channel):
        await house.ami.action("Hangup", Channel=channel)

    async def ask(line):
        with pytest.raises(CallerHungUp):
            await line.ask("beep", 60.0)
        return await line.play("beep")

    assert await met(house, ask, hang_up) == "gone"


async def test_a_hang_up_between_questions(house):
    """Noticed by the next command."""
    gone = asyncio.Event()

    async def hang_up(channel):
        await house.ami.action("Hangup", Channel=channel)
        await until(gone.is_set, PATIENCE_S)

    async def ask(line):
        while True:
            try:
                await line.set_variable("LX_N", "1")
            except CallerHungUp:
                gone.set()
                raise

    assert await met(house, ask, hang_up) == "gone"


async def test_we_can_hang_up(house):
    """And the line is over."""

    async def ask(line):
        await line.hang_up()
        return await line.variable("X")

    assert await met(house, ask) == "gone"
