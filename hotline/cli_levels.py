"""`hotline levels …`: the response levels, and switching them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hotline.cli_effect import DryRun
from hotline.cli_face import controller, say, table, when
from hotline.cli_measures import Begin, Until, Why, make_level

app = typer.Typer(help="响应级别:查看、切换 · response levels: look, switch", no_args_is_help=True)


@app.command("list")
def everything() -> None:
    """各级别及其改变 · the levels, what each changes, and which is in force."""
    seen = controller().ask("GET /api/levels")
    columns = ("", "级别 level", "", "改变 changes")
    rows = (
        ("●" if one["in_force"] else "", one["name"], f"{one['zh']} {one['en']}", _told(one)) for one in seen["levels"]
    )
    table("响应级别 · response levels", columns, rows)
    measure = seen["measure"]
    if measure:
        say(
            f"措施 {measure['number']}:{measure['by']} 于 {when(measure['starts'])} 启用,{measure['why']}",
            f"put in force by measure {measure['number']}",
        )


@app.command("set")
def switch(
    level: Annotated[str, typer.Argument(help="级别,见 list / the level, as list shows it")],
    why: Why,
    begin: Begin = None,
    until: Until = None,
    dry_run: DryRun = False,
) -> None:
    """切换级别,一次生效 · switch the level: everything it changes, at one go."""
    make_level(level, why, begin, until, dry_run=dry_run)


def _told(level: dict[str, Any]) -> str:
    parts = [
        f"{queue}: {' '.join(f'{name}={value}' for name, value in change.items())}"
        for queue, change in level["queues"].items()
    ]
    parts += (f"{lend['lender']}→{lend['borrower']} {lend['count']}" for lend in level["lend"])
    parts += (f"{usual}→{instead}" for usual, instead in level["prompts"].items())
    return "; ".join([*parts, *([level["notice"]] if level["notice"] else [])])
