"""Asterisk's own `Queue()`, emulated on the simulator's agenda: the same citizens and agents as simulation.run.

What app_queue does, as far as waits depend on it (Asterisk 22's app_queue.c, and what bench/native_check.py sees the
real one do):

- Each waiting caller looks for itself, when it joins and then once a second. With `autofill` it may try when fewer
  callers stand before it, not trying yet, than members are available.
- A member is available who is in no call, not paused, and whose wrap-up is over by whole seconds:
  floor(now) - floor(end of the last call) >= wrapuptime.
- `leastrecent`: of the available members the one whose last call ended longest ago, those without one first.
- Who does not answer within `timeout` is paused (`autopause`) until they say that they are back; the caller tries
  again after `retry`, in the old place.

The best plain settings are taken for granted: autofill, autopause, ringinuse=no, leastrecent, retry 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from math import floor, inf
from random import Random
from typing import Final, NamedTuple

from acd.model import AgentId
from simulation.agenda import Agenda
from simulation.draw import dice_named
from simulation.people import Citizen, Try, Worker

RECHECK_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What queues.conf says, and how agents use it."""

    wrapuptime_s: int = 30
    timeout_s: float = 20.0
    retry_s: float = 1.0
    pause_to_write: bool = False  # each agent pauses the phone after a call, and ends that when the writing is done
    write_at_most_s: float = inf  # ... or so long after the call, whether it is done or not
    greeting_s: float = 4.0
    phone_s: float = 0.05


class Served(NamedTuple):
    """One call, and what became of it."""

    citizen: str
    came: datetime
    joined: datetime
    answered: datetime | None
    ended: datetime
    agent: AgentId | None  # who answered
    needs_s: float  # of writing after it
    promised: bool = False  # hung up because we call back


@dataclass(slots=True, eq=False)
class _Member:
    worker: Worker
    dice: Random
    is_here: bool = False
    caller: _Caller | None = None
    is_paused: bool = False
    last_call: int = 0  # when it ended, by whole seconds; 0: none yet


@dataclass(slots=True, eq=False)
class _Caller:
    citizen: Citizen
    tried: int
    own: Try
    came: datetime
    joined: datetime
    member: _Member | None = None
    answered: datetime | None = None
    is_trying: bool = False
    is_gone: bool = False


@dataclass
class NativeQueue:
    """One queue. `run` it; then look at `calls` and `rings`."""

    settings: Settings
    agenda: Agenda
    calls: list[Served] = field(default_factory=list)  # in the order they ended
    rings: dict[AgentId, list[datetime]] = field(default_factory=dict)
    _members: list[_Member] = field(default_factory=list)
    _line: list[_Caller] = field(default_factory=list)  # in the order they joined

    def run(self, workers: Iterable[Worker], citizens: Iterable[Citizen], seed: int) -> None:
        """Everybody to the end."""
        for worker in workers:
            member = _Member(worker, dice_named(seed, worker.agent))
            self._members.append(member)
            self.rings[worker.agent] = []
            self.agenda.at(worker.comes, partial(setattr, member, "is_here", True))
        for citizen in citizens:
            self.agenda.at(citizen.comes, partial(self._dial, citizen, 1))
        while self.agenda.next is not None:
            self.agenda.turn()

    # ---- callers

    def _dial(self, citizen: Citizen, tried: int) -> None:
        self.agenda.after(self.settings.greeting_s, partial(self._join, citizen, tried, self.agenda.now))

    def _join(self, citizen: Citizen, tried: int, came: datetime) -> None:
        caller = _Caller(citizen, tried, citizen.tries[tried - 1], came, self.agenda.now)
        self._line.append(caller)
        self.agenda.after(caller.own.patience_s, partial(self._lose_patience, caller))
        self._look(caller)

    def _look(self, caller: _Caller) -> None:
        """What a caller's own thread does once a second."""
        if caller.is_gone:
            return
        member = self._best() if self._is_its_turn(caller) else None
        if member is None:
            self.agenda.after(RECHECK_S, partial(self._look, caller))
        else:
            self._ring(caller, member)

    def _is_its_turn(self, caller: _Caller) -> bool:
        available = sum(map(self._is_available, self._members))
        before = 0
        for other in self._line:
            if before >= available or other is caller:
                break
            before += not other.is_trying
        return before < available

    def _lose_patience(self, caller: _Caller) -> None:
        if caller.answered is None:
            self._over(caller)

    def _over(self, caller: _Caller) -> None:
        caller.is_gone = True
        member, caller.member = caller.member, None
        if member is not None:
            member.caller = None
        if caller.answered is None:
            self._line.remove(caller)
            self._dial_again(caller)
        agent = member.worker.agent if member is not None and caller.answered is not None else None
        name, own = caller.citizen.name, caller.own
        self.calls.append(
            Served(name, caller.came, caller.joined, caller.answered, self.agenda.now, agent, own.wrap_up_s)
        )

    def _dial_again(self, caller: _Caller) -> None:
        after_s, citizen = caller.own.again_after_s, caller.citizen
        if after_s is not None and caller.tried < len(citizen.tries):
            self.agenda.after(after_s, partial(self._dial, citizen, caller.tried + 1))

    # ---- members

    def _is_available(self, member: _Member) -> bool:
        if member.caller is not None or member.is_paused or not member.is_here:
            return False
        return not member.last_call or self._second() - member.last_call >= self.settings.wrapuptime_s

    def _best(self) -> _Member | None:
        return min(filter(self._is_available, self._members), key=lambda member: member.last_call, default=None)

    def _ring(self, caller: _Caller, member: _Member) -> None:
        caller.is_trying, caller.member, member.caller = True, member, caller
        self.rings[member.worker.agent].append(self.agenda.now)
        habits, luck = member.worker.habits, member.dice.random()
        after_s = habits.picks_up.seconds(member.dice)
        if luck < habits.misses or after_s > self.settings.timeout_s:
            self.agenda.after(self.settings.timeout_s, partial(self._miss, caller, member))
        else:
            self.agenda.after(self.settings.phone_s + after_s, partial(self._connect, caller, member))

    def _miss(self, caller: _Caller, member: _Member) -> None:
        if caller.member is not member:
            return
        caller.member, member.caller, caller.is_trying, member.is_paused = None, None, False, True
        self.agenda.after(member.worker.habits.comes_back.seconds(member.dice), partial(self._unpause, member))
        self.agenda.after(self.settings.retry_s, partial(self._look, caller))

    def _unpause(self, member: _Member) -> None:
        member.is_paused = False

    def _connect(self, caller: _Caller, member: _Member) -> None:
        if caller.member is not member:
            return
        caller.answered = self.agenda.now
        self._line.remove(caller)
        self.agenda.after(caller.own.talk_s, partial(self._end_talk, caller, member))

    def _end_talk(self, caller: _Caller, member: _Member) -> None:
        member.last_call = self._second()
        self._over(caller)
        if self.settings.pause_to_write:
            member.is_paused = True
            self.agenda.after(min(caller.own.wrap_up_s, self.settings.write_at_most_s), partial(self._unpause, member))

    def _second(self) -> int:
        return floor(self.agenda.now.timestamp())
