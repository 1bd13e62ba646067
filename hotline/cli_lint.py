"""`hotline lint [FOLDER]`: what is wrong, and what is doubtful, with a city's hotlines, menus and prompts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from hotline.cli_face import out, say, table
from hotline.cli_folder import looked_at
from hotline.serve import SAMPLE
from ivr.lint import lint
from ivr.lint_rules import RULES

alone = typer.Typer(add_completion=False)

COLUMNS = ("规则 rule", "", "为何", "why", "依据 source")


@alone.command()
def check(
    folder: Annotated[Path, typer.Argument(envvar="HOTLINE_CITY_DIR", help="城市目录 / the city's folder")] = SAMPLE,
    strict: Annotated[bool, typer.Option("--strict", help="有未接受的提醒也算不过 / warnings count, too")] = False,
    rules: Annotated[bool, typer.Option("--rules", help="列出规则 / list the rules")] = False,
) -> None:
    """检查热线、菜单与提示音;有错误则退出码 1 · look hotlines, menus and prompts through; 1: it would not load."""
    if rules:
        kinds = {True: "错误 error", False: "提醒 warning"}
        rows = ((name, kinds[rule.is_error], rule.zh, rule.en, rule.source) for name, rule in RULES.items())
        table("检查规则 · rules", COLUMNS, rows)
        return
    with looked_at(folder) as seen:
        found = lint(seen.files)
    for warning in found.warnings:
        out.print(f"[yellow]![/yellow] {escape(str(warning))}", soft_wrap=True, highlight=False)
    for warning, acceptance in found.accepted:
        by = f"{acceptance.by}:{acceptance.reason}"
        out.print(f"[dim]- {escape(f'{warning} · 已接受 accepted · {by}')}[/dim]", soft_wrap=True, highlight=False)
    zh = f"没有错误,提醒 {len(found.warnings)} 条,已接受 {len(found.accepted)} 条"
    say(zh, f"no errors, {len(found.warnings)} warnings, {len(found.accepted)} accepted")
    if strict and found.warnings:
        raise typer.Exit(1)
