"""Carries the messages of the outbox to their receivers and marks what became of each. To no address but the city's.

A receiver that hangs holds nobody up but itself: each has its own line, of AT_ONCE messages of different tickets.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import aiohttp
import structlog
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from city.webhooks import Receiver, WebhooksFile
from plumbing.steady import Clock
from tickets import outbox
from tickets.outbox import Letter
from tickets.webhook import Destination, Schedule, headers_of, why_not

AT_ONCE: Final = 8
LOOK_AGAIN_S: Final = 1.0

log = structlog.get_logger(__name__)


def receivers_of(webhooks: WebhooksFile) -> Mapping[Destination, Receiver]:
    """Those that the city has."""
    named = {
        Destination.TICKETS: webhooks.tickets,
        Destination.SMS: webhooks.sms,
        Destination.RATINGS: webhooks.ratings,
    }
    return {destination: receiver for destination, receiver in named.items() if receiver}


class Courier:
    """`run` it; `notice` tells it that there is something."""

    def __init__(
        self,
        database: AsyncEngine,
        receivers: Mapping[Destination, Receiver],
        secret: SecretStr,
        now: Clock,
        *,
        schedule: Schedule = Schedule(),  # noqa: B008 - it cannot change
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._database, self._receivers, self._now = database, receivers, now
        self._secret = secret.get_secret_value().encode()
        self._schedule, self._draw = schedule, draw
        self._noticed = {destination: asyncio.Event() for destination in Destination}

    @property
    def destinations(self) -> Sequence[Destination]:
        """Who has an address."""
        return tuple(self._receivers)

    def change(self, receivers: Mapping[Destination, Receiver]) -> None:
        """From the next message on to these; what is being sent goes where it was sent to."""
        self._receivers = receivers
        self.notice()

    def notice(self) -> None:
        """There is a message: look now."""
        for noticed in self._noticed.values():
            noticed.set()

    async def run(self) -> None:
        """Until cancelled. What is being sent then is sent again by the next run."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session, asyncio.TaskGroup() as group:
            for destination in Destination:
                group.create_task(self._serve(session, destination))

    async def _serve(self, session: aiohttp.ClientSession, destination: Destination) -> None:
        while True:
            self._noticed[destination].clear()
            try:
                went_well = await self._send_some(session, destination)
            except SQLAlchemyError as error:
                log.warning("The outbox cannot be read now", why=type(error).__name__)
                went_well = False
            if not went_well:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN_S):
                        await self._noticed[destination].wait()

    async def _send_some(self, session: aiohttp.ClientSession, destination: Destination) -> bool:
        """Whether one at least arrived: then there may be more to do at once."""
        receiver = self._receivers.get(destination)
        if receiver is None:
            return False
        async with self._database.connect() as connection:
            letters = await outbox.due(connection, destination, self._now(), limit=AT_ONCE)
        arrived = await asyncio.gather(*(self._try(session, receiver, letter) for letter in letters))
        return any(arrived)

    async def _try(self, session: aiohttp.ClientSession, receiver: Receiver, letter: Letter) -> bool:
        try:
            return await self._send(session, receiver, letter)
        except SQLAlchemyError as error:  # the receiver may have it: sent again, it leaves it out
            log.warning("A message could not be marked", letter=letter.event, why=type(error).__name__)
            return False

    async def _send(self, session: aiohttp.ClientSession, receiver: Receiver, letter: Letter) -> bool:
        attempt = letter.attempts + 1
        again = self._now() + self._schedule.pause(attempt, self._draw())
        async with self._database.begin() as connection:
            if letter.body is None or not await outbox.begin(connection, letter, self._now(), again):
                return False
        reason = await self._post(session, receiver, letter.event, letter.body.encode())
        async with self._database.begin() as connection:
            if reason is None:
                await outbox.deliver(connection, letter, self._now())
            else:
                is_last = attempt >= self._schedule.attempts_most
                await outbox.fail(connection, letter, reason, last=is_last)
        log.info("Message posted", letter=letter.event, destination=letter.destination, attempt=attempt, why=reason)
        return reason is None

    async def _post(self, session: aiohttp.ClientSession, to: Receiver, event: str, body: bytes) -> str | None:
        """Why it did not arrive; None: it did. What the receiver has to say besides its status is not read."""
        headers = headers_of(self._secret, event, int(datetime.now(UTC).timestamp()), body)
        limit = aiohttp.ClientTimeout(total=to.timeout_s)
        try:
            async with session.post(
                to.url, data=body, headers=headers, allow_redirects=False, timeout=limit
            ) as response:
                status = response.status
                response.close()
        except TimeoutError:
            return f"对方 {to.timeout_s} 秒内未答复 no answer within {to.timeout_s} s"
        except Exception as error:  # noqa: BLE001  # whatever a receiver does to us, it costs its message an attempt
            return f"无法连接或答复无效 not reached, or no valid answer: {type(error).__name__}"
        return why_not(status)
