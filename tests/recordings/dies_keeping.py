"""A process that dies while it puts away or rotates: `dies_keeping.py ARCHIVE RECORDING|rotate POINT N`.

POINT is an audit event of the interpreter on a file of the archive or of the keys, the Nth time it happens.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from recordings.archive import Archive
from recordings.keeper import rotate
from recordings.recording import Leg, RecordingId


def main(archive: str, what: str, point: str, times: int) -> None:
    """Die there."""
    left, watched = times, (".part", ".wav")

    def dies(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        named = str(arguments[0]) if arguments else ""
        if event == point and named.endswith(watched) and (event == "os.rename" or named.endswith(".wav")):
            left -= 1
            if not left:
                os._exit(9)

    sys.addaudithook(dies)
    if what == "rotate":
        rotate(Archive(Path(archive)))
        return
    for leg in Leg:
        Archive(Path(archive)).put_away(RecordingId(what), leg, None)


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]))
