"""`hotline ledger`: what became of every call that was offered, and whether the sums reconcile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from acd.outcome import Outcome
from hotline.cli_face import complain, controller, moment, say, table, when
from hotline.client import LOOKING_BACK_S

TITLES = {
    Outcome.ANSWERED: "已接听 answered",
    Outcome.CALL_BACK_OWED: "待回拨 call-back owed",
    Outcome.VOICE_MESSAGE: "语音留言 voice message",
    Outcome.ABANDONED: "放弃 abandoned",
    Outcome.SHORT_ABANDONED: "短时放弃 short abandoned",
    Outcome.TRANSFERRED_OUT: "转出 transferred out",
    Outcome.LOST_BY_PBX: "系统丢失 lost by PBX",
    Outcome.REFUSED: "过载拒接 refused",
}


def ledger(
    since: Annotated[
        str | None, typer.Option(help="起,如 2026-11-23T08:00;缺省为一天前 / from; a day ago, if not said")
    ] = None,
    until: Annotated[str | None, typer.Option(help="止(不含);缺省为现在 / up to before; now, if not said")] = None,
) -> None:
    """来电结账 · what became of every call offered, by hotline; 1 when the sums do not reconcile."""
    period = {name: moment(text) for name, text in (("since", since), ("until", until)) if text}
    line = f"GET /api/ledger?{urlencode(period)}" if period else "GET /api/ledger"
    seen = controller().ask(line, within_s=LOOKING_BACK_S)
    show(seen)
    if not seen["reconciles"]:
        raise typer.Exit(1)


def show(seen: dict[str, Any]) -> None:
    """Print a balance as the API gives it, and the line that says whether it is right."""
    hotlines = [{**line, "hotline": line["hotline"] or "未知 unknown"} for line in seen["hotlines"]]
    lines = [*hotlines, {**seen["total"], "hotline": "合计 total"}]
    rows = [("呼入 offered", *(line["offered"] for line in lines))]
    rows += [(title, *(line["outcomes"][outcome] for line in lines)) for outcome, title in TITLES.items()]
    rows.append(("进行中 in progress", *(line["in_progress"] for line in lines)))
    title = f"来电结账 · ledger  {when(seen['since'])} – {when(seen['until'])}"
    table(title, ("", *(line["hotline"] for line in lines)), rows)
    _say_whether_it_is_right(seen)


def _say_whether_it_is_right(seen: dict[str, Any]) -> None:
    total = seen["total"]
    parts = f"{total['offered']} = {sum(total['outcomes'].values())} + {total['in_progress']}"
    if seen["reconciles"]:
        say(f"✓ 账平:呼入 = 结局 + 进行中,{parts}", "offered = outcomes + in progress")
    else:
        complain(f"账不平:{parts};有两个结局的来电 {_named(seen['disputed'])}", "calls that were given two outcomes")
    if seen["unheard"]:
        say(f"! 缺失事件之后再无消息的来电:{_named(seen['unheard'])}", "no news of these since facts were missing")


def _named(calls: Sequence[str]) -> str:
    return " ".join(calls) or "无"
