"""Questions about the past, answered from a database: why a call waited, how agents spent their time, whether a period
replays, an incident cut out.

For the command and for the child that the controller asks (hotline.aside); never in the controller's own loop.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from acd.account import Account
from acd.agent_kpi import HEAD_START, ROWS_MOST, Period, Sheet
from acd.agent_time import AgentTime
from acd.commands import Command, RingAgent
from acd.incident import Incident, masked, replayed
from acd.inquiry import Inquiry
from acd.model import AgentId, CallId, SeatId, Snapshot
from acd.past import NothingThen, Past, Stretch, Watch
from acd.replay import Replay, Step, Tally
from acd.why_seats import told_of_seats, turns
from acd.why_words import Line, offered, told


class TooMuch(Exception):
    """The answer would be longer than anybody reads."""


async def why_call(past: Past, call: CallId, *, everything: bool = False) -> list[Line]:
    """From arrival to answer. acd.past.NothingThen, Unreadable."""
    inquiry = Inquiry(call, with_names=everything)
    replay = await past.play(await past.of_wait(call), _watch(inquiry))
    account = inquiry.close()
    seats = await _seats_told(past, account, everything=everything)
    return [*told(account, everything=everything), *seats, *_doubt(replay)]


async def why_agent(past: Past, agent: AgentId, call: CallId | None, *, everything: bool = False) -> list[Line]:
    """Why this agent got this call; without one, the last call that they were offered. NothingThen, Unreadable."""
    if call is None:
        call = (await past.last_of_agent(agent, RingAgent)).call
    inquiry = Inquiry(call)
    replay = await past.play(await past.of_wait(call), _watch(inquiry))
    account = inquiry.close()
    offers = [offer for offer in account.offers if offer.agent == agent]
    if not offers:
        raise NothingThen(agent)
    lines = [line for offer in offers for line in offered(account, offer, everything=everything)]
    at = {offer.seat for offer in offers}
    return [*lines, *await _seats_told(past, account, at, everything=everything), *_doubt(replay)]


async def _seats_told(
    past: Past, account: Account, at: Collection[SeatId] | None = None, *, everything: bool
) -> Sequence[Line]:
    """Seats that came to the call's queue or left it by the end of its wait; `at`: of these only."""
    if account.joined is None or account.last is None:
        return ()
    queue, since = account.joined.queue, account.joined.joined
    measures, changes = await past.seat_orders(since)
    seen = turns(queue, measures, changes, since, account.last)
    return list(told_of_seats(queue, [of for turn in seen if (of := turn.of(at))], everything=everything))


async def agent_kpis(past: Past, period: Period) -> Sheet:
    """How agents spent their time. If nothing ever happened, nothing is in it. Unreadable, TooMuch."""
    time = AgentTime(period)

    def note(replay: Replay, step: Step, _: tuple[Command, ...]) -> None:
        time.note(replay.core, step.event)
        if time.rows > ROWS_MOST:  # said at once, not after the whole period was played
            raise TooMuch

    try:
        stretch = await past.leading_to(period.since - HEAD_START, period.until)
    except NothingThen:
        return time.close()
    replay = await past.play(stretch, note, begin_with=lambda replay: time.begin(replay.core))
    sheet = time.close()
    if time.rows > ROWS_MOST:
        raise TooMuch
    return replace(sheet, agrees=not (replay.tally.differences or replay.tally.holes))


def _watch(inquiry: Inquiry) -> Watch:
    def note(replay: Replay, step: Step, orders: tuple[Command, ...]) -> None:
        inquiry.note(replay.core, step.event, orders)

    return note


def _doubt(replay: Replay) -> Sequence[Line]:
    """If the replay does not agree with what was ordered then, the answer is one of today's rules: say so."""
    first = replay.tally.first_difference
    if first is None:
        return ()
    zh = f"!重放与当时的指令不一致(自日志第 {first.seq} 条),以上按现行规则说明"
    en = f"! the replay differs from what was ordered then (from journal entry {first.seq}): told by today's rules"
    return (Line(first.at, 0, zh, en),)


@dataclass(frozen=True, slots=True)
class Replayed:
    """A period that was played again, and the hash of the state it led to."""

    stretch: Stretch
    tally: Tally
    digest: str


async def replay_period(past: Past, since: datetime, until: datetime) -> Replayed:
    """Play a period again. NothingThen, Unreadable."""
    return await _replayed(past, await past.period(since, until))


async def replay_call(past: Past, call: CallId) -> Replayed:
    """The same for a call's time. NothingThen, Unreadable."""
    return await _replayed(past, await past.of_call(call))


async def _replayed(past: Past, stretch: Stretch) -> Replayed:
    replay = await past.play(stretch, lambda *_: None)
    return Replayed(stretch, replay.tally, replay.digest())


async def cut(past: Past, stretch: Stretch) -> Incident:
    """The masked incident. NothingThen, Unreadable."""
    steps: list[Step] = []
    begins: list[Snapshot] = []

    def keep(_replay: Replay, step: Step, _orders: tuple[Command, ...]) -> None:
        if begins:
            steps.append(step)

    await past.play(stretch, keep, before=lambda replay: begins.append(replay.core.snapshot()))
    return masked(Incident(begins[0], tuple(steps)))


def is_true_to_the_past(incident: Incident) -> bool:
    """Whether the cut, played from the state it begins with, gives every order that was given then."""
    return not replayed(incident)[0].differences
