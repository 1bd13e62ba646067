"""What a controller and its supervisor say to each other: "your turn" down one pipe, a byte a beat up another.

Beats are written by the engine's own loop, so a controller whose engine stands still is silent, whatever else of the
process may live. Without a supervisor both pipes are absent and nothing is said.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

TICK_FD = "LIANXIN_TICK_FD"  # the controller writes here
TURN_FD = "LIANXIN_TURN_FD"  # and waits here before it begins
PID_FILE = "controller.pid"


def wait_for_turn() -> bool:
    """Return True when it is this process's turn (at once without a supervisor), False when the supervisor is gone."""
    turn = _given(TURN_FD)
    if turn is None:
        return True
    said = os.read(turn, 1)
    os.close(turn)
    return bool(said)


class Pulse:
    """Give `beat` to the engine's `on_beat`."""

    def __init__(self) -> None:
        self._fd = _given(TICK_FD)

    def beat(self, _: int) -> None:
        """One byte, never blocking. Without its supervisor a controller ends in order: the next one wants its ports."""
        if self._fd is None:
            return
        try:
            os.write(self._fd, b".")
        except BlockingIOError:
            return  # the supervisor itself stands still; the bytes before this one are there
        except BrokenPipeError:
            self._fd = None
            os.kill(os.getpid(), signal.SIGTERM)


def note_pid(state_dir: Path) -> None:
    """Keep this process's id where tests and the demonstration find whom to kill."""
    fresh = state_dir / f"{PID_FILE}.new"
    fresh.write_text(f"{os.getpid()}\n", encoding="ascii")
    fresh.replace(state_dir / PID_FILE)  # at one go: whoever reads it finds one of the two


def read_pid(state_dir: Path) -> int | None:
    """The id of the controller that took calls last, if any ever did."""
    try:
        return int((state_dir / PID_FILE).read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None


def _given(name: str) -> int | None:
    text = os.environ.pop(name, None)
    if text is None:
        return None
    os.set_inheritable(int(text), False)
    os.set_blocking(int(text), name == TURN_FD)
    return int(text)
