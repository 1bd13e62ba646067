"""封存: heads of the audit trail, noted in a file outside the database, one line each: `seq digest moment`.

Only ever appended to, so it may lie on a folder of another machine or have the append-only attribute. A line that was
torn by a loss of power is passed over.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from recordings.chain import Head

_SEAL = re.compile(r"(?P<seq>[0-9]{1,18}) (?P<digest>[0-9a-f]{64}) \S+")
_TAIL_BYTES = 4096


class Seals:
    """One file. Every method blocks on the disk."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def every(self) -> Iterator[Head]:
        """All of them, oldest first; none when there is no file."""
        try:
            with self.file.open(encoding="ascii", errors="replace") as lines:
                yield from filter(None, map(_seal, lines))
        except FileNotFoundError:
            return

    def last(self) -> Head | None:
        """The newest."""
        try:
            with self.file.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
                lines = file.read().decode("ascii", "replace").splitlines()
        except FileNotFoundError:
            return None
        return next(filter(None, map(_seal, reversed(lines))), None)

    def put(self, head: Head, at: datetime) -> None:
        """Append one; it is on the disk when this returns. OSError."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        with os.fdopen(os.open(self.file, flags, 0o600), "ab") as file:
            torn = file.tell() > 0 and not _ends_a_line(self.file)
            line = f"{head.seq} {head.digest} {at.isoformat(timespec='seconds')}\n"
            file.write((b"\n" if torn else b"") + line.encode())
            file.flush()
            os.fsync(file.fileno())


def _seal(line: str) -> Head | None:
    found = _SEAL.fullmatch(line.rstrip("\n"))
    return Head(int(found["seq"]), found["digest"]) if found else None


def _ends_a_line(file: Path) -> bool:
    with file.open("rb") as opened:
        opened.seek(-1, os.SEEK_END)
        return opened.read(1) == b"\n"
