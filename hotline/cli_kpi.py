"""`hotline kpi`: the figures a hotline is judged by."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from acd.kpi import By
from hotline import cli_agent_kpi
from hotline.cli_face import controller, moment, say, table, when
from hotline.client import LOOKING_BACK_S

RATES = {
    "service_level": "15秒接通率 in 15 s, short abandons left out",
    "service_level_of_offered": "15秒接通率(含短时放弃) in 15 s, of all offered",
    "connected_rate": "接通率 connected",
    "person_rate": "接通或回拨接通 connected, or reached by call-back in 2 h",
    "abandonment": "放弃率(含短时放弃) abandoned, short ones too",
    "abandonment_without_short": "放弃率 abandoned, short ones left out",
}
WAITS = {
    "average_speed_of_answer_s": "平均应答速度 ASA, s",
    "p95_wait_s": "95分位等待 p95 wait, s",
    "longest_wait_s": "最长等待 longest wait, s",
}
COUNTS = {
    "offered": "呼入 offered",
    "answered": "已接听 answered",
    "in_time": "15秒内接听 answered in 15 s",
    "abandoned": "放弃 abandoned",
    "short_abandoned": "短时放弃 short abandoned",
    "refused": "过载拒接 refused",
    "other": "其他 other",
    "in_progress": "进行中 in progress",
    "reached": "两小时内回拨接通 reached by call-back in 2 h",
}


def kpi(
    since: Annotated[
        str | None, typer.Option(help="起,如 2026-11-23T08:00;缺省为一天前 / from; a day ago, if not said")
    ] = None,
    until: Annotated[str | None, typer.Option(help="止(不含);缺省为现在 / up to before; now, if not said")] = None,
    by: Annotated[
        By | None,
        typer.Option(
            help="按热线(缺省)、队列、主管单位、归并方式 / by hotline (if not said), queue, owner, merge mode"
        ),
    ] = None,
    every: Annotated[str, typer.Option(help="时段 15m|30m|1h|1d|whole / the interval")] = "whole",
    agents: Annotated[
        bool, typer.Option("--agents", help="话务员:处理时长、话后整理、保持、占用率 / handle time, occupancy")
    ] = False,
    agent: Annotated[str | None, typer.Option(help="只看一名话务员 / one agent only")] = None,
) -> None:
    """运行指标 · service level, connected rate, abandonment, waits; with --agents, how agents spend their time."""
    period = {name: moment(text) for name, text in (("since", since), ("until", until)) if text}
    if agents or agent:
        if by is not None:
            raise typer.BadParameter("--by 不适用于话务员指标:各种都列出 / agents' figures take no --by: all are shown")
        wish = {**period, "every": every, **({"agent": agent} if agent else {})}
        cli_agent_kpi.show(controller().ask(f"GET /api/kpi/agents?{urlencode(wish)}", within_s=LOOKING_BACK_S))
        return
    wish = {**period, "by": (by or By.HOTLINE).value, "every": every}
    show(controller().ask(f"GET /api/kpi?{urlencode(wish)}", within_s=LOOKING_BACK_S))


def show(seen: dict[str, Any]) -> None:
    """Print figures as the API gives them: a column for each hotline or queue in each interval, and the total."""
    lines = [*seen["figures"], {**seen["total"], "name": "合计 total"}]
    rows = [(title, *(line[name] for line in lines)) for name, title in COUNTS.items()]
    rows += [(title, *(_rate(line[name]) for line in lines)) for name, title in RATES.items()]
    rows += [(title, *(_seconds(line[name]) for line in lines)) for name, title in WAITS.items()]
    title = f"运行指标 · figures  {when(seen['since'])} – {when(seen['until'])}"
    table(title, ("", *(f"{line['name'] or '未知 unknown'}\n{when(line['since'])}" for line in lines)), rows)
    say(f"口径第 {seen['version']} 版,见 acd/kpi.py", f"formulas, version {seen['version']}")


def _rate(rate: float | None) -> str:
    return "—" if rate is None else f"{rate:.1%}"


def _seconds(seconds: float | None) -> str:
    return "—" if seconds is None else f"{seconds:.1f}"
