"""A recording of whoever's made a prompt, in a process of its own: `python -m hotline.prompt_child`.

Reads the file on standard input; answers with a line of JSON and, if it can be used, the WAV. What reads sound files is
foreign code on foreign bytes: a crash of it, or a file that swells, costs this process and nobody's call.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from typing import Any, Final

from city.refusals import SoundRefused
from ivr.prompt_sound import BYTES_MOST, made_prompt

GIVES_WAY: Final = 5
MEMORY_BYTES: Final = 2 * 1024 * 1024 * 1024


def main() -> None:
    """Do it once."""
    os.nice(GIVES_WAY)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    told, wav = _answer(sys.stdin.buffer.read(BYTES_MOST + 1))
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + wav)


def _answer(recording: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        made = made_prompt(recording)
    except SoundRefused as refused:
        return {"refused": [refused.rule, str(refused), refused.zh]}, b""
    names = ("seconds", "was_dbov", "level_dbov", "notes")
    return {name: getattr(made, name) for name in names}, made.wav


if __name__ == "__main__":
    main()
