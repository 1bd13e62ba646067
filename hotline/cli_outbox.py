"""`hotline outbox …`: messages to other systems that have not arrived, and why; trying again."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import typer

from hotline.cli_face import controller, say, table, when

app = typer.Typer(help="外发 · messages to other systems", no_args_is_help=True)

STATES = {"waiting": "待发", "delivered": "已送达", "stuck": "受阻"}
RECEIVERS = {"tickets": "工单系统", "sms": "短信", "ratings": "好差评平台"}


@app.command("list")
def everything(
    state: Annotated[
        str | None, typer.Option(help="waiting, stuck, delivered;不写则列出未送达的 / none: all that have not arrived")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
) -> None:
    """受阻的在前 · stuck ones first."""
    chosen = f"&state={quote(state)}" if state else ""
    seen = controller().ask(f"GET /api/outbox?limit={limit}{chosen}")
    columns = ("编号 no.", "发往 to", "工单 ticket", "状态 state", "次数 attempts", "下次 next", "原因 reason")
    rows = (
        (
            each["number"],
            f"{RECEIVERS[each['destination']]} {each['destination']}",
            each["ticket"],
            f"{STATES[each['state']]} {each['state']}",
            each["attempts"],
            when(each["not_before"]) if each["state"] == "waiting" else "",
            each["reason"],
        )
        for each in seen["letters"]
    )
    table("外发 · messages to other systems", columns, rows)
    say(" ".join(f"{STATES[name]} {count}" for name, count in seen["counts"].items()), "of all messages")
    if not seen["receivers"]:
        say("webhooks.toml 未配置接收方", "webhooks.toml names no receiver")


@app.command()
def reload(why: Annotated[str, typer.Option("--why", help="为何改 / why they change")]) -> None:
    """采用 webhooks.toml 现在的接收方,留痕 · take the receivers as they are in the file; it is written down."""
    taken = controller().ask("POST /api/outbox/receivers/reload", {"why": why})
    names = " ".join(f"{RECEIVERS[each]} {each}" for each in taken["receivers"]) or "无 none"
    say(f"接收方{'已生效' if taken['changed'] else '未变'}:{names}", "receivers in force")


@app.command()
def retry(letter: Annotated[int, typer.Argument(help="编号,见 list / a message's number", min=1)]) -> None:
    """立即重发,留痕 · send it again now; it is written down."""
    again = controller().ask(f"POST /api/outbox/{letter}/retry")
    about = f"(工单 {again['ticket']})" if again["ticket"] else ""
    say(f"消息 {letter}{about}将重发", f"message {letter} will be sent again")
