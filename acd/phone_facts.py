"""Facts of a seat's phone that dials us, as for a feature code (功能码): so long it cannot be rung.

`use` is the PBX's id of that one call to us. It is no citizen's: nobody waits in it.
"""

from __future__ import annotations

from dataclasses import dataclass

from acd.events import Event
from acd.model import CallId, SeatId


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneTaken(Event):
    """话机占用: the phone dials a code. Told before the code is carried out."""

    seat: SeatId
    use: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFreed(Event):
    """话机空闲: that call of the phone's is hung up. It frees the phone of this use alone."""

    seat: SeatId
    use: CallId
