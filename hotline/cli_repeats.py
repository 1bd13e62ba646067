"""`hotline repeats …`: tickets that are one matter: offered by likeness, merged and parted by a person."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hotline.cli_drafts import Draft, Why, whole_id
from hotline.cli_face import controller, say, table, when

app = typer.Typer(help="重复诉求 · tickets that are one matter", no_args_is_help=True)

SIGNS = {"number": "同一号码", "place": "同一地点", "topic": "同类诉求", "words": "内容相近"}


@app.command("list")
def everything(draft: Draft) -> None:
    """可能与之重复的更早工单及依据 · earlier tickets that are likely the same matter, and why."""
    seen = _seen(draft)
    columns = ("编号 id", "工单 no.", "时间 at", "类型 kind", "地点 place", "主题 subject", "分 score", "依据 why")
    rows = (
        (
            each["id"],
            each["number"],
            when(each["drafted_at"]),
            each["kind"],
            each["place"],
            each["subject"],
            f"{each['score']:.2f}",
            " ".join(f"{SIGNS[sign]} {share:.2f}" for sign, share in each["signs"].items()),
        )
        for each in seen["offered"]
    )
    table("可能重复 · likely repeats", columns, rows)
    if seen["repeat_of"]:
        say(f"已并入 {seen['repeat_of']}", "it is merged into that one")


@app.command()
def merge(
    draft: Draft,
    into: Annotated[str, typer.Argument(help="并入的工单,完整编号 / the whole id of the earlier ticket")],
    reason: Why,
) -> None:
    """并入更早的工单:两单都保留,可撤销,留痕 · merge: both are kept, it can be undone, it is written down."""
    wish = {"version": _seen(draft)["version"], "into": into, "reason": reason}
    controller().ask(f"POST /api/drafts/{whole_id(draft)}/merge", wish)
    say("已合并", "merged")


@app.command()
def undo(draft: Draft, reason: Why) -> None:
    """撤销合并,留痕 · part it again; it is written down."""
    wish = {"version": _seen(draft)["version"], "reason": reason}
    controller().ask(f"POST /api/drafts/{whole_id(draft)}/unmerge", wish)
    say("已撤销合并", "parted again")


def _seen(draft: str) -> Any:
    return controller().ask(f"GET /api/drafts/{whole_id(draft)}/repeats")
