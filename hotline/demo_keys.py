"""The keys of the demonstration: pressed at a terminal, or written beforehand (`--press s,+@12,k@20`)."""

from __future__ import annotations

import asyncio
import os
import sys
import termios
import tty
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

KEYS: Mapping[str, str] = {
    "s": "洪峰 surge",
    "+": "增六席 six seats",
    "k": "杀后台 kill -9",
    "w": "为何等候 why",
    "q": "结束 end",
}
_SAME = {"=": "+"}  # the same key of a keyboard, without Shift
NEXT_AFTER_S = 5.0
LONGEST_S = 86400.0

Press = Callable[[str], None]


class NotAScript(ValueError):
    """What stands after `--press` is no list of keys and moments."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A key, and how many seconds after the beginning it is pressed."""

    key: str
    at_s: float


def read_script(text: str) -> tuple[Cue, ...]:
    """`s,+@12,k`: each key at its second, or NEXT_AFTER_S after the one before. Raises NotAScript."""
    cues: list[Cue] = []
    for word in text.split(","):
        key, _, at = word.strip().partition("@")
        before = cues[-1].at_s if cues else 0.0
        cues.append(Cue(key, _seconds(at) if at else before + NEXT_AFTER_S))
        if key not in KEYS:
            raise NotAScript(f"没有这个键 no such key: {key!r}; {' '.join(KEYS)}")
        if not before <= cues[-1].at_s <= LONGEST_S:
            raise NotAScript(f"时刻须递增,不过一天 moments grow, up to a day: {word!r}")
    return tuple(cues)


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise NotAScript(f"不是秒数 no number of seconds: {text!r}") from error


async def play(script: Sequence[Cue], press: Press) -> None:
    """Press the keys of a script at their moments, which count from now."""
    began = asyncio.get_running_loop().time()
    for cue in script:
        await asyncio.sleep(began + cue.at_s - asyncio.get_running_loop().time())
        press(cue.key)


@contextmanager
def keyboard(press: Press) -> Iterator[None]:
    """Keys come one by one, unechoed, while the block lasts; Ctrl-C stays what it is. Without a terminal: nothing."""
    fd = _terminal()
    if fd is None:
        yield
        return
    before, loop = termios.tcgetattr(fd), asyncio.get_running_loop()
    tty.setcbreak(fd)
    loop.add_reader(fd, _read, fd, press)
    try:
        yield
    finally:
        loop.remove_reader(fd)
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


def _terminal() -> int | None:
    """Standard input, if it is a terminal and we are in its foreground: touching it from behind would stop us."""
    try:
        fd = sys.stdin.fileno()
        return fd if os.isatty(fd) and os.tcgetpgrp(fd) == os.getpgrp() else None
    except (OSError, ValueError):
        return None


def _read(fd: int, press: Press) -> None:
    try:
        typed = os.read(fd, 64).decode(errors="ignore").lower()
    except OSError:  # the terminal is gone
        typed = ""
    if not typed:
        asyncio.get_running_loop().remove_reader(fd)
    for sign in typed:
        key = _SAME.get(sign, sign)
        if key in KEYS:
            press(key)
