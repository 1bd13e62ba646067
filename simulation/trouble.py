"""When things break in a trial, and what is done to the seats meanwhile: planned on the agenda, by dice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any, Final

from acd.duty_facts import WrapUpExtended
from acd.events import (
    AgentBecameReady,
    AgentLoggedOff,
    AgentLoggedOn,
    AgentWentOnBreak,
    Request,
    SeatClosed,
    SeatOpened,
)
from acd.force_facts import AgentForced, ForceWithdrawn
from acd.model import ForcedTo, Seat
from simulation.faults import Fault, Weather
from simulation.mortal import AFTERMATH_S, MortalController
from simulation.people import Worker
from simulation.run import Simulation

OPS: Final = "ops"
SEATS_CHANGE_EVERY_S: Final = 12.0
CLOSED_FOR_S: Final = 8.0
FUMBLES_EVERY_S: Final = 4.0
LEADS_EVERY_S: Final = 3.0
DIALS_EVERY_S: Final = 2.5
CARRIED_OUT_S: Final = 0.2
HEARS_S: Final = (1.0, 5.0)
"""A code is carried out, then its confirmation is heard until the agent or the dialplan hangs up."""


class Trouble:
    """Until `ends`; then the weather is calm, every phone is plugged in and every seat is open."""

    def __init__(
        self, simulation: Simulation, mortal: MortalController, dice: Random, weather: Weather, people: Sequence[Worker]
    ) -> None:
        self._simulation, self._mortal, self._dice, self._weather = simulation, mortal, dice, weather
        self._agenda, self._exchange = simulation.agenda, simulation.exchange
        self._workers = people
        self._seats = [Seat(worker.seat, worker.queues) for worker in people]
        self._ends = simulation.now

    def begin(self, ends: datetime) -> None:
        """Plan everything."""
        self._ends = ends
        acts: dict[Fault, Callable[[], None]] = {
            Fault.DEAF: lambda: self._mortal.go_deaf(self._lasts_s()),
            Fault.CONTROLLER_DIED: lambda: self._mortal.die(self._lasts_s(), 0.0),
            Fault.PBX_DIED: self._kill_the_pbx,
            Fault.CLOCK_STEPPED: self._step_a_clock,
        }
        for fault, every_s in self._weather.every_s.items():
            self._again(every_s, acts[fault])
        self._again(self._weather.unplugged_every_s, self._unplug)
        self._again(SEATS_CHANGE_EVERY_S, self._change_a_seat)
        self._again(FUMBLES_EVERY_S, self._fumble)
        self._again(LEADS_EVERY_S, self._lead)
        self._again(DIALS_EVERY_S, self._dial_a_code)
        self._agenda.at(ends, self._calm)

    def _again(self, every_s: float, act: Callable[[], None]) -> None:
        def happen() -> None:
            if self._agenda.now < self._ends:
                act()
                self._again(every_s, act)

        self._agenda.after(self._dice.expovariate(1.0 / every_s), happen)

    def _lasts_s(self) -> float:
        return self._dice.uniform(0.5, self._weather.lasts_s)

    def _calm(self) -> None:
        self._mortal.noise.is_on = False

    # ---- what breaks

    def _kill_the_pbx(self) -> None:
        if not self._exchange.is_up:
            return
        lasts_s = self._lasts_s()
        self._exchange.die()
        self._mortal.go_deaf(lasts_s, Fault.PBX_DIED)
        self._agenda.after(lasts_s - 0.2, self._exchange.revive)

    def _step_a_clock(self) -> None:
        """The PBX's own, or the machine's while the controller starts."""
        step_s = self._dice.uniform(-self._weather.step_s, self._weather.step_s)
        if self._dice.random() < 0.5:
            self._exchange.clock_s += step_s
            self._mortal.in_force[Fault.CLOCK_STEPPED] = self._agenda.now + timedelta(seconds=AFTERMATH_S)
        else:
            self._mortal.die(self._lasts_s(), step_s)

    def _unplug(self) -> None:
        seat = self._dice.choice(self._seats).id
        self._exchange.unplug(seat)
        self._agenda.after(self._dice.uniform(1.0, 30.0), partial(self._exchange.plug_in, seat))

    def _change_a_seat(self) -> None:
        """Ops closes one for a while, or says anew what it serves."""
        seat = self._dice.choice(self._seats)
        if self._dice.random() < 0.5 and self._mortal.ask(SeatClosed(at=self._agenda.now, by=OPS, seat=seat.id)):
            self._agenda.after(CLOSED_FOR_S, partial(self._open, seat))
        else:
            self._open(seat)

    def _fumble(self) -> None:
        """Somebody presses a key without looking at the screen, or presses it twice."""
        key = self._key(self._dice.choice(self._workers))()
        for _ in range(self._dice.choice((1, 2))):
            self._mortal.ask(key)

    def _dial_a_code(self) -> None:
        """The same by phone: whoever's is free is on the line with us, and what they dialled is done meanwhile."""
        worker = self._dice.choice(self._workers)
        if self._exchange.dial_code(worker.seat, self._dice.uniform(*HEARS_S)):
            key = self._key(worker)
            self._agenda.after(CARRIED_OUT_S, lambda: self._press(key))

    def _press(self, key: Callable[[], Request]) -> None:
        self._mortal.ask(key())

    def _key(self, worker: Worker) -> Callable[[], Request]:
        """One of those that agents have, pressed when it is called."""

        def who() -> dict[str, Any]:
            return {"at": self._agenda.now, "by": worker.agent, "agent": worker.agent}

        keys: tuple[Callable[[], Request], ...] = (
            lambda: AgentLoggedOn(seat=worker.seat, skills=worker.skills, **who()),
            lambda: AgentBecameReady(**who()),
            lambda: AgentWentOnBreak(**who()),
            lambda: AgentLoggedOff(**who()),
            lambda: WrapUpExtended(**who()),
        )
        return self._dice.choice(keys)

    def _lead(self) -> None:
        """A team leader orders somebody about, or takes an order back; now and then one that has read nothing."""
        agent = self._dice.choice(self._workers).agent
        last = self._mortal.core.forces.get(agent)
        seen = last.number if last is not None and self._dice.random() < 0.9 else 0
        who: dict[str, Any] = {"at": self._agenda.now, "by": OPS, "agent": agent, "why": "surge", "seen": seen}
        if self._dice.random() < 0.3:
            self._mortal.ask(ForceWithdrawn(**who))
        else:
            self._mortal.ask(AgentForced(into=self._dice.choice(tuple(ForcedTo)), **who))

    def _open(self, seat: Seat) -> None:
        if not self._mortal.ask(SeatOpened(at=self._agenda.now, by=OPS, seat=seat)):
            self._agenda.after(1.0, partial(self._open, seat))
