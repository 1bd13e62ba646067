"""The bell: a message that says "look at the jobs", carried by Dramatiq, in this process or through Redis.

The message says no more, for the row in SQL is the truth: one that is lost is sent again by the sweeper, one that
comes twice finds nothing to do. So nothing here is retried, aged, timed out or dead-lettered, and what Redis holds can
be thrown away at any time. Dramatiq brings the messages to whichever machine has a free hand.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker

QUEUE = "jobs"
LOOK = "look_at_the_jobs"
NAMESPACE = "lianxin"
IDLE_MS = 200  # how long a message may lie in Redis while a hand is free
STOP_MS = 10_000
WORKER_LOST_MS = 15_000  # a worker that is silent for so long: its messages go to others
ALWAYS = 1_000_000  # Dramatiq looks for such workers at so many of a million commands; its default would be minutes
REDIS_CONNECT_S = 2.0
REDIS_ANSWER_S = 5.0


class BrokerAway(Exception):
    """Redis does not answer. Nothing is lost by that; it is rung again."""


class Bell:
    """One queue of messages. `redis_url` empty: it is in this process."""

    def __init__(self, redis_url: str = "") -> None:
        self.shared = bool(redis_url)  # whether other processes hear it, too
        self._broker, self._waiting = _through_redis(redis_url) if redis_url else _in_this_process()
        self._broker.declare_queue(QUEUE)

    def ring(self, jobs: int) -> None:
        """See to it that as many messages wait as jobs do. Blocks on Redis: call it from a thread. BrokerAway."""
        try:
            for _ in range(jobs - self._waiting()):
                self._broker.enqueue(
                    dramatiq.Message(queue_name=QUEUE, actor_name=LOOK, args=(), kwargs={}, options={})
                )
        except redis.RedisError as error:
            raise BrokerAway from error

    @asynccontextmanager
    async def answered(self, look: Callable[[], Awaitable[None]], hands: int) -> AsyncIterator[None]:
        """Inside, messages are answered by `look` on this loop, at most `hands` at once. What it raises comes out."""
        loop, asked = asyncio.get_running_loop(), asyncio.Queue[threading.Event]()
        leaving = threading.Event()

        def answer() -> None:
            """In a thread of Dramatiq's: the message is acknowledged when this returns."""
            done = threading.Event()
            loop.call_soon_threadsafe(asked.put_nowait, done)
            while not done.wait(IDLE_MS / 1000) and not leaving.is_set():
                pass

        async def serve() -> None:
            while True:
                done = await asked.get()
                try:
                    await look()
                finally:
                    done.set()

        self._broker.actors.pop(LOOK, None)  # of an earlier block
        dramatiq.Actor(answer, broker=self._broker, actor_name=LOOK, queue_name=QUEUE, priority=0, options={})
        worker = dramatiq.Worker(self._broker, worker_threads=hands, worker_timeout=IDLE_MS)
        worker.queue_prefetch = hands  # who is busy keeps no message from those who are not
        async with asyncio.TaskGroup() as group:
            serving = [group.create_task(serve()) for _ in range(hands)]
            await asyncio.to_thread(worker.start)
            try:
                yield
            finally:
                leaving.set()
                for task in serving:
                    task.cancel()
                await asyncio.to_thread(worker.stop, STOP_MS)


Waiting = Callable[[], int]
"""How many messages nobody has taken. (`qsize` of Dramatiq also counts those being worked on.)"""


def _in_this_process() -> tuple[dramatiq.Broker, Waiting]:
    broker = StubBroker(middleware=[])
    return broker, lambda: int(broker.queues[QUEUE].qsize())


def _through_redis(url: str) -> tuple[dramatiq.Broker, Waiting]:
    client = redis.Redis.from_url(url, socket_connect_timeout=REDIS_CONNECT_S, socket_timeout=REDIS_ANSWER_S)
    broker: dramatiq.Broker = RedisBroker(  # type: ignore[no-untyped-call]
        client=client,
        middleware=[],
        namespace=NAMESPACE,
        heartbeat_timeout=WORKER_LOST_MS,
        maintenance_chance=ALWAYS,
    )
    return broker, lambda: int(client.llen(f"{NAMESPACE}:{QUEUE}"))
