"""洪峰自动驾驶: what to do about a line that grows, step by step, with the figures that say why. Pure.

It looks at each queue every few seconds: at the wait foreseen for somebody who joins now (acd.outlook), and at what is
switched on already, by whomever. It proposes; who carries it out, and whether a person must say yes, is not known here.

**The ladder.** Each rung is an action with two waits: from `begins_s` on it is proposed, below `ends_s` its end is. The
cheap ones come first. For a queue the lowest rung that is possible and not switched on is proposed, the next one no
sooner than STEP after it was, so that its effect is seen first; they end in the opposite order.

**Hysteresis**, so that nothing flutters: a wait must have been above for HOLDS, or below for EASED, without a pause;
what was switched, by whomever, rests for RESTS before its opposite is proposed; what a person dismissed is not proposed
again for DISMISSED. So an action is switched at most once in RESTS. A wait that is not known proves nothing either way.
What still owes people something (call-backs that were promised) does not end before.
A response level is the whole city's: any queue can ask for it, and it ends when all have eased.

**A crisis lane is never touched**: nothing is proposed for such a queue, and none of its seats is counted as spare.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from acd.advice import Action, Advice, Lender, Sight, Turn, spare, worked_out
from acd.model import QueueName

HOLDS: Final = timedelta(seconds=60)
EASED: Final = timedelta(minutes=5)
STEP: Final = timedelta(minutes=2)
RESTS: Final = timedelta(minutes=10)
DISMISSED: Final = timedelta(minutes=15)


class Rung(NamedTuple):
    """An action, and the foreseen waits at which it is proposed to begin and to end."""

    action: Action
    begins_s: float
    ends_s: float


LADDER: Final = (
    Rung(Action.ANNOUNCE, 60.0, 20.0),
    Rung(Action.BORROW, 90.0, 20.0),
    Rung(Action.WRAP_UP, 150.0, 45.0),
    Rung(Action.CALL_BACK, 180.0, 60.0),
    Rung(Action.LEVEL, 300.0, 60.0),
    Rung(Action.MESSAGE, 900.0, 300.0),
)


Key = tuple[QueueName, Action]


class Autopilot:
    """Look as often as you like; the same looks give the same advice."""

    def __init__(self) -> None:
        self._above: dict[Key, datetime] = {}
        self._below: dict[Key, datetime] = {}
        self._on: dict[QueueName, frozenset[Action]] = {}
        self._switched: dict[Key, datetime] = {}
        self._dismissed: dict[Key, datetime] = {}

    def look(self, sights: Iterable[Sight], at: datetime) -> tuple[Advice, ...]:
        """Return what is proposed now, by queue: at most one beginning and one end for each."""
        seen = sorted((sight for sight in sights if not sight.is_crisis), key=lambda sight: sight.queue)
        for sight in seen:
            self._note(sight, at)
        lenders = {sight.queue: Lender(sight.serving, spare(sight)) for sight in seen}
        found = [
            advice for sight in seen for advice in (self._begin(sight, lenders, at), self._end(sight, at)) if advice
        ]
        return tuple(_level_once(found, len(seen)))

    def dismiss(self, advice: Advice, at: datetime) -> None:
        """A person says no: not again for a while."""
        self._dismissed[advice.queue, advice.action] = at

    def _note(self, sight: Sight, at: datetime) -> None:
        for action in sight.doable.on ^ self._on.get(sight.queue, sight.doable.on):
            self._switched[sight.queue, action] = at
        self._on[sight.queue] = sight.doable.on
        for rung in LADDER:
            key = sight.queue, rung.action
            _keep(self._above, key, at, holds=sight.wait is not None and sight.wait.mean_s >= rung.begins_s)
            _keep(self._below, key, at, holds=sight.wait is not None and sight.wait.mean_s <= rung.ends_s)

    def _begin(self, sight: Sight, lenders: dict[QueueName, Lender], at: datetime) -> Advice | None:
        last = max(
            (self._switched.get((sight.queue, action)) or at - STEP for action in sight.doable.on), default=at - STEP
        )
        if at - last < STEP:
            return None
        for rung in LADDER:
            advice = self._propose(rung, sight, at) if rung.action in sight.doable.possible - sight.doable.on else None
            if advice is not None:
                advice = worked_out(advice, lenders)
            if advice is not None:
                return advice
        return None

    def _propose(self, rung: Rung, sight: Sight, at: datetime) -> Advice | None:
        since = self._held((sight.queue, rung.action), self._above, HOLDS, at)
        if since is None:
            return None
        return Advice(
            queue=sight.queue, action=rung.action, turn=Turn.BEGIN, since=since, limit_s=rung.begins_s, sight=sight
        )

    def _end(self, sight: Sight, at: datetime) -> Advice | None:
        for rung in reversed(LADDER):
            since = self._held((sight.queue, rung.action), self._below, EASED, at)
            if since is not None and rung.action in sight.doable.on - sight.doable.stays:
                return Advice(
                    queue=sight.queue, action=rung.action, turn=Turn.END, since=since, limit_s=rung.ends_s, sight=sight
                )
        return None

    def _held(self, key: Key, since: Mapping[Key, datetime], long: timedelta, at: datetime) -> datetime | None:
        """Since when, if it is long enough and nothing rests."""
        began = since.get(key)
        return None if began is None or at - began < long or self._rests(key, at) else began

    def _rests(self, key: Key, at: datetime) -> bool:
        switched, dismissed = self._switched.get(key), self._dismissed.get(key)
        return (switched is not None and at - switched < RESTS) or (
            dismissed is not None and at - dismissed < DISMISSED
        )


def _level_once(found: Iterable[Advice], queues: int) -> Iterator[Advice]:
    """Of the city's level there is one beginning for all queues, or one end when every queue says so."""
    several = list(found)
    for turn, enough in ((Turn.BEGIN, 1), (Turn.END, queues)):
        levels = [advice for advice in several if advice.action is Action.LEVEL and advice.turn is turn]
        dropped = levels if len(levels) < enough else levels[1:]
        several = [advice for advice in several if advice not in dropped]
    yield from several


def _keep(since: dict[Key, datetime], key: Key, at: datetime, *, holds: bool) -> None:
    if holds:
        since.setdefault(key, at)
    else:
        since.pop(key, None)
