"""预计等待: how long a caller still waits, as an honest range or not at all. Pure.

Theory. Everybody is busy, `freeing` agents come free in a second, and callers 1 .. n stand before ours. The first
agent is free after 1/freeing; whoever comes free takes the next caller who is still there. With alive(i) the share of
such callers i who are, the moment at which an agent is free for the next is on average

    t(1) = 1 / freeing,   t(i+1) = t(i) + alive(i) / freeing,   ours: t(n+1)

and its variance v(i+1) = v(i) (1 - rate(i) alive(i) / freeing)^2 + (2 alive(i) - alive(i)^2) / freeing^2: a longer wait
mends itself in part, because more give up in it. alive(i) = exp(-(lost(w(i) + t(i)) - lost(w(i)))), where w(i) is how
long caller i has waited already and lost the sum of the rates of giving up (acd.patience); its curvature adds the
factor 1 + rate^2 v / 2.

For exponential patience this is Erlang A read forwards from the state that is seen, the sum of 1 / (freeing + j rate)
for j = 0 .. n (W. Whitt, "Predicting queueing delays", Management Science 45(6), 1999), to the second order. For others
it is in the spirit of QL_ap (R. Ibrahim, W. Whitt, "Real-time delay estimation in overloaded multiserver queues with
abandonments", Management Science 55(10), 2009), which has to guess how long those ahead have waited; we know it.

Then the phone of whoever is found rings: mean and variance of that are added. All this looks at the line itself, so it
knows of a surge at once, where a mean of past waits learns of it when those who came in it have been answered.

The range is of that time and of what we do not know of the rate: learnt from `seen` talks, a mean is wrong by one part
in the root of `seen` (of exponential times; others err less), so mean^2 / seen is added to the variance. Its ends are
the gamma distribution's of the sum's mean and variance (exact for nobody ahead, a rate well known and a phone that does
not ring), by Wilson's and Hilferty's cube root (PNAS 17, 1931). Only sums, products, quotients and square roots are
used, which every machine rounds alike.

What it does not know: talks under way may be younger or older than usual, rates are those of the recent past, agents
go on break and come back, and whoever joins later may go before ours by priority.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Final, NamedTuple

from acd.patience import Patience, share_left

NINE_IN_TEN: Final = 1.2815515655446004
"""The standard normal quantile of 0.9: eight callers in ten fall inside the range."""

UNSAID_BELOW_S: Final = 30.0
"""Who is answered so soon need not be told."""
LONGEST_SAID_MIN: Final = 30
WIDEST_SAID: Final = 3
"""A range whose end is more than so many times its beginning says nothing that a caller could use."""
MINUTE_S: Final = 60.0


class Spread(NamedTuple):
    """A time that differs from once to once: its mean in seconds, its variance."""

    mean_s: float
    variance: float


class Ahead(NamedTuple):
    """A caller who goes before ours."""

    waited_s: float
    share: float = 1.0  # how likely it is one of our agents who serves them
    stays: bool = False  # gives up never: a call-back that waits in the line


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Where a caller stands. Raises ValueError for what cannot be."""

    ahead: Sequence[Ahead]  # in the order of their turn
    freeing_per_s: float  # how many of the agents who can serve ours come free in a second
    patience: Patience
    pick_up: Spread  # from an agent's being found to the answer: the phone rings
    seen: float  # how many talks the rates were learnt from

    def __post_init__(self) -> None:
        longest_s = max((caller.waited_s for caller in self.ahead), default=0.0)
        told = (longest_s, self.freeing_per_s, *self.patience.rates, *self.pick_up, self.seen)
        if not all(0 <= number < float("inf") for number in told):
            raise ValueError("a rate and a time are finite and not negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Seconds from now until an answer, for a caller who stays."""

    mean_s: float
    least_s: float  # one in ten waits less
    most_s: float  # one in ten waits longer


class Minutes(NamedTuple):
    """What a caller may be told: between so many whole minutes."""

    least: int
    most: int


def at_once(pick_up: Spread) -> Estimate:
    """Somebody is free: only the phone must be picked up."""
    return _ranged(*pick_up)


def estimate(line: Line) -> Estimate | None:
    """Return the wait of a caller in this place while nobody is free; None if nobody serves or nothing was learnt."""
    if not line.freeing_per_s or not line.seen:
        return None
    step = 1.0 / line.freeing_per_s
    mean, variance = step, step * step
    for caller in line.ahead:
        served, rate = _served(caller, line.patience, mean, variance)
        mends = max(0.0, 1.0 - rate * served * step)
        variance = variance * mends * mends + (2.0 - served) * served * step * step
        mean += served * step
    return _ranged(mean + line.pick_up.mean_s, variance + mean * mean / line.seen + line.pick_up.variance)


def _served(caller: Ahead, patience: Patience, at_s: float, variance: float) -> tuple[float, float]:
    """How likely this caller takes one of our agents, free in about `at_s`; and how often they give up by then."""
    if caller.stays:
        return caller.share, 0.0
    rate, lost = patience.at(caller.waited_s + at_s)
    left = share_left(lost - patience.at(caller.waited_s)[1])
    return caller.share * min(1.0, left * (1.0 + rate * rate * variance / 2.0)), rate


def _ranged(mean: float, variance: float) -> Estimate:
    if not mean:
        return Estimate(mean_s=0.0, least_s=0.0, most_s=0.0)
    spread = variance / (9.0 * mean * mean)
    least, most = (max(0.0, 1.0 - spread + side * sqrt(spread)) for side in (-NINE_IN_TEN, NINE_IN_TEN))
    return Estimate(mean_s=mean, least_s=mean * least * least * least, most_s=mean * most * most * most)


def announcement(wait: Estimate | None) -> Minutes | None:
    """Return what the waiting room may say, or None: not known, too soon, too long or too wide to be of use."""
    if wait is None or wait.most_s < UNSAID_BELOW_S:
        return None
    minutes = Minutes(max(1, int(wait.least_s / MINUTE_S)), max(1, ceil(wait.most_s / MINUTE_S)))
    if minutes.most > LONGEST_SAID_MIN or minutes.most > WIDEST_SAID * minutes.least:
        return None
    return minutes
