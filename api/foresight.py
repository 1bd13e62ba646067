"""预演: what a change of capacity does at once, as clients see it."""

from __future__ import annotations

from acd.foresight import BeforeAfter, Effect, QueueEffect
from acd.model import AgentId, CallId, QueueName, SeatId
from api.asked import Answer
from api.queues import WaitSeen, wait_seen


class NowAndThen(Answer):
    """A number before the change, and after it."""

    before: int
    after: int


class OfferSeen(Answer):
    """A call that waits already and is offered at once."""

    call: CallId
    queue: QueueName
    waited_s: float
    agent: AgentId
    seat: SeatId


class WaitsSeen(Answer):
    """The estimated wait of a caller who joins then; null: not known."""

    before: WaitSeen | None
    after: WaitSeen | None


class QueueEffectSeen(Answer):
    """One queue: seats that serve it, those of them with an agent on duty, callers who are offered to nobody."""

    queue: QueueName
    seats: NowAndThen
    on_duty: NowAndThen
    waiting: NowAndThen
    wait: WaitsSeen


class EffectSeen(Answer):
    """What the change does at once."""

    offers: tuple[OfferSeen, ...]
    queues: tuple[QueueEffectSeen, ...]
    idle: tuple[AgentId, ...]  # agents on duty who served some queue, and serve none then
    stranded: tuple[CallId, ...]  # callers whom somebody logged on could serve, and then nobody
    spoken_to: int  # callers to whom the recipe then has something to say or to offer, if the wait foreseen is so long
    to_message: int  # callers who would be asked for a message


def effect_seen(effect: Effect) -> EffectSeen:
    """For a client."""
    return EffectSeen(
        offers=tuple(OfferSeen(**offer._asdict()) for offer in effect.offers),
        queues=tuple(map(_queue, effect.queues)),
        idle=effect.idle,
        stranded=effect.stranded,
        spoken_to=effect.spoken_to,
        to_message=effect.to_message,
    )


def _queue(effect: QueueEffect) -> QueueEffectSeen:
    def both(number: BeforeAfter) -> NowAndThen:
        return NowAndThen(before=number.before, after=number.after)

    return QueueEffectSeen(
        queue=effect.queue,
        seats=both(effect.seats),
        on_duty=both(effect.on_duty),
        waiting=both(effect.waiting),
        wait=WaitsSeen(before=wait_seen(effect.wait.before), after=wait_seen(effect.wait.after)),
    )
