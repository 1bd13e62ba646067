"""The supervisor: starts the controller, restarts a dead one at once, and kills one whose engine stands still.

It is small on purpose: no loop, no database, no network, nothing that could freeze with the controller. Time is counted
in empty looks at the controller's pulse, so a supervisor that was itself stopped for a while judges nobody by that.
A spare controller, imported and waiting for its turn, makes a restart a matter of tenths of a second.

`python -m hotline.supervisor` takes the controller's own HOTLINE_ settings. It never gives up, but it says so.
"""

from __future__ import annotations

import argparse
import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

from hotline.controlled import Controlled

FREEZE_S = 2.0  # an engine beats twice a second
START_S = 120.0  # from its turn to its first beat: a migration of a large database may be part of it
SLICE_S = 0.25
SPARE_AFTER_S = 1.0
SHORT_LIFE_S = 5.0
PAUSES_S = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Before starting again, by how many lives in a row were short."""
WRONG_CONFIGURATION = 2
CONTROLLER = (sys.executable, "-m", "hotline.controller")


class Supervisor:
    """Runs `command` until told to stop. `leave_if_wrong`: a first start refused as misconfigured ends us, too."""

    def __init__(self, command: Sequence[str] = CONTROLLER, *, leave_if_wrong: bool = False) -> None:
        self._command, self._leave_if_wrong = command, leave_if_wrong
        self._spare: Controlled | None = None
        self._stopping = False
        self._short_lives = 0
        self._ever_ticked = False
        self._awake, waker = os.pipe()
        for end in (self._awake, waker):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _is_to_stop(self) -> bool:  # asked anew each time: a signal may come between any two lines
        return self._stopping

    def run(self) -> int:
        """Supervise. Returns the exit code: 0 after an orderly end."""
        try:
            while True:
                code = self._one_life()
                if self._is_to_stop():
                    return 0
                if code == WRONG_CONFIGURATION and self._leave_if_wrong and not self._ever_ticked:
                    return code
                self._pause(code)
                if self._is_to_stop():
                    return 0
        finally:
            if self._spare is not None:
                self._spare.dismiss()

    def _one_life(self) -> int:
        began = time.monotonic()
        controller = self._take_spare() or Controlled(self._command)
        controller.begin()
        try:
            code = self._watch(controller)
        finally:
            controller.end()
        is_short = time.monotonic() - began < SHORT_LIFE_S
        self._short_lives = self._short_lives + 1 if is_short else 0
        return code

    def _take_spare(self) -> Controlled | None:
        spare, self._spare = self._spare, None
        return spare if spare is not None and spare.is_alive else None

    def _watch(self, controller: Controlled) -> int:
        """Look until it is dead or we are to stop; returns its exit code (negative: the signal)."""
        empty, has_ticked, looks = 0, False, 0
        watched = [controller.ticks, self._awake]
        while controller.is_alive and not self._is_to_stop():
            awake, _, _ = select.select(watched, [], [], SLICE_S)
            looks += 1
            if self._awake in awake:
                _drain(self._awake)
            if not awake:
                empty += 1
            elif controller.ticks in awake and controller.hear():
                empty, has_ticked, self._ever_ticked = 0, True, True
            elif controller.ticks in awake:
                watched.remove(controller.ticks)  # closed for ever: it dies, or will be found silent
            if empty * SLICE_S >= (FREEZE_S if has_ticked else START_S):
                _say("控制器不动了,强行结束", "the controller stands still: killed")
                controller.kill()
            if has_ticked and looks * SLICE_S >= SPARE_AFTER_S and self._spare is None:
                self._spare = Controlled(self._command)
        return controller.end()

    def _pause(self, code: int) -> None:
        """Say what happened, and wait before the next life if the last ones were short."""
        pause_s = PAUSES_S[min(max(0, self._short_lives - 1), len(PAUSES_S) - 1)]
        if code == WRONG_CONFIGURATION:
            _say(
                f"控制器因配置有误退出(原因见上),{pause_s:g} 秒后再试",
                f"the controller says its configuration is wrong (see above); trying again in {pause_s:g} s",
            )
        else:
            _say(
                f"控制器退出(代码 {code}),{pause_s:g} 秒后重启",
                f"the controller ended with code {code}; starting it again in {pause_s:g} s",
            )
        until = time.monotonic() + pause_s
        while not self._is_to_stop() and (left := until - time.monotonic()) > 0:
            if select.select([self._awake], [], [], left)[0]:
                _drain(self._awake)


def _drain(pipe: int) -> None:
    with suppress(BlockingIOError):
        while os.read(pipe, 512):
            pass


def _say(zh: str, en: str) -> None:
    with suppress(OSError):  # the disk of our log is full: that is no reason to leave
        sys.stderr.write(f"连心 · {zh}\n       {en}\n")
        sys.stderr.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry of `python -m hotline.supervisor`."""
    parser = argparse.ArgumentParser(prog="python -m hotline.supervisor", description=__doc__)
    parser.add_argument(
        "--leave-if-wrong",
        action="store_true",
        help="首次启动即因配置有误失败时退出 / leave when the very first start is refused as misconfigured",
    )
    chosen = parser.parse_args(arguments)
    return Supervisor(leave_if_wrong=chosen.leave_if_wrong).run()


if __name__ == "__main__":
    sys.exit(main())
