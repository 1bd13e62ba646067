"""A small stage for the ACD's rules: seats, agents and callers by name, a clock in seconds since nine o'clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from acd.call_back_facts import CallBackAsked, CallBackLined, CallBackWithdrawn, PlaceInherited
from acd.call_facts import MessageBegun
from acd.capacity_facts import CapacityChanged
from acd.commands import Command, RingAgent, StopRinging
from acd.dial_facts import AgentDialsOut
from acd.distributor import Distributor
from acd.events import (
    AgentAnswered,
    AgentBecameReady,
    AgentLoggedOff,
    AgentLoggedOn,
    AgentWentOnBreak,
    CallEnded,
    CallJoined,
    Event,
    PhoneDialled,
    PhoneLost,
    PhoneRegistered,
    QueuesLoaded,
    RingFailed,
    RingStarted,
    SeatClosed,
    SeatOpened,
    TalkEnded,
    TimePassed,
)
from acd.model import (
    Agent,
    AgentId,
    AgentState,
    BreakReason,
    CallId,
    Queue,
    QueueName,
    RecipeRow,
    RingFailure,
    Seat,
    SeatId,
    Skill,
    SkillLevel,
    Skills,
)
from acd.steps import Announce, AnnouncePosition, AnnounceWait, Borrow, LeaveMessage, OfferCallBack, Relax

NINE = datetime(2025, 1, 6, 1, 0, tzinfo=UTC)
QUEUES = (Queue(QueueName("general")), Queue(QueueName("health"), timedelta(seconds=15), timedelta(seconds=60)))


def clock(seconds: float) -> datetime:
    """So many seconds after nine."""
    return NINE + timedelta(seconds=seconds)


def skilled(**levels: int) -> Skills:
    """Skills by name and level."""
    return frozenset(SkillLevel(Skill(name), level) for name, level in levels.items())


def make_seat(seat: str, queues: str = "general", **levels: int) -> Seat:
    """A seat serving the queues named in one string."""
    return Seat(SeatId(seat), frozenset(QueueName(queue) for queue in queues.split()), skilled(**levels))


def relaxing(queue: str, *rows: tuple[float, str, int]) -> Queue:
    """A queue by its recipe: after so many seconds, this skill, to this level."""
    steps = [RecipeRow(timedelta(seconds=after), Relax(Skill(skill), level)) for after, skill, level in rows]
    return Queue(QueueName(queue), recipe=tuple(steps))


def giving_up(queue: Queue, after_s: float | None) -> Queue:
    """The queue, whose callers are asked for a message after so many seconds; never, if None."""
    steps = [row for row in queue.recipe if after_s is None or row.after < timedelta(seconds=after_s)]
    if after_s is not None:
        steps.append(RecipeRow(timedelta(seconds=after_s), LeaveMessage()))
    return replace(queue, recipe=tuple(steps))


def saying(queue: Queue, *rows: tuple[float, str], expects_s: float | None = None) -> Queue:
    """The queue, whose callers are told these prompts after so many seconds; "": a call-back is offered.

    "?" is the wait and "#" the place.

    `expects_s`: only if that long a wait is foreseen then.
    """
    expects = None if expects_s is None else timedelta(seconds=expects_s)
    steps = {
        "": OfferCallBack(expects=expects),
        "?": AnnounceWait(expects=expects),
        "#": AnnouncePosition(expects=expects),
    }
    added = [RecipeRow(timedelta(seconds=a), steps.get(what) or Announce(what, expects=expects)) for a, what in rows]
    return replace(queue, recipe=tuple(sorted((*queue.recipe, *added), key=lambda row: row.after)))


def borrowing(queue: Queue, after_s: float, seats: int = 1, *, expects_s: float | None = None) -> Queue:
    """The queue, which borrows seats of health for its callers after so many seconds; one agent stays there."""
    expects = None if expects_s is None else timedelta(seconds=expects_s)
    step = Borrow(lender=QueueName("health"), seats=seats, expects=expects)
    rows = (*queue.recipe, RecipeRow(timedelta(seconds=after_s), step))
    return replace(queue, recipe=tuple(sorted(rows, key=lambda row: row.after)))


class Scene:
    """One distributor and everything it ordered. Each act happens now; `later` moves the clock."""

    def __init__(self) -> None:
        self.core = Distributor()
        self.now = NINE
        self.orders: list[Command] = []
        self.told: list[Event] = []
        self.tell(QueuesLoaded(at=NINE, queues=QUEUES))

    def tell(self, event: Event) -> tuple[Command, ...]:
        """Feed one event and remember what it led to."""
        self.told.append(event)
        orders = self.core.receive(event)
        self.orders += orders
        return orders

    def later(self, seconds: float) -> None:
        """Let time pass, acting on each deadline when it is due."""
        end = self.now + timedelta(seconds=seconds)
        while (due := self.core.next_deadline()) is not None and due <= end:
            self.now = max(due, self.now)
            self.tell(TimePassed(at=self.now))
        self.now = end

    # ---- the place

    def seat(self, seat: str, queues: str = "general", **levels: int) -> None:
        """Open or change a seat."""
        self.tell(SeatOpened(at=self.now, seat=make_seat(seat, queues, **levels)))

    def close(self, seat: str) -> None:
        """Close a seat."""
        self.tell(SeatClosed(at=self.now, seat=SeatId(seat)))

    def measure(self, seats: Mapping[str, str], *closed: str, queues: tuple[Queue, ...] = QUEUES) -> None:
        """Several seats and the queues change at one go."""
        changed = tuple(make_seat(seat, serves) for seat, serves in seats.items())
        gone = tuple(map(SeatId, closed))
        self.tell(CapacityChanged(at=self.now, queues=queues, seats=changed, closed=gone))

    def phone_lost(self, seat: str) -> None:
        """A phone goes."""
        self.tell(PhoneLost(at=self.now, seat=SeatId(seat)))

    def phone_back(self, seat: str) -> None:
        """A phone comes."""
        self.tell(PhoneRegistered(at=self.now, seat=SeatId(seat)))

    def load(self, *queues: Queue) -> None:
        """The city has these queues now."""
        self.tell(QueuesLoaded(at=self.now, queues=queues))

    # ---- agents

    def log_on(self, agent: str, seat: str, **levels: int) -> None:
        """签入."""
        self.tell(AgentLoggedOn(at=self.now, agent=AgentId(agent), seat=SeatId(seat), skills=skilled(**levels)))

    def log_off(self, agent: str) -> None:
        """签出."""
        self.tell(AgentLoggedOff(at=self.now, agent=AgentId(agent)))

    def ready(self, agent: str) -> None:
        """就绪."""
        self.tell(AgentBecameReady(at=self.now, agent=AgentId(agent)))

    def rest(self, agent: str, reason: BreakReason = BreakReason.REST) -> None:
        """小休."""
        self.tell(AgentWentOnBreak(at=self.now, agent=AgentId(agent), reason=reason))

    def staff(self, agent: str, queues: str = "general", **levels: int) -> None:
        """Open seat 8xxx for agent xxx, log on and be ready, one second before whoever comes next."""
        self.seat(f"8{agent}", queues)
        self.log_on(agent, f"8{agent}", **levels)
        self.ready(agent)
        self.now += timedelta(seconds=1)

    def agent(self, agent: str) -> Agent:
        """The agent as the core sees them."""
        return self.core.agents[AgentId(agent)]

    def state(self, agent: str) -> AgentState:
        """The agent's state."""
        return self.agent(agent).state

    def dial_out(self, agent: str, call: str = "out-1", queue: str = "general") -> None:
        """外呼."""
        self.tell(AgentDialsOut(at=self.now, agent=AgentId(agent), call=CallId(call), queue=QueueName(queue)))

    # ---- calls

    def join(
        self,
        call: str,
        queue: str = "general",
        priority: int = 0,
        *,
        joined: float | None = None,
        prefers: str | None = None,
        **levels: int,
    ) -> None:
        """A caller enters the waiting room; `joined`: who did so first then, in seconds after nine."""
        self.tell(
            CallJoined(
                at=self.now,
                call=CallId(call),
                queue=QueueName(queue),
                skills=skilled(**levels),
                priority=priority,
                joined=None if joined is None else clock(joined),
                prefers=None if prefers is None else AgentId(prefers),
            )
        )

    def line_up(self, owed: str, call: str = "out-1", since_s: float = 0, **more: Any) -> None:
        """A call-back for `owed` takes the place of somebody who joined so many seconds after nine."""
        queue = QueueName(more.pop("queue", "general"))
        place = {"joined": clock(since_s), "queue": queue, **more}
        self.tell(CallBackLined(at=self.now, call=CallId(call), owed=CallId(owed), **place))

    def withdraw(self, owed: str) -> None:
        """The debt leaves the line."""
        self.tell(CallBackWithdrawn(at=self.now, owed=CallId(owed)))

    def inherit(self, call: str, since_s: float, queue: str = "general") -> None:
        """A citizen who rang again gets their old place."""
        self.tell(PlaceInherited(at=self.now, call=CallId(call), queue=QueueName(queue), joined=clock(since_s)))

    def ask_back(self, call: str) -> None:
        """要求回拨."""
        self.tell(CallBackAsked(at=self.now, call=CallId(call)))

    def end(self, call: str) -> None:
        """The caller is gone."""
        self.tell(CallEnded(at=self.now, call=CallId(call)))

    def asked_for_message(self, call: str) -> None:
        """The caller has come to where a message is asked for."""
        self.tell(MessageBegun(at=self.now, call=CallId(call)))

    def dial(self, call: str, attempt: int = 1) -> None:
        """The order took effect."""
        self.tell(PhoneDialled(at=self.now, call=CallId(call), attempt=attempt))

    def ring(self, call: str, attempt: int = 1) -> None:
        """The phone rings."""
        self.tell(RingStarted(at=self.now, call=CallId(call), attempt=attempt))

    def answer(self, call: str, attempt: int = 1) -> None:
        """The agent picks up."""
        self.tell(AgentAnswered(at=self.now, call=CallId(call), attempt=attempt))

    def fail(self, call: str, failure: RingFailure, attempt: int = 1) -> None:
        """The offer comes to nothing."""
        self.tell(RingFailed(at=self.now, call=CallId(call), attempt=attempt, failure=failure))

    def talk_ends(self, call: str, attempt: int = 1) -> None:
        """The conversation is over."""
        self.tell(TalkEnded(at=self.now, call=CallId(call), attempt=attempt))

    # ---- what was ordered

    def rung(self) -> list[tuple[str, str]]:
        """Every (call, agent) that was ordered to ring, in order."""
        return [(order.call, order.agent) for order in self.orders if isinstance(order, RingAgent)]

    def rung_orders(self) -> list[RingAgent]:
        """Every order to ring, in order."""
        return [order for order in self.orders if isinstance(order, RingAgent)]

    def talker(self, call: str) -> str | None:
        """Who talks with the caller."""
        offer = self.core.talking.get(CallId(call))
        return None if offer is None else offer.agent

    def stopped(self) -> list[tuple[str, int]]:
        """Every (call, attempt) that was taken back, in order."""
        return [(order.call, order.attempt) for order in self.orders if isinstance(order, StopRinging)]

    def waiting(self) -> list[str]:
        """Callers not talking yet, in order."""
        return [call.id for call in self.core.waiting]

    def lined(self) -> list[tuple[str, str | None]]:
        """Call-backs in the line, in order: each call, and for which it is owed."""
        return [(call.id, call.owed) for call in self.core.lined]
