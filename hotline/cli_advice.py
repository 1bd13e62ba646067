"""`hotline advice …`: what the autopilot proposes, and a person's yes or no."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from urllib.parse import quote

import typer

from hotline.cli_effect import DryRun, show_effect
from hotline.cli_face import controller, say, table, when

app = typer.Typer(help="洪峰建议 · what the autopilot proposes", no_args_is_help=True)

Advice = Annotated[str, typer.Argument(help="建议,见 list / as list shows it, for example general.borrow.begin")]
Why = Annotated[str, typer.Option("--why", help="原因 / the reason")]
MODES = {"off": "关闭", "advise": "只建议", "act": "自动执行"}


class ModeWanted(StrEnum):
    """How much the autopilot may do."""

    OFF = "off"
    ADVISE = "advise"
    ACT = "act"


@app.command("list")
def everything() -> None:
    """当前建议及理由 · what is proposed now, and why."""
    seen = controller().ask("GET /api/advice")
    rows = ((it["advice"], when(it["since"]), f"{it['zh']}\n{it['en']}") for it in seen["advice"])
    table("建议 · advice", ("编号 advice", "自 since", "内容与理由 what and why"), rows)
    say(f"模式:{MODES[seen['mode']]}", f"mode: {seen['mode']}")


@app.command()
def accept(advice: Advice, why: Why, dry_run: DryRun = False) -> None:
    """采纳:立即照办,留痕 · do as proposed, now; it is written down."""
    wish = {"why": why, "dry_run": dry_run}
    done = controller().ask(f"POST /api/advice/{quote(advice, safe='')}/accept", wish)
    if not show_effect(done["effect"]):
        say(f"已执行:{done['zh']}", f"done: {done['en']}")


@app.command()
def dismiss(advice: Advice, why: Why) -> None:
    """不采纳:一刻钟内不再提出 · not now; it is not proposed again for a quarter of an hour."""
    controller().ask(f"POST /api/advice/{quote(advice, safe='')}/dismiss", {"why": why})
    say("已搁置", "dismissed")


@app.command()
def mode(
    wanted: Annotated[ModeWanted, typer.Argument(help="off 关闭|advise 只建议|act 自动执行")],
    why: Why,
) -> None:
    """自动驾驶的权限 · how much the autopilot may do."""
    controller().ask("PUT /api/advice/mode", {"mode": wanted.value, "why": why})
    say(f"模式已改为:{MODES[wanted]}", f"the mode is {wanted}")
