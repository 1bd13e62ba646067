"""What a period does not show, drawn: the patience of who was answered, the talk of who was not, the next pick-up.

What was seen stays as it was: a caller who gave up after 40 s gives up after 40 s in every run, a talk lasts as long as
it lasted. Only what nobody saw is drawn, from what was seen of others of the same queue:

- *patience*: of who was answered it is known to be longer than their wait. It is drawn from the rates of giving up of
  the queue (acd.patience: Cox and Oakes 1984, a constant rate for each part of a wait), given that it is so long.
- *talk, wrap-up*: of who gave up, those of one who was answered. A wrap-up that the limit ended may have wanted more:
  it is taken to go on until the limit, whatever that is.
- *pick-up, misses*: the agent's own, where few were seen mixed with everybody's; the same agent rung for the same call
  does as they did.
- *dialling again*: where it is not known, by the share of those who gave up who did.

The same seed gives a call the same draws whatever else differs: two runs can be compared call by call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from math import inf
from random import Random
from typing import Final

from acd.model import AgentId, CallId, QueueName, RingFailure
from acd.patience import EDGES_S, Patience, learnt, parts_of
from simulation.draw import dice_named
from simulation.people import Citizen, Kind, Try
from simulation.recollection import Left, PastCall, Recollection, Ring, Writing

FEW: Final = 8
"""With fewer than so many seen of an agent or a queue, everybody's are mixed in."""
LONGER_S: Final = 1.0
"""A phone that rang until the caller was gone would have rung so much longer."""
MOST_TRIES: Final = 4
ASSUMED: Final = {"call_back": 0.5, "message": 0.6}
"""Shares of those who take what is offered, where nobody was offered it: as simulation.town assumes."""
A_TALK_S: Final = 180.0
"""Where not one talk was seen."""
A_MESSAGE_S: Final = 25.0


class Guesses:
    """Draws for one recollection. `redials`: the call with which a caller tried again, where that is known."""

    def __init__(self, seen: Recollection, redials: Mapping[CallId, CallId] | None = None) -> None:
        self._seen = seen
        self._calls = {call.call: call for call in seen.calls}
        self.redials = {
            first: again for first, again in (redials or {}).items() if first in self._calls and again in self._calls
        }
        self._everybody = Seen(seen.calls)
        self._queues = {queue: Seen(calls) for queue, calls in _by_queue(seen.calls).items()}
        self._patience = self._learn_patience()
        self._rings = {(ring.agent, ring.call): ring for ring in seen.rings}
        self._to_the_end = [ring for ring in seen.rings if ring.failure is not RingFailure.CALLER_GONE]
        self._by_agent = _by_agent(self._to_the_end)
        self.half_a_call_s = _half_a_call_s(seen.calls)
        self._gave_up = sum(call.gave_up for call in seen.calls)

    @property
    def tried_again(self) -> frozenset[CallId]:
        """Calls that are somebody's second try or a later one: they come only if the one before was in vain."""
        return frozenset(self.redials.values())

    def past_of(self, call: CallId) -> CallId:
        """The real call that a simulated one stands for: simulation.run numbers the calls of a citizen. "": none."""
        name, _, number = call.rpartition("-")
        past = CallId(name)
        for _ in range(int(number) - 1 if number.isdecimal() else 0):
            past = self.redials.get(past, CallId(""))
        return past

    # ---- callers

    def citizens(self, seed: int) -> Iterator[Citizen]:
        """Everybody who called, in the order they came."""
        again = self.tried_again
        for call in self._seen.calls:
            if call.call not in again:
                comes = max(call.came, self._seen.since)
                yield Citizen(call.call, comes, call.kind, tuple(self._tries(call.kind.queue, call.call, seed, call)))

    def stranger(self, name: str, comes: datetime, kind: Kind, seed: int) -> Citizen:
        """Somebody who did not call then, but might have: drawn from what was seen of the queue."""
        return Citizen(name, comes, kind, tuple(self._tries(kind.queue, name, seed, None)))

    def _tries(self, queue: QueueName, name: str, seed: int, known: PastCall | None) -> Iterator[Try]:
        for number in range(1, MOST_TRIES + 1):
            dice = dice_named(seed, "call", name, number)
            following = self._calls.get(self.redials.get(known.call, CallId(""))) if known else None
            again_after_s = self._again_after_s(known, following, dice)
            yield self._try(known, queue, again_after_s, dice)
            if again_after_s is None:
                return
            known = following

    def _again_after_s(self, known: PastCall | None, following: PastCall | None, dice: Random) -> float | None:
        """So long after giving up they dial again; None: they do not."""
        luck, number = dice.random(), dice.random()
        if following is not None and known is not None:
            return max(0.0, (following.came - known.until).total_seconds())
        if (known is not None and known.gave_up) or not self.redials or not self._gave_up:
            return None
        if luck >= len(self.redials) / self._gave_up:
            return None
        pauses = self._everybody.pauses_s(self.redials, self._calls)
        return pauses[int(number * len(pauses))]

    def _try(self, known: PastCall | None, name: QueueName, again_after_s: float | None, dice: Random) -> Try:
        queue = self._of(name)
        talk_s, wrap_up_s = queue.handling(dice, known)
        return Try(
            patience_s=self._patience_s(known, name, dice),
            talk_s=talk_s,
            wrap_up_s=wrap_up_s,
            again_after_s=again_after_s,
            wants_call_back=queue.takes("call_back", dice, known),
            message_s=queue.message_s(dice, known),
            greeted_s=_greeted_s(known, self._seen),
            waits_since=known.joined if known and known.joined < self._seen.since else None,
        )

    def _patience_s(self, known: PastCall | None, queue: QueueName, dice: Random) -> float:
        """From the waiting room's door, or from the run's beginning if they waited before."""
        drawn, waited_s = dice.expovariate(1.0), known.waited_s if known else 0.0
        before_s = max(0.0, (self._seen.since - known.joined).total_seconds()) if known else 0.0
        patience_s = waited_s if known and known.gave_up else _beyond(self._patience[queue], waited_s, drawn)
        return max(0.0, patience_s - before_s)

    def _learn_patience(self) -> Mapping[QueueName, Patience]:
        total = self._everybody
        waited_s = sum(total.waited_s)
        everywhere = sum(total.gave_up) / waited_s if waited_s else 0.0
        return {queue: learnt(seen.gave_up, seen.waited_s, everywhere) for queue, seen in self._queues.items()}

    def _of(self, queue: QueueName) -> Seen:
        own = self._queues.get(queue)
        return own if own is not None and len(own.talks) >= FEW else self._everybody

    # ---- agents

    def ring(self, agent: AgentId, call: CallId, seed: int) -> tuple[float, RingFailure | None]:
        """What happens when this agent's phone rings for this simulated call: as simulation.line.Desk says it."""
        ring = self._rings.get((agent, self.past_of(call)))
        if ring is None:
            dice = dice_named(seed, "ring", agent, call)
            own = self._by_agent.get(agent, ())
            rings = own if len(own) >= FEW else self._to_the_end
            if not rings:
                return dice.uniform(1.0, 5.0), None
            ring = rings[int(dice.random() * len(rings))]
        if ring.failure is RingFailure.NO_ANSWER:
            return inf, None
        if ring.failure is RingFailure.CALLER_GONE:
            return ring.after_s + LONGER_S, None
        return ring.after_s, ring.failure

    def comes_back_s(self, dice: Random) -> float:
        """So long somebody is away after they missed too many calls."""
        seen = self._seen.missed_breaks_s
        return seen[int(dice.random() * len(seen))] if seen else 40.0


class Seen:
    """What was seen of some calls together."""

    def __init__(self, calls: Sequence[PastCall]) -> None:
        self.talks = [call for call in calls if call.answered]
        self.written = [call for call in self.talks if call.writing in (Writing.DONE, Writing.TIME_UP)]
        self.gave_up, self.waited_s = [0.0] * len(EDGES_S), [0.0] * len(EDGES_S)
        self._offered: Counter[str] = Counter()
        self._taken: Counter[str] = Counter()
        self._messages_s = [call.message_s for call in calls if call.message_s is not None]
        self._pauses_s: list[float] | None = None
        for call in calls:
            parts = parts_of(call.waited_s)
            for part, seconds in enumerate(parts):
                self.waited_s[part] += seconds
            self.gave_up[len(parts) - 1] += call.gave_up
            self._offered["call_back"] += call.offered_call_back
            self._taken["call_back"] += call.left is Left.CALL_BACK
            self._offered["message"] += call.left is Left.MESSAGE
            self._taken["message"] += call.message_s is not None

    def handling(self, dice: Random, known: PastCall | None) -> tuple[float, float]:
        """The seconds of talk and of writing that a call takes: its own, or another's."""
        place, longer, writing = dice.random(), dice.random(), dice.random()
        other = self.talks[int(place * len(self.talks))] if self.talks else None
        of = known if known is not None and known.answered else other
        if of is None:
            return A_TALK_S, inf
        talk_s = of.talk_s if of.talk_s is not None else self._longer_than(of.talked_at_least_s, longer)
        return talk_s, self._wrap_up_s(of, writing)

    def _wrap_up_s(self, of: PastCall, luck: float) -> float:
        """Its own, if the agent finished; as long as the limit lets them, if that ended it; else another one's."""
        if of.writing is None or of.writing is Writing.BROKEN_OFF:
            least_s = of.wrap_up_s or 0.0
            others = [call for call in self.written if (call.wrap_up_s or 0.0) >= least_s]
            if not others:
                return least_s
            of = others[int(luck * len(others))]
        return inf if of.wrap_up_s is None or of.writing is Writing.TIME_UP else of.wrap_up_s

    def _longer_than(self, seconds: float, luck: float) -> float:
        """A talk that went on when nobody looked any more."""
        longer = [call.talk_s for call in self.talks if call.talk_s is not None and call.talk_s > seconds]
        return longer[int(luck * len(longer))] if longer else seconds * (1.0 + luck)

    def takes(self, what: str, dice: Random, known: PastCall | None) -> bool:
        """Whether the caller takes a call-back or leaves a message when it is offered."""
        luck = dice.random()
        if known is not None and known.offered_call_back and what == "call_back":
            return known.left is Left.CALL_BACK
        offered = self._offered[what]
        return luck < (self._taken[what] / offered if offered else ASSUMED[what])

    def message_s(self, dice: Random, known: PastCall | None) -> float | None:
        """How long their message is; None: they leave none."""
        speaks, luck = self.takes("message", dice, known), dice.random()
        if known is not None and known.left is Left.MESSAGE:
            return known.message_s
        if not speaks:
            return None
        return self._messages_s[int(luck * len(self._messages_s))] if self._messages_s else A_MESSAGE_S

    def pauses_s(self, redials: Mapping[CallId, CallId], calls: Mapping[CallId, PastCall]) -> list[float]:
        """How soon those who dialled again did."""
        if self._pauses_s is None:
            pairs = ((calls[first], calls[again]) for first, again in sorted(redials.items()))
            self._pauses_s = [max(0.0, (again.came - first.until).total_seconds()) for first, again in pairs]
        return self._pauses_s


def _greeted_s(known: PastCall | None, seen: Recollection) -> float | None:
    if known is None:
        return None
    return max(0.0, (known.joined - max(known.came, seen.since)).total_seconds())


def _beyond(patience: Patience, waited_s: float, drawn: float) -> float:
    """The wait at which the rates of giving up, summed from `waited_s` on, come to `drawn`; inf: never."""
    wanted = patience.at(waited_s)[1] + drawn
    for part, begins in enumerate(EDGES_S):
        rate, before = patience.at(begins)
        ends = EDGES_S[part + 1] if part + 1 < len(EDGES_S) else inf
        if rate and wanted <= (before + rate * (ends - begins) if ends < inf else inf):
            return max(waited_s, begins + (wanted - before) / rate)
    return inf


def _by_queue(calls: Sequence[PastCall]) -> Mapping[QueueName, list[PastCall]]:
    found: dict[QueueName, list[PastCall]] = {}
    for call in calls:
        found.setdefault(call.kind.queue, []).append(call)
    return found


def _by_agent(rings: Sequence[Ring]) -> Mapping[AgentId, list[Ring]]:
    found: dict[AgentId, list[Ring]] = {}
    for ring in rings:
        found.setdefault(ring.agent, []).append(ring)
    return found


def _half_a_call_s(calls: Sequence[PastCall]) -> float:
    """Mean time that a call which goes on still lasts, its wrap-up included: E(h^2) / 2 E(h), of a renewal process.

    Whoever leaves at the first end of a call after so long before a moment leaves, in the mean, at that moment.
    """
    known = (call for call in calls if call.writing is not None)
    handled = [(call.talk_s or 0.0) + (call.wrap_up_s or 0.0) for call in known]
    total = sum(handled)
    return sum(seconds * seconds for seconds in handled) / (2.0 * total) if total else 0.0
