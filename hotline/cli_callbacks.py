"""`hotline callbacks …`: who is owed a call-back, who sees to it, and the calls that were made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
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
STATES = {"owed": "待回拨", "taken": "已领取", "dialling": "回拨中", "left": "留待人工", "settled": "已了结"}
STANDINGS = {
    "in_line": "排队中 in line",
    "left": "留待人工 left to people",
    "merged": "已合并 merged with an older one",
    "citizen_here": "市民在线 the citizen is in a call with us",
    "quiet_hours": "静默时段 quiet hours",
    "no_carrier": "无外呼中继 no carrier",
    "rests": "稍后再拨 a pause",
    "enough": "名额已满 enough at once",
}
RULES = {
    "not_reached": "未联系上 not reached",
    "unknown_outcome": "结局不明 outcome unknown",
    "crisis_lane": "危机热线 crisis lane",
    "emergency_number": "紧急号码 emergency number",
    "premium_number": "声讯号码 premium number",
    "unlisted_number": "不在可拨范围 not listed",
    "not_a_number": "号码无效 no number",
    "number_too_often": "外呼次数已达上限 dialled too often",
}


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
        "规则 by rule",
    )
    rows = (
        (
            *(it["call"], it["number"], it["hotline"], WHY[it["why"]], when(it["owed_at"])),
            f"{STATES[it['state']]} {it['state']}",
            it["taken_by"],
            it["attempts"],
            by_rule(it),
        )
        for it in seen
    )
    table("待回拨 · call-backs owed", columns, rows)


def by_rule(debt: Mapping[str, Any]) -> str:
    """Where a debt stands with the rules, and since or until when."""
    if debt["rule"]:
        return RULES.get(debt["rule"], str(debt["rule"]))
    if debt["standing"] is None:
        return "由人领取 by people" if debt["state"] == "owed" else ""
    said = STANDINGS[debt["standing"]]
    waits = debt["standing"] in ("quiet_hours", "rests")
    return f"{said} → {when(debt['opens_at'])}" if waits else said


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
