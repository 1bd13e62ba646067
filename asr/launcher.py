"""The process that holds the model: loads it once, proves that it works, then forks children that decode legs.

Run as `python -m asr.launcher MODEL RATE_HZ PARENT_PID`. It has no threads and no event loop, so a fork is safe and
the model is shared copy-on-write. It speaks lines of JSON:

    says, first  {"ready": {"rate_hz", "load_s", "rss_bytes"}}, or {"broken": "why"} and ends with status 3
    hears        {"leg": n, "path", "offset_bytes", "sound_bytes", "rate_hz", "channels", "channel", "deadline_s"}
                                                                                                a finished leg
    hears        {"leg": n, "path", "marker", "deadline_s"}                                     one that grows
    hears        {"drop": n}                    nobody waits for this leg any more
    says         {"leg": n, "later_s": …}       its deadline is so much later
    says         {"leg": n, …}                  whatever the child tells (asr.child), or {"leg": n, "failed": "why"}

A child takes one leg after another: a fork costs as much as a third of a minute of sound. It has one at a time, so a
child that crashes costs the leg it is at and no other; one that outlives its leg's deadline is killed: of a finished
leg it counts from the order, of a growing one from the child's last word. All of them are a session that stands back,
so seconds in which others had the processors do not count. Children die with their parent (PR_SET_PDEATHSIG); the
launcher ends when its standard input does, or its parent.
"""

from __future__ import annotations

import gc
import os
import resource
import selectors
import signal
import sys
import time
from pathlib import Path
from typing import Any

import orjson

from asr.child import DONE, FAILED, Child
from asr.engines.port import Engine
from asr.engines.vosk import load
from asr.worker import SOUND_S_MOST, Worker
from plumbing.background_work import begin_nice_session, end_with_parent

BROKEN_STATUS = 3
WORTH_WAITING_S = 0.5  # without the processor, for which a child is given longer


class Launcher:
    """Forks, reads, reaps. One thread; everything happens in `serve`."""

    def __init__(self, engine: Engine, out: int) -> None:
        self._engine, self._out = engine, out
        self._workers: list[Worker] = []
        self._selector = selectors.DefaultSelector()
        self._orders = bytearray()

    def serve(self, orders: int) -> None:
        """Until `orders` ends; then every child is killed."""
        self._selector.register(orders, selectors.EVENT_READ)
        try:
            while self._turn(orders):
                self._look_at_the_clock(time.monotonic())
        finally:
            for worker in self._workers:
                worker.kill()

    def _turn(self, orders: int) -> bool:
        for key, _ in self._selector.select(self._seconds_until_due()):
            if key.fd == orders:
                if not self._hear(orders):
                    return False
            elif key.data in self._workers:  # not one that an order of this turn has ended
                self._listen_to(key.data)
        return True

    def _seconds_until_due(self) -> float | None:
        first = min((worker.due for worker in self._workers), default=None)
        return None if first is None else max(0.0, first - time.monotonic())

    def _hear(self, orders: int) -> bool:
        piece = os.read(orders, 1 << 16)
        *lines, self._orders = (self._orders + piece).split(b"\n")
        for order in map(orjson.loads, lines):
            if "drop" in order:
                self._drop(order["drop"])
            else:
                self._give(order)
        return bool(piece)

    def _drop(self, leg: int) -> None:
        for worker in self._workers:
            if worker.at_work and worker.at_work.leg == leg:
                self._end(worker, "dropped")
                return

    def _give(self, order: dict[str, Any]) -> None:
        idle = (worker for worker in reversed(self._workers) if worker.is_free)
        worker = next(idle, None) or self._fork()
        worker.begin(order, time.monotonic())

    def _fork(self) -> Worker:
        (orders, orders_in), (tales, tales_in) = os.pipe(), os.pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            os.close(orders_in)
            os.close(tales)
            self._live_as_child(parent, orders, tales_in)
        os.close(orders)
        os.close(tales_in)
        worker = Worker(pid, orders_in, tales)
        self._workers.append(worker)
        self._selector.register(tales, selectors.EVENT_READ, worker)
        return worker

    def _live_as_child(self, parent: int, orders: int, tales: int) -> None:
        status = 1
        try:
            end_with_parent(parent)
            os.close(self._out)
            for sibling in self._workers:
                sibling.let_go()
            Child(self._engine, tales).serve(orders)
            status = 0
        finally:  # a forked child must never return
            os._exit(status)

    def _listen_to(self, worker: Worker) -> None:
        now = time.monotonic()
        said = worker.listen(now)
        if said is None:
            self._bury(worker, None)
            return
        self._hand_on(b"".join(line + b"\n" for line in said))
        for line in said:
            if line.startswith(FAILED):  # what its engine is left in nobody knows
                worker.at_work = None
                self._end(worker, None)
                return
            if line.startswith(DONE):
                worker.rest(orjson.loads(line)["done"]["seconds"], now)
                if worker.heard_s >= SOUND_S_MOST:
                    self._end(worker, None)
                    return

    def _look_at_the_clock(self, now: float) -> None:
        for worker in [worker for worker in self._workers if worker.due <= now]:
            if not worker.at_work:
                self._end(worker, None)
            elif (later_s := worker.at_work.prolong(worker.pid)) < WORTH_WAITING_S:
                self._end(worker, "deadline")
            else:
                self._say({"leg": worker.at_work.leg, "later_s": later_s})

    def _end(self, worker: Worker, why: str | None) -> None:
        worker.kill()
        self._bury(worker, why)

    def _bury(self, worker: Worker, why: str | None) -> None:
        """It has ended or is about to. A leg that it was at has failed; one that it had not begun has another child."""
        self._selector.unregister(worker.tales)
        worker.let_go()
        status = os.waitstatus_to_exitcode(os.waitpid(worker.pid, 0)[1])
        self._workers.remove(worker)
        if not why and (order := worker.denied):
            self._give(order)
        elif worker.at_work:
            self._say({"leg": worker.at_work.leg, "failed": why or _in_words(status)})

    def _say(self, message: dict[str, Any]) -> None:
        self._hand_on(orjson.dumps(message) + b"\n")

    def _hand_on(self, lines: bytes) -> None:
        while lines:
            lines = lines[os.write(self._out, lines) :]


def _in_words(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"


def main(model: str, rate_hz: int, parent: int) -> int:
    """Load, prove, serve."""
    end_with_parent(parent)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the controller's: it closes our input
    begin_nice_session()
    out = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints goes to the log, never between our lines
    began = time.monotonic()
    try:
        loaded = load(Path(model), rate_hz)
    except Exception as error:  # noqa: BLE001  # vosk raises plain Exception; the reason is on stderr
        os.write(out, orjson.dumps({"broken": str(error)}) + b"\n")
        return BROKEN_STATUS
    facts = {"rate_hz": rate_hz, "load_s": round(time.monotonic() - began, 3), "rss_bytes": _rss_bytes()}
    os.write(out, orjson.dumps({"ready": facts}) + b"\n")
    gc.freeze()  # a child that looks through what it inherited would have it copied
    Launcher(loaded, out).serve(0)
    return 0


def _rss_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
