"""A child that looks at the past for the controller, in a process of its own: `python -m hotline.aside_child`.

It reads one wish (a line of JSON, hotline.aside.Wish) on standard input, has its own connection to the database, writes
one answer on standard output and ends. The address of the database comes in the wish, so that no process list shows it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from acd.agent_kpi import Period
from acd.codec import decode, encode
from acd.model import AgentId, CallId
from acd.past import NothingThen, Past, Unreadable
from hotline.looking_back import TooMuch, agent_kpis, why_agent, why_call
from plumbing.database import connect

NICE: Final = 10
"""Whoever is to be rung goes first."""


async def _why_call(past: Past, wish: Mapping[str, Any]) -> Any:
    return [encode_line(line) for line in await why_call(past, CallId(wish["call"]), everything=wish["everything"])]


async def _why_agent(past: Past, wish: Mapping[str, Any]) -> Any:
    call = None if wish["call"] is None else CallId(wish["call"])
    lines = await why_agent(past, AgentId(wish["agent"]), call, everything=wish["everything"])
    return [encode_line(line) for line in lines]


async def _agent_kpis(past: Past, wish: Mapping[str, Any]) -> Any:
    return encode(await agent_kpis(past, decode(Period, wish["period"])))


def encode_line(line: tuple[Any, ...]) -> list[Any]:
    """A line of words, as JSON says it."""
    return [encode(part) for part in line]


QUESTIONS: Final[Mapping[str, Callable[[Past, Mapping[str, Any]], Awaitable[Any]]]] = {
    "why_call": _why_call,
    "why_agent": _why_agent,
    "agent_kpis": _agent_kpis,
}
"""What may be asked -> who answers."""


async def _answer(wish: Mapping[str, Any]) -> dict[str, Any]:
    engine = connect(wish["database"])
    try:
        return {"answer": await QUESTIONS[wish["ask"]](Past(engine), wish)}
    except TooMuch:
        return {"too_much": True}
    except NothingThen:
        return {"nothing": True}
    except Unreadable as error:
        return {"unreadable": {"zh": error.zh, "en": str(error)}}
    finally:
        await engine.dispose()


def main() -> None:
    """Answer one wish."""
    os.nice(NICE)
    answer = asyncio.run(_answer(json.loads(sys.stdin.readline())))
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
