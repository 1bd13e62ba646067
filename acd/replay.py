"""重放: the journal's facts decided again by the real distributor, every order compared with the one given then. Pure.

The same facts give the same orders, so whatever differs is named: other rules than then, or a defect. Two things in the
past are no facts, and both are in the journal:

- *a restart*. The new process began with a checkpoint and played the facts since (acd.memory). With which one, says
  `GapMarked.begun_after`; here the same is done again.
- *a hole*: facts that were decided and could not be written. From there on the state is not known until the next
  checkpoint, which `meet` adopts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from acd.codec import decode, digest, encode
from acd.commands import Command, OfferOrder
from acd.distributor import Distributor
from acd.events import Event, GapMarked
from acd.finding import JOURNAL_FULL
from acd.model import Snapshot


@dataclass(frozen=True, slots=True)
class Step:
    """One fact that was decided, and the orders that were given because of it."""

    seq: int
    event: Event
    orders: tuple[Command, ...] = ()
    is_whole: bool = True  # False: the journal ends here and is being written, so orders may be missing

    @property
    def last(self) -> int:
        """The journal entry that this step ends with."""
        return self.seq + len(self.orders)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where the past and its replay part. `seq` is the journal entry."""

    seq: int
    at: datetime
    kind: str
    then: str
    again: str


@dataclass(slots=True)
class Tally:
    """What a replay has seen so far."""

    events: int = 0
    orders: int = 0
    met: int = 0  # checkpoints that agree with the state reached
    restarts: int = 0
    restarts_unknown: int = 0  # of a version that did not write with which checkpoint it began
    holes: int = 0
    differences: int = 0
    first_difference: Difference | None = None


@dataclass(slots=True)
class _Tail:
    """A checkpoint that a later restart begins with, and the facts since."""

    state: Snapshot | None
    uses: int
    events: list[Event] = field(default_factory=list)


class Replay:
    """Begin with a checkpoint (None: with nothing, at the journal's first entry), then `play` every step in order."""

    def __init__(self, begin: Snapshot | None = None, *, after: int = 0, restarts: Mapping[int, int] | None = None):
        """`restarts`: how many restarts of the period began after which journal entry."""
        self.core = Distributor()
        self.tally = Tally()
        self.last = after
        self._uses = Counter(restarts or {})
        self._tails: dict[int, _Tail] = {}
        self._in_hole = False
        if begin is not None:
            self.core.restore(begin)
        self._remember()

    def play(self, step: Step) -> tuple[Command, ...]:
        """Decide the fact of the next step again; return the orders."""
        self._note_gap(step.event)
        try:
            orders = self.core.receive(step.event)
        except Exception as error:  # noqa: BLE001 - it was decided then, so whatever it is, it is a difference
            orders = ()
            self._differ(step, _words(step.orders), f"{type(error).__name__}: {error}")
        else:
            self._compare(step, orders)
        self.tally.events += 1
        self.tally.orders += len(orders)
        self.last = step.last
        for tail in self._tails.values():
            tail.events.append(step.event)
        self._remember()
        return orders

    def meet(self, state: Snapshot, at: datetime) -> None:
        """The checkpoint that was taken after the step played last: it agrees, or it is a difference."""
        if self._in_hole:
            self._in_hole = False
            self._begin_anew(state)
            return
        then, again = digest(state), self.digest()
        if then == again:
            self.tally.met += 1
        else:
            self._note(Difference(seq=self.last, at=at, kind="checkpoint", then=then, again=again))

    def digest(self) -> str:
        """The hash of the state reached: the same in every process that played the same."""
        return digest(self.core.snapshot())

    def _compare(self, step: Step, orders: tuple[Command, ...]) -> None:
        then = step.orders
        is_same = then == orders if step.is_whole else then == orders[: len(then)]
        if not is_same and not self._in_hole:
            self._differ(step, _words(then), _words(orders))

    def _differ(self, step: Step, then: str, again: str) -> None:
        event = step.event
        self._note(Difference(seq=step.seq, at=event.at, kind=type(event).__name__, then=then, again=again))

    def _note(self, difference: Difference) -> None:
        self.tally.differences += 1
        self.tally.first_difference = self.tally.first_difference or difference

    def _note_gap(self, event: Event) -> None:
        if not isinstance(event, GapMarked):
            return
        if event.why == JOURNAL_FULL:
            self.tally.holes += 1
            self._in_hole = True
        if event.begun_after is not None:
            self._restart(event.begun_after)

    def _restart(self, begun_after: int) -> None:
        tail = self._tails.get(begun_after)
        if tail is None:  # its checkpoint is of before this replay
            self.tally.restarts_unknown += 1
            return
        self.tally.restarts += 1
        self._begin_anew(tail.state)
        for event in tail.events:
            try:
                self.core.receive(event)
            except Exception:  # noqa: BLE001, S112 - acd.memory goes on, too; the first time it was a difference
                continue
        tail.uses -= 1
        if not tail.uses:
            del self._tails[begun_after]

    def _begin_anew(self, state: Snapshot | None) -> None:
        self.core = Distributor()
        if state is not None:
            self.core.restore(state)

    def _remember(self) -> None:
        """A later restart begins here: with a copy that went through the codec, as then."""
        uses = self._uses.pop(self.last, 0)
        if uses:
            state = decode(Snapshot, encode(self.core.snapshot())) if self.last else None
            self._tails[self.last] = _Tail(state, uses)


def _words(orders: tuple[Command, ...]) -> str:
    """Orders in one line, for a person: `RingAgent lx-1.2#1 8001`."""
    return ", ".join(map(_said, orders)) or "-"


def _said(order: Command) -> str:
    name = type(order).__name__
    if isinstance(order, OfferOrder):
        return f"{name} {order.call}#{order.attempt} {order.seat}"
    return f"{name} {order.call}"
