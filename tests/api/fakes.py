"""Fakes of a few lines where telephones would be moved and capacity changed: they note what they were asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from acd.advice import Action, Advice, Doable
from acd.foresight import Effect
from acd.model import AgentId, CallId, QueueName, SeatId
from api.ports import CallMark, Whom
from telephony.talk import Beside, TalkCode


@dataclass
class FakeTalks:
    """Conversations that obey, and note what they were asked; `told` is what the journal knows."""

    agents: dict[CallId, AgentId] = field(default_factory=dict)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    told: list[CallMark] = field(default_factory=list)
    refusal: Exception | None = None

    def agent_of(self, call: CallId) -> AgentId | None:
        """As the test says."""
        return self.agents.get(call)

    async def press(self, call: CallId, code: TalkCode) -> None:
        """Noted, or refused."""
        if self.refusal:
            raise self.refusal
        self.asked.append((call, code))

    async def stand_beside(self, call: CallId, seat: SeatId, manner: Beside, who: str) -> None:
        """Noted."""
        self.asked.append((call, seat, manner, who))

    async def pass_on(self, call: CallId, whom: Whom) -> None:
        """Noted."""
        self._note(call, "pass_on", whom)

    async def consult(self, call: CallId, whom: Whom) -> None:
        """Noted."""
        self._note(call, "consult", whom)

    async def complete(self, call: CallId) -> None:
        """Noted."""
        self._note(call, "complete")

    async def rejoin(self, call: CallId) -> None:
        """Noted."""
        self._note(call, "rejoin")

    async def three_way(self, call: CallId) -> None:
        """Noted."""
        self._note(call, "three_way")

    def _note(self, call: CallId, what: str, whom: Whom | None = None) -> None:
        named = [value for value in (whom.hotline, whom.agent, whom.seat, whom.number) if value] if whom else []
        self.asked.append((call, what, *named))

    async def happened(self, call: CallId) -> Sequence[CallMark]:
        """As the test says."""
        return self.told if call in self.agents else ()


@dataclass
class FakeHands:
    """Do as they are told, or refuse."""

    possible: frozenset[Action] = frozenset({Action.ANNOUNCE})
    on: set[Action] = field(default_factory=set)
    ours: set[Action] = field(default_factory=set)
    done: list[tuple[str, str]] = field(default_factory=list)
    refusal: Exception | None = None

    def doable(self, queue: QueueName) -> Doable:
        """For `general` alone."""
        mine = queue == "general"
        possible = self.possible if mine else frozenset()
        on, ours = (frozenset(self.on), frozenset(self.ours)) if mine else (frozenset(), frozenset())
        return Doable(possible=possible, on=on, ours=ours, wrap_up=timedelta(seconds=30))

    async def carry_out(self, advice: Advice, *, who: str, why: str) -> None:
        """Noted."""
        if self.refusal:
            raise self.refusal
        self.on ^= {advice.action}
        self.done.append((advice.id, who))

    async def foresee(self, advice: Advice) -> Effect | None:
        """Nothing much."""
        if self.refusal:
            raise self.refusal
        return Effect(offers=(), queues=(), idle=(), stranded=(), spoken_to=len(advice.queue))
