"""`hotline demo` at a real pseudo-terminal, on a real Asterisk: every key is pressed, and does what it says."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from contextlib import contextmanager
from pathlib import Path

DEADLINE_S = 120.0
ROWS, COLUMNS = 60, 160
OWN_TERMINAL = ("/usr/bin/setsid", "--ctty")
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
WAITING = re.compile(r"general\s*│\s*(\d+)")


class Terminal:
    """What a person sees and types."""

    def __init__(self, fd):
        self._fd, self._seen, self._read_upto = fd, "", 0

    def press(self, key):
        """One key, without Enter."""
        os.write(self._fd, key.encode())

    def until(self, pattern, holds=lambda _: True):
        """Read on until something new matches, and holds; returns the match."""
        looked = re.compile(pattern)
        until = time.monotonic() + DEADLINE_S
        while True:
            for found in looked.finditer(self._seen, self._read_upto):
                if holds(found):
                    self._read_upto = found.end()
                    return found
            more = self._more(max(0.0, until - time.monotonic()))
            assert more, f"never seen: {pattern}\n{self._seen[:4000]}\n…\n{self._seen[-4000:]}"

    def _more(self, within_s):
        if not select.select([self._fd], [], [], within_s)[0]:
            return False
        try:
            raw = os.read(self._fd, 65536)
        except OSError:  # the other end is closed
            return False
        self._seen = ESCAPES.sub("", self._seen + raw.decode(errors="ignore"))
        return bool(raw)


@contextmanager
def at_a_terminal(*command):
    """Run a command as the foreground program of a new terminal; yields what is seen, and the process."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color"}
    process = subprocess.Popen([*OWN_TERMINAL, *command], stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    try:
        yield Terminal(ours), process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        os.close(ours)


def test_every_key_does_what_it_says_at_a_real_terminal(tmp_path):
    """A surge climbs, a caller's wait is explained, six seats make it fall, a kill loses nobody, all sums agree."""
    hotline = Path(sys.executable).with_name("hotline")
    with at_a_terminal(str(hotline), "demo", "--state", str(tmp_path / "demo")) as (terminal, process):
        for _ in range(3):
            terminal.until(r"agent 10\d is ready")

        terminal.press("s")
        terminal.until("洪峰:24")
        climbed = int(terminal.until(WAITING, lambda seen: int(seen[1]) >= 10)[1])
        terminal.press("w")
        terminal.until("why it waits")
        terminal.until("进入等候")

        terminal.press("=")
        tried = [terminal.until(r"预演 \+80(\d+):在岗 (\d+) → (\d+),等候 (\d+) → (\d+)") for _ in range(6)]
        terminal.until("六席已增")
        assert [seen[1] for seen in tried] == ["11", "12", "13", "14", "15", "16"]
        assert all(int(seen[3]) == int(seen[2]) + 1 for seen in tried)
        assert all(int(seen[5]) == int(seen[4]) - 1 for seen in tried)
        terminal.until(WAITING, lambda seen: int(seen[1]) <= climbed - 6)

        terminal.press("k")
        terminal.until(r"此刻电话交换机上 (\d+) 通仍在通话", lambda seen: int(seen[1]) >= 1)
        back = terminal.until(r"✓ ([\d.]+) 秒后接替者已就位;之前在场 (\d+) 通,仍在 (\d+) 通,系统丢失 (\d+) 通")
        assert (int(back[3]) > 0, back[4]) == (True, "0")

        terminal.press("q")
        terminal.until(r"✓ 账平:呼入 = 结局 \+ 进行中,(\d+) = \1 \+ 0")
        terminal.until(r"✓ 重放:\d+ 个事实、\d+ 条指令与当时全同")
        terminal.until(r"状态哈希 [0-9a-f]{64}")
        assert process.wait(DEADLINE_S) == 0
