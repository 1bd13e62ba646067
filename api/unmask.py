"""查看号码: a caller's whole number, for the agent of the call and for leaders, with a reason, seldom, written down."""

from __future__ import annotations

from acd.model import CallId
from api.asked import Answer, Asked, Reason, Wish
from api.secrecy import must_be_theirs
from api.unanswered import Unknown
from recordings import unmasking
from recordings.calls import Call, read_call
from tickets.contact import without_numbers


class WhyUnmask(Wish):
    """Why the number is needed."""

    reason: Reason


class NumberShown(Answer):
    """The number as it was delivered."""

    call: CallId
    caller: str


async def show(asked: Asked[WhyUnmask]) -> NumberShown:
    """Write down who wants to see it and why, then show it."""
    async with asked.services.database.connect() as connection:
        call = await read_call(connection, asked.path["call"])
    if call == Call(call_id=call.call_id):
        raise Unknown(call.call_id)
    must_be_theirs(asked, call)
    number = await unmasking.show(
        asked.services.database,
        call,
        who=str(asked.by),
        reason=without_numbers(asked.wish.reason),
        at=asked.now,
        is_confidential=asked.services.is_confidential,
    )
    return NumberShown(call=CallId(call.call_id), caller=number)
