"""How each queue is served: as the city has it now; and those it dropped, for calls that came in under them."""

from __future__ import annotations

from collections.abc import Iterable

from acd.model import Queue, QueueName


class RuleBook:
    """The city's queues, and those that it has no more."""

    def __init__(self) -> None:
        self.queues: dict[QueueName, Queue] = {}
        self._old: dict[QueueName, Queue] = {}

    def of(self, queue: QueueName) -> Queue:
        """Return how a queue is served, also if it vanished or was never told."""
        return self.queues.get(queue) or self._old.get(queue) or Queue(queue)

    def load(self, queues: Iterable[Queue]) -> None:
        """Replace the queues; calls of those that vanish keep the rules they came in under."""
        self._old.update(self.queues)
        self.queues = {queue.name: queue for queue in queues}

    @property
    def vanished(self) -> list[Queue]:
        """Queues that the city has no more, and whose rules are kept."""
        return [queue for name, queue in self._old.items() if name not in self.queues]
