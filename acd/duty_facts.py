"""What agents ask for beside the states of acd.events. May be refused; the rules: acd.duty."""

from __future__ import annotations

from dataclasses import dataclass

from acd.events import Request
from acd.model import AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpExtended(Request):
    """延长整理: the agent needs longer to write up, by the step of the queue whose call it was."""

    agent: AgentId
