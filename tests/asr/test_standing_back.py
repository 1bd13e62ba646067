"""Decoders take the processor time that nobody else wants, and lose nothing by it."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

from asr.decoder import Decoder, Patience
from plumbing.background_work import NICEST
from tests.asr.conftest import MODEL
from tests.asr.talks import TALK, record_talk
from tests.asr.test_decoder import LONG, SAID, alive, one_child, texts
from tests.recordings.scenes import until


def session_niceness(pid: int) -> int | None:
    """How nice the whole of its session is; None on a kernel without such sessions."""
    group = Path(f"/proc/{pid}/autogroup")
    return int(group.read_text().split()[-1]) if group.exists() else None


async def test_decoders_are_a_session_that_stands_back(decoder: Decoder, tmp_path: Path) -> None:
    """Asterisk's threads and the controller's loop go first; among themselves the launcher does."""
    decoding = asyncio.ensure_future(decoder.decode(record_talk(tmp_path / "long", TALK, times=LONG)))
    child, launcher = await one_child(decoder), decoder.launcher_pid
    assert launcher is not None

    await until(lambda: os.sched_getscheduler(child) == os.SCHED_IDLE)
    assert os.getsid(child) == os.getsid(launcher) == launcher != os.getsid(0)
    assert os.sched_getscheduler(launcher) == os.SCHED_OTHER
    assert session_niceness(launcher) in {NICEST, None}
    decoding.cancel()


async def test_seconds_that_others_had_the_processors_count_for_no_deadline(tmp_path: Path) -> None:
    """A crowded hour makes transcripts late; it fails none."""
    talk, patience = record_talk(tmp_path / "long", TALK, times=10), Patience(constant_s=1.0, per_audio_s=0.0)
    async with AsyncExitStack() as crowd, Decoder(MODEL, children=1, patience=patience) as decoder:
        spinning = (sys.executable, "-c", "while True: pass")
        for _ in range(2 * (os.cpu_count() or 1)):
            busy = await asyncio.create_subprocess_exec(*spinning, start_new_session=True)
            crowd.push_async_callback(busy.wait)
            crowd.callback(busy.kill)
        decoding = asyncio.ensure_future(decoder.decode(talk))
        child = await one_child(decoder)
        began = time.monotonic()
        await until(lambda: time.monotonic() - began > 3 * patience.constant_s or decoding.done())
        assert alive(child)
        await crowd.aclose()

        assert texts(await decoding) == SAID * 10
