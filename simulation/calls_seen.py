"""The calls of a period, put together from facts: who came when, waited how long, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from acd.call_back_facts import CallBackAsked
from acd.call_facts import MessageBegun, VoiceMessageLeft
from acd.commands import Command, InviteMessage, ProposeCallBack, RingAgent
from acd.distributor import Distributor
from acd.events import AgentAnswered, CallArrived, CallEnded, CallJoined, Event, RingFailed, RingStarted
from acd.model import AgentId, CallId, RingFailure, is_outward
from simulation.people import Kind
from simulation.recollection import Left, PastCall, Ring, Writing

MISSED: Final = frozenset({RingFailure.NO_ANSWER, RingFailure.REFUSED})


class CallsSeen:
    """Tell it every fact with its orders, and what the agents do with a call."""

    def __init__(self, since: datetime) -> None:
        self.rings: list[Ring] = []
        self._since = since
        self._arrived: dict[CallId, tuple[datetime, str]] = {}
        self._calls: dict[CallId, PastCall] = {}
        self._waits: set[CallId] = set()
        self._ringing: dict[CallId, tuple[AgentId, datetime]] = {}
        self._rung: dict[CallId, AgentId] = {}
        self._with: dict[CallId, AgentId] = {}  # who answered first
        self._talk_began: dict[CallId, datetime] = {}
        self._writes: dict[AgentId, tuple[CallId, datetime]] = {}
        self._messages: dict[CallId, datetime] = {}
        self._of_before: dict[CallId, PastCall] = {}  # rung at the beginning: theirs only if that comes to nothing

    def begin(self, core: Distributor) -> None:
        """Who waits or is greeted when the period begins."""
        for call in core.arrived:
            self._arrived[call] = self._since, ""
        for waiting in core.waiting:
            kind = Kind(
                waiting.queue, skills=waiting.skills, priority=waiting.priority, hotline="", prefers=waiting.prefers
            )
            known = PastCall(
                call=waiting.id, kind=kind, came=waiting.joined, joined=waiting.joined, until=waiting.joined
            )
            if waiting.id in core.offers:
                self._of_before[waiting.id] = known
            else:
                self._calls[waiting.id] = known
                self._waits.add(waiting.id)

    def note(self, event: Event, orders: Iterable[Command]) -> None:
        """One fact, and the orders because of it."""
        match event:
            case CallArrived() if not is_outward(event.call):
                self._arrived.setdefault(event.call, (event.at, event.hotline))
            case CallJoined():
                self._join(event)
            case RingStarted() | AgentAnswered() | RingFailed():
                self._note_ring(event)
            case MessageBegun() | VoiceMessageLeft() | CallBackAsked():
                self._note_leaving(event)
            case CallEnded():
                self._end(event)
        for order in orders:
            self._note_order(order)

    def _note_ring(self, event: RingStarted | AgentAnswered | RingFailed) -> None:
        match event:
            case RingStarted() if event.call in self._rung:
                self._ringing[event.call] = self._rung[event.call], event.at
            case AgentAnswered():
                self._answer(event)
            case RingFailed():
                self._fail(event)

    def _note_leaving(self, event: MessageBegun | VoiceMessageLeft | CallBackAsked) -> None:
        match event:
            case MessageBegun():
                self._leave(event.call, event.at, Left.MESSAGE)
                self._messages[event.call] = event.at
            case VoiceMessageLeft() if event.call in self._messages:
                self._keep_message(event.call, event.at)
            case CallBackAsked():
                self._leave(event.call, event.at, Left.CALL_BACK)

    def _note_order(self, order: Command) -> None:
        match order:
            case RingAgent():
                self._rung[order.call] = order.agent
            case ProposeCallBack() if order.call in self._calls:
                self._calls[order.call] = replace(self._calls[order.call], offered_call_back=True)
            case InviteMessage() if order.call in self._calls:
                self._calls[order.call] = replace(self._calls[order.call], offered_message=True)

    def _join(self, event: CallJoined) -> None:
        call = event.call
        if call in self._of_before and call not in self._calls:
            self._calls[call] = self._of_before.pop(call)
            self._waits.add(call)
            return
        if call in self._calls or call not in self._arrived:
            return
        came, hotline = self._arrived[call]
        kind = Kind(event.queue, skills=event.skills, priority=event.priority, hotline=hotline, prefers=event.prefers)
        self._calls[call] = PastCall(call=call, kind=kind, came=came, joined=event.at, until=event.at)
        self._waits.add(call)

    def _answer(self, event: AgentAnswered) -> None:
        agent, since = self._ringing.pop(event.call, (self._rung.get(event.call), event.at))
        self._of_before.pop(event.call, None)
        if agent is None or event.call not in self._waits:
            return
        self.rings.append(Ring(call=event.call, agent=agent, after_s=(event.at - since).total_seconds()))
        self._with[event.call], self._talk_began[event.call] = agent, event.at
        self._stop_waiting(event.call, replace(self._calls[event.call], answered=True, until=event.at))

    def _fail(self, event: RingFailed) -> None:
        agent, since = self._ringing.pop(event.call, (self._rung.get(event.call), event.at))  # some refuse unheard
        if agent is not None and event.failure in MISSED and not is_outward(event.call):
            after_s = (event.at - since).total_seconds()
            self.rings.append(Ring(call=event.call, agent=agent, after_s=after_s, failure=event.failure))

    def _leave(self, call: CallId, at: datetime, how: Left) -> None:
        if call in self._waits:
            self._stop_waiting(call, replace(self._calls[call], left=how, until=at))

    def _keep_message(self, call: CallId, at: datetime) -> None:
        known = self._calls.get(call)
        if known is not None and known.message_s is None:
            self._calls[call] = replace(known, message_s=(at - self._messages[call]).total_seconds())

    def _end(self, event: CallEnded) -> None:
        self._of_before.pop(event.call, None)
        rung = self._ringing.pop(event.call, None)
        if rung is not None and event.call in self._waits:
            after_s = (event.at - rung[1]).total_seconds()
            self.rings.append(Ring(call=event.call, agent=rung[0], after_s=after_s, failure=RingFailure.CALLER_GONE))
        if event.call in self._waits:
            left = Left.LOST if event.missed else None
            self._stop_waiting(event.call, replace(self._calls[event.call], left=left, until=event.at))

    def _stop_waiting(self, call: CallId, now: PastCall) -> None:
        self._waits.discard(call)
        self._calls[call] = now

    # ---- told of agents

    def awaits_answer(self, call: CallId, agent: AgentId) -> bool:
        """Whether the call's first conversation is still to come, or is this agent's."""
        return call in self._waits or self._with.get(call) == agent

    def talk_over(self, call: CallId, agent: AgentId, at: datetime) -> None:
        """The agent's first conversation with the call is over."""
        known = self._calls.get(call)
        if known is None or self._with.get(call) != agent or known.talk_s is not None:
            return
        talk_s = (at - self._talk_began[call]).total_seconds()
        self._calls[call] = replace(known, talk_s=talk_s)
        self._writes[agent] = call, at

    def written(self, agent: AgentId, at: datetime, ended: Writing) -> None:
        """The agent's wrap-up is over."""
        call, since = self._writes.pop(agent, (None, at))
        if call is not None:
            wrap_up_s = (at - since).total_seconds()
            self._calls[call] = replace(self._calls[call], wrap_up_s=wrap_up_s, writing=ended)

    # ---- the end

    def close(self, ends: datetime) -> tuple[PastCall, ...]:
        """All of them, in the order they came."""
        for call in self._waits:
            self._calls[call] = replace(self._calls[call], is_open=True, until=ends)
        for call, began in self._talk_began.items():
            if self._calls[call].talk_s is None:
                talked_s = (ends - began).total_seconds()
                self._calls[call] = replace(self._calls[call], talked_at_least_s=talked_s)
        return tuple(sorted(self._calls.values(), key=lambda call: (call.came, call.call)))

    def unjoined(self, until: datetime) -> int:
        """Calls of the period that never waited."""
        return sum(self._since < at < until and call not in self._calls for call, (at, _) in self._arrived.items())
