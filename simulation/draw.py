"""How long things last, and by which dice. Seeded: the same name gives the same draws in every process."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log, sqrt
from random import Random
from typing import Final, Protocol


def dice_named(*name: object) -> Random:
    """Dice of their own for each name: who draws more often than before does not change what others draw."""
    return Random("/".join(map(str, name)))  # noqa: S311 - to be repeated, not to be secret


class Draw(Protocol):
    """A random number of seconds."""

    def seconds(self, dice: Random) -> float:
        """Draw one."""


@dataclass(frozen=True, slots=True)
class Exactly:
    """Always the same."""

    s: float

    def seconds(self, dice: Random) -> float:  # noqa: ARG002 - these need none
        """Return it."""
        return self.s


NEVER: Final = Exactly(inf)


@dataclass(frozen=True, slots=True)
class Exponential:
    """Without memory: what the formulas of Erlang suppose."""

    mean_s: float

    def seconds(self, dice: Random) -> float:
        """Draw one."""
        return dice.expovariate(1.0 / self.mean_s)


@dataclass(frozen=True, slots=True)
class Uniform:
    """Anything between two ends."""

    least_s: float
    most_s: float

    def seconds(self, dice: Random) -> float:
        """Draw one."""
        return dice.uniform(self.least_s, self.most_s)


@dataclass(frozen=True, slots=True)
class Lognormal:
    """What talks really look like (L. Brown et al., "Statistical analysis of a telephone call center", JASA 2005).

    `spread` is the standard deviation over the mean: 1 is as wide as an exponential, with a longer tail.
    """

    mean_s: float
    spread: float = 1.0

    def seconds(self, dice: Random) -> float:
        """Draw one. With variance s^2 = ln(1 + spread^2) of the logarithm, the mean is exp(mu + s^2 / 2)."""
        variance = log(1.0 + self.spread**2)
        return dice.lognormvariate(log(self.mean_s) - variance / 2.0, sqrt(variance))
