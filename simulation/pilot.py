"""The autopilot in a simulation, in mode `act`: what it proposes is done at once, by the product's own measures.

Which measure carries an advice out (acd.advised_measure), what follows from measures (acd.in_force) and which are
refused (acd.measure_rules) are the real ones. What acd.arrangement does with tables and a loop is done here without.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from acd.advice import ITSELF, Advice, Doable, Turn, see
from acd.advised_measure import aim_of, doable, measure_of
from acd.autopilot import Autopilot
from acd.errors import Refused
from acd.in_force import InForce
from acd.measure_rules import check, undone
from acd.measures import Measure, MeasureState, Move, Step
from acd.model import Queue, QueueName, Seat, SeatId
from city.city import City
from simulation.run import Simulation

LOOK: Final = timedelta(seconds=5)
"""As hotline.pilot has it."""


class Done(NamedTuple):
    """Something was switched."""

    at: datetime
    advice: Advice


@dataclass
class ActingPilot:
    """`begin` it. `city` has the queues, as `queues_of` puts them, that the simulation began with."""

    simulation: Simulation
    city: City
    queues_of: Callable[[City], tuple[Queue, ...]]
    until: datetime  # it looks no more then
    room: dict[QueueName, int] = field(default_factory=dict)
    """How many call-backs of each queue may be in the line and in progress: kept as the measures have it."""
    autopilot: Autopilot = field(default_factory=Autopilot)
    done: list[Done] = field(default_factory=list)
    refused: list[tuple[Advice, str]] = field(default_factory=list)  # by which rule
    now: InForce = field(init=False)
    _stored: dict[SeatId, Seat] = field(init=False)
    _made: int = 0

    def __post_init__(self) -> None:
        """Nothing is in force."""
        self.now = InForce(self.city, self.queues_of, {})
        self._stored = dict(self.simulation.core.seats)

    def begin(self) -> None:
        """Look from now on."""
        self._make_room()
        self.simulation.agenda.after(0.0, self._look)

    def _look(self) -> None:
        core, at = self.simulation.core, self.simulation.now
        outlook, queues, crisis = core.outlook(), tuple(core.queues), [QueueName(n) for n in self.city.crisis_queues]
        sights = [see(queue, queues, outlook, at, self._doable(queue), crisis=crisis) for queue in queues]
        for advice in self.autopilot.look(sights, at):
            self._carry_out(advice)
        if at < self.until:
            self.simulation.agenda.after(LOOK.total_seconds(), self._look)

    def _doable(self, queue: QueueName) -> Doable:
        backs = self.simulation.call_backs
        return doable(self.now, queue, dials=backs is not None, owes=backs is not None and backs.owes(queue))

    def _carry_out(self, advice: Advice) -> None:
        try:
            moves = self._begun(advice) if advice.turn is Turn.BEGIN else self._ended(advice)
        except Refused as refusal:
            self.autopilot.dismiss(advice, self.simulation.now)
            self.refused.append((advice, refusal.rule))
            return
        self.done.append(Done(self.simulation.now, advice))
        self.now = self.now.after(moves)
        self._make_room()
        at, number = self.simulation.now, moves[0].measure.number
        fact = self.now.fact(self.simulation.core.seats, self._stored, at=at, by=ITSELF, measure=number)
        self.simulation.controller.tell(fact)

    def _begun(self, advice: Advice) -> list[Move]:
        at = self.simulation.now
        self._made += 1
        measure = Measure(
            number=self._made,
            aim=aim_of(advice, self.now),
            who=ITSELF,
            why=advice.id,
            made_at=at,
            starts_at=at,
            state=MeasureState.IN_FORCE,
        )
        check(measure, self.now.city, self.now.standing, at)
        past = self.simulation.core.snapshot()
        return self.now.begun(past, measure, self._stored, None, at=at, at_most=False)

    def _ended(self, advice: Advice) -> list[Move]:
        measure = measure_of(advice, self.now)
        over = undone(measure, self.simulation.now, ITSELF, advice.id)
        return [Move(measure=over, step=Step.ENDED), *self.now.revealed_by(measure)]

    def _make_room(self) -> None:
        self.room.update((QueueName(name), queue.call_backs_at_once) for name, queue in self.now.city.queues.items())
