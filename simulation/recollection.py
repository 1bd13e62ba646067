"""What really happened in a period, as far as another run of it needs it: calls, people at work, the place.

What was seen is here and nothing else; what was not (the patience of who was answered) is drawn by simulation.guesses.
No name and no number of a citizen is in it, because there is none in the journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from acd.events import Event
from acd.model import AgentId, CallId, RingFailure, SeatId, Skills, Snapshot
from simulation.people import Kind


class Left(StrEnum):
    """How a caller left the line without an answer and without giving up."""

    MESSAGE = "message"  # 请留言: was asked for a message
    CALL_BACK = "call_back"  # 要求回拨
    LOST = "lost"  # nobody saw why


class Writing(StrEnum):
    """Why a wrap-up ended."""

    DONE = "done"  # the agent said so, or dialled
    TIME_UP = "time_up"  # the queue's limit: they might have gone on
    BROKEN_OFF = "broken_off"  # for a break or the way home: nobody knows how long it would have been


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCall:
    """One call that waited, and what became of it. Seconds; None: it was not seen."""

    call: CallId
    kind: Kind
    came: datetime
    joined: datetime
    until: datetime  # answered, gone, left, or (`is_open`) the end of what was looked at
    answered: bool = False
    is_open: bool = False  # waited still when the look ended
    left: Left | None = None
    talk_s: float | None = None  # with the first agent
    talked_at_least_s: float = 0.0
    wrap_up_s: float | None = None  # what the agent took to write
    writing: Writing | None = None  # why that ended
    offered_call_back: bool = False
    offered_message: bool = False
    message_s: float | None = None

    @property
    def gave_up(self) -> bool:
        """放弃: the caller hung up while waiting."""
        return not self.answered and not self.is_open and self.left is None

    @property
    def waited_s(self) -> float:
        """From the waiting room's door."""
        return max(0.0, (self.until - self.joined).total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A phone rang until somebody picked up (`failure` None), or until they missed or refused it."""

    call: CallId
    agent: AgentId
    after_s: float
    failure: RingFailure | None = None


class Wants(StrEnum):
    """Where somebody at work means to be."""

    AWAY = "away"  # 签出
    REST = "rest"  # 小休, or busy with something that no waiting call has to do with: a call of ours, a colleague's
    DUTY = "duty"  # 在岗


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """From `at` on, until the agent's next."""

    at: datetime
    wants: Wants
    seat: SeatId | None = None
    skills: Skills = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recollection:
    """A period from `since` up to before `until`, seen up to `ends`."""

    since: datetime
    until: datetime
    ends: datetime
    begin: Snapshot  # at `since`, but without a call: who is busy then is writing, until they really were free
    calls: tuple[PastCall, ...]  # that waited at `since` or came before `ends`, in the order they came
    wishes: Mapping[AgentId, tuple[Wish, ...]]  # the first one at `since`
    place: tuple[Event, ...]  # queues and seats that changed meanwhile
    rings: tuple[Ring, ...]
    missed_breaks_s: tuple[float, ...]  # how long people were away after they had missed calls
    occupancy: float | None
    unjoined: int  # calls of the period that never came to the waiting room

    def counts(self, call: PastCall) -> bool:
        """Whether a call is one of the period's; the later ones only keep the agents busy to its end."""
        return call.came < self.until
