"""A child that looks at the past for the controller, in a process of its own: `python -m hotline.aside_child`.

It reads a wish (a line of JSON, `hotline.aside`), has its own connection to the database, answers (`hotline.kept_child`
says how) and waits for the next one, until nobody asked for IDLE_S, it has grown large, or the controller is gone. The
address of the database comes in the wish, so that no process list shows it.
"""

from __future__ import annotations

import asyncio
import json
import resource
import select
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.agent_kpi import Period
from acd.codec import decode, encode
from acd.errors import Refused
from acd.journal import Journal
from acd.kpi import By
from acd.model import AgentId, CallId
from acd.past import NothingThen, Past, Unreadable
from acd.staffing import Traffic
from api.agent_kpi import agent_kpi_seen
from api.kpi import kpi_seen
from api.ledger import ledger_seen
from api.unanswered import TooMuch
from api.what_if import staffing_seen
from hotline.books import Usage, kpis, ledger
from hotline.looking_back import TooMuch as TooManyRows
from hotline.looking_back import agent_kpis, why_agent, why_call
from hotline.staffing import staffing
from plumbing.background_work import stand_back
from plumbing.database import connect, will_pass

FIRST_TO_GO: Final = "1000"
"""If memory runs short, this process ends before any that a call needs."""
IDLE_S: Final = 300.0
LARGE_KIB: Final = 400 * 1024

Wish = Mapping[str, Any]


async def _why_call(database: AsyncEngine, wish: Wish) -> bytes:
    return _said(await why_call(Past(database), CallId(wish["call"]), everything=wish["everything"]))


async def _why_agent(database: AsyncEngine, wish: Wish) -> bytes:
    call = None if wish["call"] is None else CallId(wish["call"])
    return _said(await why_agent(Past(database), AgentId(wish["agent"]), call, everything=wish["everything"]))


async def _ledger(database: AsyncEngine, wish: Wish) -> bytes:
    since, until = period_of(wish)
    seen = ledger_seen(await ledger(Journal(database), Usage(**wish["usage"]), since, until), since, until)
    return seen.model_dump_json().encode()


async def _kpis(database: AsyncEngine, wish: Wish) -> bytes:
    since, until = period_of(wish)
    every = None if wish["every_s"] is None else timedelta(seconds=wish["every_s"])
    by = By(wish["by"])
    reckoned = await kpis(Journal(database), Usage(**wish["usage"]), since, until, by)
    return kpi_seen(reckoned, by, every, since, until).model_dump_json().encode()


async def _agent_kpis(database: AsyncEngine, wish: Wish) -> bytes:
    period: Period = decode(Period, wish["period"])
    sheet = (await agent_kpis(Past(database), period)).named(Usage(**wish["usage"]).hotline_of)
    return agent_kpi_seen(period, sheet).model_dump_json().encode()


async def _staffing(_: AsyncEngine, wish: Wish) -> bytes:
    told = wish["traffic"]
    rate, times = told["calls_per_hour"] / 3600, {name: told[name] for name in ("handle_s", "patience_s")}
    traffic = Traffic(rate_per_s=rate, **times)
    return staffing_seen(traffic, *staffing(traffic, told["within_s"], told["target"])).model_dump_json().encode()


def period_of(wish: Wish) -> tuple[datetime, datetime]:
    """From, up to before."""
    return datetime.fromisoformat(wish["since"]), datetime.fromisoformat(wish["until"])


def _said(lines: list[Any]) -> bytes:
    return json.dumps([encode_line(line) for line in lines]).encode()


def encode_line(line: tuple[Any, ...]) -> list[Any]:
    """A line of words, as JSON says it."""
    return [encode(part) for part in line]


Questions = Mapping[str, Callable[[AsyncEngine, Wish], Awaitable[bytes]]]
"""What may be asked -> who answers."""

QUESTIONS: Final[Questions] = {
    "why_call": _why_call,
    "why_agent": _why_agent,
    "ledger": _ledger,
    "kpis": _kpis,
    "agent_kpis": _agent_kpis,
    "staffing": _staffing,
}


async def _answer(questions: Questions, wish: Wish) -> tuple[dict[str, Any], bytes]:
    engine = connect(wish["database"])
    try:
        return {}, await questions[wish["ask"]](engine, wish)
    except (TooMuch, TooManyRows):
        return {"refused": "too_much"}, b""
    except NothingThen:
        return {"refused": "nothing"}, b""
    except Refused as error:
        return {"refused": "wish", "rule": error.rule, "zh": error.zh, "en": str(error)}, b""
    except Unreadable as error:
        return {"refused": "unreadable", "zh": error.zh, "en": str(error)}, b""
    except SQLAlchemyError as error:
        if not will_pass(error):
            raise
        return {"refused": "away"}, b""
    finally:
        await engine.dispose()


def _next_wish() -> Wish | None:
    """None: nobody asks any more."""
    asked, _, _ = select.select([sys.stdin], [], [], IDLE_S)
    line = sys.stdin.buffer.readline() if asked else b""
    return json.loads(line) if line else None


def _has_grown_large() -> bool:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > LARGE_KIB


def answer_wishes(questions: Questions) -> None:
    """Until nobody asks any more."""
    stand_back()
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO, encoding="ascii")
    while (wish := _next_wish()) is not None:
        said, body = asyncio.run(_answer(questions, wish))
        sys.stdout.buffer.write(json.dumps({"bytes": len(body), **said}).encode() + b"\n" + body)
        sys.stdout.buffer.flush()
        if _has_grown_large():
            return


if __name__ == "__main__":
    answer_wishes(QUESTIONS)
