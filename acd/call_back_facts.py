"""Facts of call-backs that stand in the line (docs/callbacks.md); the debts themselves: acd.call_facts. No number here.

`owed` names a debt by the call for which it is owed; `call`, where it is ours to the citizen, has an id that was never
used before (acd.model.is_outward): each dialling is another call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from acd.events import Event
from acd.model import AgentId, CallId, QueueName, Skills


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackAsked(Event):
    """要求回拨: who waits chose to be called back instead, for example by a key. They hang up, or are let go.

    The caller is nobody's to be offered from here on. Whether we owe them a call (is the number known?) is told by a
    CallBackOwed; without one the call ends as any other. Who asks in a menu has no place in a queue yet: `queue` and
    what follows say which one is kept for them, from now on.
    """

    call: CallId
    queue: QueueName | None = None
    skills: Skills = frozenset()
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackLined(Event):
    """回拨排队: the call that we shall make takes the citizen's place in the line, from `not_before` to `lapses`."""

    call: CallId
    owed: CallId
    queue: QueueName
    skills: Skills = frozenset()
    priority: int = 0
    joined: datetime  # when the citizen first waited: the place that is kept
    not_before: datetime | None = None  # quiet hours, or the pause after an attempt; None: at once
    prefers: AgentId | None = None  # who served this citizen last
    lapses: datetime | None = None  # quiet hours begin: what nobody was offered by then is not offered


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackWithdrawn(Event):
    """The debt leaves the line: the citizen rings us, a person sees to it, or nothing is owed any more.

    An agent's phone that rings for it stops. Once an agent has picked up it is too late, and nothing changes.
    """

    owed: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceInherited(Event):
    """A citizen to whom we owe a call rang again: in the same queue they wait as if they had waited since `joined`."""

    call: CallId
    queue: QueueName
    joined: datetime
