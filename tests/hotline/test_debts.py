"""Who is owed a call-back, and which recordings are messages, is found out from what is written down; also later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.call_back_facts import CallBackAsked
from acd.call_facts import CallBackOwed, CallBackSettled, Debt, TalkRecorded, VoiceMessageLeft
from acd.callbacks import CallBackFact, CallBackState
from acd.errors import NotNow
from acd.events import AgentAnswered, CallEnded, CallJoined, CallRefused, Event
from acd.model import CallId, QueueName, Refusal
from hotline.callbook import CallBook
from hotline.debts import Debts
from plumbing.database import connect, prepare
from plumbing.lifecycle import background
from recordings.calls import read_call
from recordings.intake import Intake
from telephony.translate import Arrival
from tests.databases import BOTH
from tests.recordings.scenes import leave_call
from tickets.call_backs import change, owed

pytestmark = BOTH

C1, C2, ANI = CallId("lx-1"), CallId("lx-2"), "13812345678"
WITHIN_S = 5.0


class Desk:
    """The call book and the debts on one database, with an engine that only passes on."""

    def __init__(self, database: AsyncEngine, *, abandoned_too: bool = True) -> None:
        self.database = database
        self.told: list[Event] = []
        self.book = CallBook(database, lambda _: "12345", short=timedelta(seconds=10))
        self.debts = Debts(database, self.tell, self.book.written, self.now, abandoned_too=lambda: abandoned_too)
        self.time = datetime.now(UTC)

    def now(self) -> datetime:
        """The desk's clock."""
        return self.time

    def tell(self, event: Event) -> None:
        """What the engine does with a fact: whoever watches is shown it."""
        self.told.append(event)
        self.book.note(event, ())
        self.debts.note(event, ())

    def arrive(self, call: CallId = C1, ani: str = ANI) -> None:
        """A citizen rings, and waits."""
        self.book.note_arrival(Arrival(at=self.time, call=call, dnis="12345", ani=ani))
        self.tell(CallJoined(at=self.time, call=call, queue=QueueName("general")))

    def gone(self, call: CallId = C1, after_s: float = 60, *, missed: bool = False) -> None:
        """The caller's line is gone."""
        self.tell(CallEnded(at=self.time + timedelta(seconds=after_s), call=call, missed=missed))

    async def heard(self, kind: type[Event], count: int = 1) -> list[Event]:
        """Wait until so many facts of a kind were found."""
        async with asyncio.timeout(WITHIN_S):
            while len(found := [fact for fact in self.told if isinstance(fact, kind)]) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await self.book.written()
        return found

    async def outcome(self, call: CallId = C1) -> str | None:
        """What the call book says."""
        async with self.database.connect() as connection:
            return (await read_call(connection, call)).outcome


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A fresh database."""
    engine = connect(database_url)
    await prepare(engine)
    yield engine
    await engine.dispose()


@asynccontextmanager
async def at_work(database: AsyncEngine, *, abandoned_too: bool = True) -> AsyncIterator[Desk]:
    """A desk whose people are there."""
    desk = Desk(database, abandoned_too=abandoned_too)
    async with background(desk.book.run(), desk.debts.run()):
        yield desk


async def test_who_gives_up_after_waiting_is_owed_a_call_back(database: AsyncEngine) -> None:
    """The call book says so, as the ledger does."""
    async with at_work(database) as desk:
        desk.arrive()
        desk.gone()
        (fact,) = await desk.heard(CallBackOwed)

        assert isinstance(fact, CallBackOwed)
        assert fact.why is Debt.ABANDONED
        assert await desk.outcome() == "call_back_owed"
        async with database.connect() as connection:
            (debt,) = await owed(connection)
        assert (debt.call, debt.state, debt.number, debt.hotline) == (C1, CallBackState.OWED, ANI, "12345")


@pytest.mark.parametrize(
    ("ani", "after_s", "abandoned_too"), [("", 60, True), (ANI, 5, True), (ANI, 60, False)], ids=str
)
async def test_who_is_owed_nothing(database: AsyncEngine, ani: str, after_s: float, abandoned_too: bool) -> None:
    """A hidden number; who hung up at once; everybody, where the city says so. Then a later one still is."""
    async with at_work(database, abandoned_too=abandoned_too) as desk:
        desk.arrive(C1, ani)
        desk.gone(C1, after_s)
        desk.arrive(C2)
        desk.gone(C2, missed=True)
        facts = await desk.heard(CallBackOwed)

        assert [(fact.call, fact.why) for fact in facts if isinstance(fact, CallBackOwed)] == [(C2, Debt.LOST)]
        assert await desk.outcome(C2) == "lost_by_pbx"  # a debt does not hide a loss


async def test_who_asked_is_owed_a_call_back_if_the_number_is_known(database: AsyncEngine) -> None:
    """For that reason, also if they hang up in the same moment; a hidden number's call ends as any other."""
    async with at_work(database) as desk:
        for call, ani in ((C1, ""), (C2, ANI)):
            desk.arrive(call, ani)
            desk.tell(CallBackAsked(at=desk.time, call=call))
            desk.gone(call)
        (fact,) = await desk.heard(CallBackOwed)

        assert isinstance(fact, CallBackOwed)
        assert (fact.call, fact.why) == (C2, Debt.ASKED)
        assert [await desk.outcome(C1), await desk.outcome(C2)] == ["abandoned", "call_back_owed"]


async def test_who_was_refused_because_the_lines_were_full_is_owed_a_call_back(database: AsyncEngine) -> None:
    """Not who called too often: those calls are being served."""
    async with at_work(database) as desk:
        for call, why in ((C1, Refusal.NUMBER_TOO_OFTEN), (C2, Refusal.LINES_FULL)):
            desk.book.note_arrival(Arrival(at=desk.time, call=call, dnis="12345", ani=ANI))
            desk.tell(CallRefused(at=desk.time, call=call, hotline="12345", why=why))
            desk.gone(call, 1)
        facts = await desk.heard(CallBackOwed)

        assert [getattr(fact, "call", None) for fact in facts] == [C2]
        assert [await desk.outcome(C1), await desk.outcome(C2)] == ["refused", "call_back_owed"]


async def test_a_debt_is_found_after_the_controller_died(database: AsyncEngine) -> None:
    """The end was written down, the debt not yet: the next run finds it, once."""
    dead = Desk(database)
    async with background(dead.book.run()):
        dead.arrive()
        dead.gone(after_s=30)
        await dead.book.written()

    async with at_work(database) as desk:
        await desk.heard(CallBackOwed)
    async with at_work(database) as third:
        third.arrive(C2)
        third.gone(C2)
        facts = await third.heard(CallBackOwed)

    assert [getattr(fact, "call", None) for fact in facts] == [C2]


async def test_a_message_is_told_when_its_recording_is_there_and_settles_the_debt(
    database: AsyncEngine, tmp_path: Path
) -> None:
    """Its marker says that it is one; the caller had hung up before, and was owed a call."""
    spool = tmp_path / "spool"
    async with at_work(database) as desk:
        desk.arrive()
        desk.gone()
        await desk.heard(CallBackOwed)
        leave_call(spool, C1, 9002, done=False)
        (spool / f"{C1}-9002.to").write_text(f"12345 {ANI} message\n")
        (spool / f"{C1}-9002.done").touch()
        await Intake(spool, tmp_path / "kept", database, announce=desk.debts.note_recording).sweep()
        (fact,) = await desk.heard(VoiceMessageLeft)

        assert isinstance(fact, VoiceMessageLeft)
        assert (fact.call, fact.attempt, fact.hotline) == (C1, 9002, "12345")
        assert await desk.outcome() == "voice_message"
        async with database.connect() as connection:
            assert await owed(connection) == []


async def test_a_message_of_a_call_that_nobody_heard_of_is_told_by_the_next_controller(
    database: AsyncEngine, tmp_path: Path
) -> None:
    """No controller lived, hidden number; taken in before the debts were looked through."""
    spool = tmp_path / "spool"
    leave_call(spool, C1, 9001, done=False)
    (spool / f"{C1}-9001.to").write_text("12345  message\n")
    (spool / f"{C1}-9001.done").touch()
    await Intake(spool, tmp_path / "kept", database).sweep()

    async with at_work(database) as desk:
        await desk.heard(VoiceMessageLeft)
        assert await desk.outcome() == "voice_message"


async def test_who_rings_again_and_is_answered_is_owed_nothing_any_more(database: AsyncEngine) -> None:
    """Whoever has taken the call-back finds it settled."""
    async with at_work(database) as desk:
        desk.arrive()
        desk.gone()
        await desk.heard(CallBackOwed)
        async with database.begin() as connection:
            await change(connection, C1, CallBackFact.TAKEN, desk.time, by="101")
        desk.arrive(C2)
        desk.tell(AgentAnswered(at=desk.time, call=C2, attempt=1))
        (fact,) = await desk.heard(CallBackSettled)

        assert isinstance(fact, CallBackSettled)
        assert (fact.call, fact.by) == (C1, C2)
        async with database.begin() as connection:
            (debt,) = await owed(connection, settled_too=True)
            with pytest.raises(NotNow):
                await change(connection, C1, CallBackFact.DIALLED, desk.time, by="101")
        assert (debt.state, debt.settled_by) == (CallBackState.SETTLED, C2)


async def test_a_call_back_is_taken_by_one_agent(database: AsyncEngine) -> None:
    """Until it is released, or came to nothing."""
    async with at_work(database) as desk:
        desk.arrive()
        desk.gone()
        await desk.heard(CallBackOwed)
    async with database.begin() as connection:
        await change(connection, C1, CallBackFact.TAKEN, desk.time, by="101")
        with pytest.raises(NotNow, match="101"):
            await change(connection, C1, CallBackFact.TAKEN, desk.time, by="102")
        with pytest.raises(NotNow, match="101"):
            await change(connection, C1, CallBackFact.DIALLED, desk.time, by="102")
        await change(connection, C1, CallBackFact.RELEASED, desk.time)
        await change(connection, C1, CallBackFact.DIALLED, desk.time, by="102")
        await change(connection, C1, CallBackFact.FAILED, desk.time)
        (debt,) = await owed(connection)

    assert (debt.state, debt.taken_by, debt.attempts) == (CallBackState.OWED, None, 1)


async def test_a_lost_caller_whose_talk_is_on_a_recording_is_owed_nothing(database: AsyncEngine) -> None:
    """Asterisk's own queue connected them while nobody listened: the recording comes after the loss was told."""
    async with at_work(database) as desk:
        desk.arrive()
        desk.gone(missed=True)
        await desk.heard(CallBackOwed)
        desk.tell(TalkRecorded(at=desk.now(), call=C1, attempt=9001))
        await desk.book.written()

        assert await desk.outcome() == "answered"
        async with database.connect() as connection:
            assert [debt.state for debt in await owed(connection) if debt.state is CallBackState.OWED] == []
