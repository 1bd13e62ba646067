"""A process that dies with a recording in the open: `dies_open.py ARCHIVE RECORDING`.

Before it is killed it says, a line each, what it wrote to by name, and where the legs lie in the open.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from recordings.archive import Archive
from recordings.recording import RecordingId


def main(archive: str, recording: str) -> None:
    """Die there."""

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str) and int(str(arguments[2])) & (os.O_WRONLY | os.O_RDWR):
            sys.stdout.write(f"wrote {arguments[0]}\n")

    sys.addaudithook(watch)
    with Archive(Path(archive)).in_the_open(RecordingId(recording)) as legs:
        for path in legs.values():
            sys.stdout.write(f"lies {len(path.read_bytes())} {path}\n")
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:3])
