"""`hotline agents …`: who is logged on, who may, and a team leader's hand."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote

import typer

from hotline.cli_face import controller, levels, read_levels, say, table, when

app = typer.Typer(help="话务员 · agents", no_args_is_help=True)
PIN = re.compile(r"[0-9]{4,12}", re.ASCII)

Why = Annotated[str, typer.Option("--why", help="事由,留痕 / why; it is written down")]
Seen = Annotated[
    int | None, typer.Option(help="看到的强制编号,缺省为此刻的 / the number of the order you saw; now's by default")
]
Number = Annotated[str, typer.Argument(help="工号,例如 101 / the agent's number")]


@app.command("list")
def everything() -> None:
    """名册与当前状态 · the directory, and what everybody does now."""
    at = controller()
    now = {agent["agent"]: agent for agent in at.ask("GET /api/agents")["agents"]}
    columns = ("工号 no.", "姓名 name", "技能 skills", "坐席 seat", "状态 state", "自 since")
    rows = []
    for person in at.ask("GET /api/staff")["staff"]:
        agent = now.get(person["number"], {})
        doing = " ".join(filter(None, (agent.get("state", "logged_off"), agent.get("reason"))))
        if agent.get("missed"):
            doing += f" 未接 missed {agent['missed']}"
        if agent.get("extended"):
            doing += f" 延长 extended {agent['extended']}"
        doing += overstayed(agent.get("break_due")) + ordered(agent.get("force"))
        row = (person["number"], person["name"], levels(person["skills"]), agent.get("seat"), doing)
        rows.append((*row, when(agent.get("since"))))
    table("话务员 · agents", columns, rows)


@app.command()
def add(
    number: Number,
    name: Annotated[str, typer.Option("--name", help="姓名 / name")],
    skill: Annotated[list[str] | None, typer.Option(help="技能 name=level / a skill, may be repeated")] = None,
) -> None:
    """登记话务员;密码在提示后输入,不显示 · enter an agent; the PIN is asked for and not shown."""
    pin = typer.prompt("密码(4 至 12 位数字) PIN, 4 to 12 digits", hide_input=True, confirmation_prompt=True)
    if not PIN.fullmatch(pin):
        raise typer.BadParameter("密码须为 4 至 12 位数字 / a PIN has 4 to 12 digits")
    wish = {"number": number, "name": name, "pin": pin, "skills": read_levels(skill or ())}
    controller().ask("POST /api/staff", wish)
    say(f"话务员 {number} {name} 已登记", f"agent {number} entered")


def overstayed(due: str | None) -> str:
    """For how many minutes the break is too long; nothing, if it is not."""
    late = datetime.now(UTC) - datetime.fromisoformat(due) if due else timedelta()
    return f" 超时 over {late // timedelta(minutes=1)} min" if late > timedelta() else ""


def ordered(force: dict[str, Any] | None) -> str:
    """What a leader ordered, who and why; nothing, if nobody did."""
    if not force:
        return ""
    is_pending = force["state"] == "pending"
    what = f"待生效 pending {force['into']}" if is_pending else "强制 forced"
    return f" [{what}: {force['by']}, {force['why']}]"


@app.command()
def move(
    number: Number,
    to: Annotated[str, typer.Argument(help="ready 就绪, break 小休, log_off 签出, extend_wrap_up 延长整理")],
) -> None:
    """代话务员就绪、小休、签出或延长整理 · press a key for an agent, by the rules for agents."""
    controller().ask(f"POST {path(number)}/move", {"move": to})
    say(f"话务员 {number}:{to}", f"agent {number}: {to}")


@app.command()
def force(
    number: Number,
    into: Annotated[str, typer.Argument(help="ready 就绪, break 小休, log_off 签出, end_wrap_up 结束整理")],
    why: Why,
    reason: Annotated[str, typer.Option(help="小休原因 of a break: rest, meal, training, other")] = "rest",
    seen: Seen = None,
) -> None:
    """强制,通话者讲完再生效 · order an agent into a state; one who has a call finishes it first."""
    wish = {"into": into, "why": why, "reason": reason}
    order = controller().ask(f"POST {path(number)}/force", {**wish, "seen": last_read(number, seen)})
    is_pending = order["state"] == "pending"
    zh, en = ("通话后生效", "after the call") if is_pending else ("已生效", "done")
    say(f"话务员 {number}:{into} {zh}", f"agent {number}: {into}, {en}")


@app.command()
def withdraw(number: Number, why: Why, seen: Seen = None) -> None:
    """撤回待生效的强制 · take a pending order back."""
    controller().ask(f"POST {path(number)}/force/withdraw", {"why": why, "seen": last_read(number, seen)})
    say(f"话务员 {number}:强制已撤回", f"agent {number}: the order is withdrawn")


def path(number: str) -> str:
    """Where the agent is in the API."""
    return f"/api/agents/{quote(number, safe='')}"


def last_read(number: str, seen: int | None) -> int:
    """The number of the last order that the leader has seen: as given, else as it is now."""
    if seen is not None:
        return seen
    agents = controller().ask("GET /api/agents")["agents"]
    return next((int(agent["force_number"]) for agent in agents if agent["agent"] == number), 0)
