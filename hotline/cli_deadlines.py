"""`hotline deadlines …` and `hotline escalations …`: what is to be settled when, and whose time runs out."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import typer

from hotline.cli_face import controller, say, table, when

app = typer.Typer(help="办理时限 · deadlines", no_args_is_help=True)
escalations = typer.Typer(help="催办 · escalations", no_args_is_help=True)

TELLS = {"handler": "经办人", "leader": "班长", "supervisor": "督办"}
Ticket = Annotated[str, typer.Argument(help="工单编号,见 list / the ticket's id")]
Limit = Annotated[int, typer.Option(min=1, max=500)]


@app.command("list")
def everything(
    overdue: Annotated[bool, typer.Option(help="只列超期的 / only those whose deadline is over")] = False,
    limit: Limit = 50,
) -> None:
    """最早到期的在前 · the soonest due first."""
    seen = controller().ask(f"GET /api/deadlines?limit={limit}&overdue={str(overdue).lower()}")["deadlines"]
    columns = ("工单 ticket", "紧急 urgency", "到期 due", "怎么算的 how counted", "政策 policy")
    rows = ((c["ticket"], c["urgency"], when(c["deadline_at"]), c["said"], c["policy_version"]) for c in seen)
    table("待办结 · to be settled", columns, rows)


@app.command()
def policy() -> None:
    """按什么算 · by what deadlines are counted."""
    seen = controller().ask("GET /api/deadlines/policy")
    rules = [(r["zh"], f"{r['days']} 个工作日 working days", _where(r)) for r in seen["rules"]]
    rules += [(f"紧急:{u['zh']}", _urgent(u), "") for u in seen["urgent"]]
    table(f"时限政策 · policy {seen['version']}", ("规则 rule", "时限 days", "条件 where"), rules)
    table("放假安排 · holidays", ("年 year", "通知 notice"), seen["notices"].items())
    say("未列的年份尚未公布,按周一至周五计", "other years are not published yet and are counted by weekdays")


def _where(rule: dict[str, Any]) -> str:
    named = [*rule["kinds"], *rule["categories"], *rule["hotlines"]]
    period = f"{rule['first'] or ''}…{rule['last'] or ''}" if rule["first"] or rule["last"] else ""
    return " ".join(filter(None, (*named, period))) or "一律 always"


def _urgent(urgent: dict[str, Any]) -> str:
    return f"{urgent['days']} × 24 h" if urgent["every_day"] else f"{urgent['days']} 个工作日 working days"


@app.command()
def urgency(
    ticket: Ticket,
    urgency: Annotated[str | None, typer.Argument(help="紧急类别,见 policy;不写:不紧急 / none: not urgent")] = None,
) -> None:
    """认定紧急类别,留痕 · say whether a ticket is urgent; it is written down."""
    clock = controller().ask(f"PUT /api/deadlines/{quote(ticket, safe='')}/urgency", {"urgency": urgency})
    say(f"到期 {when(clock['deadline_at'])}", f"due {clock['deadline_at']}: {clock['said']}")


@app.command()
def settle(ticket: Ticket, outcome: Annotated[str, typer.Option("--outcome", help="办理结果 / what was done")]) -> None:
    """办结,留痕 · settle a ticket; it is written down."""
    controller().ask(f"POST /api/deadlines/{quote(ticket, safe='')}/settle", {"outcome": outcome})
    say("已办结", "settled")


@escalations.command("list")
def raised(
    every: Annotated[bool, typer.Option("--all", help="含已签收的 / those acknowledged, too")] = False,
    limit: Limit = 50,
) -> None:
    """最新的在前 · the newest first."""
    seen = controller().ask(f"GET /api/escalations?limit={limit}&all={str(every).lower()}")
    columns = ("编号 no.", "已用 gone", "告知 tells", "到期 due", "工单 ticket", "主题 subject", "签收 acknowledged")
    rows = (
        (e["number"], f"{e['percent']} %", _told(e), when(e["deadline_at"]), e["ticket_number"] or e["ticket"],
         e["subject"], e["acknowledged_by"])
        for e in seen["escalations"]
    )  # fmt: skip
    table("催办 · escalations", columns, rows)
    say(f"未签收 {seen['unacknowledged']}", "not acknowledged")


def _told(escalation: dict[str, Any]) -> str:
    return " ".join(f"{TELLS[who]} {who}" for who in escalation["tells"])


@escalations.command()
def acknowledge(number: Annotated[int, typer.Argument(help="编号,见 list / its number", min=1)]) -> None:
    """签收,留痕 · see to it; it is written down."""
    controller().ask(f"POST /api/escalations/{number}/acknowledge")
    say("已签收", "acknowledged")
