"""The hall as one value: all that decides what happens next, in a fixed order. acd.codec.digest makes its hash."""

from __future__ import annotations

from acd.hall import Hall
from acd.matching import rank
from acd.model import Snapshot, WaitingCall


def line_of(hall: Hall) -> list[WaitingCall]:
    """Who waits, call-backs that stand in the line too, in the order of their turn. O(n log n)."""
    return sorted(hall.waiting.values(), key=rank)


def snapshot_of(hall: Hall) -> Snapshot:
    """Copy it. O(n log n)."""
    first = hall.deadlines.first()
    rates, engaged = hall.learning.snapshot()
    return Snapshot(
        agents=tuple(sorted(hall.agents.values(), key=lambda agent: agent.id)),
        seats=tuple(sorted(hall.seats.values(), key=lambda seat: seat.id)),
        queues=tuple(sorted(hall.rulebook.queues.values(), key=lambda queue: queue.name)),
        waiting=tuple(line_of(hall)),
        offers=tuple(sorted(hall.book.open.values(), key=lambda offer: offer.call)),
        talking=tuple(sorted(hall.book.talking.values(), key=lambda offer: offer.call)),
        arrived=tuple(sorted(hall.arrived)),
        kept=tuple(sorted(hall.book.kept.values(), key=lambda offer: offer.call)),
        asked=tuple(sorted(hall.book.asked.values(), key=lambda offer: offer.call)),
        past=hall.book.past(),
        ended=tuple(hall.ended),
        next_deadline=None if first is None else first[0],
        blind_until=hall.blind_until,
        vanished=tuple(sorted(hall.rulebook.vanished, key=lambda queue: queue.name)),
        rates=rates,
        engaged=engaged,
        forces=tuple(sorted(hall.forces.values(), key=lambda one: one.agent)),
        in_use=tuple(sorted(hall.in_use.values())),
    )
