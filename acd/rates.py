"""来话、处理、耐心: how fast callers come, agents get done and callers give up, learnt call by call, queue by queue.

A fold over what happens; the same facts give the same rates. Each is a quotient of two sums in which what was seen
longest ago counts least: every new observation of a kind makes the earlier ones count FORGETS of what they did, so they
remember about the last 1 / (1 - FORGETS) of them, in a few numbers a queue. Only sums, products and quotients of
moments in whole microseconds: every machine gets the same numbers, and a replay the same hash.

- *handling*: from an agent's being found for a call until they are free of it, ringing, talk and wrap-up together; of
  calls that were talked in. It is counted for the queue of the call, whoever the agent.
- *pick-up*: the part of it before the answer.
- *patience*: see acd.patience. A caller who lost their agent counts with all the time since they first joined: rare,
  and forgotten.
- *arrivals*: one over the mean time between the last joinings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Final

from acd.forecast import Spread
from acd.model import Agent, AgentId, AgentState, Engaged, Offer, QueueName, Rates, is_outward
from acd.patience import NOTHING_SEEN, Patience, learnt, parts_of

FORGETS: Final = 1.0 - 1.0 / 256.0
"""What was learnt before an observation counts so much of itself after it."""
FORGETS_ARRIVALS: Final = 1.0 - 1.0 / 32.0
"""Arrivals are forgotten sooner: they are what changes in a surge."""
ENOUGH: Final = 15.0
"""So much must have been seen of handling before anything is made of it."""
ENOUGH_GIVEN_UP: Final = 3.0
SECOND: Final = timedelta(seconds=1)


def handle_s(rates: Rates) -> float | None:
    """Mean handle time; None before enough was seen."""
    return rates.handling_s / rates.handled if rates.handled >= ENOUGH and rates.handling_s else None


def pick_up(rates: Rates) -> Spread | None:
    """Time from an agent's being found to their answer; None before there was one."""
    if not rates.picked_up:
        return None
    mean_s = rates.picking_up_s / rates.picked_up
    return Spread(mean_s, max(0.0, rates.picking_up_s2 / rates.picked_up - mean_s * mean_s))


def patience(rates: Rates, others: Rates) -> Patience:
    """How callers of a queue give up; while too few of them did, as those of all the `others` together."""
    seen = rates if sum(rates.gave_up) >= ENOUGH_GIVEN_UP else others
    gave_up, waited_s = _all_parts(seen.gave_up), _all_parts(seen.waited_s)
    total_s = sum(waited_s)
    return learnt(gave_up, waited_s, sum(gave_up) / total_s if total_s else 0.0)


def _all_parts(seen: tuple[float, ...]) -> tuple[float, ...]:
    return seen + NOTHING_SEEN[len(seen) :]


def arrivals_per_s(rates: Rates, at: datetime) -> float | None:
    """How many join in a second; None before there were two. A silence since the last one counts once it is long."""
    if not rates.gaps_s or rates.last_joined is None:
        return None
    silence_s = _seconds(rates.last_joined, at)
    if silence_s * rates.gaps <= rates.gaps_s:
        return rates.gaps / rates.gaps_s
    return (rates.gaps * FORGETS_ARRIVALS + 1.0) / (rates.gaps_s * FORGETS_ARRIVALS + silence_s)


class Learning:
    """Everybody's rates, and who is engaged for what. acd.hall tells it what happens."""

    def __init__(self) -> None:
        self._rates: dict[QueueName, Rates] = {}
        self._engaged: dict[AgentId, Engaged] = {}

    # ---- what happens

    def joined(self, queue: QueueName, at: datetime) -> None:
        """A caller came into the waiting room for the first time."""
        rates = self._of(queue)
        if rates.last_joined is not None:
            rates.gaps = rates.gaps * FORGETS_ARRIVALS + 1.0
            rates.gaps_s = rates.gaps_s * FORGETS_ARRIVALS + _seconds(rates.last_joined, at)
        rates.last_joined = max(at, rates.last_joined or at)

    def waited(self, queue: QueueName, since: datetime, at: datetime, *, gave_up: bool) -> None:
        """A caller waits no longer: answered, gone, or sent elsewhere."""
        rates, parts = self._of(queue), parts_of(_seconds(since, at))
        last = len(parts) - 1
        rates.waited_s = _added(rates.waited_s, parts)
        rates.gave_up = _added(rates.gave_up, [*NOTHING_SEEN[:last], float(gave_up)])

    def moved(self, before: Agent, after: Agent, offer: Offer | None, at: datetime) -> None:
        """An agent went from one state to another, for `offer` if there is one."""
        now = after.state
        if offer is not None and before.call is None:  # also out of the wrap-up, which is over then
            if before.id in self._engaged:
                self._freed(before.id, at)
            self._engaged[after.id] = Engaged(after.id, offer.queue, at, now is AgentState.TALKING)
        elif now is AgentState.TALKING and offer is not None:
            self._answered(after.id, offer, at)
        elif now is AgentState.READY or now is AgentState.ON_BREAK or now is AgentState.LOGGED_OFF:
            self._freed(after.id, at)

    def _answered(self, agent: AgentId, offer: Offer, at: datetime) -> None:
        engaged = self._engaged.get(agent)
        if engaged is None or engaged.talked:
            return
        self._engaged[agent] = Engaged(agent, engaged.queue, engaged.since, talked=True)
        if not is_outward(offer.call):
            rates = self._of(engaged.queue)
            took_s = _seconds(engaged.since, at)
            rates.picked_up = rates.picked_up * FORGETS + 1.0
            rates.picking_up_s = rates.picking_up_s * FORGETS + took_s
            rates.picking_up_s2 = rates.picking_up_s2 * FORGETS + took_s * took_s

    def _freed(self, agent: AgentId, at: datetime) -> None:
        engaged = self._engaged.pop(agent, None)
        if engaged is not None and engaged.talked:
            rates = self._of(engaged.queue)
            rates.handled = rates.handled * FORGETS + 1.0
            rates.handling_s = rates.handling_s * FORGETS + _seconds(engaged.since, at)

    def _of(self, queue: QueueName) -> Rates:
        rates = self._rates.get(queue)
        if rates is None:
            rates = self._rates[queue] = Rates(queue)
        return rates

    # ---- what was learnt

    def rates(self, queue: QueueName) -> Rates:
        """A queue's own rates, as far as anything was seen there. A copy."""
        return replace(self._rates.get(queue) or Rates(queue))

    def together(self) -> Rates:
        """All queues' handling, pick-up and patience as if they were one: for a queue that has seen too little."""
        total = Rates(QueueName(""))
        for queue in sorted(self._rates):
            rates = self._rates[queue]
            total.handled += rates.handled
            total.handling_s += rates.handling_s
            total.picked_up += rates.picked_up
            total.picking_up_s += rates.picking_up_s
            total.picking_up_s2 += rates.picking_up_s2
            total.gave_up = _summed(total.gave_up, rates.gave_up)
            total.waited_s = _summed(total.waited_s, rates.waited_s)
        return total

    def busy_with(self, agent: AgentId) -> QueueName | None:
        """The queue whose call keeps this agent busy."""
        engaged = self._engaged.get(agent)
        return None if engaged is None else engaged.queue

    def snapshot(self) -> tuple[tuple[Rates, ...], tuple[Engaged, ...]]:
        """All of it, in a fixed order."""
        return tuple(replace(self._rates[queue]) for queue in sorted(self._rates)), tuple(self._by_agent())

    def _by_agent(self) -> Iterator[Engaged]:
        return (self._engaged[agent] for agent in sorted(self._engaged))

    def restore(self, rates: Iterable[Rates], engaged: Iterable[Engaged]) -> None:
        """After a restart."""
        self._rates = {learnt.queue: replace(learnt) for learnt in rates}
        self._engaged = {busy.agent: busy for busy in engaged}


def _added(known: tuple[float, ...], new: list[float]) -> tuple[float, ...]:
    """Only the parts that the new observation reached forget what was before."""
    both = [before * FORGETS + now for before, now in zip(known, new, strict=False)]
    return (*both, *new[len(known) :], *known[len(new) :])


def _summed(one: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(a + b for a, b in zip_longest(one, other, fillvalue=0.0))


def _seconds(since: datetime, until: datetime) -> float:
    """From one moment to another; 0.0 if a clock went back."""
    return max(0.0, (until - since) / SECOND)
