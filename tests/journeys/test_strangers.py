"""Caller ids that nobody should send: the call is served like any other, and the text goes nowhere."""

import re

import pytest

from acd.events import AgentAnswered
from sandbox.phones import Manner
from sandbox.strangers import sip_from, strange_call
from telephony.orders import action_for

pytestmark = pytest.mark.asyncio(loop_scope="module")

MARK = "mark4711"  # in every hostile text, to look for it afterwards
DIGITS = "47114711"  # in the one that has no letters: four would be found in an id by chance
STRANGERS = {
    "hidden": sip_from("anonymous", "Anonymous", "anonymous.invalid"),
    "crlf in the number": sip_from(f"138%0d%0aAction%3a%20Hangup%0d%0aChannel%3a%20{MARK}"),
    "crlf in the name": sip_from("mark4711", f"x%0d%0aSet-{MARK}: y"),
    "quotes": sip_from(f"a%22b'{MARK}", f'say \\"{MARK}\\" ;,)'),
    "dialplan": sip_from(f"$%7BSHELL(touch%20{MARK})%7D", f"${{SHELL(touch {MARK})}}$[1+1]{MARK}"),
    "five hundred characters": sip_from(MARK + "9" * 500),
    "five hundred digits": sip_from(DIGITS[:4] * 125, MARK),
    "other scripts": sip_from(f"%e5%b8%82%e6%b0%91{MARK}", f"市民 مواطن नागरिक {MARK} 🚑"),
    "looks like a number": sip_from(f"+86138-0013-8000-{MARK}"),
    "sql": sip_from(f"1';drop%20table%20calls;--{MARK}"),
    "a seat's separator": sip_from(f"8001*1*99&{MARK}"),
    "no user at all": f"<sip:127.0.0.1;{MARK}=1>".encode(),
}


@pytest.mark.parametrize("sender", STRANGERS.values(), ids=STRANGERS.keys())
async def test_a_strange_caller_is_served_and_the_text_goes_nowhere(scene, sender):
    """Answered by an agent; in no dialplan variable, no AMI action, no fact, no file, and not stored as a number."""
    await scene.agent("101", "8001", Manner.ANSWER)
    since = len(scene.told)
    async with strange_call(scene.house.pbx.config.sip_port, "12345", sender) as call:
        assert await call.final() == 200
        answered = await scene.fact(AgentAnswered, since=since)
        channel = await scene.house.pbx.cli(f"core show channel {answered.call}")
        variables = await _variables(scene)

    assert MARK not in channel.partition("Variables:")[2]
    assert not [value for value in variables if MARK in value or "touch" in value or DIGITS in value]
    assert not [
        action for order in scene.orders(answered.call) for action in [action_for(order)] if MARK in str(action)
    ]
    assert MARK not in str(scene.told)
    rows = await scene.rows("select ani from calls where call_id = :call", call=answered.call)
    assert [row.ani for row in rows] == [None]
    assert _files_with(MARK.encode(), scene) == []


async def test_a_plain_number_is_stored_and_hidden_everywhere_else(scene):
    """The call book knows it; the dialplan shows it masked, the ACD is not told it."""
    await scene.agent("101", "8001", Manner.ANSWER)
    async with strange_call(scene.house.pbx.config.sip_port, "12345", sip_from("13812345678", "王先生")) as call:
        assert await call.final() == 200
        answered = await scene.fact(AgentAnswered)

    rows = await scene.rows("select ani from calls where call_id = :call", call=answered.call)
    assert [row.ani for row in rows] == ["13812345678"]
    assert "13812345678" not in str(scene.told)


async def _variables(scene):
    """Every channel variable of every channel, as Asterisk's console shows them."""
    listed = await scene.house.pbx.cli("core show channels concise")
    shown = [await scene.house.pbx.cli(f"core show channel {line.split('!')[0]}") for line in listed.splitlines()]
    return [line for text in shown for line in re.findall(r"^\w+=.*$", text, re.MULTILINE)]


def _files_with(text, scene):
    """Files of the controller and of the PBX that hold the text; SIP's own log is none of ours and is not kept."""
    folders = (scene.settings.state_dir, scene.house.state_dir)
    return [
        path.name
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and (text in path.read_bytes() or text.decode() in path.name)
    ]
