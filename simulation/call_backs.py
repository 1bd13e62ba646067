"""回拨 in a simulation: who asked is owed a call, and stands in the line by the product's own rules.

Which debts stand in the line is decided by acd.call_back_plan, their place by acd.call_back_line; both are the real
ones, as is the order of the facts. What hotline.call_back_line does with tables and a loop is done here with neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from acd.call_back_facts import CallBackAsked, CallBackLined, CallBackWithdrawn
from acd.call_back_plan import Candidate, Place, Policy, Standing, most_promised, plan
from acd.call_facts import CallBackOwed, CallBackSettled, Debt
from acd.commands import Command, RingAgent
from acd.dial_facts import CitizenAnswered, DialOutcome, DialOutOver
from acd.distributor import Distributor
from acd.events import CallEnded, CallJoined, Event
from acd.model import OUTWARD, CallId, QueueName, is_outward
from simulation.agenda import Agenda
from simulation.line import Line
from simulation.people import Kind, Try

WRITTEN_S: Final = 0.5
"""So soon after news the debts are looked at."""
RESTS: Final = timedelta(minutes=1)
"""As hotline.call_back_line has it: so long what could not be dialled keeps no agent."""
NO_ATTEMPT: Final = frozenset({DialOutcome.AGENT_MISSED, DialOutcome.NOT_DIALLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsBack:
    """How a simulated city calls back who asked for it."""

    policy: Policy
    at_once: Mapping[QueueName, int]  # debts of a queue in the line and in progress; it may change in a run


@dataclass(slots=True, kw_only=True)
class Owed:
    """One debt."""

    number: int
    citizen: str
    kind: Kind
    own: Try
    joined: datetime
    owed_at: datetime
    attempts: int = 0
    tried_at: datetime | None = None
    reached: datetime | None = None
    left: str | None = None  # to people, under this rule: in a simulation nobody sees to it


class CallBacks:
    """Have it watch the controller. `debts`: everybody who asked, by the call in which they did."""

    def __init__(
        self,
        rules: CallsBack,
        agenda: Agenda,
        core: Callable[[], Distributor],
        tell: Callable[[Event], None],
        caller: Callable[[CallId], tuple[str, Line]],
    ) -> None:
        """`caller`: the citizen's name and their line, while it is there."""
        self.debts: dict[CallId, Owed] = {}
        self._rules, self._agenda, self._core, self._tell, self._caller = rules, agenda, core, tell, caller
        self._unpaid: dict[CallId, Owed] = {}
        self._offered: dict[CallId, CallId] = {}  # our calls, and for which debts
        self._rests: dict[CallId, datetime] = {}
        self._joined: dict[CallId, datetime] = {}
        self._looks: set[datetime] = set()
        self._made = 0

    @property
    def open(self) -> bool:
        """Whether anybody is being called back, or may yet be."""
        return bool(self._offered or self._unpaid)

    def owes(self, queue: QueueName) -> bool:
        """Whether somebody who asked in this queue is still to be called."""
        return any(debt.kind.queue == queue for debt in self._unpaid.values())

    def may_promise(self, call: CallId) -> bool:
        """Whether a caller who waits can be offered a call-back, as hotline.call_back_line has it."""
        waiting = self._core().waits(call)
        if waiting is None:
            return False
        promised = sum(debt.kind.queue == waiting.queue for debt in self._unpaid.values())
        most = most_promised(self._rules.at_once[waiting.queue], self._core().handle_s(waiting.queue))
        return promised < most

    def whom(self, call: CallId) -> tuple[Kind, Try] | None:
        """Who is to be dialled by a call that we make."""
        debt = self.debts.get(self._offered.get(call, CallId("")))
        return None if debt is None else (debt.kind, debt.own)

    def watch(self, event: Event, orders: tuple[Command, ...]) -> None:
        """The controller's watcher."""
        for order in orders:
            if isinstance(order, RingAgent) and is_outward(order.call) and (owed := self._core().owed(order.call)):
                self._offered[order.call] = owed
                self._rests[owed] = order.at + RESTS
        match event:
            case CallJoined():
                self._joined.setdefault(event.call, event.joined or event.at)
            case CallEnded():
                self._joined.pop(event.call, None)
            case CallBackAsked() if event.call not in self._core().offers:
                self._note_asked(event.call)
            case CitizenAnswered():
                self._settle(event.call)
            case DialOutOver():
                self._note_over(event)

    def _note_asked(self, call: CallId) -> None:
        """The debt has the place of the caller, whose line is there yet."""
        now = self._agenda.now
        citizen, line = self._caller(call)
        joined = self._joined.get(call, now)
        self._unpaid[call] = self.debts[call] = Owed(
            number=len(self.debts), citizen=citizen, kind=line.kind, own=line.own, joined=joined, owed_at=now
        )
        self._agenda.after(WRITTEN_S, lambda: self._tell(CallBackOwed(at=self._agenda.now, call=call, why=Debt.ASKED)))
        self._look_at(now)

    def _settle(self, call: CallId) -> None:
        owed, now = self._offered[call], self._agenda.now
        self.debts[owed].reached = now
        self._unpaid.pop(owed, None)
        self._agenda.after(WRITTEN_S, lambda: self._tell(CallBackSettled(at=self._agenda.now, call=owed, by=call)))

    def _note_over(self, event: DialOutOver) -> None:
        owed = self._offered.pop(event.call, None)
        if owed is None:
            return
        if event.outcome not in NO_ATTEMPT:
            self.debts[owed].attempts += 1
            self.debts[owed].tried_at = event.at
        if event.outcome is DialOutcome.AGENT_MISSED:
            self._rests.pop(owed, None)
        self._look_at(event.at)

    # ---- the line

    def _look_at(self, moment: datetime) -> None:
        """Look soon after this moment."""
        moment = max(moment, self._agenda.now) + timedelta(seconds=WRITTEN_S)
        if moment not in self._looks:
            self._looks.add(moment)
            self._agenda.at(moment, self._look)

    def _look(self) -> None:
        now, core = self._agenda.now, self._core()
        self._looks = {moment for moment in self._looks if moment > now}
        lined = {call.owed: call for call in core.lined if call.owed is not None}
        standings = plan(
            [self._candidate(owed, debt) for owed, debt in self._unpaid.items()],
            self._rules.policy,
            now,
            room=self._room(core),
            lined=lined,
        )
        for owed, place in standings.items():
            self._stand(owed, place, is_lined=owed in lined, is_rung=owed in lined and lined[owed].id in core.offers)

    def _stand(self, owed: CallId, place: Place, *, is_lined: bool, is_rung: bool) -> None:
        now = self._agenda.now
        if place.rule is not None:
            self._unpaid.pop(owed).left = place.rule
        if place.standing is not Standing.IN_LINE or place.window is None:
            if is_lined and not is_rung:
                self._tell(CallBackWithdrawn(at=now, owed=owed))
            if place.window is not None:
                self._look_at(place.window.opens)
        elif not is_lined:
            self._line_up(owed, place.window.opens, place.window.lapses)

    def _line_up(self, owed: CallId, opens: datetime, lapses: datetime | None) -> None:
        debt, now = self.debts[owed], self._agenda.now
        self._made += 1
        fact = CallBackLined(
            at=now,
            call=CallId(f"{OUTWARD}{self._made}"),
            owed=owed,
            queue=debt.kind.queue,
            skills=debt.kind.skills,
            priority=debt.kind.priority,
            joined=debt.joined,
            not_before=opens if opens > now else None,
            lapses=lapses,
        )
        self._tell(fact)
        if lapses is not None:
            self._look_at(lapses)

    def _candidate(self, owed: CallId, debt: Owed) -> Candidate:
        return Candidate(
            owed=owed,
            citizen=debt.number,
            why=Debt.ASKED,
            queue=debt.kind.queue,
            joined=debt.joined,
            owed_at=debt.owed_at,
            attempts=debt.attempts,
            tried_at=debt.tried_at,
            rests_until=self._rests.get(owed),
        )

    def _room(self, core: Distributor) -> dict[QueueName, int]:
        """How many more may be in the line: those who talk with a citizen we called count."""
        busy = Counter(call.queue for call in core.lined)
        busy.update(talk.queue for talk in core.talking.values() if is_outward(talk.call))
        return {queue: max(0, most - busy[queue]) for queue, most in self._rules.at_once.items()}
