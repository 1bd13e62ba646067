"""The whole way: spoken, recorded, taken in, decoded by real Vosk, drafted; and what dies on it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from asr import jobs
from asr.decoder import Decoder, Patience
from asr.jobs import JobState
from asr.transcriber import Transcriber
from recordings.calls import arrived, note_calls
from recordings.intake import Intake
from recordings.recording import Leg, SpoolName
from tests.asr.conftest import MODEL
from tests.asr.talks import TALK, Talk, talk_samples
from tests.recordings.scenes import NOON, until, write_wav
from tests.tickets.talks import PLACES
from tickets.drafting import Drafting
from tickets.store import list_tickets, read_draft
from tickets.ticket import Ticket

COMPLAINT = ("投诉", "海州区解放路12号", "我要投诉海州区解放路12号的噪音")
NO_POWER: Talk = (
    (Leg.AGENT, "您好请问有什么可以帮您"),
    (Leg.CALLER, "连云区幸福花园小区三号楼二单元停电了"),
    (Leg.AGENT, "请稍等"),
    (Leg.CALLER, "谢谢再见"),
)


class Centre:
    """Intake, transcriber and drafting, wired as the controller wires them."""

    def __init__(self, spool: Path, archive: Path, engine: AsyncEngine, decoder: Decoder) -> None:
        self.engine, self.spool, self.decoder = engine, spool, decoder
        drafting = Drafting(PLACES, {"12345": "政务服务便民热线"})
        self.transcriber = Transcriber(engine, archive, decoder, model="sandbox", follow_up=drafting.draft_of)
        self.intake = Intake(
            spool, archive, engine, follow_up=jobs.enqueue, announce=lambda _: self.transcriber.notice()
        )

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """At work."""
        running = asyncio.gather(self.intake.run(), self.transcriber.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def hang_up(self, call: str, talk: Talk, times: int = 1) -> None:
        """A call ends; its legs and marker are there."""
        await note_calls(self.engine, [arrived(call, dnis="12345", hotline="12345", ani="13812340000", at=NOON)])
        samples = await asyncio.to_thread(talk_samples, talk)
        for leg, sound in samples.items():
            write_wav(self.spool / SpoolName(call, 1).leg(leg), np.tile(sound, times))
        (self.spool / SpoolName(call, 1).marker).touch()

    async def drafts(self, number: int) -> list[Ticket]:
        """Once there are so many."""
        async with asyncio.timeout(60):
            while True:
                async with self.engine.connect() as connection:
                    found = list(await list_tickets(connection))
                if len(found) >= number:
                    return found
                await asyncio.sleep(0.02)


@pytest.fixture
async def decoder() -> AsyncIterator[Decoder]:
    """Real Vosk, two children."""
    async with Decoder(MODEL, children=2, patience=Patience(constant_s=60)) as decoder:
        yield decoder


@pytest.fixture
def quick_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between attempts."""
    monkeypatch.setattr(jobs, "PAUSE", jobs.PAUSE * 0)
    monkeypatch.setattr("asr.sweeper.POLL_S", 0.05)


def written(tickets: Iterable[Ticket]) -> list[tuple[str | None, str | None, str | None]]:
    """What the drafts say."""
    return [(ticket.kind, ticket.place, ticket.summary) for ticket in tickets]


async def test_what_was_spoken_becomes_the_draft(
    spool: Path, archive: Path, engine: AsyncEngine, decoder: Decoder
) -> None:
    """Kind, place to the house number, the caller's own words, and where to hear them."""
    centre = Centre(spool, archive, engine, decoder)
    async with centre.open():
        await centre.hang_up("lx1-1.1", TALK)
        (complaint,) = await centre.drafts(1)
        await centre.hang_up("lx1-2.1", NO_POWER)
        no_power, _ = await centre.drafts(2)

    assert written([complaint]) == [COMPLAINT]
    assert written([no_power]) == [(None, "连云区幸福花园小区3号楼2单元", "连云区幸福花园小区3号楼2单元停电了")]
    async with engine.connect() as connection:
        place = (await read_draft(connection, complaint.id)).place
    assert place.evidence[0].words == "海州区解放路12号"
    assert 4.0 < place.evidence[0].start_s < place.evidence[0].end_s < 9.0


@pytest.mark.parametrize("victim", ["child", "launcher"])
async def test_decoder_killed_in_mid_job_costs_one_attempt_and_makes_one_draft(
    spool: Path, archive: Path, engine: AsyncEngine, decoder: Decoder, quick_retry: None, victim: str
) -> None:
    """The job is tried again by itself."""
    centre = Centre(spool, archive, engine, decoder)
    async with centre.open():
        await centre.hang_up("lx1-1.1", TALK, times=20)
        await until(decoder.children_at_work, 60)
        pid = decoder.children_at_work()[0] if victim == "child" else decoder.launcher_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        tickets = await centre.drafts(1)

    async with engine.connect() as connection:
        (job,) = await jobs.listed(connection)
    assert (job.state, job.attempts, len(tickets)) == (JobState.DONE, 2, 1)
    assert tickets[0].kind == "投诉"


async def test_hostile_words_of_a_model_are_stored_harmless(
    spool: Path, archive: Path, engine: AsyncEngine, tmp_path: Path
) -> None:
    """Markup, a right-to-left override, an escape sequence in its words file: what is stored is plain text."""
    model = await asyncio.to_thread(shutil.copytree, MODEL, tmp_path / "model")
    _rename_word(Path(model) / "graph" / "words.txt", "噪音", "<b>噪\u202e音\x1b[31m")
    async with Decoder(Path(model), children=2) as decoder:
        centre = Centre(spool, archive, engine, decoder)
        async with centre.open():
            await centre.hang_up("lx1-1.1", TALK)
            (ticket,) = await centre.drafts(1)

    assert ticket.summary == "我要投诉海州区解放路12号的＜b＞噪音[31m"
    assert ticket.kind == "投诉"


def _rename_word(words: Path, old: str, new: str) -> None:
    lines = words.read_text(encoding="utf-8").split("\n")
    renamed = [new + line[len(old) :] if line.split(" ")[0] == old else line for line in lines]
    assert renamed != lines
    words.write_text("\n".join(renamed), encoding="utf-8")
