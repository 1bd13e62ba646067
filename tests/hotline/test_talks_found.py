"""A recording of both sides is told as a talk, whatever was heard of it, also again after a start."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.call_facts import TalkRecorded
from acd.events import Event
from acd.model import CallId
from hotline.talks_found import TOLD_AGAIN, TalksFound
from plumbing.database import connect, prepare
from recordings.intake import Intake
from tests.recordings.scenes import leave_call, tone, write_wav

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
TALK, UNANSWERED = CallId("lx1-1732.1"), CallId("lx1-1732.2")


class Scene:
    """An intake with a found, at a time that can be set."""

    def __init__(self, folder: Path, database: AsyncEngine) -> None:
        self.spool, self.now = folder / "spool", NOW
        self.told: list[Event] = []
        self.found = TalksFound(self.told.append, database, lambda: self.now)
        self.intake = Intake(self.spool, folder / "archive", database, announce=self.found.note, clock=lambda: self.now)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """A scene with an empty spool."""
    database = connect(f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}")
    await prepare(database)
    (tmp_path / "spool").mkdir()
    yield Scene(tmp_path, database)
    await database.dispose()


async def test_a_recording_of_both_sides_is_a_talk(scene: Scene) -> None:
    """It says so once it is taken in."""
    leave_call(scene.spool, TALK, 9001)
    await scene.intake.sweep()

    assert scene.told == [TalkRecorded(at=NOW, call=TALK, attempt=9001)]


async def test_a_message_and_a_ring_nobody_answered_are_no_talks(scene: Scene) -> None:
    """The agent's leg has no sound: it is written only while somebody is connected."""
    write_wav(scene.spool / f"{TALK}-9002-caller.wav", tone(1.0))
    write_wav(scene.spool / f"{TALK}-9002-agent.wav", tone(0.0))
    (scene.spool / f"{TALK}-9002.done").touch()
    leave_call(scene.spool, UNANSWERED, 1, seconds=0.0)
    (scene.spool / "lx1-1732.3-1.done").touch()
    taken = await scene.intake.sweep()

    assert len(taken) == 3
    assert scene.told == []


async def test_the_next_run_is_told_again_of_what_was_taken_in_last(scene: Scene) -> None:
    """Whoever took it in may have died before it was written; older ones are known."""
    leave_call(scene.spool, TALK)
    await scene.intake.sweep()
    scene.told.clear()
    scene.now += TOLD_AGAIN
    await scene.found.tell_again()
    scene.now += timedelta(seconds=1)
    await scene.found.tell_again()

    (fact,) = scene.told
    assert isinstance(fact, TalkRecorded)
    assert fact.call == TALK
