"""Who calls and who serves, as plain data: drawn by simulation.town, or made from what really happened.

All that chance decides about a citizen is decided here, before anything runs. So two runs of the same people under
different rules or seats differ by the rules alone: same callers, same patience, same talks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from acd.model import AgentId, QueueName, SeatId, Skills
from simulation.draw import Draw, Lognormal, Uniform


@dataclass(frozen=True, slots=True)
class Kind:
    """一类来电: what some citizens want."""

    queue: QueueName
    share: float = 1.0  # of all citizens, relative to the other kinds'
    skills: Skills = frozenset()
    priority: int = 0
    hotline: str = "12345"
    prefers: AgentId | None = None  # 熟人坐席: who served this citizen last


@dataclass(frozen=True, slots=True)
class Try:
    """One call of a citizen's, if they come to it. Seconds; `inf` is never."""

    patience_s: float  # from the waiting room's door to giving up
    talk_s: float
    wrap_up_s: float  # what the agent needs to write after it; the queue's limit may end it sooner
    again_after_s: float | None = None  # so long after giving up they dial again, if there is another try
    wants_call_back: bool = False  # presses the key when a call-back is offered
    message_s: float | None = None  # speaks so long when asked for a message; None: hangs up without a word
    picks_up_s: float | None = 8.0  # answers the phone so soon when we call back; None: does not
    greeted_s: float | None = None  # from the answer to the waiting room; None: as the wiring has it
    waits_since: datetime | None = None  # waited already when the run began: the place in the line is kept


@dataclass(frozen=True, slots=True)
class Citizen:
    """市民: who calls for the first time at `comes`."""

    name: str  # the calls are NAME-1, NAME-2, …
    comes: datetime
    kind: Kind
    tries: tuple[Try, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How agents are with their phones."""

    picks_up: Draw = Uniform(1.0, 5.0)  # so long after the first ring
    misses: float = 0.0  # share of rings that nobody answers
    refuses: float = 0.0  # share of rings that are refused
    comes_back: Draw = Lognormal(40.0, 0.5)  # from a missed ring to saying ready again
    hangs_up_first: float = 0.5  # share of talks that the agent's side ends
    glances_s: float | None = None
    """So often an agent looks at the screen, and says ready when on break for no reason of theirs. None: never;
    nothing is ever wrong then but what they know of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """话务员: an agent, their seat, and when they mean to be there."""

    agent: AgentId
    seat: SeatId
    queues: frozenset[QueueName]
    skills: Skills = frozenset()
    comes: datetime
    leaves: datetime | None = None  # then, or when the call in hand is written up
    breaks: tuple[tuple[datetime, timedelta], ...] = ()
    habits: Habits = Habits()
