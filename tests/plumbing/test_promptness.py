"""Who must be quick has short turns of the processor, and who stands back long ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from plumbing.promptness import LONG_NS, SHORT_NS, be_prompt, turn_ns

ROOT = Path(__file__).parents[2]
TOLD = "from plumbing.promptness import turn_ns; print(turn_ns())"
UNTOLD_NS = turn_ns()


def told(ns: int) -> int | None:
    """What a thread says that was told this; a kernel that knows no lengths of turns passes it over."""
    return ns if UNTOLD_NS else UNTOLD_NS


def said_by(program: str) -> str:
    """What a process of its own prints."""
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_a_prompt_process_hands_its_short_turns_on_to_threads_and_children() -> None:
    """A controller's database threads, and Asterisk's, are on the way to the phone too."""
    program = f"""
import subprocess, sys, threading
from plumbing.promptness import be_prompt, turn_ns
be_prompt()
print(turn_ns())
thread = threading.Thread(target=lambda: print(turn_ns(), flush=True)); thread.start(); thread.join()
subprocess.run([sys.executable, "-c", {TOLD!r}], check=True)
"""
    assert said_by(program).split() == [str(told(SHORT_NS))] * 3


def test_who_stands_back_does_not_keep_the_short_turns_of_its_parent() -> None:
    """Between two with equal turns, who wakes would wait for a report's to end; and its niceness stays."""
    program = """
import os
from plumbing.background_work import stand_back
from plumbing.promptness import be_prompt, turn_ns
be_prompt(); stand_back()
print(turn_ns(), os.nice(0), os.sched_getscheduler(0) == os.SCHED_IDLE)
"""
    assert said_by(program).split() == [str(told(LONG_NS)), "19", "True"]


def test_all_threads_of_a_running_process_become_prompt_and_no_others() -> None:
    """A PBX is told from outside, after it has begun."""
    program = "import sys, threading; threading.Thread(target=sys.stdin.read, daemon=True).start(); print(flush=True)"
    waits = f"{program}; threading.main_thread(); sys.stdin.readline()"
    with subprocess.Popen([sys.executable, "-c", waits], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        be_prompt(other.pid)
        threads = [int(thread.name) for thread in Path(f"/proc/{other.pid}/task").iterdir()]
        assert len(threads) == 2
        assert {turn_ns(thread) for thread in threads} == {told(SHORT_NS)}
        other.communicate()

    assert turn_ns() == UNTOLD_NS


def test_a_process_that_has_ended_cannot_be_prompt_and_nothing_breaks() -> None:
    """It ends between being begun and being told."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    be_prompt(ended.pid)
