"""`hotline follow-ups …`: bad ratings that a leader sees to."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import typer

from hotline.cli_face import controller, say, table, when

app = typer.Typer(help="差评回访 · follow-ups of bad ratings", no_args_is_help=True)

STATES = {"open": "待回访", "claimed": "已领取", "settled": "已办结"}
OUTCOMES = {"solved": "已解决", "explained": "已解释", "unreached": "未联系上", "mistaken": "误按"}
Number = Annotated[int, typer.Argument(help="编号,见 list / its number", min=1)]


@app.command("list")
def everything(
    state: Annotated[
        str | None, typer.Option(help="open, claimed, settled;不写则列出未办结的 / none: all that are not settled")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
) -> None:
    """最早到期的在前 · the soonest due first."""
    chosen = f"&state={quote(state)}" if state else ""
    seen = controller().ask(f"GET /api/follow-ups?limit={limit}{chosen}")["follow_ups"]
    columns = (
        *("编号 no.", "期限 due", "来电 call", "评价 score", "话务员 agent", "热线 hotline", "录音 recordings"),
        *("工单 ticket", "状态 state", "领取人 by", "结果 outcome"),
    )
    rows = (
        (
            *(f["number"], f"{'逾期 ' if f['overdue'] else ''}{when(f['due_at'])}", f["call"], f["score"], f["agent"]),
            *(f["hotline"], " ".join(f["recordings"]), " ".join(t["number"] or t["id"] for t in f["tickets"])),
            *(f"{STATES[f['state']]} {f['state']}", f["settled_by"] or f["claimed_by"]),
            f"{OUTCOMES[f['outcome']]}:{f['remark']}" if f["outcome"] else "",
        )
        for f in seen
    )
    table("差评回访 · follow-ups", columns, rows)


@app.command()
def claim(number: Number) -> None:
    """领取,留痕 · see to it."""
    controller().ask(f"POST /api/follow-ups/{number}/claim")
    say(f"回访 {number} 已领取", f"follow-up {number} is yours")


@app.command()
def release(number: Number) -> None:
    """放回,留痕 · give it back."""
    controller().ask(f"POST /api/follow-ups/{number}/release")
    say(f"回访 {number} 已放回", f"follow-up {number} is nobody's")


@app.command()
def settle(
    number: Number,
    outcome: Annotated[str, typer.Argument(help="solved|explained|unreached|mistaken 已解决、已解释、未联系上、误按")],
    remark: Annotated[str, typer.Option("--remark", help="怎样处理 / what was done")],
) -> None:
    """办结,留痕 · it is done."""
    controller().ask(f"POST /api/follow-ups/{number}/settle", {"outcome": outcome, "remark": remark})
    say(f"回访 {number} 已办结", f"follow-up {number} is settled")
