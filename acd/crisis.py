"""危机队列的底线: no change that a person makes leaves a crisis lane without an agent on duty. Pure.

Callers of a crisis line wait for a person, and for nothing else: no rule sends them to a machine. So whoever serves
there last is not lent, moved, closed, or made to serve without the skills that its callers ask for, as long as they are
on duty (logged on and not on break). A lane that has nobody anyway is no reason to refuse. There is no way round it by
a reason: put somebody else on duty there first, or have the agent log off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from acd.distributor import Distributor
from acd.errors import CrisisLaneNeedsAgents
from acd.lending import on_duty
from acd.matching import Ask, able_at, can_serve
from acd.model import QueueName, Seat, SeatId, Skill, SkillLevel
from city.city import City

KEPT: Final = 1
"""So many agents on duty stay, where there are so many."""


def lanes_of(city: City) -> frozenset[Ask]:
    """What callers of crisis lines ask for: their queue, and the skills of their hotline."""
    asks: set[Ask] = set()
    for hotline in city.hotlines.values():
        if hotline.crisis:
            queue = QueueName(hotline.queue)
            skills = frozenset(SkillLevel(Skill(name), level) for name, level in hotline.skills.items())
            asks |= {Ask(queue, frozenset()), Ask(queue, skills)}
    return frozenset(asks)


def must_stay_staffed(core: Distributor, after: Mapping[SeatId, Seat | None], lanes: Iterable[Ask]) -> None:
    """Refuse if a lane would lose its last agents on duty. `after`: seats that become different; None: closed.

    Raises CrisisLaneNeedsAgents.
    """
    changed = {**core.seats, **after}
    for lane in sorted(lanes, key=lambda ask: (ask.queue, sorted(ask.skills))):
        stay = _serving(core, changed, lane)
        if stay < min(KEPT, _serving(core, core.seats, lane)):
            raise CrisisLaneNeedsAgents(
                f"crisis lane {lane.queue} would be left with {stay} agents on duty, not {KEPT}",
                f"危机队列 {lane.queue} 将只剩 {stay} 名在岗话务员,至少须留 {KEPT} 名",
            )


def _serving(core: Distributor, seats: Mapping[SeatId, Seat | None], lane: Ask) -> int:
    there = ((agent, seats.get(seat)) for seat, agent in on_duty(core).items())
    return sum(seat is not None and can_serve(able_at(agent.skills, seat), lane) for agent, seat in there)
