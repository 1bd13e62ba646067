"""功能码: what an agent can do on a plain SIP phone. A code, perhaps a question or two, an answer by voice.

Every code is one row of `CODES`. What happens is the `Desk`'s decision; a refusal names its rule, and the rule has its
own voice. The PIN goes from the keys into a SecretStr and from there to the desk: it is in no message, repr or log.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from pydantic import SecretStr

from ivr.aloud import number_aloud
from ivr.line import Keypad, Line
from ivr.prompts import Say

WAIT_S = 6.0  # for the next key
AGENT_DIGITS = 8
PIN_DIGITS = 12
LOG_ON_ATTEMPTS = 3
BREAK_ATTEMPTS = 2

WRONG_PIN = "wrong_pin"
TOO_MANY_ATTEMPTS = "too_many_attempts"
NO_CHOICE = "no_choice"
UNKNOWN_CODE = "unknown_code"

BREAK_REASONS: Mapping[str, str] = MappingProxyType({"1": "rest", "2": "meal", "3": "training", "4": "other"})
"""小休原因: key to reason, as `Say.ASK_BREAK` reads them out."""

REFUSALS: Mapping[str, Say] = MappingProxyType(
    {
        "unknown_agent": Say.UNKNOWN_AGENT,
        "unknown_seat": Say.UNKNOWN_SEAT,
        "unknown_queue": Say.UNKNOWN_QUEUE,
        "seat_taken": Say.SEAT_TAKEN,
        "agent_already_logged_on": Say.ALREADY_LOGGED_ON,
        "not_now": Say.NOT_NOW,
        "too_busy": Say.TOO_BUSY,
        "too_many_on_break": Say.TOO_MANY_ON_BREAK,
        "ordered_ready": Say.ORDERED_READY,
        "no_more_extensions": Say.NO_MORE_EXTENSIONS,
        TOO_MANY_ATTEMPTS: Say.TOO_MANY_ATTEMPTS,
        "locked_out": Say.TOO_MANY_ATTEMPTS,
        NO_CHOICE: Say.NO_CHOICE,
        UNKNOWN_CODE: Say.UNKNOWN_CODE,
    }
)
"""The voice of each rule. A rule that is not here is refused in general words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Done, or refused by a rule: the rule of an `acd` refusal, or one of those named above."""

    refused_by: str = ""

    @property
    def accepted(self) -> bool:
        """Whether it was done."""
        return not self.refused_by


DONE = Answer()


class Desk(Protocol):
    """Who decides about agents. The seat is the extension of the phone that dialled the code."""

    async def log_on(self, agent: str, pin: SecretStr, seat: str) -> Answer:
        """签入. A number nobody has is refused by `wrong_pin` too: who guesses learns nothing."""

    async def ready(self, seat: str) -> Answer:
        """就绪."""

    async def take_break(self, seat: str, reason: str) -> Answer:
        """小休, with one of BREAK_REASONS."""

    async def finish_wrap_up(self, seat: str) -> Answer:
        """整理完成."""

    async def extend_wrap_up(self, seat: str) -> Answer:
        """延长整理."""

    async def log_off(self, seat: str) -> Answer:
        """签出."""


@dataclass(frozen=True, slots=True)
class Dialog:
    """One row: how a code is carried out, and what is said when it was."""

    carry_out: Callable[[Keypad, Desk, str], Awaitable[Answer]]
    confirmed: tuple[Say, ...]


async def serve(code: str, seat: str, phone: Keypad, desk: Desk) -> Answer:
    """Carry out the code that was dialled at `seat` and say what became of it. The answer is for the journal."""
    dialog = CODES.get(code)
    answer = await dialog.carry_out(phone, desk, seat) if dialog else Answer(UNKNOWN_CODE)
    if dialog and answer.accepted:
        for prompt in dialog.confirmed:
            await phone.play(prompt)
    else:
        await phone.play(REFUSALS.get(answer.refused_by, Say.REFUSED))
    return answer


async def _log_on(phone: Keypad, desk: Desk, seat: str) -> Answer:
    """Ask for number and PIN until they fit, LOG_ON_ATTEMPTS times at most; any other refusal is final."""
    for attempt in range(1, LOG_ON_ATTEMPTS + 1):
        agent = await phone.digits(Say.ASK_AGENT, WAIT_S, AGENT_DIGITS)
        pin = SecretStr(await phone.digits(Say.ASK_PIN, WAIT_S, PIN_DIGITS))
        answer = await _try_to_log_on(desk, agent, pin, seat)
        if answer.accepted:
            await _read_back(phone, agent)
        if answer.refused_by != WRONG_PIN:
            return answer
        if attempt < LOG_ON_ATTEMPTS:
            await phone.play(Say.WRONG_PIN)
    return Answer(TOO_MANY_ATTEMPTS)


async def _try_to_log_on(desk: Desk, agent: str, pin: SecretStr, seat: str) -> Answer:
    if not agent or not pin.get_secret_value():
        return Answer(WRONG_PIN)
    return await desk.log_on(agent, pin, seat)


async def _read_back(line: Line, agent: str) -> None:
    for prompt in (Say.LOGGED_ON, *number_aloud(agent)):
        await line.play(prompt)


async def _ready(_: Keypad, desk: Desk, seat: str) -> Answer:
    return await desk.ready(seat)


async def _take_break(phone: Keypad, desk: Desk, seat: str) -> Answer:
    """Ask for the reason; without one nothing changes."""
    for _ in range(BREAK_ATTEMPTS):
        key = await phone.ask(Say.ASK_BREAK, WAIT_S)
        if reason := BREAK_REASONS.get(key or ""):
            return await desk.take_break(seat, reason)
    return Answer(NO_CHOICE)


async def _finish_wrap_up(_: Keypad, desk: Desk, seat: str) -> Answer:
    return await desk.finish_wrap_up(seat)


async def _extend_wrap_up(_: Keypad, desk: Desk, seat: str) -> Answer:
    return await desk.extend_wrap_up(seat)


async def _log_off(_: Keypad, desk: Desk, seat: str) -> Answer:
    return await desk.log_off(seat)


CODES: Mapping[str, Dialog] = MappingProxyType(
    {
        "*70": Dialog(_log_off, (Say.LOGGED_OFF,)),  # 签出
        "*71": Dialog(_log_on, (Say.THEN_READY,)),  # 签入
        "*72": Dialog(_ready, (Say.READY,)),  # 就绪
        "*73": Dialog(_take_break, (Say.ON_BREAK,)),  # 小休
        "*74": Dialog(_finish_wrap_up, (Say.WRAP_UP_DONE,)),  # 整理完成
        "*75": Dialog(_extend_wrap_up, (Say.WRAP_UP_EXTENDED,)),  # 延长整理
    }
)
"""Every feature code."""
