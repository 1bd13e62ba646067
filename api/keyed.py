"""按键输入: what a caller keyed in at a menu, for the agent of the call and for leaders; that it was read is noted."""

from __future__ import annotations

from api.asked import Answer, Asked, Nothing
from api.secrecy import must_be_theirs
from api.unanswered import Unknown
from recordings.access import note
from recordings.calls import Call, read_call
from recordings.keyed import keyed_in


class InputSeen(Answer):
    """One input: what it is, as the city's menu names it, and its digits."""

    name: str
    digits: str


class InputsSeen(Answer):
    """What was keyed in."""

    inputs: tuple[InputSeen, ...]


async def of_call(asked: Asked[Nothing]) -> InputsSeen:
    """All that the caller keyed in. Unknown, NotAllowed."""
    call_id = asked.path["call"]
    async with asked.services.database.begin() as connection:
        call = await read_call(connection, call_id)
        if call == Call(call_id=call_id):
            raise Unknown(call_id)
        must_be_theirs(asked, call)
        found = await keyed_in(connection, call_id)
        if found:
            await note(connection, at=asked.now, who=str(asked.by), deed="keyed.read", subject=call_id)
    return InputsSeen(inputs=tuple(InputSeen(name=one.name, digits=one.digits) for one in found))
