"""Calls moving, as they move: a board of what goes on now, and everybody who watches it.

The board is told the ACD's facts and orders and keeps one line a call. Each change is encoded once, however many watch.
A watcher first gets the whole board, then every change; one who cannot keep up is let go and may come back for a fresh
board. Nothing here holds a telephone number.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pydantic import TypeAdapter

from acd.call_facts import CallTransferredOut, MessageBegun
from acd.commands import Command, RingAgent
from acd.dial_facts import AgentDialsOut, DialOutOver
from acd.events import (
    AgentAnswered,
    AgentLoggedOn,
    CallArrived,
    CallEnded,
    CallJoined,
    Event,
    OfferFound,
    RingFailed,
    RingStarted,
    TalkEnded,
)
from acd.model import AgentId, CallId, QueueName, SeatId, is_outward
from acd.talk_facts import ThreeWayBegun, TransferBegun, TransferDone, TransferFailed
from api.news import AgentOrdered, AlertTold, BreakOverstayed, DraftBorn, EscalationTold, RingMissed, WrapUpLonger

BEHIND_MOST = 1000  # changes a watcher may lag behind


class Stage(StrEnum):
    """Where a citizen's call is."""

    GREETING = "greeting"  # 问候
    WAITING = "waiting"  # 排队
    RINGING = "ringing"  # 振铃
    TALKING = "talking"  # 通话
    OVER = "over"  # 通话结束: the agent is gone, the caller's line not yet
    MESSAGE = "message"  # 留言: asked for a voice message
    ENDED = "ended"  # 已结束


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCall:
    """One line of the board. Moments are aware UTC."""

    call: CallId
    stage: Stage
    since: datetime  # of this stage
    arrived: datetime
    hotline: str | None = None
    queue: QueueName | None = None
    joined: datetime | None = None  # when the waiting began
    answered: datetime | None = None
    agent: AgentId | None = None
    seat: SeatId | None = None
    attempt: int = 0
    skills: tuple[str, ...] = ()  # what the call asks for, a language among it, by name


_ONE_CALL = TypeAdapter(LiveCall)


def _encoded(kind: str, json: bytes) -> bytes:
    return b"event: " + kind.encode() + b"\ndata: " + json + b"\n\n"


class Board:
    """The calls of this moment. Only the loop's own thread touches it."""

    def __init__(self) -> None:
        self._calls: dict[CallId, LiveCall] = {}
        self._at: dict[SeatId, AgentId] = {}  # who was seen last at a seat
        self._watchers: set[asyncio.Queue[bytes | None]] = set()

    @property
    def calls(self) -> tuple[LiveCall, ...]:
        """Every call that is here, in the order of arrival."""
        return tuple(self._calls.values())

    def note(self, happened: Event | Command) -> None:
        """Take in a fact or an order; those that move no call change nothing."""
        self._learn_seat(happened)
        moved = moved_by(happened, self._calls)
        if moved is None:
            return
        if moved.agent is None and moved.seat is not None:  # rung by the dialplan itself, which knows phones only
            moved = replace(moved, agent=self._at.get(moved.seat))
        if moved.stage is Stage.ENDED:
            self._calls.pop(moved.call, None)
        else:
            self._calls[moved.call] = moved
        self._tell("call", _ONE_CALL.dump_json(moved))

    def watch(self, event: Event, commands: tuple[Command, ...]) -> None:
        """The engine's watcher: a fact, and then its orders."""
        self.note(event)
        for command in commands:
            self.note(command)

    def _learn_seat(self, happened: Event | Command) -> None:
        if isinstance(happened, AgentLoggedOn | RingAgent | OfferFound):
            self._at[happened.seat] = happened.agent

    def note_draft(self, born: DraftBorn) -> None:
        """Tell the watchers that a draft was born."""
        self._tell("draft", born.model_dump_json().encode())

    def note_missed(self, ring: RingMissed) -> None:
        """Tell the watchers that an agent did not answer."""
        self._tell("missed", ring.model_dump_json().encode())

    def note_ordered(self, order: AgentOrdered) -> None:
        """Tell the watchers, the agent's own screen among them, what a leader ordered."""
        self._tell("forced", order.model_dump_json().encode())

    def note_longer(self, wrap_up: WrapUpLonger) -> None:
        """Tell the watchers that an agent needs longer to write up."""
        self._tell("wrap_up", wrap_up.model_dump_json().encode())

    def note_overstayed(self, overstayed: BreakOverstayed) -> None:
        """Tell the watchers that somebody should be back."""
        self._tell("break_over", overstayed.model_dump_json().encode())

    def note_alert(self, heard: AlertTold) -> None:
        """Tell the watchers of high-risk words."""
        self._tell("risk", heard.model_dump_json().encode())

    def note_escalation(self, each: EscalationTold) -> None:
        """Tell the watchers that a ticket's time runs out."""
        self._tell("escalation", each.model_dump_json().encode())

    def close(self) -> None:
        """Let every watcher go; the server is stopping."""
        for watcher in tuple(self._watchers):
            self._let_go(watcher)

    def _tell(self, kind: str, json: bytes) -> None:
        if not self._watchers:
            return
        line = _encoded(kind, json)
        for watcher in tuple(self._watchers):
            try:
                watcher.put_nowait(line)
            except asyncio.QueueFull:
                self._let_go(watcher)

    def _let_go(self, watcher: asyncio.Queue[bytes | None]) -> None:
        self._watchers.discard(watcher)
        while not watcher.empty():
            watcher.get_nowait()
        watcher.put_nowait(None)

    @contextmanager
    def watched(self) -> Iterator[asyncio.Queue[bytes | None]]:
        """A watcher's queue: the board as it is, then changes, None at the end."""
        watcher: asyncio.Queue[bytes | None] = asyncio.Queue(BEHIND_MOST)
        whole = b"".join(_encoded("call", _ONE_CALL.dump_json(call)) for call in self._calls.values())
        watcher.put_nowait(whole + _encoded("now", b"{}"))
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)


def moved_by(happened: Event | Command, calls: dict[CallId, LiveCall]) -> LiveCall | None:
    """The call's new line, or None when nothing moved. Facts of a call that never arrived here begin its line."""
    call = getattr(happened, "call", None)
    if call is None:
        return None
    line = calls.get(call)
    if line is None:
        if isinstance(happened, AgentDialsOut):
            return _dialled(happened)
        if isinstance(happened, RingAgent) and is_outward(happened.call):  # a call-back that stood in the line
            return _after(_begun(happened.call, happened.at), happened)
        if not isinstance(happened, (CallArrived, CallJoined)):
            return None
        line = LiveCall(call=call, stage=Stage.GREETING, since=happened.at, arrived=happened.at)
    return _after(line, happened)


def _dialled(asked: AgentDialsOut) -> LiveCall:
    """A call that we make: for the agent's phone there is no waiting."""
    return replace(_begun(asked.call, asked.at), queue=asked.queue, agent=asked.agent, attempt=1)


def _begun(call: CallId, at: datetime) -> LiveCall:
    return LiveCall(call=call, stage=Stage.WAITING, since=at, arrived=at)


def _after(line: LiveCall, happened: Event | Command) -> LiveCall | None:
    at = happened.at
    match happened:
        case CallArrived():
            return replace(line, hotline=happened.hotline)
        case CallJoined() if line.stage is Stage.OVER:  # passed on: the waiting begins anew, with nobody
            waits = replace(line, stage=Stage.WAITING, since=at, queue=happened.queue, joined=at)
            return replace(waits, agent=None, seat=None, answered=None, skills=_skills_of(happened))
        case CallJoined() if line.stage is Stage.GREETING:
            waits = replace(line, stage=Stage.WAITING, since=at, queue=happened.queue, joined=happened.joined or at)
            return replace(waits, skills=_skills_of(happened))
        case TransferBegun() | TransferFailed() | TransferDone() | ThreeWayBegun():
            return _handed_on(line, happened)
        case CallTransferredOut() | MessageBegun() | CallEnded() | DialOutOver():
            return _left(line, happened)
        case RingAgent() | OfferFound():
            offered = replace(line, agent=happened.agent, seat=happened.seat, attempt=happened.attempt)
            return offered if line.stage is Stage.WAITING else None
        case RingStarted() | AgentAnswered() | RingFailed() | TalkEnded() if happened.attempt == line.attempt:
            return _offer_moved(line, happened)
    return None


def _skills_of(joined: CallJoined) -> tuple[str, ...]:
    return tuple(sorted(need.skill for need in joined.skills))


def _left(line: LiveCall, happened: CallTransferredOut | MessageBegun | CallEnded | DialOutOver) -> LiveCall:
    match happened:
        case MessageBegun():
            return replace(line, stage=Stage.MESSAGE, since=happened.at, agent=None, seat=None)
        case CallTransferredOut():
            return replace(line, stage=Stage.OVER, since=happened.at, agent=None, seat=None)
    return replace(line, stage=Stage.ENDED, since=happened.at)


def _handed_on(line: LiveCall, happened: TransferBegun | TransferFailed | TransferDone | ThreeWayBegun) -> LiveCall:
    at = happened.at
    match happened:
        case TransferBegun() | TransferFailed():
            rung = replace(line, stage=Stage.WAITING, since=at, attempt=happened.to_attempt)
            return replace(rung, agent=None, seat=happened.seat)
        case TransferDone():
            given = replace(line, stage=Stage.TALKING, since=at, attempt=happened.to_attempt)
            return replace(given, agent=None, seat=happened.seat)
    return replace(line, attempt=happened.to_attempt)


def _offer_moved(line: LiveCall, happened: RingStarted | AgentAnswered | RingFailed | TalkEnded) -> LiveCall | None:
    at = happened.at
    match happened:
        case RingStarted() if line.stage is Stage.WAITING:
            return replace(line, stage=Stage.RINGING, since=at)
        case AgentAnswered() if line.stage in (Stage.WAITING, Stage.RINGING):
            return replace(line, stage=Stage.TALKING, since=at, answered=at)
        case RingFailed() if is_outward(line.call):  # nobody waits for another agent
            return replace(line, stage=Stage.ENDED, since=at)
        case RingFailed() if line.stage in (Stage.WAITING, Stage.RINGING):
            return replace(line, stage=Stage.WAITING, since=at, agent=None, seat=None)
        case TalkEnded() if line.stage is Stage.TALKING:
            return replace(line, stage=Stage.OVER, since=at)
    return None
