"""`hotline quality`: how good the drafts were, by what people had to change in them."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from hotline.cli_face import controller, moment, say, table

CHANGES = {
    "kept": "未改 kept",
    "corrected": "更正 corrected",
    "emptied": "清空 emptied",
    "filled": "补填 filled",
    "left_empty": "仍空 left empty",
}


def quality(
    since: Annotated[
        str | None, typer.Option(help="起,如 2026-11-23T08:00;缺省为一天前 / from; a day ago, if not said")
    ] = None,
    until: Annotated[str | None, typer.Option(help="止(不含);缺省为现在 / up to before; now, if not said")] = None,
) -> None:
    """草稿质量:逐项编辑距离、核对用时 · edit distance by field, seconds to confirm."""
    period = {name: moment(text) for name, text in (("since", since), ("until", until)) if text}
    seen = controller().ask(f"GET /api/quality?{urlencode(period)}")
    columns = ("字段 field", "规则 rule", "模型 model", "张 n", *CHANGES.values(), "准确 precision", "距离 distance")
    rows = (
        (
            each["field"],
            each["rule"] or "(空 empty)",
            each["model"] or "(无 none)",
            each["tickets"],
            *(each["changes"][name] for name in CHANGES),
            _share(each["precision"]),
            _share(each["normalised"]),
        )
        for each in seen["fields"]
    )
    table("草稿质量 · quality of drafts", columns, rows)
    took = "" if seen["median_s"] is None else f",用时中位 {seen['median_s']:.0f} 秒,九成在 {seen['p90_s']:.0f} 秒内"
    say(
        f"确认 {seen['tickets']} 张,其中 {seen['untouched']} 张一字未改{took}",
        "tickets confirmed, those without a change, median and 90 % of the seconds from claim to confirming",
    )


def _share(value: Any) -> str:
    return "" if value is None else f"{value:.2f}"


alone = typer.Typer(add_completion=False)
alone.command()(quality)
