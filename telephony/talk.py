"""What a person asks for in a conversation, put to Asterisk: the keys of the agent's phone, and a supervisor beside it.

Hold, retrieve, pause and resume are the agent's own codes: they are keyed on the agent's leg as if its phone had, so
that a code and a click go one way, and the dialplan alone knows what they do. The leg is named by the caller's
variable AGENT_LEG, so that nothing is to be remembered here and a controller that restarted can do it too.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final, Literal, NamedTuple, Protocol

from acd.model import CallId, SeatId
from telephony.errors import TelephonyError
from telephony.message import AmiReply

KEY_MS: Final = "80"
RING_MS: Final = "15000"
_NUMBER = re.compile(r"[0-9]{2,15}")
_LEG = re.compile(r"[A-Za-z0-9.-]{1,120}")


class TalkCode(StrEnum):
    """What an agent keys in a call; features.conf knows them too."""

    HOLD = "*81"  # 保持
    RETRIEVE = "*82"  # 取回: so does any other key
    PAUSE = "*83"  # 暂停录音
    RESUME = "*84"  # 恢复录音
    COMPLETE = "*87"  # 完成转接: while somebody is asked, as the next; RETRIEVE then lets them go
    THREE_WAY = "*88"  # 三方通话


class Beside(StrEnum):
    """What a supervisor does beside a conversation: extensions of the dialplan's `talk-beside`."""

    LISTEN = "listen"  # 监听: nobody hears them
    WHISPER = "whisper"  # 密语: the agent hears them
    BARGE = "barge"  # 强插: both hear them


class Target(NamedTuple):
    """Who is rung: `number` is a hotline's, a seat's or an outside one, as `kind` says (the dialplan's TO_KIND)."""

    kind: Literal["hotline", "seat", "outside"]
    number: str


class NoAgentLeg(TelephonyError):
    """Asterisk knows no agent's leg of this call: it is over."""


class Exchange(Protocol):
    """What is needed of the AMI connection."""

    async def action(self, name: str, /, **fields: str) -> AmiReply:
        """Send one action. Raises TelephonyError."""


class Talk:
    """Conversations, as Asterisk carries them."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def press(self, call: CallId, code: TalkCode) -> None:
        """Key a code on the agent's leg; the dialplan says what comes of it. Raises TelephonyError."""
        leg = await self._agent_leg(call)
        for key in code:
            await self._exchange.action("PlayDTMF", Channel=leg, Digit=key, Duration=KEY_MS, Receive="true")

    async def stand_beside(self, call: CallId, seat: SeatId, manner: Beside) -> None:
        """Ring the supervisor's phone and put it beside the agent's leg, and no other. Raises TelephonyError."""
        leg = await self._agent_leg(call)
        await self._exchange.action(
            "Originate",
            Channel=f"PJSIP/{seat}",
            Context="talk-beside",
            Exten=manner,
            Priority="1",
            Timeout=RING_MS,
            Variable=f"TALK_LEG={leg}",
        )

    async def pass_on(self, call: CallId, target: Target) -> None:
        """Have the dialplan hand the caller on. Raises TelephonyError, ValueError for no number."""
        _must_be_digits(target)
        await self._redirect(call, f"talk-give-{target.kind}", target.number)

    async def consult(self, call: CallId, target: Target) -> None:
        """Park the caller; the agent's leg goes on to ask somebody. The same errors."""
        _must_be_digits(target)
        leg = await self._agent_leg(call)
        for name, value in (("TO", target.number), ("TO_KIND", target.kind), ("NEXT", "consult")):
            await self._exchange.action("Setvar", Channel=leg, Variable=name, Value=value)
        await self._redirect(call, "talk-parked", "s")

    async def rejoin(self, call: CallId) -> None:
        """Bring the agent back to the caller, whether or not the one who is asked has picked up. The same errors."""
        if await self._leg(call, "TARGET_LEG"):
            await self.press(call, TalkCode.RETRIEVE)
        else:
            await self._redirect(await self._agent_leg(call), "talk-aside", "back")

    async def _redirect(self, channel: str, context: str, exten: str) -> None:
        await self._exchange.action("Redirect", Channel=channel, Context=context, Exten=exten, Priority="1")

    async def _agent_leg(self, call: CallId) -> str:
        leg = await self._leg(call, "AGENT_LEG")
        if not leg:
            raise NoAgentLeg(f"no agent is connected to {call}")
        return leg

    async def _leg(self, call: CallId, variable: str) -> str:
        reply = await self._exchange.action("Getvar", Channel=call, Variable=variable)
        leg = reply.get("Value", "")
        return leg if _LEG.fullmatch(leg) else ""


def _must_be_digits(target: Target) -> None:
    if not _NUMBER.fullmatch(target.number):
        raise ValueError("whoever is rung is named by digits")
