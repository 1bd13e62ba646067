"""`hotline overlay …`: an announcement on top of hotlines, or a straight way to a queue, now and for a while."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from city.local_time import CITY_TIME
from hotline.cli_effect import DryRun
from hotline.cli_face import controller, say, table, when
from hotline.cli_measures import STATES, Begin, Why, period

app = typer.Typer(
    help="应急播报:在热线之上播报或直转队列,到时自止 · an announcement on top of hotlines; ends by itself",
    no_args_is_help=True,
)

Until = Annotated[str, typer.Option("--until", help="到何时,写作 18:00 或 2026-11-23T18:00 / until when")]
Number = Annotated[int, typer.Argument(help="措施序号,见 list / its number", min=1)]


@app.command()
def on(
    until: Until,
    why: Why,
    prompt: Annotated[str | None, typer.Option(help="播放的提示音 / the prompt that is said")] = None,
    text: Annotated[str | None, typer.Option("--say", help="或写下文本,即时合成 / or a text, spoken now")] = None,
    hotline: Annotated[list[str] | None, typer.Option(help="热线,可多次;不写为全部 / which; none: all")] = None,
    after: Annotated[bool, typer.Option("--after", help="在欢迎词之后 / after the greeting, not before it")] = False,
    join: Annotated[str | None, typer.Option(help="不经菜单直接进入此队列 / straight to this queue")] = None,
    begin: Begin = None,
    dry_run: DryRun = False,
) -> None:
    """启用:下一位来电即听到,危机热线除外 · heard by the next caller, but on crisis lines."""
    at = controller()
    starts, ends = period(begin, until, datetime.now(CITY_TIME))
    said = {"prompt": prompt, "text": text, "place": "after" if after else "before"}
    overlay = {**said, "hotlines": hotline or [], "join": join}
    wish = {"overlay": overlay, "starts": starts, "ends": ends, "why": why, "dry_run": dry_run}
    made = at.ask("POST /api/measures/overlay", {**wish, "version": at.ask("GET /api/measures")["version"]})
    _say_how_long(made)
    if not dry_run:
        _say_done(made["measure"])


@app.command("list")
def everything(newest: Annotated[int, typer.Option(help="最近几项 / the newest", min=0, max=1000)] = 0) -> None:
    """待生效与生效中的 · what is planned or in force."""
    seen = controller().ask(f"GET /api/measures?newest={newest}" if newest else "GET /api/measures")
    columns = ("序号 no.", "播报 overlay", "状态 state", "起 from", "止 until", "操作者 by", "原因 why")
    rows = (
        (
            *(m["number"], told(m["overlay"]), f"{STATES[m['state']]} {m['state']}"),
            *(when(m["starts"]), when(m["ends"]), m["by"], m["why"]),
        )
        for m in seen["measures"]
        if m["overlay"]
    )
    table("应急播报 · overlays", columns, rows)


@app.command()
def off(number: Number, why: Why) -> None:
    """停止;误停的再来一次即恢复 · end it; once more: resume."""
    at = controller()
    wish = {"version": at.ask("GET /api/measures")["version"], "why": why}
    _say_done(at.ask(f"POST /api/measures/{number}/undo", wish)["measure"])


@app.command()
def extend(number: Number, until: Until, why: Why) -> None:
    """改到何时为止 · let it last until then instead."""
    at = controller()
    _, ends = period(None, until, datetime.now(CITY_TIME))
    wish = {"version": at.ask("GET /api/measures")["version"], "why": why, "ends": ends}
    _say_done(at.ask(f"POST /api/measures/{number}/extend", wish)["measure"])


def told(overlay: dict[str, Any]) -> str:
    """What it does, in a few words."""
    what = f"“{overlay['text']}”" if overlay["text"] else overlay["prompt"]
    said = f"{what} ({overlay['place']})" if what else ""
    straight = f"→ {overlay['join']}" if overlay["join"] else ""
    return " ".join(filter(None, [",".join(overlay["hotlines"]) or "全部 all", said, straight]))


def _say_done(measure: dict[str, Any]) -> None:
    number, state = measure["number"], measure["state"]
    say(
        f"播报 {number} {STATES[state]},至 {when(measure['ends'])}",
        f"overlay {number} is {state.replace('_', ' ')}",
    )


def _say_how_long(made: dict[str, Any]) -> None:
    for number in made["too_long"]:
        seconds = made["seconds_before_waiting"][number]
        say(
            f"注意:{number} 的来电不按键要听 {seconds:g} 秒才开始等候,超过 15 秒",
            f"callers of {number} are spoken to for {seconds:g} s before they wait: more than the 15",
        )
