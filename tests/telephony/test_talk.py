"""A conversation's keys and a supervisor's phone, put to an Asterisk that only notes."""

from __future__ import annotations

import pytest

from acd.model import CallId, SeatId
from telephony.message import AmiReply
from telephony.talk import Beside, NoAgentLeg, Talk, TalkCode, Target

CALL = CallId("lx1-1736125200.7")


class Exchange:
    """Answers every Getvar with the same leg, and notes the rest."""

    def __init__(self, leg: str) -> None:
        self._leg, self.sent = leg, list[tuple[str, dict[str, str]]]()

    async def action(self, name: str, /, **fields: str) -> AmiReply:
        """Yes."""
        if name != "Getvar":
            self.sent.append((name, fields))
        return AmiReply(f"Response: Success\r\nValue: {self._leg}".encode())


async def test_a_code_is_keyed_on_the_agents_leg_key_by_key() -> None:
    """As if its phone had sent it: `Receive`, so that nobody in the call hears it."""
    exchange = Exchange("lx1-1736125201.8")
    await Talk(exchange).press(CALL, TalkCode.HOLD)

    assert [(name, said["Channel"], said["Digit"], said["Receive"]) for name, said in exchange.sent] == [
        ("PlayDTMF", "lx1-1736125201.8", key, "true") for key in "*81"
    ]


async def test_a_supervisors_phone_is_called_into_the_dialplan_for_one_exact_leg() -> None:
    """No application, no data from a person: a context, and the leg's unique id."""
    exchange = Exchange("lx1-1736125201.8")
    await Talk(exchange).stand_beside(CALL, SeatId("8009"), Beside.WHISPER)
    [(name, said)] = exchange.sent

    assert name == "Originate"
    assert (said["Channel"], said["Context"], said["Exten"]) == ("PJSIP/8009", "talk-beside", "whisper")
    assert said["Variable"] == "TALK_LEG=lx1-1736125201.8"


@pytest.mark.parametrize("leg", ["", "a,b", "x)&Hangup("])
async def test_without_an_agents_leg_nothing_is_sent(leg: str) -> None:
    """A call that is with nobody, or a variable that is no channel's id."""
    exchange = Exchange(leg)
    with pytest.raises(NoAgentLeg):
        await Talk(exchange).press(CALL, TalkCode.PAUSE)

    assert exchange.sent == []


async def test_a_caller_is_passed_on_to_a_number_and_to_nothing_else() -> None:
    """What could be more than a number never reaches the dialplan."""
    exchange = Exchange("")
    await Talk(exchange).pass_on(CALL, Target("hotline", "12320"))
    for deed in (Talk(exchange).pass_on, Talk(exchange).consult):
        with pytest.raises(ValueError, match="digits"):
            await deed(CALL, Target("outside", "110,1"))

    assert exchange.sent == [
        ("Redirect", {"Channel": CALL, "Context": "talk-give-hotline", "Exten": "12320", "Priority": "1"})
    ]


async def test_to_ask_the_agents_leg_is_told_whom_and_the_caller_is_parked() -> None:
    """In this order: the leg goes on as soon as the caller is gone from it."""
    exchange = Exchange("lx1-1736125201.8")
    await Talk(exchange).consult(CALL, Target("seat", "8002"))

    *told, (name, said) = exchange.sent
    assert {s["Variable"]: s["Value"] for _, s in told} == {"TO": "8002", "TO_KIND": "seat", "NEXT": "consult"}
    assert {s["Channel"] for _, s in told} == {"lx1-1736125201.8"}
    assert (name, said["Channel"], said["Context"]) == ("Redirect", CALL, "talk-parked")
