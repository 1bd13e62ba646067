"""What a person asks for in a conversation, put to Asterisk: the keys of the agent's phone, and a supervisor beside it.

Hold, retrieve, pause and resume are the agent's own codes: they are keyed on the agent's leg as if its phone had, so
that a code and a click go one way, and the dialplan alone knows what they do. The leg is named by the caller's
variable AGENT_LEG, so that nothing is to be remembered here and a controller that restarted can do it too.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final, Protocol

from acd.model import CallId, SeatId
from telephony.errors import TelephonyError
from telephony.message import AmiReply

KEY_MS: Final = "80"
RING_MS: Final = "15000"
_NUMBER = re.compile(r"[0-9]{2,12}")
_LEG = re.compile(r"[A-Za-z0-9.-]{1,120}")


class TalkCode(StrEnum):
    """What an agent keys in a call; features.conf knows them too."""

    HOLD = "*81"  # 保持
    RETRIEVE = "*82"  # 取回: so does any other key
    PAUSE = "*83"  # 暂停录音
    RESUME = "*84"  # 恢复录音


class Beside(StrEnum):
    """What a supervisor does beside a conversation: extensions of the dialplan's `talk-beside`."""

    LISTEN = "listen"  # 监听: nobody hears them
    WHISPER = "whisper"  # 密语: the agent hears them
    BARGE = "barge"  # 强插: both hear them


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

    async def pass_on(self, call: CallId, hotline: str) -> None:
        """Send the caller to a hotline's queue by the dialplan. Raises TelephonyError, ValueError for no number."""
        if not _NUMBER.fullmatch(hotline):
            raise ValueError("a hotline is named by its digits")
        await self._exchange.action("Redirect", Channel=call, Context="talk-transfer", Exten=hotline, Priority="1")

    async def _agent_leg(self, call: CallId) -> str:
        reply = await self._exchange.action("Getvar", Channel=call, Variable="AGENT_LEG")
        leg = reply.get("Value", "")
        if not _LEG.fullmatch(leg):
            raise NoAgentLeg(f"no agent is connected to {call}")
        return leg
