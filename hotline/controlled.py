"""One controller process as its supervisor holds it: spare until its turn, then watched by its pulse."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from hotline.pulse import TICK_FD, TURN_FD

GRACE_S = 8.0  # to end in order


class Controlled:
    """A process that waits for its turn. `ticks` becomes readable when it beats, or closes its end."""

    def __init__(self, command: Sequence[str]) -> None:
        self.ticks, theirs = os.pipe()
        waiting, self._turn = os.pipe()
        os.set_blocking(self.ticks, False)
        self._open = {self.ticks, self._turn}
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own program, no word of a user's
                command,
                env=os.environ | {TICK_FD: str(theirs), TURN_FD: str(waiting)},
                pass_fds=(theirs, waiting),
                stdin=subprocess.DEVNULL,
            )
        finally:
            os.close(theirs)
            os.close(waiting)

    @property
    def is_alive(self) -> bool:
        """Is there a process, frozen or not?"""
        return self._process.poll() is None

    def begin(self) -> None:
        """It is its turn."""
        try:
            os.write(self._turn, b"!")
        except BrokenPipeError:
            return  # it died first: the watch sees it

    def hear(self) -> bool:
        """Take its beats; False if there are none, because its end of the pipe is closed."""
        return bool(os.read(self.ticks, 512))

    def kill(self) -> None:
        """Now, whatever it does, also if it is stopped."""
        self._process.kill()
        self._process.wait()

    def dismiss(self) -> None:
        """End a spare: it leaves when its turn can never come."""
        self._close(self._turn)
        self.end()

    def end(self) -> int:
        """End it in order, by force after the grace. No effect on a dead one. Returns the exit code."""
        if self.is_alive:
            self._process.terminate()
        try:
            code = self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            code = self._process.wait()
        for end in tuple(self._open):
            self._close(end)
        return code

    def _close(self, end: int) -> None:
        if end in self._open:
            self._open.discard(end)
            os.close(end)
