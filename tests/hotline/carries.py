"""A courier in a process of its own, to be killed: `carries.py DATABASE URL SECRET`."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from city.webhooks import Receiver
from hotline.courier import Courier
from plumbing.database import connect
from tickets.webhook import Destination, Schedule


async def carry(database: str, url: str, secret: str) -> None:
    """Until killed."""
    schedule = Schedule(first=timedelta(milliseconds=20), most=timedelta(milliseconds=50), attempts_most=1000)
    receivers = {Destination.TICKETS: Receiver(url=url, timeout_s=1)}
    now = lambda: datetime.now(UTC)  # noqa: E731
    await Courier(connect(database), receivers, SecretStr(secret), now, schedule=schedule).run()


if __name__ == "__main__":
    asyncio.run(carry(*sys.argv[1:4]))
