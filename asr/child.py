"""What a forked child does: one leg, and tells of it in lines of JSON as it goes.

{"words": [[text, start, end, confidence], …]}    an utterance has ended
{"so_far": [[text, start, end, confidence], …]}   of a growing leg: the utterance that goes on, as guessed now
{"unread_s": …}                                   of a growing leg: it lives, and is so far behind
{"done": {"sound_bytes", "seconds", "cpu_s", "own_bytes"}}   the last line: all was heard, and what it cost
{"failed": why}                                   the last line instead
"""

from __future__ import annotations

import json
import os
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from asr.attention import PIECE_S
from asr.ear import Ear, Utterance
from asr.engines.port import Engine
from asr.growing import GrowingLeg, Growth
from asr.leg import Leg, decode, follow
from recordings.wav import SAMPLE_BYTES

TELL_EVERY_S = 0.7
NICENESS = 5  # decoding may wait, ringing a phone may not
LIVE_NICENESS = 10  # what is late here is done after the call


class Child:
    """Writes to `pipe`."""

    def __init__(self, engine: Engine, pipe: int) -> None:
        self._engine, self._pipe = engine, pipe
        self._told_s = 0.0
        self._so_far: Utterance = ()

    def run(self, order: dict[str, Any]) -> None:
        """Decode, or follow. An order is as the launcher hears it."""
        began_s = time.process_time()
        try:
            heard = self._follow(order) if "marker" in order else self._decode(order)
        except Exception as error:  # noqa: BLE001  # vosk raises plain Exception; whatever it is goes to who asked
            frame = traceback.extract_tb(error.__traceback__)[-1]
            self._say({"failed": f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"})
        else:
            self._say({"done": {**heard, "cpu_s": time.process_time() - began_s, "own_bytes": _own_bytes()}})

    def _decode(self, order: dict[str, Any]) -> dict[str, float]:
        _give_way(NICENESS)
        leg = Leg(Path(order["path"]), order["offset_bytes"], order["sound_bytes"], order["rate_hz"])
        for words in decode(self._engine, leg):
            self._say({"words": words})
        return {"sound_bytes": leg.sound_bytes, "seconds": leg.sound_bytes / SAMPLE_BYTES / leg.rate_hz}

    def _follow(self, order: dict[str, Any]) -> dict[str, float]:
        _give_way(LIVE_NICENESS)
        ear = Ear(self._engine)
        with Growth(GrowingLeg(Path(order["path"]), Path(order["marker"]))) as growth:
            for step in follow(ear, growth, self._engine.rate_hz):
                for words in step or ():
                    self._say({"words": words})
                self._tell(growth, ear, at_rest=step is None)
                if step is None:
                    time.sleep(PIECE_S)
            return {"sound_bytes": growth.read_bytes, "seconds": growth.read_s}

    def _tell(self, growth: Growth, ear: Ear, *, at_rest: bool) -> None:
        now_s = time.monotonic()
        if now_s - self._told_s < TELL_EVERY_S:
            return
        self._told_s = now_s
        self._say({"unread_s": growth.unread_s})
        so_far = ear.so_far() if at_rest else self._so_far  # guessing costs: not while there is sound to be heard
        if so_far != self._so_far:
            self._so_far = so_far
            self._say({"so_far": so_far})

    def _say(self, message: dict[str, Any]) -> None:
        line = json.dumps(message, ensure_ascii=False).encode() + b"\n"
        while line:
            line = line[os.write(self._pipe, line) :]


def _own_bytes() -> int:
    """Memory that this process shares with no other."""
    try:
        lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:  # a kernel without it
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Private_Dirty", "Private_Clean")))


def _give_way(niceness: int) -> None:
    """Let everything else on this machine go first."""
    os.nice(niceness)
    with suppress(OSError):  # where it is not allowed
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
