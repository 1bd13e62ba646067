"""人力测算: how long callers wait for so many agents, by the formulas of Erlang. Pure.

Calls come at random at a rate (Poisson), a talk with its wrap-up lasts exponentially long, and callers go to any free
agent, first come first served. `load` is the rate times the mean handle time, in erlangs: the agents it keeps busy.

Erlang B, the share of calls that find all `n` agents busy when nobody waits (A. K. Erlang 1917), by the recursion

    B(0) = 1,   B(n) = load B(n-1) / (n + load B(n-1))

which only adds, multiplies and divides positive numbers below one, so it is stable for any `n`.

Erlang C (M/M/n, the same paper): callers wait for ever.

    C = n B / (n - load (1 - B)),   mean wait = C handle / (n - load)
    P(wait <= t) = 1 - C exp(-(n - load) t / handle)

Erlang A (M/M/n+M; C. Palm 1946; O. Garnett, A. Mandelbaum, M. Reiman, "Designing a call center with impatient
customers", Manufacturing & Service Operations Management 4(3), 2002): callers lose patience, exponentially. With k
calls present, the rate at which one leaves is

    d(k) = min(k, n) / handle + max(k - n, 0) / patience

and the probability of k calls satisfies p(k) d(k) = p(k-1) rate. The weights are walked from their largest, k = the
last with d(k) <= rate, to both sides until what is left out cannot matter; none exceeds one, so nothing overflows and
no factorial is ever formed. By Little's law the mean wait, of those answered and those who give up together, is the
mean number waiting over the rate, and the share that gives up is the mean wait over the mean patience.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import exp, isfinite
from typing import Final

NEGLIGIBLE: Final = 1e-16
"""Weights are left out once all that follow together are less than this share of the sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What comes in. Refused with ValueError if a number is not positive and finite."""

    rate_per_s: float
    handle_s: float  # mean of talk and wrap-up together
    patience_s: float | None = None  # mean time until a caller gives up; None: never

    def __post_init__(self) -> None:
        told = (self.rate_per_s, self.handle_s, 1.0 if self.patience_s is None else self.patience_s)
        if not all(number > 0 and isfinite(number) for number in told):
            raise ValueError("rate, handle time and patience must be positive and finite")

    @property
    def load(self) -> float:
        """Erlangs: how many agents it would keep busy if nobody gave up."""
        return self.rate_per_s * self.handle_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """What callers and agents see in the long run."""

    waits: float  # share of calls that find everybody busy
    mean_wait_s: float  # over all calls, also those answered at once and those that give up
    abandons: float  # share of calls that give up
    mean_waiting: float  # callers waiting at a random moment
    occupancy: float  # share of the agents' time that is busy


def erlang_b(agents: int, load: float) -> float:
    """Share of calls that find all agents busy and are lost."""
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(agents: int, traffic: Traffic) -> Steady | None:
    """Callers wait for ever, whatever their patience; None: more load than agents, the line grows without end."""
    load = traffic.load
    if load >= agents:
        return None
    blocked = erlang_b(agents, load)
    waits = agents * blocked / (agents - load * (1 - blocked))
    mean_wait_s = waits * traffic.handle_s / (agents - load)
    return Steady(
        waits=waits,
        mean_wait_s=mean_wait_s,
        abandons=0.0,
        mean_waiting=traffic.rate_per_s * mean_wait_s,
        occupancy=load / agents,
    )


def erlang_c_within(agents: int, traffic: Traffic, seconds: float) -> float:
    """Share of calls answered within so many seconds if nobody gives up; 0 if the line grows without end."""
    steady = erlang_c(agents, traffic)
    if steady is None:
        return 0.0
    return 1.0 - steady.waits * exp(-(agents - traffic.load) * seconds / traffic.handle_s)


def fewest_agents(traffic: Traffic, seconds: float, target: float, *, most: int) -> int | None:
    """The fewest agents with whom at least `target` of the calls are answered within so many seconds (Erlang C).

    None: more than `most`.
    """
    least = max(1, int(traffic.load))
    return next((n for n in range(least, most + 1) if erlang_c_within(n, traffic, seconds) >= target), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffed:
    """So many agents, by both formulas."""

    agents: int
    in_time: float  # share answered within the seconds that were asked about, if nobody gives up
    patient: Steady | None  # Erlang C; None: the line grows without end
    impatient: Steady  # Erlang A


def staffed(agents: int, traffic: Traffic, seconds: float) -> Staffed:
    """Raises ValueError without a patience."""
    return Staffed(
        agents=agents,
        in_time=erlang_c_within(agents, traffic, seconds),
        patient=erlang_c(agents, traffic),
        impatient=erlang_a(agents, traffic),
    )


def erlang_a(agents: int, traffic: Traffic) -> Steady:
    """Callers give up; any load is borne. Raises ValueError without a patience."""
    if traffic.patience_s is None:
        raise ValueError("Erlang A needs a patience; without one it is Erlang C")
    total = busy = waits = waiting = 0.0
    for present, weight in _weights(agents, traffic, 1.0 / traffic.patience_s):
        total += weight
        busy += weight * min(present, agents)
        if present >= agents:
            waits += weight
            waiting += weight * (present - agents)
    mean_waiting = waiting / total
    mean_wait_s = mean_waiting / traffic.rate_per_s
    return Steady(
        waits=waits / total,
        mean_wait_s=mean_wait_s,
        abandons=mean_wait_s / traffic.patience_s,
        mean_waiting=mean_waiting,
        occupancy=busy / total / agents if agents else 0.0,
    )


def _weights(agents: int, traffic: Traffic, give_up_rate: float) -> Iterator[tuple[int, float]]:
    """Yield numbers of calls present and their weights, the largest being one."""
    rate = traffic.rate_per_s

    def leaving(present: int) -> float:
        return min(present, agents) / traffic.handle_s + max(present - agents, 0) * give_up_rate

    beyond = max(0.0, rate - leaving(agents))
    peak = agents + int(beyond / give_up_rate) if beyond else min(agents, int(traffic.load))
    yield peak, 1.0
    yield from _downwards(peak, rate, leaving)
    yield from _upwards(peak, rate, leaving)


def _downwards(peak: int, rate: float, leaving: Callable[[int], float]) -> Iterator[tuple[int, float]]:
    weight = 1.0
    for present in range(peak, 0, -1):
        ratio = min(1.0, leaving(present) / rate)  # only falls from here on, so the rest is less than a geometric sum
        weight *= ratio
        if weight < NEGLIGIBLE * (1.0 - ratio):
            return
        yield present - 1, weight


def _upwards(peak: int, rate: float, leaving: Callable[[int], float]) -> Iterator[tuple[int, float]]:
    weight, present = 1.0, peak
    while True:
        present += 1
        ratio = rate / leaving(present)
        weight *= ratio
        if weight * present < NEGLIGIBLE * (1.0 - ratio):
            return
        yield present, weight
