"""The command `hotline`: what a person at the centre types. Chinese first, English second."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.markup import escape
from typer.core import TyperGroup
from typer.main import get_command, get_group

from hotline import cli_kpi, cli_ledger, cli_queues, cli_staffing
from hotline.cli_face import Face, complain, controller, out, table
from hotline.cli_mistakes import in_both_languages
from hotline.client import STATE_DIR, Trouble

NOUNS = {
    "advice": "hotline.cli_advice",
    "seats": "hotline.cli_seats",
    "agents": "hotline.cli_agents",
    "alerts": "hotline.cli_alerts",
    "audit": "hotline.cli_audit",
    "calendar": "hotline.cli_calendar",
    "callbacks": "hotline.cli_callbacks",
    "city": "hotline.cli_city",
    "deadlines": "hotline.cli_deadlines",
    "drafts": "hotline.cli_drafts",
    "drill": "hotline.cli_drill",
    "escalations": "hotline.cli_escalations",
    "evaluate": "hotline.cli_evaluate",
    "flows": "hotline.cli_flows",
    "follow-ups": "hotline.cli_follow_ups",
    "hotlines": "hotline.cli_hotlines",
    "jobs": "hotline.cli_jobs",
    "keys": "hotline.cli_keys",
    "levels": "hotline.cli_levels",
    "lint": "hotline.cli_lint",
    "measures": "hotline.cli_measures",
    "model": "hotline.cli_model",
    "outbox": "hotline.cli_outbox",
    "overlay": "hotline.cli_overlay",
    "prompts": "hotline.cli_prompts",
    "quality": "hotline.cli_quality",
    "ratings": "hotline.cli_ratings",
    "recordings": "hotline.cli_recordings",
    "rehearse": "hotline.cli_rehearse",
    "repeats": "hotline.cli_repeats",
    "replay": "hotline.cli_replay",
    "transcribe": "hotline.cli_transcribe",
    "what-if": "hotline.cli_what_if",
    "why": "hotline.cli_why",
}
"""What `hotline NOUN …` is about -> where its commands are. Loaded only when asked for: a command starts at once."""


class Nouns(TyperGroup):
    """The commands of this file and, by their nouns, those of NOUNS."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All that may be typed next."""
        return [*NOUNS, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # typer keeps click's own types to itself
        """Load what was typed."""
        if cmd_name not in NOUNS:
            return super().get_command(ctx, cmd_name)
        module = import_module(NOUNS[cmd_name])
        group: Any = get_command(module.alone) if hasattr(module, "alone") else get_group(module.app)
        group.name = cmd_name
        return group


app = typer.Typer(
    cls=Nouns,
    help="连心 Lianxin:12345 热线呼叫中心 · the call centre of a city's hotline",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(cli_ledger.ledger)
app.command()(cli_kpi.kpi)
app.command()(cli_staffing.staffing)
app.command()(cli_queues.queues)

STAGES = {
    "greeting": "问候",
    "waiting": "排队",
    "ringing": "振铃",
    "talking": "通话",
    "over": "结束",
    "message": "留言",
}


@app.callback()
def choose_state(
    state_dir: Annotated[
        Path, typer.Option(envvar="HOTLINE_STATE_DIR", help="控制器的状态目录 / where the controller keeps its state")
    ] = STATE_DIR,
) -> None:
    """连心 Lianxin."""
    Face.state_dir = state_dir


@app.command()
def status() -> None:
    """运行状况 · how the house does."""
    health = controller().ask("GET /api/health")
    for sign in health["signs"]:
        mark = "[green]✓[/green]" if sign["well"] else "[red]✗[/red]"
        out.print(f"{mark} {escape(sign['zh'])}  [dim]{escape(sign['en'])}[/dim]", soft_wrap=True)
    if not health["well"]:
        raise typer.Exit(1)


@app.command()
def calls() -> None:
    """当前来电 · the calls of this moment."""
    seen = controller().ask("GET /api/calls")["calls"]
    columns = ("主叫 caller", "热线 hotline", "队列 queue", "阶段 stage", "秒 s", "话务员 agent", "坐席 seat")
    rows = (
        (
            c["caller"] or "隐藏/未知",
            c["hotline"],
            c["queue"],
            f"{STAGES[c['stage']]} {c['stage']}",
            f"{c['seconds']:.0f}",
            c["agent"],
            c["seat"],
        )
        for c in seen
    )
    table("当前来电 · calls now", columns, rows)


@app.command()
def unmask(
    call: Annotated[str, typer.Argument(help="来电编号 / the call's id")],
    reason: Annotated[str, typer.Option("--reason", help="为何要看 / why it is needed")],
) -> None:
    """查看完整主叫号码,留痕 · a caller's whole number; it is written down."""
    shown = controller().ask(f"POST /api/calls/{quote(call, safe='')}/unmask", {"reason": reason})
    out.print(escape(shown["caller"]))


@app.command()
def openapi() -> None:
    """接口文档 · the API as an OpenAPI 3.1 document."""
    from api.app import ROUTES, VERSION  # noqa: PLC0415 - the server's parts, for this command only
    from api.openapi import document  # noqa: PLC0415

    sys.stdout.write(json.dumps(document(ROUTES, VERSION), ensure_ascii=False, indent=1) + "\n")


ANYTHING = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


@app.command(context_settings=ANYTHING)
def serve(context: typer.Context) -> None:
    """运行控制器 · run the controller."""
    _hand_over("hotline.serve", context)


@app.command(context_settings=ANYTHING)
def demo(context: typer.Context) -> None:
    """演示 · the demonstration."""
    _hand_over("hotline.demo", context)


def _hand_over(module: str, context: typer.Context) -> None:
    """Run the `main(arguments) -> exit code` of a part that is loaded only when asked for."""
    raise typer.Exit(import_module(module).main(context.args))


def main() -> None:
    """Run the command; trouble is said in both languages, without a trace. 1: it did not go; 2: typed wrongly."""
    try:
        code = app(standalone_mode=False)
    except Trouble as trouble:
        complain(trouble.zh, trouble.en)
        code = 1
    except typer.TyperException as mistake:
        complain(*in_both_languages(mistake))
        code = mistake.exit_code
    except typer.Abort:
        complain("已取消", "given up")
        code = 1
    sys.exit(code or 0)


if __name__ == "__main__":
    main()
