"""The process that holds the model: loads it once, proves that it works, then forks one child a leg.

Run as `python -m asr.launcher MODEL RATE_HZ PARENT_PID`. It has no threads and no event loop, so a fork is safe and
the model is shared copy-on-write. It speaks lines of JSON:

    says, first  {"ready": {"rate_hz", "load_s", "rss_bytes"}}, or {"broken": "why"} and ends with status 3
    hears        {"leg": n, "path", "offset_bytes", "sound_bytes", "rate_hz", "deadline_s"}      a finished leg
    hears        {"leg": n, "path", "marker", "deadline_s"}                                     one that grows
    hears        {"drop": n}                    nobody waits for this leg any more
    says         {"leg": n, "pid": …}           at the fork
    says         {"leg": n, …}                  whatever the child tells (asr.child), or {"leg": n, "failed": "why"}

A child that crashes costs its leg; one that outlives its deadline is killed: of a finished leg it counts from the fork,
of a growing one from the child's last word. Children die with their parent (PR_SET_PDEATHSIG); the launcher ends when
its standard input does, or its parent.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import selectors
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from asr.child import Child
from asr.engines.port import Engine
from asr.engines.vosk import load
from plumbing.background_work import end_with_parent

BROKEN_STATUS = 3


@dataclass(slots=True)
class _Running:
    """A running child: its leg's number, its pipe, when it must be done (monotonic seconds)."""

    leg: int
    pid: int
    pipe: int
    deadline: float
    patience_s: float  # after each line it has so long again; 0: it has not
    said: bytearray = field(default_factory=bytearray)  # the beginning of a line
    has_ended: bool = False  # it has said its last line


class Launcher:
    """Forks, reads, reaps. One thread; everything happens in `serve`."""

    def __init__(self, engine: Engine, out: int) -> None:
        self._engine, self._out = engine, out
        self._children: dict[int, _Running] = {}
        self._selector = selectors.DefaultSelector()
        self._orders = bytearray()

    def serve(self, orders: int) -> None:
        """Until `orders` ends; then every child is killed."""
        self._selector.register(orders, selectors.EVENT_READ)
        try:
            while self._turn(orders):
                self._kill_late(time.monotonic())
        finally:
            for child in self._children.values():
                os.kill(child.pid, signal.SIGKILL)

    def _turn(self, orders: int) -> bool:
        for key, _ in self._selector.select(self._seconds_until_deadline()):
            if key.fd == orders:
                if not self._hear(orders):
                    return False
            else:
                self._listen_to(key.data)
        return True

    def _seconds_until_deadline(self) -> float | None:
        first = min((child.deadline for child in self._children.values()), default=None)
        return None if first is None else max(0.0, first - time.monotonic())

    def _hear(self, orders: int) -> bool:
        piece = os.read(orders, 1 << 16)
        self._orders += piece
        while (end := self._orders.find(b"\n")) >= 0:
            order = json.loads(self._orders[:end])
            del self._orders[: end + 1]
            if "drop" in order:
                self._drop(order["drop"])
            else:
                self._fork(order)
        return bool(piece)

    def _drop(self, leg: int) -> None:
        for child in [child for child in self._children.values() if child.leg == leg]:
            os.kill(child.pid, signal.SIGKILL)
            self._bury(child, "dropped")

    def _fork(self, order: dict[str, Any]) -> None:
        ours, theirs = os.pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._live_as_child(parent, order, theirs)
        os.close(theirs)
        patience_s = order["deadline_s"] if "marker" in order else 0.0
        child = _Running(order["leg"], pid, ours, time.monotonic() + order["deadline_s"], patience_s)
        self._children[pid] = child
        self._selector.register(ours, selectors.EVENT_READ, child)
        self._say({"leg": child.leg, "pid": pid})

    def _live_as_child(self, parent: int, order: dict[str, Any], pipe: int) -> None:
        status = 1
        try:
            end_with_parent(parent)
            os.close(self._out)
            Child(self._engine, pipe).run(order)
            status = 0
        finally:  # a forked child must never return
            os._exit(status)

    def _listen_to(self, child: _Running) -> None:
        piece = os.read(child.pipe, 1 << 16)
        child.said += piece
        while (end := child.said.find(b"\n")) >= 0:
            message = json.loads(child.said[:end])
            del child.said[: end + 1]
            child.has_ended = "done" in message or "failed" in message
            self._say({"leg": child.leg, **message})
        if not piece:
            self._bury(child, None)
        elif child.patience_s:
            child.deadline = time.monotonic() + child.patience_s

    def _kill_late(self, now: float) -> None:
        for child in [child for child in self._children.values() if child.deadline <= now]:
            os.kill(child.pid, signal.SIGKILL)
            self._bury(child, "deadline")

    def _bury(self, child: _Running, why: str | None) -> None:
        self._selector.unregister(child.pipe)
        os.close(child.pipe)
        status = os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1])
        del self._children[child.pid]
        if not child.has_ended:
            self._say({"leg": child.leg, "failed": why or _in_words(status)})

    def _say(self, message: dict[str, Any]) -> None:
        line = json.dumps(message, ensure_ascii=False).encode() + b"\n"
        while line:
            line = line[os.write(self._out, line) :]


def _in_words(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"


def main(model: str, rate_hz: int, parent: int) -> int:
    """Load, prove, serve."""
    end_with_parent(parent)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the controller's: it closes our input
    out = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints goes to the log, never between our lines
    began = time.monotonic()
    try:
        loaded = load(Path(model), rate_hz)
    except Exception as error:  # noqa: BLE001  # vosk raises plain Exception; the reason is on stderr
        os.write(out, json.dumps({"broken": str(error)}).encode() + b"\n")
        return BROKEN_STATUS
    facts = {"rate_hz": rate_hz, "load_s": round(time.monotonic() - began, 3), "rss_bytes": _rss_bytes()}
    os.write(out, json.dumps({"ready": facts}).encode() + b"\n")
    gc.freeze()  # a child that looks through what it inherited would have it copied
    Launcher(loaded, out).serve(0)
    return 0


def _rss_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
