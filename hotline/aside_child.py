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

from acd.agent_kpi import Period
from acd.codec import decode, encode
from acd.journal import Journal
from acd.kpi import By
from acd.model import AgentId, CallId
from acd.past import NothingThen, Past, Unreadable
from api.agent_kpi import agent_kpi_seen
from api.kpi import kpi_seen
from api.ledger import ledger_seen
from api.unanswered import TooMuch
from hotline.books import Usage, kpis, ledger
from hotline.looking_back import TooMuch as TooManyRows
from hotline.looking_back import agent_kpis, why_agent, why_call
from plumbing.background_work import stand_back
from plumbing.database import connect, will_pass

FIRST_TO_GO: Final = "1000"
"""If memory runs short, this process ends before any that a call needs."""
IDLE_S: Final = 300.0
LARGE_KIB: Final = 400 * 1024

Wish = Mapping[str, Any]


async def _why_call(past: Past, _: Journal, wish: Wish) -> bytes:
    return _said(await why_call(past, CallId(wish["call"]), everything=wish["everything"]))


async def _why_agent(past: Past, _: Journal, wish: Wish) -> bytes:
    call = None if wish["call"] is None else CallId(wish["call"])
    return _said(await why_agent(past, AgentId(wish["agent"]), call, everything=wish["everything"]))


async def _ledger(_: Past, journal: Journal, wish: Wish) -> bytes:
    since, until = _period(wish)
    seen = ledger_seen(await ledger(journal, Usage(**wish["usage"]), since, until), since, until)
    return seen.model_dump_json().encode()


async def _kpis(_: Past, journal: Journal, wish: Wish) -> bytes:
    since, until = _period(wish)
    every = None if wish["every_s"] is None else timedelta(seconds=wish["every_s"])
    reckoned = await kpis(journal, Usage(**wish["usage"]), since, until)
    return kpi_seen(reckoned, By(wish["by"]), every, since, until).model_dump_json().encode()


async def _agent_kpis(past: Past, _: Journal, wish: Wish) -> bytes:
    period: Period = decode(Period, wish["period"])
    sheet = (await agent_kpis(past, period)).named(Usage(**wish["usage"]).hotline_of)
    return agent_kpi_seen(period, sheet).model_dump_json().encode()


def _period(wish: Wish) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(wish["since"]), datetime.fromisoformat(wish["until"])


def _said(lines: list[Any]) -> bytes:
    return json.dumps([encode_line(line) for line in lines]).encode()


def encode_line(line: tuple[Any, ...]) -> list[Any]:
    """A line of words, as JSON says it."""
    return [encode(part) for part in line]


QUESTIONS: Final[Mapping[str, Callable[[Past, Journal, Wish], Awaitable[bytes]]]] = {
    "why_call": _why_call,
    "why_agent": _why_agent,
    "ledger": _ledger,
    "kpis": _kpis,
    "agent_kpis": _agent_kpis,
}
"""What may be asked -> who answers."""


async def _answer(wish: Wish) -> tuple[dict[str, Any], bytes]:
    engine = connect(wish["database"])
    try:
        return {}, await QUESTIONS[wish["ask"]](Past(engine), Journal(engine), wish)
    except (TooMuch, TooManyRows):
        return {"refused": "too_much"}, b""
    except NothingThen:
        return {"refused": "nothing"}, b""
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


def main() -> None:
    """Answer wishes."""
    stand_back()
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO, encoding="ascii")
    while (wish := _next_wish()) is not None:
        said, body = asyncio.run(_answer(wish))
        sys.stdout.buffer.write(json.dumps({"bytes": len(body), **said}).encode() + b"\n" + body)
        sys.stdout.buffer.flush()
        if _has_grown_large():
            return


if __name__ == "__main__":
    main()
