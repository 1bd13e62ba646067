"""保留的位置: which place in the line a debt has: that of the citizen's own call, as the journal remembers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from acd.call_back_facts import CallBackAsked
from acd.events import CallJoined
from acd.journal import Journal
from acd.model import AgentId, CallId, QueueName, Skill, SkillLevel, Skills
from city.city import City
from tickets.call_backs import CallBack


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPlace:
    """Where the citizen waited, since when, and for whom."""

    queue: QueueName
    skills: Skills
    priority: int
    joined: datetime
    prefers: AgentId | None = None


class KeptPlaces:
    """`learn` reads the journal, once a call; `of` answers from memory."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._joined: dict[CallId, CallJoined | CallBackAsked | None] = {}

    async def learn(self, calls: Sequence[CallId]) -> None:
        """Know of these calls, and forget all others."""
        self._joined = {call: self._joined[call] for call in calls if call in self._joined}
        for call in calls:
            if call not in self._joined:
                self._joined[call] = await self._last_joining(call)

    async def _last_joining(self, call: CallId) -> CallJoined | CallBackAsked | None:
        """The last one: who was passed on, or lost their agent, waited for somebody else in the end.

        Who asked for the call-back in a menu has their place from there.
        """
        last: CallJoined | CallBackAsked | None = None
        async for event in self._journal.events(call=call):
            if isinstance(event, CallJoined) or (isinstance(event, CallBackAsked) and event.queue):
                last = event
        return last

    def of(self, debt: CallBack, city: City) -> KeptPlace | None:
        """The debt's place; who never came so far gets one in their hotline's queue. None: it was not learnt yet."""
        if debt.call not in self._joined:
            return None
        joined = self._joined[debt.call]
        if isinstance(joined, CallBackAsked) and joined.queue:
            return KeptPlace(queue=joined.queue, skills=joined.skills, priority=joined.priority, joined=joined.at)
        if isinstance(joined, CallJoined):
            since = min(joined.joined or joined.at, joined.at)
            return KeptPlace(
                queue=joined.queue,
                skills=joined.skills,
                priority=joined.priority,
                joined=since,
                prefers=joined.prefers,
            )
        hotline = city.hotlines.get(debt.hotline or "") or city.hotlines[city.about.default_hotline]
        return KeptPlace(
            queue=QueueName(hotline.queue),
            skills=frozenset(SkillLevel(Skill(name), level) for name, level in hotline.skills.items()),
            priority=hotline.priority,
            joined=min(debt.arrived_at or debt.owed_at, debt.owed_at),
        )
