"""`hotline staffing`: how many agents so many calls need, by the formulas of `acd.staffing`. Asks no controller."""

from __future__ import annotations

from typing import Annotated

import typer

from acd.staffing import Staffed, Traffic
from hotline import staffing as reckoning
from hotline.cli_face import say, table
from hotline.client import Trouble

COLUMNS = ("坐席 agents", "接通 in time", "等待 wait", "占用 busy", "放弃 gave up", "等待 wait")
"""The first three after the agents: if nobody gives up (Erlang C); the last two: with that patience (Erlang A)."""


def staffing(
    calls_per_hour: Annotated[float, typer.Argument(help="每小时来电 / calls an hour", min=0.1)],
    handle_s: Annotated[float, typer.Option(help="平均处理时长,秒 / mean talk and wrap-up, seconds", min=1)] = 240,
    patience_s: Annotated[float, typer.Option(help="平均耐心,秒 / mean patience, seconds", min=1)] = 120,
    within_s: Annotated[float, typer.Option(help="多少秒内接听 / answered within, seconds", min=0)] = 15,
    target: Annotated[float, typer.Option(help="目标接通率 / the share to be answered so", min=0.01, max=0.999)] = 0.8,
) -> None:
    """人力测算 · how many agents so many calls need (Erlang C beside Erlang A)."""
    traffic = Traffic(rate_per_s=calls_per_hour / 3600, handle_s=handle_s, patience_s=patience_s)
    try:
        enough, rows = reckoning.staffing(traffic, within_s, target)
    except reckoning.TooManyAgents as refused:
        raise Trouble(refused.zh, str(refused)) from refused
    table(
        f"人力测算 · staffing  {traffic.load:.1f} erlang;后两列:平均耐心 patience {patience_s:g} s",
        COLUMNS,
        [_row(one) for one in rows],
    )
    say(
        f"至少 {enough} 个坐席;假定来电随机、处理时长与耐心为指数分布、同一队列先到先接",
        f"at least {enough} agents, if calls come at random, times are exponential, and one queue is served in order",
    )


def _row(one: Staffed) -> tuple[str, ...]:
    patient = one.patient
    waits = ("∞", "100%") if patient is None else (f"{patient.mean_wait_s:.1f} s", f"{patient.occupancy:.0%}")
    return (
        str(one.agents),
        f"{one.in_time:.1%}",
        *waits,
        f"{one.impatient.abandons:.1%}",
        f"{one.impatient.mean_wait_s:.1f} s",
    )
