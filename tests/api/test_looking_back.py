"""Reports over HTTP: another process works on them, for whoever still listens, and the loop has better things to do."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from acd.call_facts import CallBackOwed, CallBackSettled, Debt, TalkRecorded
from acd.events import AgentAnswered, CallEnded
from acd.journal import Journal
from acd.kpi import By, Kpis
from acd.ledger import DECIDING, LONGEST_CALL, Ledger
from acd.model import CallId
from api.unanswered import PastAway, TooMany
from bench.busy_year import CALLS_A_DAY, write_year
from city.load import load_city
from hotline.aside import aside
from hotline.books import kpis, ledger, usage_of
from hotline.kept_child import ChildFailed, KeptChild
from plumbing.lifecycle import background
from tests.api.face import NOW, SAMPLE, Face
from tests.api.test_ledger import EARLIER, arrived, told

WITHIN_S = 60.0
ECHO = """
import json, sys
for line in sys.stdin.buffer:
    if b"end" in line:
        sys.exit(0)
    if b"die" in line:
        sys.exit(3)
    if b"wait" not in line:
        sys.stdout.buffer.write(json.dumps({"bytes": len(line)}).encode() + b"\\n" + line)
        sys.stdout.buffer.flush()
"""
PROGRAM = (sys.executable, "-c", ECHO)


async def until(claim: Callable[[], object]) -> None:
    """Wait until the claim is true."""
    async with asyncio.timeout(WITHIN_S):
        while not claim():  # noqa: ASYNC110 (another process has no bell)
            await asyncio.sleep(0.02)


def is_alive(pid: int | None) -> bool:
    """Whether there is such a process."""
    return pid is not None and Path(f"/proc/{pid}").exists()


# ---- the child that is kept


async def test_a_child_is_kept_from_question_to_question() -> None:
    """The same process answers; one that ended by itself meanwhile is followed by another, and nobody notices."""
    child = KeptChild(PROGRAM)

    first, pid = await child.ask(b"1\n"), child.pid
    second, same = await child.ask(b"2\n"), child.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await until(lambda: child.pid is None)
    third = await child.ask(b"3\n")
    await child.close()

    assert (first.body, second.body, third.body) == (b"1\n", b"2\n", b"3\n")
    assert (same, child.pid) == (pid, None)


async def test_a_child_that_ends_over_a_question_is_a_failure() -> None:
    """With an error, at once; in order but without an answer, at the second try. The next has another child."""
    child = KeptChild(PROGRAM)

    for wish in (b"die\n", b"end\n"):
        with pytest.raises(ChildFailed):
            await child.ask(wish)

    assert (await child.ask(b"1\n")).body == b"1\n"
    await child.close()


async def test_who_gives_up_ends_the_child_and_who_stands_in_line_has_the_next() -> None:
    """The question that takes for ever is gone, and its process."""
    child = KeptChild(PROGRAM)
    endless = asyncio.ensure_future(child.ask(b"wait\n"))
    await until(lambda: child.pid is not None)
    pid = child.pid
    waits = asyncio.ensure_future(child.ask(b"1\n"))

    endless.cancel()

    assert (await waits).body == b"1\n"
    assert not is_alive(pid)
    await child.close()


async def test_few_stand_in_line() -> None:
    """One is answered, two wait, the fourth is refused at once."""
    child = KeptChild(PROGRAM, line_most=2)
    line = [asyncio.ensure_future(child.ask(b"wait\n")) for _ in range(3)]
    await asyncio.sleep(0)

    with pytest.raises(TooMany):
        await child.ask(b"1\n")

    for one in line:
        one.cancel()
    await asyncio.gather(*line, return_exceptions=True)
    assert (await child.ask(b"1\n")).body == b"1\n"
    await child.close()


# ---- over HTTP


async def test_a_longer_period_than_a_month_is_refused_by_name(face: Face) -> None:
    """Also where only its beginning is said; a month is not."""
    early = (NOW - timedelta(days=32)).isoformat().replace("+", "%2B")
    late = (NOW - timedelta(days=1)).isoformat().replace("+", "%2B")

    for path in ("ledger", "kpi", "kpi/agents"):
        status, problem = await face.call(f"GET /api/{path}?since={early}")
        assert (status, problem["rule"]) == (422, "period_too_long")
    assert (await face.call(f"GET /api/ledger?since={early}&until={late}"))[0] == 200


async def test_a_client_who_hangs_up_ends_the_work(face: Face) -> None:
    """The child is stopped, so that it cannot answer; its end is not waited for by anybody but us."""
    await told(face, arrived("a"))
    assert (await face.call("GET /api/ledger"))[0] == 200
    pid = face.past.reports.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    impatient = asyncio.ensure_future(face.call("GET /api/ledger"))
    await until(lambda: face.past.reports.asking)

    impatient.cancel()

    await until(lambda: not is_alive(pid))

    assert (await face.call("GET /api/ledger"))[1]["total"]["offered"] == 1


async def test_a_database_that_is_away_is_told_as_such(tmp_path: Path) -> None:
    """Not as an error of ours."""
    usage = usage_of(load_city(SAMPLE))

    async with aside(f"sqlite+aiosqlite:///{tmp_path}/no/such.db", lambda: usage, lambda: SAMPLE) as past:
        with pytest.raises(PastAway):
            await past.ledger(EARLIER, NOW)


# ---- what a month costs the loop


def cpu_s(pid: int) -> float:
    """Processor seconds of a process so far."""
    words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


async def test_a_months_report_leaves_the_loop_alone(tmp_path: Path) -> None:
    """Some 70,000 journal entries: the child works for seconds, and the loop's turns stay short all the while.

    All in processor time of the loop's own thread, so that a machine with other work does not matter.
    """
    ends, days = datetime(2026, 11, 1, tzinfo=UTC), 31
    url, usage = f"sqlite+aiosqlite:///{tmp_path}/month.db", usage_of(load_city(SAMPLE))
    entries = await write_year(url, ends.date(), days=days)
    turns: list[float] = []

    async def heart() -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.005)
            turns.append(time.thread_time() - before)

    async with aside(url, lambda: usage, lambda: SAMPLE) as past, background(heart()):
        began = time.thread_time()
        seen = json.loads(await past.kpis(ends - timedelta(days=days), ends, By.HOTLINE, timedelta(days=1)))
        spent_s, pid = time.thread_time() - began, past.reports.pid
        assert pid is not None
        theirs_s = cpu_s(pid)

    assert (len({line["since"] for line in seen["figures"]}), seen["total"]["answered"] > 0) == (days, True)
    assert (entries > 100 * CALLS_A_DAY, len(turns) > 50) == (True, True)
    assert max(turns) < 0.1
    assert spent_s < 0.1 * theirs_s + 0.0002 * len(turns)


# ---- what is read of the journal


async def test_facts_that_come_days_after_a_period_still_decide_its_calls(face: Face) -> None:
    """A recording found, an end heard of, a debt paid a week later: as if every fact were read."""
    late = EARLIER + timedelta(days=7)
    await told(
        face,
        *(arrived(call) for call in ("found", "ended", "owed", "open")),
        CallEnded(at=EARLIER + timedelta(seconds=30), call=CallId("owed")),
        CallBackOwed(at=EARLIER + timedelta(seconds=31), call=CallId("owed"), why=Debt.ABANDONED),
        TalkRecorded(at=late, call=CallId("found"), attempt=1),
        CallEnded(at=late, call=CallId("ended")),
        CallBackSettled(at=late, call=CallId("owed"), by=CallId("out-1")),
        CallEnded(at=late, call=CallId("of-another-day")),
        AgentAnswered(at=late, call=CallId("of-another-day"), attempt=1),
    )
    journal, usage = Journal(face.services.database), usage_of(load_city(SAMPLE))
    since, until = EARLIER - timedelta(hours=1), EARLIER + timedelta(hours=1)
    assert late > until + LONGEST_CALL

    seen, figures = await ledger(journal, usage, since, until), await kpis(journal, usage, since, until)

    whole = Ledger(usage.hotline_of, since=since, until=until)
    all_figures = Kpis(usage.hotline_of, since=since, until=until)
    async for fact in journal.events_of(DECIDING):
        whole.note(fact)
        all_figures.note(fact)
    assert (seen.balances(), seen.open, seen.disputed) == (whole.balances(), whole.open, whole.disputed)
    assert figures.total() == all_figures.total()
    assert (seen.open, seen.balances()[0].offered) == ((CallId("open"),), 4)
