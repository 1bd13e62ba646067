"""`hotline ratings …`: what callers thought, call by call and in figures."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

import typer

from hotline.cli_face import controller, moment, say, table, when

app = typer.Typer(help="好差评:逐通与指标 · ratings, call by call and in figures", no_args_is_help=True)

Since = Annotated[str | None, typer.Option(help="起,如 2026-11-23T08:00;缺省为一天前 / from; a day ago, if not said")]
Until = Annotated[str | None, typer.Option(help="止(不含);缺省为现在 / up to before; now, if not said")]

WHY = {
    "caller_left": "来电人先挂机",
    "outside": "已转外部",
    "crisis": "危机热线",
    "confidential": "保密热线",
    "policy": "按规定不邀请",
    "unseen": "系统不在场",
}
RATES = {"satisfaction": "满意率 satisfied", "asked_rate": "邀请率 asked", "answer_rate": "参评率 answered"}
COUNTS = {"talked": "接待 talked", "asked": "邀请 asked", "rated": "参评 rated", "satisfied": "好评 satisfied"}


@app.command("list")
def everything(
    since: Since = None,
    until: Until = None,
    agent: Annotated[str | None, typer.Option(help="工号 / an agent's number")] = None,
    queue: Annotated[str | None, typer.Option(help="队列 / a queue")] = None,
    hotline: Annotated[str | None, typer.Option(help="热线 / a hotline")] = None,
    most: Annotated[int | None, typer.Option(help="几分及以下 / of so high a score, or lower", min=1, max=5)] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
) -> None:
    """最新的在前;查看留痕 · the newest first; that they were looked at is written down."""
    named = {"agent": agent, "queue": queue, "hotline": hotline, "most": most}
    wish = {**_period(since, until), **{name: value for name, value in named.items() if value}, "limit": limit}
    seen = controller().ask(f"GET /api/ratings?{urlencode(wish)}")["ratings"]
    columns = ("时间 at", "来电 call", "热线 hotline", "队列 queue", "话务员 agent", "评价 rating")
    rows = (
        (when(r["over_at"]), r["call"], r["hotline"], r["queue"], r["agent"], told(r["score"], r["not_asked"]))
        for r in seen
    )
    table("好差评 · ratings", columns, rows)


@app.command()
def kpi(
    since: Since = None,
    until: Until = None,
    by: Annotated[str, typer.Option(help="agent|queue|hotline")] = "agent",
    every: Annotated[str, typer.Option(help="时段 15m|30m|1h|1d|whole / the interval")] = "whole",
) -> None:
    """满意率、邀请率、参评率 · satisfaction, the share asked, the share that answered."""
    wish = {**_period(since, until), "by": by, "every": every}
    seen = controller().ask(f"GET /api/kpi/ratings?{urlencode(wish)}")
    lines = [*seen["figures"], {**seen["total"], "name": "合计 total"}]
    rows = [(title, *(line[name] for line in lines)) for name, title in COUNTS.items()]
    rows += [(title, *(_rate(line[name]) for line in lines)) for name, title in RATES.items()]
    rows += [(f"{score}", *(line["scores"][str(score)] for line in lines)) for score in range(5, 0, -1)]
    rows += [(f"未邀请:{zh} {why}", *(line["not_asked"][why] for line in lines)) for why, zh in WHY.items()]
    title = f"好差评指标 · ratings  {when(seen['since'])} – {when(seen['until'])}"
    table(title, ("", *(f"{line['name'] or '未知 unknown'}\n{when(line['since'])}" for line in lines)), rows)
    say(f"口径第 {seen['version']} 版,见 tickets/rating_kpi.py", f"formulas, version {seen['version']}")


def told(score: int | None, not_asked: str | None) -> str:
    """The rating of a call, or why there is none."""
    if not_asked:
        return f"未邀请({WHY[not_asked]}) not asked"
    return f"{score}" if score else "未答 no answer"


def _period(since: str | None, until: str | None) -> dict[str, str]:
    return {name: moment(text) for name, text in (("since", since), ("until", until)) if text}


def _rate(rate: float | None) -> str:
    return "—" if rate is None else f"{rate:.1%}"
