"""What a forked child does: one leg after another, of which it tells in lines of JSON. What a line tells comes first
in it, so that the launcher need not read the words that it hands on; its leg's number comes last.

{"pid": …}                                        who it is: the first line, at once
{"words": [[text, start, end, confidence], …]}    an utterance has ended
{"so_far": [[text, start, end, confidence], …]}   of a growing leg: the utterance that goes on, as guessed now
{"unread_s": …, "seconds", "cpu_s"}               of a growing leg: it lives, is so far behind, and what it cost so far
{"done": {"sound_bytes", "seconds", "cpu_s", "own_bytes"}}   the last line: all was heard, and what it cost
{"failed": why}                                   the last line instead

Of a finished leg nobody reads before its end: its lines are sent together, since each costs three processes a turn.
"""

from __future__ import annotations

import os
import time
import traceback
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

import orjson

from asr.attention import PIECE_S
from asr.ear import Ear, Utterance
from asr.engines.port import Engine
from asr.growing import GrowingLeg, Growth
from asr.leg import Leg, decode, follow
from plumbing.background_work import go_last
from recordings.wav import SAMPLE_BYTES

DONE, FAILED = b'{"done"', b'{"failed"'  # how the last line begins
TELL_EVERY_S = 0.7
SEND_BYTES = 1 << 15
FAULTS_WORTH_A_LOOK = 256  # a megabyte


class Child:
    """Writes to `pipe`."""

    def __init__(self, engine: Engine, pipe: int) -> None:
        self._engine, self._pipe = engine, pipe
        self._leg = 0
        self._unsent = bytearray()
        self._told_s = self._began_s = 0.0
        self._so_far: Utterance = ()
        self._own_bytes, self._faults = 0, -FAULTS_WORTH_A_LOOK

    def serve(self, orders: int) -> None:
        """Take orders, as the launcher hears them, to their end, while nobody else wants the processor."""
        go_last()
        with open(orders, "rb") as lines:
            for line in lines:
                self.run(orjson.loads(line))

    def run(self, order: dict[str, Any]) -> None:
        """Decode, or follow."""
        self._began_s, self._leg, self._so_far = time.process_time(), order["leg"], ()
        self._say({"pid": os.getpid()})
        self._send()
        try:
            heard = self._follow(order) if "marker" in order else self._decode(order)
        except Exception as error:  # noqa: BLE001  # vosk raises plain Exception; whatever it is goes to who asked
            frame = traceback.extract_tb(error.__traceback__)[-1]
            self._say({"failed": f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"})
        else:
            self._say({"done": {**heard, "cpu_s": self._cpu_s(), "own_bytes": self._measured_bytes()}})
        self._send()

    def _decode(self, order: dict[str, Any]) -> dict[str, float]:
        leg = Leg(path=Path(order["path"]), **{name: order[name] for name in Leg._fields[1:]})
        for words in decode(self._engine, leg):
            self._say({"words": words})
            if len(self._unsent) >= SEND_BYTES:
                self._send()
        return {"sound_bytes": leg.sound_bytes, "seconds": leg.sound_bytes / SAMPLE_BYTES / leg.rate_hz}

    def _follow(self, order: dict[str, Any]) -> dict[str, float]:
        ear = Ear(self._engine)
        with Growth(GrowingLeg(Path(order["path"]), Path(order["marker"]))) as growth:
            for step in follow(ear, growth, self._engine.rate_hz):
                for words in step or ():
                    self._say({"words": words})
                self._tell(growth, ear, at_rest=step is None)
                self._send()
                if step is None:
                    time.sleep(PIECE_S)
            return {"sound_bytes": growth.read_bytes, "seconds": growth.read_s}

    def _tell(self, growth: Growth, ear: Ear, *, at_rest: bool) -> None:
        now_s = time.monotonic()
        if now_s - self._told_s < TELL_EVERY_S:
            return
        self._told_s = now_s
        self._say({"unread_s": growth.unread_s, "seconds": growth.read_s, "cpu_s": self._cpu_s()})
        so_far = ear.so_far() if at_rest else self._so_far  # guessing costs: not while there is sound to be heard
        if so_far != self._so_far:
            self._so_far = so_far
            self._say({"so_far": so_far})

    def _cpu_s(self) -> float:
        return time.process_time() - self._began_s

    def _measured_bytes(self) -> int:
        """Memory of our own; looking costs, so it is the last look's while few pages have come since."""
        faults = getrusage(RUSAGE_SELF).ru_minflt
        if faults - self._faults >= FAULTS_WORTH_A_LOOK:
            self._own_bytes, self._faults = _own_bytes(), faults
        return self._own_bytes

    def _say(self, message: dict[str, Any]) -> None:
        self._unsent += orjson.dumps(message | {"leg": self._leg}) + b"\n"

    def _send(self) -> None:
        while self._unsent:
            del self._unsent[: os.write(self._pipe, self._unsent)]


def _own_bytes() -> int:
    """Memory that this process shares with no other."""
    try:
        lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:  # a kernel without it
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Private_Dirty", "Private_Clean")))
