"""`hotline jobs …`: recordings that are not transcribed yet, and why; trying again."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import typer

from hotline.cli_face import controller, say, table, when

app = typer.Typer(help="转写任务 · transcription jobs", no_args_is_help=True)

STATES = {"queued": "等待", "running": "转写中", "done": "已完成", "failed": "将重试", "dead": "已放弃"}


@app.command("list")
def everything(
    state: Annotated[
        str | None, typer.Option(help="queued, running, failed, dead, done;不写则列出未完成的 / none: all not done")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
) -> None:
    """已放弃的在前 · those that were given up first."""
    chosen = f"&state={quote(state)}" if state else ""
    seen = controller().ask(f"GET /api/jobs?limit={limit}{chosen}")
    columns = ("编号 no.", "来电 call", "状态 state", "次数 attempts", "入列 queued", "原因 reason")
    rows = (
        (j["number"], j["call"], _state(j["state"]), j["attempts"], when(j["queued_at"]), j["reason"])
        for j in seen["jobs"]
    )
    table("转写任务 · transcription jobs", columns, rows)
    say(" ".join(f"{STATES[name]} {count}" for name, count in seen["counts"].items()), "of all jobs")


def _state(name: str) -> str:
    return f"{STATES[name]} {name}"


@app.command()
def retry(
    job: Annotated[int, typer.Argument(help="任务编号,见 list / number of a job that was given up", min=1)],
) -> None:
    """重试已放弃的任务,留痕 · try a job that was given up again; it is written down."""
    again = controller().ask(f"POST /api/jobs/{job}/retry")
    say(f"任务 {job}(来电 {again['call']})将重试", f"job {job} of call {again['call']} will be tried again")
