"""人力测算: the fewest agents who will do, and what a few fewer or more would mean. For the command and the API."""

from __future__ import annotations

from typing import Final

from acd.errors import Refused
from acd.staffing import Staffed, Traffic, fewest_agents, staffed

MOST_AGENTS: Final = 2000
AROUND: Final = 4


class TooManyAgents(Refused):
    """So many calls need more agents than any centre has."""

    rule = "too_many_agents"


def staffing(traffic: Traffic, within_s: float, target: float) -> tuple[int, list[Staffed]]:
    """The fewest agents who reach the target, and the table around them. TooManyAgents."""
    enough = fewest_agents(traffic, within_s, target, most=MOST_AGENTS)
    if enough is None:
        raise TooManyAgents(f"more than {MOST_AGENTS} agents would be needed", f"超过 {MOST_AGENTS} 个坐席也不够")
    numbers = range(max(1, enough - AROUND), enough + AROUND + 1)
    return enough, [staffed(agents, traffic, within_s) for agents in numbers]
