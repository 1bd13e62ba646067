"""`hotline why`: why a call waited, why an agent got it, why nobody rings. Chinese first."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.markup import escape

from acd.model import AgentId, CallId
from acd.past import Past
from acd.why_words import Line
from hotline.cli_face import controller, out, when
from hotline.cli_replay import answered
from hotline.cli_store import database
from hotline.looking_back import why_agent, why_call


def why(
    call: Annotated[str | None, typer.Argument(help="来电编号 / the call's id")] = None,
    agent: Annotated[
        str | None,
        typer.Option(help="工号:为何派给此人;缺省为最近一次 / why this agent got it"),
    ] = None,
    queue: Annotated[str | None, typer.Option(help="队列:此刻为何无人振铃 / why nobody rings in it now")] = None,
    everything: Annotated[bool, typer.Option("--all", help="逐人逐通列出 / name everybody and everything")] = False,
) -> None:
    """为什么 · why a call waited, why this agent got it, why nobody rings."""
    if queue is not None and call is None and agent is None:
        show_answer(controller().ask(f"GET /api/queues/{quote(queue, safe='')}/why"))
        return
    if (call is None and agent is None) or queue is not None:
        raise typer.BadParameter("给出来电编号、--agent 或 --queue / say a call, --agent or --queue")
    show(asyncio.run(_look(call, agent, everything=everything)))


async def _look(call: str | None, agent: str | None, *, everything: bool) -> list[Line]:
    """In this process, from the database: it also answers while no controller lives."""
    whose = None if call is None else CallId(call)
    async with database() as engine:
        past = Past(engine)
        if agent is not None:
            return await answered(why_agent(past, AgentId(agent), whose, everything=everything))
        return await answered(why_call(past, CallId(call or ""), everything=everything))


def show(lines: Iterable[Line]) -> None:
    """Print an answer: when, what; deeper lines further in, English below its Chinese."""
    for line in lines:
        _line(when(line.at.isoformat()) if line.at else "", line.depth, line.zh, line.en)


def show_answer(seen: dict[str, Any]) -> None:
    """Print an answer of the API."""
    show(Line(line["at"] and datetime.fromisoformat(line["at"]), *_said(line)) for line in seen["lines"])


def _said(line: dict[str, Any]) -> tuple[int, str, str]:
    return line["depth"], line["zh"], line["en"]


def _line(at: str, depth: int, zh: str, en: str) -> None:
    inset = "  " * depth
    out.print(f"{at:<14} {inset}{escape(zh)}", soft_wrap=True)
    out.print(f"{'':<14} {inset}[dim]{escape(en)}[/dim]", soft_wrap=True)


alone = typer.Typer(add_completion=False)
alone.command()(why)
