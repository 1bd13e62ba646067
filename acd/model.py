"""What the ACD knows: calls that wait, agents who serve, seats they sit at, queues that join them. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple, NewType

CallId = NewType("CallId", str)  # Asterisk's unique id of the caller's leg, prefixed by the system's name
AgentId = NewType("AgentId", str)  # 工号: the number a person logs on with, for example "101"
SeatId = NewType("SeatId", str)  # 坐席分机: the SIP extension at a desk, for example "8001"
QueueName = NewType("QueueName", str)  # 队列, for example "health"
Skill = NewType("Skill", str)  # 技能, for example "psychology"


OUTWARD: Final = "out-"


def is_outward(call: CallId) -> bool:
    """Whether we make this call ourselves (外呼): then we chose its id. No PBX's name may begin so."""
    return call.startswith(OUTWARD)


class SkillLevel(NamedTuple):
    """A skill and how well it is mastered, 1 (basic) to 5 (expert).

    In a call: the least level asked for; 0 once none is any more, though who masters it is still the better one.
    """

    skill: Skill
    level: int


Skills = frozenset[SkillLevel]
"""What an agent masters, or what a call asks for. At most one level a skill."""


class AgentState(StrEnum):
    """坐席状态. One agent is in exactly one of these at a time."""

    LOGGED_OFF = "logged_off"  # 签出
    READY = "ready"  # 就绪: may be offered a call
    RESERVED = "reserved"  # 预占: a call is on its way, the phone does not ring yet
    RINGING = "ringing"  # 振铃
    TALKING = "talking"  # 通话
    WRAP_UP = "wrap_up"  # 话后整理
    ON_BREAK = "on_break"  # 小休, always with a reason


class BreakReason(StrEnum):
    """Why an agent is on break. The first four are chosen by people, the rest by the ACD."""

    REST = "rest"  # 小休
    MEAL = "meal"  # 用餐
    TRAINING = "training"  # 培训
    OTHER = "other"  # 其他
    MISSED = "missed"  # 未接: rang and was not answered, or refused
    PHONE_BUSY = "phone_busy"  # 话机占线: ends by itself
    PHONE_UNREACHABLE = "phone_unreachable"  # 话机失联: ends when the phone registers again, or by itself


class ForcedTo(StrEnum):
    """强制: what a team leader can order an agent to do."""

    READY = "ready"  # 就绪
    BREAK = "break"  # 小休
    LOG_OFF = "log_off"  # 签出
    END_WRAP_UP = "end_wrap_up"  # 结束整理


class ForceState(StrEnum):
    """What has become of a leader's order."""

    PENDING = "pending"  # 待生效: the agent has a call, or writes it up
    DONE = "done"  # 已生效
    VOID = "void"  # 已失效: what it wanted cannot be any more
    WITHDRAWN = "withdrawn"  # 已撤回


class RingFailure(StrEnum):
    """Why an offered call did not become a conversation."""

    NO_ANSWER = "no_answer"  # 无人接听
    BUSY = "busy"  # 占线
    REFUSED = "refused"  # 拒接
    UNREACHABLE = "unreachable"  # 话机不可达
    CALLER_GONE = "caller_gone"  # 主叫已挂机
    NOT_CARRIED_OUT = "not_carried_out"  # 指令失败: the PBX refused the order or never began


class Refusal(StrEnum):
    """Why a citizen's call was refused before anybody could take it."""

    LINES_FULL = "lines_full"  # 线路全忙: as many calls as the machine bears
    NUMBER_AT_ONCE = "number_at_once"  # 同号并发: this number has as many calls at once as one may have
    NUMBER_TOO_OFTEN = "number_too_often"  # 同号频繁: this number has called too often of late


@dataclass(frozen=True, slots=True)
class RecipeStep:
    """What a row of a recipe does with a call. Each kind of step is a class of its own, in acd.steps."""


@dataclass(frozen=True, slots=True)
class RecipeRow:
    """A step that is due when a call has waited so long. What it means: acd.recipe."""

    after: timedelta
    step: RecipeStep


Recipe = tuple[RecipeRow, ...]
"""溢出方案, the earliest row first."""


@dataclass(frozen=True, slots=True)
class Queue:
    """队列: callers waiting for the same kind of help, and how they are served."""

    name: QueueName
    ring_time: timedelta = timedelta(seconds=20)  # how long one phone rings
    wrap_up_time: timedelta = timedelta(seconds=30)  # 话后整理 after a call of this queue
    recipe: Recipe = ()
    prefer_for: timedelta = timedelta(0)  # 熟人坐席: so long a call waits only for the agent it prefers
    extend_wrap_up: timedelta = timedelta(0)  # 延长整理: by so much each time an agent asks for it
    extensions_most: int = 0  # so often in one wrap-up
    breaks_at_once: int = 0  # 同时小休: of its agents at most so many by their own choice; 0: any number
    break_after_missed: int = 2  # 连续未接几次转小休: the first is a warning; why 2, docs/acd.md


@dataclass(frozen=True, slots=True)
class Seat:
    """坐席: a SIP extension at a desk, the queues it serves and what sitting there adds to an agent's skills."""

    id: SeatId
    queues: frozenset[QueueName]
    skills: Skills = frozenset()


class PhoneUse(NamedTuple):
    """话机占用: a seat's phone dials a feature code, and cannot be rung until that is over."""

    seat: SeatId
    use: CallId  # the PBX's id of that one call, in which nobody waits
    until: datetime  # over by then, whatever is heard


@dataclass(frozen=True, slots=True)
class Agent:
    """话务员: a person, where they sit and what they are doing."""

    id: AgentId
    skills: Skills
    state: AgentState = AgentState.LOGGED_OFF
    since: datetime | None = None  # when `state` began
    idle_since: datetime | None = None  # longest idle goes first; kept while an offer fails by no fault of theirs
    seat: SeatId | None = None
    call: CallId | None = None
    attempt: int = 0  # which offer of `call` this is, while reserved, ringing or talking
    reason: BreakReason | None = None
    until: datetime | None = None  # when `state` ends by itself, if it does; while ready: no offer before this
    missed: int = 0  # 连续未接: rings missed since there last was a sign that somebody is there
    extended: int = 0  # 已延长几次: how often this wrap-up was


@dataclass(frozen=True, slots=True)
class Force:
    """强制: what a leader did last about an agent's state: ordered it, or withdrew an order. Rules: acd.force."""

    agent: AgentId
    number: int  # of what leaders did about this agent, from 1: whoever does the next says which one they have read
    into: ForcedTo
    by: str
    why: str
    at: datetime
    reason: BreakReason | None = None  # of a break
    state: ForceState = ForceState.PENDING
    since: datetime | None = None  # when the agent's state began into which it put them


@dataclass(frozen=True, slots=True)
class WaitingCall:
    """A citizen's call in the waiting room; or (`owed`) one that we shall make, in the place of the citizen."""

    id: CallId
    queue: QueueName
    joined: datetime
    skills: Skills = frozenset()
    priority: int = 0  # a step is worth so much waiting: acd.matching.rank
    attempts: int = 0  # offers that came to nothing so far: the number of the last
    rests_until: datetime | None = None  # not offered before this: the last order was not carried out
    owed: CallId | None = None  # 回拨: the call for which we owe this one; nobody listens while it waits
    lapses: datetime | None = None  # a call-back that nobody was offered by then leaves the line
    relaxed: Skills | None = None  # asked for now, where the recipe has changed that
    step_at: datetime | None = None  # when the recipe does something next
    prefers: AgentId | None = None  # 熟人坐席: who served this citizen last
    held_until: datetime | None = None  # until then it waits only for them, while they are on duty
    leaves: bool = False  # its recipe has come to the message: it goes there unless somebody is free for it
    says: RecipeRow | None = None  # to be said to the caller, unless somebody is free for them
    heard: timedelta = timedelta(0)  # what rows up to this long a wait say, or borrow, is not done (again)
    borrows: RecipeRow | None = None  # seats are to be borrowed for its queue, unless somebody is free for it

    @property
    def asks(self) -> Skills:
        """What it asks for now; `skills` is what it came with."""
        return self.skills if self.relaxed is None else self.relaxed

    @property
    def due(self) -> datetime | None:
        """When time alone will change it next, as far as it may be offered, and for what."""
        if self.rests_until is None and self.held_until is None:
            return self.step_at
        return min(moment for moment in (self.rests_until, self.step_at, self.held_until) if moment is not None)


@dataclass(frozen=True, slots=True)
class Offer:
    """One call offered to one agent. `call` and `attempt` name it, also in the dialplan and in recordings' names."""

    call: CallId
    attempt: int  # from 1, never used twice for a call
    agent: AgentId
    seat: SeatId
    queue: QueueName
    dialled: bool = False  # the order took effect: the call is on its way to the phone
    held_since: datetime | None = None  # 保持: the caller hears music; the agent is talking all the same
    unrecorded_since: datetime | None = None  # 暂停录音: something sensitive is being said
    asks_since: datetime | None = None  # 咨询: the caller hears music; the agent asks somebody
    in_conference: bool = False  # 三方通话, also with the two that are left of it: no keys work there


class Count(NamedTuple):
    """How many offers of a call there were, ours and those that only the dialplan knows."""

    call: CallId
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastOffers:
    """What decides about news that is on its way: of offers taken back, and of those the dialplan makes by itself."""

    made: tuple[Offer, ...]  # every offer of a call that lives, as it was made
    counts: tuple[Count, ...]
    late: tuple[Offer, ...]  # answered while a newer one had not taken effect
    handed: tuple[Offer, ...]  # rung by the dialplan


class Engaged(NamedTuple):
    """An agent who is busy for a call of a queue: rung, talking or writing."""

    agent: AgentId
    queue: QueueName
    since: datetime
    talked: bool  # somebody answered


@dataclass(slots=True)
class Rates:
    """What was learnt of a queue (acd.rates): sums of what was counted and of seconds, the newest counting most.

    The one thing here that changes in place: it is told several times a call.
    """

    queue: QueueName
    handled: float = 0.0
    handling_s: float = 0.0
    picked_up: float = 0.0
    picking_up_s: float = 0.0
    picking_up_s2: float = 0.0  # of squares: how much it differs
    gave_up: tuple[float, ...] = ()  # by the part of the wait, as far as any reached: acd.patience
    waited_s: tuple[float, ...] = ()
    gaps: float = 0.0  # between one joining and the next
    gaps_s: float = 0.0
    last_joined: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that decides what happens next, in a fixed order: two cores that agree have equal snapshots."""

    agents: tuple[Agent, ...]
    seats: tuple[Seat, ...]
    queues: tuple[Queue, ...]
    waiting: tuple[WaitingCall, ...]
    offers: tuple[Offer, ...]
    talking: tuple[Offer, ...]
    arrived: tuple[CallId, ...] = ()  # greeted, in a menu, or asked for a message
    kept: tuple[Offer, ...] = ()  # first agents during a transfer
    asked: tuple[Offer, ...] = ()  # agents consulted by others
    past: PastOffers | None = None
    ended: tuple[CallId, ...] = ()  # calls known to be over, in the order it was known: news of them is stale
    next_deadline: datetime | None = None
    blind_until: datetime | None = None  # facts are missing: nothing is offered before this, or before they are told
    vanished: tuple[Queue, ...] = ()  # queues that the city has no more: calls that wait there keep their rules
    rates: tuple[Rates, ...] = ()
    engaged: tuple[Engaged, ...] = ()
    forces: tuple[Force, ...] = ()  # of every agent whom a leader ever ordered about
    in_use: tuple[PhoneUse, ...] = ()  # phones that dial a code
