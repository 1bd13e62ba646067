"""The edge to the outside: how the trunks do, and who is banned for guessing.

A ban is written down, in the audit trail, in the log and in `bans.txt` of the state folder, one network and the second
of its end a line; `deploy/apply_bans.py`, which runs as root and believes nothing of it, puts it into the firewall.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from city.trunks import TrunksFile
from recordings import access
from telephony.guessing import FAILURES, Ban, Guessers, Patience
from telephony.message import AmiEvent
from telephony.trunks import TrunkSight, TrunkWatch, WatchedTrunk

log = structlog.get_logger(__name__)

HEARD = FAILURES | {"Registry"}
"""The AMI events that mean something here."""
BANS_FILE = "bans.txt"
LOOK_AGAIN_S = 30.0


class Perimeter:
    """Give `hear` every AMI event, and `run` it."""

    def __init__(self, lines: TrunksFile, state_dir: Path, database: AsyncEngine, now: Callable[[], datetime]) -> None:
        self._file, self._database, self._now = state_dir / BANS_FILE, database, now
        self._news: asyncio.Queue[Ban] = asyncio.Queue()
        self._watch = TrunkWatch(_watched(lines))
        self._guessers = Guessers(_patience(lines))
        self._guessers.resume(read_bans(self._file))

    def hear(self, message: AmiEvent) -> None:
        """One AMI event."""
        self._watch.hear(message)
        if ban := self._guessers.hear(message, self._now()):
            self._news.put_nowait(ban)

    def trunks(self, lines: Mapping[str, bool]) -> tuple[TrunkSight, ...]:
        """How the trunks do; `lines` is what the last look at the telephones saw."""
        return self._watch.sights(lines)

    @property
    def banned(self) -> int:
        """How many addresses are banned now."""
        return len(self._guessers.bans(self._now()))

    async def run(self) -> None:
        """Write bans down as they come, and take out what is over, until cancelled."""
        written: tuple[Ban, ...] | None = None
        while True:
            bans = self._guessers.bans(self._now())
            if bans != written:
                await asyncio.to_thread(write_bans, self._file, bans)
                written = bans
            try:
                async with asyncio.timeout(LOOK_AGAIN_S):
                    await self._tell(await self._news.get())
            except TimeoutError:
                continue

    async def _tell(self, ban: Ban) -> None:
        log.warning("an address is banned for guessing", network=str(ban.network), until=ban.until.isoformat())
        try:
            async with self._database.begin() as connection:
                await access.note(
                    connection,
                    at=self._now(),
                    who="controller",
                    deed="address.banned",
                    subject=str(ban.network),
                    detail=ban.until.isoformat(),
                )
        except SQLAlchemyError as error:
            log.error("a ban could not be written into the audit trail", because=type(error).__name__)  # noqa: TRY400


def _watched(lines: TrunksFile) -> list[WatchedTrunk]:
    return [
        WatchedTrunk(
            name=trunk.name,
            address=f"{trunk.host}:{trunk.port}" if trunk.host else "",
            account=(trunk.account or "") if trunk.registers else "",
        )
        for trunk in lines.trunks
    ]


def _patience(lines: TrunksFile) -> Patience:
    """A carrier is never banned: somebody who forges its address must not cut the city off."""
    given = lines.guessing
    carriers = (network for trunk in lines.trunks for network in trunk.addresses)
    return Patience(
        failures=given.failures,
        within=timedelta(seconds=given.within_s),
        banned=timedelta(seconds=given.banned_s),
        never=tuple(ipaddress.ip_network(network) for network in ("127.0.0.1/32", *given.never, *carriers)),
    )


def write_bans(file: Path, bans: tuple[Ban, ...]) -> None:
    """Whole or not at all; readable by the firewall's program."""
    text = "".join(f"{ban.network} {int(ban.until.timestamp())}\n" for ban in bans)
    fresh = file.with_suffix(".new")
    fresh.write_text(text, encoding="ascii")
    os.replace(fresh, file)  # noqa: PTH105 - atomic


def read_bans(file: Path) -> tuple[Ban, ...]:
    """The bans written down before; lines that are none are left out."""
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
    return tuple(ban for line in lines if (ban := _read_ban(line)))


def _read_ban(line: str) -> Ban | None:
    network, _, until = line.partition(" ")
    try:
        return Ban(network=ipaddress.ip_network(network), until=datetime.fromtimestamp(int(until), UTC))
    except (ValueError, OverflowError, OSError):
        return None
