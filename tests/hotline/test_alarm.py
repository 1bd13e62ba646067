"""Words heard during a call reach the team leaders' screens at once, once."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from api.board import Board
from asr.live import LiveWords
from asr.transcript import Speaker, Word
from city.city import City
from hotline.alarm import Alarm
from hotline.watchman import LOOK_S, Watchman
from plumbing.lifecycle import background
from plumbing.steady import SteadyClock
from tests.api.clock_scene import GAS, NOISE, born
from tests.api.face import Face
from tests.databases import BOTH
from tests.tickets.talks import utterance
from tickets import alerts, escalations
from tickets.high_risk import RiskTable

pytestmark = BOTH


def said(call: str, words: list[Word], *, final: bool, speaker: Speaker = Speaker.CALLER) -> LiveWords:
    """As live decoding tells it."""
    return LiveWords(call_id=call, attempt=1, speaker=speaker, words=words, final=final)


def growing(text: str) -> list[list[Word]]:
    """An utterance as it is decoded: one word more each time."""
    words = utterance(text, 0.0)
    return [words[:count] for count in range(1, len(words) + 1)]


async def test_an_alert_is_told_while_the_caller_still_speaks(database: AsyncEngine, sample: City) -> None:
    """Long before five seconds; what the agent asks is no alert, and each risk is told once a call."""
    board, now, loop = Board(), SteadyClock().now, asyncio.get_running_loop()
    watchman = Watchman(database, board, now)
    alarm = Alarm(database, lambda: RiskTable(sample.high_risk.risks), watchman.notice, now)
    with board.watched() as watcher:
        await watcher.get()
        async with background(watchman.run(), alarm.run()), asyncio.timeout(30):
            for words in growing("我 不想 活 了 你们 谁 都 不要 管 我"):
                alarm.note(said("lx-1.1", words, final=False))
            began = loop.time()
            line = await watcher.get()
            took_s = loop.time() - began
            alarm.note(said("lx-1.1", utterance("我 真的 不想 活 了", 20.0), final=True))
            asked = utterance("您 想 自杀 吗", 1.0)
            alarm.note(said("lx-3.1", asked, final=True, speaker=Speaker.AGENT))
            alarm.note(said("lx-2.1", utterance("有人 要 跳楼", 3.0), final=True))
            second = await watcher.get()

    told = [json.loads((each or b"").partition(b"data: ")[2]) for each in (line, second)]
    assert [(each["call"], each["risk"], each["manner"], each["start_s"]) for each in told] == [
        ("lx-1.1", "self-harm", "said", 0.5),
        ("lx-2.1", "self-harm", "reported", 4.0),
    ]
    assert took_s < 5.0
    async with database.connect() as connection:
        assert [each.recording for each in await alerts.listed(connection)] == [None, None]


async def test_the_recording_tells_no_risk_again(face: Face, database: AsyncEngine, sample: City) -> None:
    """What was told live stands once, with its live seconds."""
    noticed = asyncio.Event()
    alarm = Alarm(database, lambda: RiskTable(sample.high_risk.risks), noticed.set, SteadyClock().now)
    async with background(alarm.run()), asyncio.timeout(30):
        alarm.note(said("lx-1.1", utterance("煤气 泄漏 了", 7.0), final=True))
        await noticed.wait()
    await born(face, database, GAS, call="lx-1.1")

    async with database.connect() as connection:
        assert [(each.risk, each.start_s) for each in await alerts.listed(connection)] == [("gas", 7.0)]


async def test_the_watchman_wakes_at_the_instant_that_is_due(face: Face, database: AsyncEngine) -> None:
    """Not when he would have looked next: the moment is in the database, and he sleeps until then."""
    clock = SteadyClock()
    half = timedelta(hours=12)
    await born(face, database, GAS, call="lx-1.1", at=clock.now() - half + timedelta(seconds=LOOK_S / 2))
    board = Board()
    with board.watched() as watcher:
        await watcher.get()
        async with background(Watchman(database, board, clock.now).run()), asyncio.timeout(30):
            kinds = [(await watcher.get() or b"").split(b"\n")[0] for _ in range(2)]

    assert kinds == [b"event: risk", b"event: escalation"]
    async with database.connect() as connection:
        (told,) = await escalations.listed(connection)
    assert (told.percent, told.raised_at >= told.due_at) == (50, True)


async def test_what_became_due_while_nobody_ran_is_told_at_the_start(face: Face, database: AsyncEngine) -> None:
    """A night without a controller: the next one tells at once what it finds."""
    clock = SteadyClock()
    await born(face, database, NOISE, call="lx-1.1", at=clock.now() - timedelta(days=30))
    board = Board()
    with board.watched() as watcher:
        await watcher.get()
        async with background(Watchman(database, board, clock.now).run()), asyncio.timeout(30):
            shares = [json.loads((await watcher.get() or b"").partition(b"data: ")[2])["percent"] for _ in range(3)]

    assert shares == [50, 80, 100]
