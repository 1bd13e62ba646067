"""The walks of the outcome table's last rows: a fault strikes in the middle, and by keys it goes on all the same.

Everybody speaks all the while, each in a pitch of their own, so that silence is somebody's fault. A walk brings its
talk into the middle, waits for the fault, and ends the deed at once; it returns whose the caller is then: an agent's
number, or None for somebody outside.
"""

from __future__ import annotations

import asyncio

from tests.journeys.talks import hears

PITCHES_HZ = {"desk": 700, "there": 1100, "citizen": 1500}


async def _hear_each_other(part, *roles):
    pairs = [(listener, speaker) for listener in roles for speaker in roles if listener != speaker]
    await asyncio.gather(*(hears(getattr(part, listener), PITCHES_HZ[speaker]) for listener, speaker in pairs))


async def held(part):
    """The caller hears music until the agent keys."""
    await part.ask("hold")
    await part.strikes()
    await part.desk.press("*82")
    await _hear_each_other(part, "desk", "citizen")
    return part.agent


async def given_back(part):
    """The target says no; the agent's phone rings again."""
    await part.ask("transfer", agent=part.target)
    await part.there.incoming()
    await part.strikes()
    await part.there.hang_up()
    await part.rings_again()
    await _hear_each_other(part, "desk", "citizen")
    return part.agent


async def given(part):
    """Somebody outside answers."""
    await part.ask("transfer", number=part.number)
    await part.there.incoming()
    await part.strikes()
    await part.there.answer()
    await _hear_each_other(part, "there", "citizen")


async def asked(part):
    """While the agent asks, and the caller hears music."""
    await part.ask("consult", agent=part.target)
    await part.there.incoming()
    await _hear_each_other(part, "there", "desk")
    await part.strikes()
    await part.desk.press("*87")
    await _hear_each_other(part, "there", "citizen")
    return part.target


async def three_way(part):
    """With an agent, or with somebody outside."""
    await part.ask("consult", **({"number": part.number} if part.is_outside else {"agent": part.target}))
    await part.there.incoming()
    await _hear_each_other(part, "there", "desk")
    await part.ask("three-way")
    await _hear_each_other(part, "there", "desk", "citizen")
    await part.strikes()
    await part.desk.hang_up()
    await _hear_each_other(part, "there", "citizen")
    return None if part.is_outside else part.target
