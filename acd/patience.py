"""耐心: how likely a caller who has waited so long gives up in the next second, learnt from those who did and did not.

Of a patience one mostly sees only that it was not yet over when an agent answered. The maximum-likelihood rate of
giving up, if it is constant between two moments of waiting, is who gave up between them over all time waited between
them (D. R. Cox, D. Oakes, "Analysis of Survival Data", 1984). It is learnt apart for each of the parts of a wait that
EDGES_S cut, because people are not exponential: some hang up at once, many after a minute or two.

A part is forgotten only by what is seen of it, so that a surge finds what the last one taught. Where little was seen
(less than PRIOR_S of waiting), the rate of all parts together counts instead.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Final

EDGES_S: Final = (0.0, 15.0, 30.0, 60.0, 120.0, 240.0, 480.0)
"""Where the parts of a wait begin; the last has no end."""
NOTHING_SEEN: Final = (0.0,) * len(EDGES_S)
PRIOR_S: Final = 600.0
_HALVINGS: Final = 5
_GONE: Final = 2.0 ** (_HALVINGS + 1)


class Patience:
    """How often a caller gives up, by how long they have waited: a rate a second for each part of the wait."""

    __slots__ = ("_lost_before", "rates")

    def __init__(self, rates: Sequence[float] = NOTHING_SEEN) -> None:
        """`rates` has as many as there are parts."""
        self.rates = tuple(rates)
        widths = (ends - begins for begins, ends in pairwise(EDGES_S))
        self._lost_before = (0.0, *accumulate(rate * width for rate, width in zip(rates, widths, strict=False)))

    def at(self, waited_s: float) -> tuple[float, float]:
        """Return how often somebody gives up who has waited so long, and the sum of the rates until then.

        The share who wait as long is e to the power of minus that sum.
        """
        part = _part(waited_s)
        rate = self.rates[part]
        return rate, self._lost_before[part] + rate * (waited_s - EDGES_S[part])

    def mean_s(self) -> float | None:
        """Mean patience; None if nobody ever gives up."""
        if not self.rates[-1]:
            return None
        mean = 0.0
        for part, rate in enumerate(self.rates[:-1]):
            stay = share_left(self._lost_before[part])
            width = EDGES_S[part + 1] - EDGES_S[part]
            mean += stay * ((1.0 - share_left(rate * width)) / rate if rate else width)
        return mean + share_left(self._lost_before[-1]) / self.rates[-1]


def learnt(gave_up: Sequence[float], waited_s: Sequence[float], everywhere: float) -> Patience:
    """Return what was seen, part by part; `everywhere` is the rate where little was."""
    parts = zip(gave_up, waited_s, strict=True)
    return Patience([(count + PRIOR_S * everywhere) / (seconds + PRIOR_S) for count, seconds in parts])


def parts_of(waited_s: float) -> list[float]:
    """Cut a wait into its parts, in seconds; as many as it reached."""
    last = _part(waited_s)
    return [*(EDGES_S[part + 1] - EDGES_S[part] for part in range(last)), waited_s - EDGES_S[last]]


def share_left(lost: float) -> float:
    """Return e to the power of -lost, within a thousandth; with nothing that two machines could round differently."""
    if lost >= _GONE:
        return 0.0
    left = (1.0 - lost / _GONE) / (1.0 + lost / _GONE)
    for _ in range(_HALVINGS):
        left *= left
    return left


def _part(waited_s: float) -> int:
    return bisect_right(EDGES_S, waited_s) - 1 if waited_s > 0.0 else 0
