"""`hotline alerts …`: high-risk words of callers, and the leader who sees to them."""

from __future__ import annotations

from typing import Annotated

import typer

from hotline.cli_face import controller, say, table, when

app = typer.Typer(help="高危提醒 · high-risk words", no_args_is_help=True)

MANNERS = {"said": "本人", "reported": "转述"}


@app.command("list")
def everything(
    every: Annotated[bool, typer.Option("--all", help="含已签收的 / those acknowledged, too")] = False,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
) -> None:
    """最新的在前 · the newest first."""
    seen = controller().ask(f"GET /api/alerts?limit={limit}&all={str(every).lower()}")["alerts"]
    columns = (
        "编号 no.",
        "时间 at",
        "来电 call",
        "类别 risk",
        "说法 manner",
        "秒 s",
        "原话 words",
        "签收 acknowledged",
    )
    rows = (
        (a["number"], when(a["raised_at"]), a["call"], a["risk"], f"{MANNERS[a['manner']]} {a['manner']}",
         f"{a['start_s']:.1f}–{a['end_s']:.1f}", a["words"], a["acknowledged_by"])
        for a in seen
    )  # fmt: skip
    table("高危提醒 · high-risk words", columns, rows)


@app.command()
def acknowledge(
    number: Annotated[int, typer.Argument(help="编号,见 list / its number", min=1)],
    remark: Annotated[str | None, typer.Option("--remark", help="如何处理 / what was done")] = None,
) -> None:
    """签收,留痕 · see to it; it is written down."""
    controller().ask(f"POST /api/alerts/{number}/acknowledge", {"remark": remark})
    say("已签收", "acknowledged")
