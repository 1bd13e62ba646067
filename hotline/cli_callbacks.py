"""`hotline callbacks …`: who is owed a call-back, who sees to it, and the calls that were made."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import typer

from hotline.cli_face import controller, say, table, when

app = typer.Typer(help="回拨与外呼 · call-backs, and calls that we make", no_args_is_help=True)

Call = Annotated[str, typer.Argument(help="来电编号,见 list / the call for which it is owed, as list shows it")]
Agent = Annotated[str, typer.Option("--agent", help="工号 / the agent's number")]

WHY = {
    "refused": "线路全忙被拒 refused",
    "abandoned": "久候放弃 abandoned",
    "lost": "系统丢失 lost",
    "asked": "要求回拨 asked",
}
STATES = {"owed": "待回拨", "taken": "已领取", "dialling": "回拨中", "settled": "已了结"}


@app.command("list")
def everything(
    settled: Annotated[bool, typer.Option("--settled", help="也列出已了结的 / those that are settled, too")] = False,
) -> None:
    """待回拨列表,先欠先列 · who is owed a call-back, oldest first."""
    seen = controller().ask(f"GET /api/callbacks{'?settled=true' if settled else ''}")["callbacks"]
    columns = (
        "来电 call",
        "号码 number",
        "热线 hotline",
        "缘由 why",
        "自 since",
        "状态 state",
        "话务员 agent",
        "次 tries",
    )
    rows = (
        (
            *(it["call"], it["number"], it["hotline"], WHY[it["why"]], when(it["owed_at"])),
            f"{STATES[it['state']]} {it['state']}",
            it["taken_by"],
            it["attempts"],
        )
        for it in seen
    )
    table("待回拨 · call-backs owed", columns, rows)


@app.command()
def take(call: Call, agent: Agent) -> None:
    """领取 · take one."""
    controller().ask(f"POST /api/callbacks/{quote(call, safe='')}/take", {"agent": agent})
    say(f"已由话务员 {agent} 领取", f"agent {agent} sees to it")


@app.command()
def release(call: Call) -> None:
    """放回 · put one back."""
    controller().ask(f"POST /api/callbacks/{quote(call, safe='')}/release")
    say("已放回", "anybody may take it again")


@app.command()
def dial(call: Call, agent: Agent) -> None:
    """回拨:先响话务员的话机,接起后才拨市民 · call back: the agent's phone first, then the citizen's."""
    made = controller().ask(f"POST /api/callbacks/{quote(call, safe='')}/dial", {"agent": agent})
    say(f"话务员 {agent} 的话机即将振铃,外呼编号 {made['call']}", "the agent's phone is about to ring")


@app.command()
def asked(call: Annotated[str, typer.Argument(help="哪通来电的市民要求回拨 / whose citizen asked for it")]) -> None:
    """登记回拨请求 · the citizen of a call asked to be called back."""
    controller().ask("POST /api/callbacks", {"call": call})
    say("已登记", "written down")


@app.command()
def made() -> None:
    """外呼记录 · the calls that were made."""
    columns = (
        "编号 call",
        "号码 number",
        "话务员 agent",
        "何时 asked",
        "步骤 step",
        "结局 outcome",
        "谁 who",
        "为何 why",
    )
    rows = (
        (
            *(it["call"], it["number"], it["agent"], when(it["asked_at"])),
            *(it["step"], it["outcome"], it["who"], it["why"]),
        )
        for it in controller().ask("GET /api/dialouts")["dialouts"]
    )
    table("外呼 · calls made", columns, rows)
