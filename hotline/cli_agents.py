"""`hotline agents …`: who is logged on, who may, and a team leader's hand."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote

import typer

from hotline.cli_face import controller, levels, read_levels, say, table, when

app = typer.Typer(help="话务员 · agents", no_args_is_help=True)
PIN = re.compile(r"[0-9]{4,12}", re.ASCII)

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


@app.command()
def move(number: Number, to: Annotated[str, typer.Argument(help="ready 就绪, break 小休, log_off 签出")]) -> None:
    """强制就绪、小休或签出 · make an agent ready, on break, or logged off."""
    controller().ask(f"POST /api/agents/{quote(number, safe='')}/move", {"move": to})
    say(f"话务员 {number}:{to}", f"agent {number}: {to}")
