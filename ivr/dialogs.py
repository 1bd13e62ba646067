"""What a caller does in a node that is more than a choice: leave a message, ask for a call-back, ask after a ticket.

Each answers by what way the node is left (`Left`). Silence is never asked twice; a mistake is, as often as the node has
attempts; 0 reaches a person at every question.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from city.pace import KEY_S
from ivr.aloud import date_aloud, number_aloud
from ivr.caller import NO_NUMBER_WOULD_DO, CallBackTerms, Caller, State, TicketTold
from ivr.menu import (
    KEPT,
    PERSON,
    PROMISED,
    REFUSED,
    SILENCE,
    THEN,
    TOLD,
    WRONG,
    CallBack,
    Digits,
    Join,
    Keyed,
    Message,
    Progress,
)
from ivr.prompts import Say
from ivr.voice import Voice

YES: Final = "1"
AGAIN: Final = "2"
REVIEWS: Final = 3  # how often a message is played, or a number read back
TICKET_DIGITS: Final = 14
"""工单编号: the day, and six digits of that day (tickets.ticket.ticket_number)."""
CODE_DIGITS: Final = 6
"""查询码."""
PHONE_DIGITS: Final = 20


class Left(NamedTuple):
    """By which edge a node was left (ivr.menu.Edge.by), and what was keyed in there."""

    by: str
    keyed: Keyed | None = None


# ---- 留言


async def message(node: Message, voice: Voice, caller: Caller) -> Left:
    """Invite, record, review. What was said is kept, whatever comes after it, unless it is spoken anew and kept."""
    if await voice.play(node.prompt) == PERSON:
        return Left(PERSON)
    for take in range(1, node.attempts + 1):
        if not await caller.record(node.most_s):
            await voice.play(Say.MESSAGE_NOTHING)
            return Left(SILENCE)
        key = await _review(node, voice, caller)
        if key == PERSON:
            await caller.keep_message()
            return Left(PERSON)
        if key != AGAIN or take == node.attempts:
            break
    await caller.keep_message()
    await voice.play(Say.MESSAGE_THANKS)
    return Left(KEPT)


async def _review(node: Message, voice: Voice, caller: Caller) -> str | None:
    """1, 2, 0, or None for who presses nothing that means something: their message is as good as kept."""
    for _ in range(REVIEWS):
        key = await caller.hear_message()
        key = key or await voice.ask(Say.MESSAGE_REVIEW, node.wait_s)
        if key is None or key in (YES, AGAIN, PERSON):
            return key
    return None


# ---- 回拨登记


async def call_back(node: CallBack, place: Join, voice: Voice, caller: Caller) -> Left:
    """1: on this number; 2: on another one. Nothing is promised that a rule refuses or that could not be kept."""
    for _ in range(node.attempts):
        key = await voice.ask(node.prompt, node.wait_s)
        if key is None:
            return Left(SILENCE)
        if key == PERSON:
            return Left(PERSON)
        if key == YES:
            return await _to_this_number(place, voice, caller)
        if key == AGAIN and node.other_number:
            return await _to_another_number(node, place, voice, caller)
    return Left(WRONG)


async def _to_this_number(place: Join, voice: Voice, caller: Caller) -> Left:
    return await _promise(place, "", await caller.call_back_terms(place, ""), voice, caller)


async def _to_another_number(node: CallBack, place: Join, voice: Voice, caller: Caller) -> Left:
    """A number that must not be dialled is as good as a mistake: it is asked for again."""
    for _ in range(node.attempts):
        left = await collect(Say.CALL_BACK_ASK_NUMBER, voice, least=3, most=PHONE_DIGITS, wait_s=KEY_S)
        if left.keyed is None:
            return left
        number = left.keyed.digits
        terms = await caller.call_back_terms(place, number)
        if not terms.refused_by or terms.refused_by == NO_NUMBER_WOULD_DO:
            return await _promise(place, number, terms, voice, caller)
        await voice.play(Say.CALL_BACK_NOT_THIS)
    return Left(REFUSED)


async def _promise(place: Join, number: str, terms: CallBackTerms, voice: Voice, caller: Caller) -> Left:
    if terms.refused_by or not await caller.promise_call_back(place, number):
        await voice.play(Say.CALL_BACK_NOT_NOW)
        return Left(REFUSED)
    await voice.play(Say.CALL_BACK_PROMISED if terms.keeps_place else Say.CALL_BACK_NOTED)
    return Left(PROMISED)


# ---- 进度查询


async def progress(node: Progress, voice: Voice, caller: Caller) -> Left:
    """Ask for the number, tell how the ticket stands, once more if asked to."""
    for _ in range(node.attempts):
        left = await collect(node.prompt, voice, least=TICKET_DIGITS, most=TICKET_DIGITS, wait_s=KEY_S)
        if left.keyed is None:
            return left
        found = await _look(left.keyed.digits, voice, caller)
        if isinstance(found, Left):
            return found
        if found is not None:
            return await _tell(node, left.keyed.digits, found, voice)
        await voice.play(Say.PROGRESS_NOT_FOUND)
    return Left(REFUSED)


async def _look(number: str, voice: Voice, caller: Caller) -> TicketTold | Left | None:
    """Who does not call from the ticket's number is asked for its check code, whether there is such a ticket or not."""
    told = await caller.ticket_progress(number, "")
    if told is not None:
        return told
    code = await voice.digits(Say.PROGRESS_ASK_CODE, KEY_S, CODE_DIGITS)
    if code in ("", PERSON):
        return Left(PERSON if code else SILENCE)
    return await caller.ticket_progress(number, code)


async def _tell(node: Progress, number: str, told: TicketTold, voice: Voice) -> Left:
    key: str | None = YES
    for _ in range(REVIEWS):
        if key != YES:
            break
        key = await voice.question(progress_aloud(node, number, told), Say.PROGRESS_NEXT, node.wait_s)
    return Left(PERSON if key == PERSON else TOLD)


def progress_aloud(node: Progress, number: str, told: TicketTold) -> tuple[str, ...]:
    """您的工单 … ,类别 … ,正在办理中,办理期限 …月…日。"""
    named = next((node.classes[name] for name in reversed(told.branch) if name in node.classes), None)
    said = {State.IN_HAND: Say.PROGRESS_IN_HAND, State.LATE: Say.PROGRESS_LATE, State.SETTLED: Say.PROGRESS_SETTLED}
    when = Say.PROGRESS_SETTLED_ON if told.state is State.SETTLED else Say.PROGRESS_DUE
    about = (Say.PROGRESS_CLASS, named) if named else ()
    return (Say.PROGRESS_TICKET, *number_aloud(number), *about, said[told.state], when, *date_aloud(told.day))


# ---- 输入号码


async def take_digits(node: Digits, voice: Voice) -> Left:
    """A number that fits, confirmed if the node wants that."""
    left = await collect(
        node.prompt,
        voice,
        least=node.least,
        most=node.most,
        pattern=node.pattern,
        attempts=node.attempts,
        confirm=node.confirm,
        wait_s=max(node.wait_s, KEY_S),
    )
    return left if left.keyed is None else Left(THEN, Keyed(node.name, left.keyed.digits))


async def collect(
    prompt: str,
    voice: Voice,
    *,
    least: int,
    most: int,
    pattern: str = "[0-9]*",
    attempts: int = 2,
    confirm: bool = True,
    wait_s: float,
) -> Left:
    """A number of `least` to `most` digits that fits `pattern`; `keyed` is None when none came about.

    0 alone is a person; nothing is silence. It is asked for `attempts` times at most, read back and confirmed.
    """
    for attempt in range(1, attempts + 1):
        digits = await voice.digits(prompt, wait_s, most)
        if digits in ("", PERSON):
            return Left(PERSON if digits else SILENCE)
        if len(digits) < least or not re.fullmatch(pattern, digits, re.ASCII):
            if attempt < attempts:
                await voice.play(Say.DIGITS_WRONG)
            continue
        answer = await _confirmed(digits, voice) if confirm else YES
        if answer == YES:
            return Left(THEN, Keyed("", digits))
        if answer in (PERSON, None):
            return Left(PERSON if answer else SILENCE)
    return Left(WRONG)


async def _confirmed(digits: str, voice: Voice) -> str | None:
    """1, 2, 0, or None: read back, at most REVIEWS times, until one of these is pressed."""
    for _ in range(REVIEWS):
        key = await voice.question((Say.NUMBER_IS, *number_aloud(digits)), Say.CONFIRM, KEY_S)
        if key is None or key in (YES, AGAIN, PERSON):
            return key
    return None
