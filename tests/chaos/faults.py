"""Every fault, by the store the city keeps its books in."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from tests.chaos.conditions import ClockBack, ClockDrifts, ClockForward, DatabaseDiskFull, DiskFull, LineCut
from tests.chaos.deaths import (
    AsteriskFrozen,
    AsteriskKilled,
    ControllerFrozen,
    ControllerKilled,
    DatabaseFrozen,
    DatabaseKilled,
    DecoderKilled,
    RedisKilled,
)
from tests.chaos.fault import Fault


class Store(StrEnum):
    """What the city keeps its books in."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


FAULTS: Mapping[Store, tuple[type[Fault], ...]] = {
    Store.SQLITE: (
        ControllerKilled,
        ControllerFrozen,
        AsteriskKilled,
        AsteriskFrozen,
        DecoderKilled,
        LineCut,
        DiskFull,
        DatabaseDiskFull,
        ClockForward,
        ClockBack,
        ClockDrifts,
    ),
    Store.POSTGRESQL: (ControllerKilled, DatabaseKilled, AsteriskKilled, DatabaseFrozen, RedisKilled),
}
"""Each is struck in the shortest run."""
