"""录音:

one connected attempt of one call, recorded as two legs. Its names, its states, its facts; no disk and no database.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

RecordingId = NewType("RecordingId", str)  # a UUID of version 7: says when it was made, and nothing about whom


class Leg(StrEnum):
    """One side of the talk."""

    CALLER = "caller"  # 市民
    AGENT = "agent"  # 话务员


class RecordingState(StrEnum):
    """What became of a recording."""

    ARRIVING = "arriving"  # 入库中: has its id, its files are on their way
    KEPT = "kept"  # 已入库: there is sound
    EMPTY = "empty"  # 空录音: nobody was ever connected; no draft
    UNREADABLE = "unreadable"  # 无法读取: there are bytes but no sound we can use; kept, no draft
    LOST = "lost"  # 文件丢失: no leg was found where the row says
    DELETING = "deleting"  # 到期删除中: its time is over (recordings.retention), its files go
    DELETED = "deleted"  # 已到期删除: its files are gone; the row and its hashes stay


GOING = frozenset({RecordingState.DELETING, RecordingState.DELETED})
"""Of such nothing is to be looked for on the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A row of `recordings`.

    Times are aware UTC; `reason` (Chinese / English) says why there is no sound, if there is none.
    """

    id: RecordingId
    call_id: str
    attempt: int
    state: RecordingState
    reason: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    seconds: float = 0.0
    bytes: int = 0
    caller_sha256: str | None = None
    agent_sha256: str | None = None
    damage: tuple[str, ...] = ()  # "caller: sizes_stale", …
    taken_in_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SpoolName:
    """How the dialplan names what it leaves in the spool: call and attempt."""

    call_id: str
    attempt: int

    def leg(self, leg: Leg) -> str:
        """File name of one leg."""
        return f"{self.call_id}-{self.attempt}-{leg}.wav"

    @property
    def marker(self) -> str:
        """File name of the marker that says both legs are closed."""
        return f"{self.call_id}-{self.attempt}.done"

    @property
    def numbers(self) -> str:
        """File name of what the dialplan knew of the call when it began to record: see recordings.intake."""
        return f"{self.call_id}-{self.attempt}.to"


_LEFT_BEHIND = re.compile(
    r"(?P<call>[A-Za-z0-9][A-Za-z0-9.-]{0,119})-(?P<attempt>[0-9]{1,9})(?:\.done|\.to|-(?:caller|agent)\.wav)"
)


def spool_name(file_name: str) -> SpoolName | None:
    """Whose file this is, or None when it is not one of ours."""
    match = _LEFT_BEHIND.fullmatch(file_name)
    return SpoolName(match["call"], int(match["attempt"])) if match else None


def new_recording_id(now: datetime) -> RecordingId:
    """A fresh id: UUID version 7 (RFC 9562), 48 bits of milliseconds and 74 random ones."""
    milliseconds = int(now.timestamp() * 1000) & (2**48 - 1)
    bits = milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    return RecordingId(str(UUID(int=bits)))


def first_id(moment: datetime) -> str:
    """No id made at that moment or later is smaller, and none made before is larger."""
    return str(UUID(int=int(moment.timestamp() * 1000) << 80))


def made_at(recording: RecordingId) -> datetime:
    """When the id was made, to the millisecond. ValueError when it is no id of ours."""
    uuid = UUID(recording)
    if uuid.version != 7:
        raise ValueError("not a recording's id")
    return datetime.fromtimestamp((uuid.int >> 80) / 1000, UTC)
