"""The journal and the checkpoints of a simulated controller: what is on disk when it dies, and playing it again.

Facts go through the real codec and through JSON, as acd.journal and acd.memory write them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from acd.codec import decode, digest, encode, pack, unpack
from acd.commands import Command
from acd.distributor import Distributor
from acd.events import Event
from acd.model import Snapshot

Decision = tuple[Event, tuple[Command, ...]]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All that decides what happens next, when so many decisions had been made."""

    decisions: int
    state: str


class Diary:
    """What was decided, in order. Everything up to `durable` survives."""

    def __init__(self, every: int) -> None:
        self.decisions: list[Decision] = []
        self._read: list[Decision] = []  # the same as it comes back from disk, as far as it was needed
        self.durable = 0
        self._every = every
        self._checkpoints = [Checkpoint(0, "")]
        self._life = self._checkpoints[0]  # where the running life began from
        self._life_begins = 0  # its first own decision

    def note(self, event: Event, orders: tuple[Command, ...], core: Distributor) -> None:
        """One decision more."""
        self.decisions.append((event, orders))
        if len(self.decisions) - self._checkpoints[-1].decisions >= self._every:
            state = json.dumps(encode(core.snapshot()))
            self._checkpoints.append(Checkpoint(len(self.decisions), state))
            self.durable = len(self.decisions)  # a checkpoint is written behind the journal

    # ---- a death, and the life after it

    def lose(self, tail: int) -> None:
        """Whatever was not on disk yet is gone: at most so many decisions."""
        del self.decisions[max(self.durable, len(self.decisions) - tail) :]
        del self._read[len(self.decisions) :]

    def recover(self) -> Distributor:
        """The ACD as it comes back."""
        self._life, self._life_begins = self._checkpoints[-1], len(self.decisions)
        self.durable = self._life_begins
        core = _restored(self._life)
        for event, _ in self._from(self._life.decisions):
            core.receive(event)
        return core

    # ---- playing it again

    def differs(self, core: Distributor) -> str | None:
        """Play this life again, as it reads from disk, and from the newest checkpoint, too; say what differs."""
        again = _restored(self._life)
        for number, (event, orders) in enumerate(self._from(self._life.decisions), self._life.decisions):
            decided = again.receive(event)
            if number >= self._life_begins and decided != orders:
                return f"decision {number}, {type(event).__name__}: other orders when played again"
        if digest(again.snapshot()) != digest(core.snapshot()):
            return "another state when played again"
        newest = self._checkpoints[-1]
        if newest.decisions > self._life_begins:
            again = _restored(newest)
            for event, _ in self._from(newest.decisions):
                again.receive(event)
            if digest(again.snapshot()) != digest(core.snapshot()):
                return f"another state when played again from the checkpoint at {newest.decisions}"
        return None

    def _from(self, begins: int) -> Iterator[Decision]:
        for event, orders in self.decisions[len(self._read) :]:
            self._read.append((reread(event), tuple(reread_all(orders))))
        return iter(self._read[begins:])


def reread(event: Event) -> Event:
    """As it comes back from disk."""
    kind, payload = pack(event)
    again = unpack(kind, json.loads(json.dumps(payload)))
    if not isinstance(again, Event):
        raise TypeError("an event came back as an order")
    return again


def reread_all(orders: Iterable[Command]) -> Iterator[Command]:
    """Orders, too."""
    for order in orders:
        kind, payload = pack(order)
        again = unpack(kind, json.loads(json.dumps(payload)))
        if isinstance(again, Command):
            yield again


def _restored(checkpoint: Checkpoint) -> Distributor:
    core = Distributor()
    if checkpoint.state:
        past: Snapshot = decode(Snapshot, json.loads(checkpoint.state))
        core.restore(past)
    return core
