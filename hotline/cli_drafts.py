"""`hotline drafts …`: draft tickets, read, heard, confirmed, discarded by a person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.markup import escape

from hotline.cli_face import controller, out, say, table, when
from hotline.client import Client, Trouble

app = typer.Typer(help="工单草稿 · draft tickets", no_args_is_help=True)

Draft = Annotated[
    str, typer.Argument(help="草稿编号(可只写开头或结尾几位) / the draft's id, or its first or last characters")
]


@app.command("list")
def everything(
    state: Annotated[str, typer.Option(help="draft, claimed, confirmed, discarded")] = "draft",
    limit: Annotated[int, typer.Option(min=1, max=500)] = 20,
) -> None:
    """最新的在前 · the newest first."""
    drafts = controller().ask(f"GET /api/drafts?state={quote(state)}&limit={limit}")["drafts"]
    columns = (
        "编号 id",
        "时间 at",
        "主叫 caller",
        "热线 hotline",
        "类型 kind",
        "地点 place",
        "主题 subject",
        "领取 claimed by",
    )
    rows = (
        (
            d["id"],
            when(d["drafted_at"]),
            *(d[name] for name in ("caller", "hotline", "kind", "place", "subject")),
            _who(d),
        )
        for d in drafts
    )
    table("工单草稿 · draft tickets", columns, rows)


def _who(draft: dict[str, str | None]) -> str:
    return f"{draft['claimed_by']} → {when(draft['claimed_until'])}" if draft["claimed_by"] else ""


@app.command()
def show(draft: Draft) -> None:
    """草稿、依据与转写 · a draft, its evidence and what was said."""
    at = controller()
    read = at.ask(f"GET /api/drafts/{whole_id(draft)}")
    rows = (
        (name, field["value"] or f"({field['rule']})", f"{field['confidence']:.2f}", _where(field["evidence"]))
        for name, field in read["proposed"].items()
    )
    ticket = read["ticket"]
    title = f"{ticket['number'] or ticket['id']} · {ticket['state']} · v{ticket['version']}"
    table(title, ("字段 field", "内容 value", "把握 sure", "依据 evidence"), rows)
    if flow := read["flow"]:
        out.print(f"快速流程 flow:{escape(flow['zh'])} [dim]{flow['name']} {flow['version']}[/dim]")
    for question in flow["unanswered"] if flow else ():
        out.print(f"  [yellow]待问 ask[/yellow] {escape(question['zh'])} [dim]{escape(question['en'])}[/dim]")
    for turn in read["transcript"]:
        who = "市民" if turn["speaker"] == "caller" else "坐席"
        out.print(f"[dim]{turn['start_s']:6.1f}s[/dim] {who}:{escape(turn['text'])}", soft_wrap=True)


def _where(evidence: list[dict[str, float]]) -> str:
    return " ".join(f"{span['start_s']:.1f}–{span['end_s']:.1f}s" for span in evidence)


@app.command()
def hear(
    draft: Draft,
    reason: Annotated[str, typer.Option("--reason", help="为何要听 / why you want to hear it")],
    into: Annotated[Path | None, typer.Option("--into", help="存为 / the WAV file to write")] = None,
) -> None:
    """下载录音(左市民右坐席),留痕 · download the recording, caller left, agent right; it is written down."""
    at, whole = controller(), whole_id(draft)
    file = into or Path(f"{whole}.wav")
    if file.exists():
        raise Trouble(f"文件已存在:{file}", f"the file exists already: {file}")
    recording = at.ask(f"GET /api/drafts/{whole}")["ticket"]["recording"]
    grant = at.ask(f"POST /api/recordings/{recording}/grants", {"kind": "download", "reason": reason})
    size = at.fetch(f"/api/recordings/{recording}/audio?grant={quote(grant['token'])}", file)
    say(f"已写入 {file}({size} 字节)", f"{size} bytes written to {file}")


@app.command()
def confirm(
    draft: Draft,
    contact: Annotated[str | None, typer.Option(help="联系电话 / the number to call back")] = None,
    kind: Annotated[str | None, typer.Option(help="咨询 求助 投诉 举报 建议 表扬")] = None,
    place: Annotated[str | None, typer.Option(help="地点 / place")] = None,
    subject: Annotated[str | None, typer.Option(help="主题 / subject")] = None,
    summary: Annotated[str | None, typer.Option(help="摘要 / summary")] = None,
    category: Annotated[str | None, typer.Option(help="分类,全路径 / category, its whole path")] = None,
    occurred_at: Annotated[str | None, typer.Option(help="发生时间 / when, as 2026-11-23T20:00+08:00")] = None,
    asked_for: Annotated[str | None, typer.Option(help="诉求 / what is asked for")] = None,
    department: Annotated[str | None, typer.Option(help="承办单位 / department")] = None,
    urgency: Annotated[str | None, typer.Option(help="紧急类别 / urgency class")] = None,
    confidential: Annotated[bool | None, typer.Option(help="是否保密 / confidential or not")] = None,
) -> None:
    """确认;所写各项为更正 · confirm; what is given corrects the draft."""
    at, whole = controller(), whole_id(draft)
    given = {"contact": contact, "kind": kind, "place": place, "subject": subject, "summary": summary}
    given |= {"category": category, "occurred_at": occurred_at, "asked_for": asked_for}
    given |= {"department": department, "urgency": urgency}
    edits: dict[str, str | bool | None] = {name: text or None for name, text in given.items() if text is not None}
    edits |= {"confidential": confidential} if confidential is not None else {}
    version = _claimed(at, whole)["version"]
    ticket = at.ask(f"POST /api/drafts/{whole}/confirm", {"version": version, "edits": edits})
    say(f"已确认,工单编号 {ticket['number']}", f"confirmed as ticket {ticket['number']}")


Why = Annotated[str, typer.Option("--reason", help="原因 / why")]


@app.command()
def claim(draft: Draft) -> None:
    """领取或续领:到时之前他人不可领取 · claim, or go on: nobody else may until it is over."""
    at, whole = controller(), whole_id(draft)
    ticket = _claimed(at, whole)
    say(f"已领取,至 {when(ticket['claimed_until'])}", f"yours until {when(ticket['claimed_until'])}")


@app.command("take-over")
def take_over(draft: Draft, reason: Why) -> None:
    """班长接手他人领取的草稿,留痕 · a leader goes on with what another has claimed; it is written down."""
    at, whole = controller(), whole_id(draft)
    at.ask(f"POST /api/drafts/{whole}/take-over", {"version": _seen(at, whole)["version"], "reason": reason})
    say("已接手", "it is yours")


@app.command("return")
def give_back(draft: Draft, reason: Why) -> None:
    """退回,由他人处理 · give it back to the others."""
    at, whole = controller(), whole_id(draft)
    at.ask(f"POST /api/drafts/{whole}/return", {"version": _seen(at, whole)["version"], "reason": reason})
    say("已退回", "returned")


@app.command()
def discard(draft: Draft, reason: Why) -> None:
    """作废 · discard."""
    at, whole = controller(), whole_id(draft)
    version = _claimed(at, whole)["version"]
    at.ask(f"POST /api/drafts/{whole}/discard", {"version": version, "reason": reason})
    say("已作废", "discarded")


def _seen(at: Client, whole: str) -> Any:
    return at.ask(f"GET /api/drafts/{whole}")["ticket"]


def _claimed(at: Client, whole: str) -> Any:
    """The ticket, claimed by whoever types."""
    return at.ask(f"POST /api/drafts/{whole}/claim", {"version": _seen(at, whole)["version"]})


WHOLE_ID_CHARS = 36


def whole_id(draft: str) -> str:
    """The whole id of a draft of which a few characters were typed."""
    if len(draft) >= WHOLE_ID_CHARS:
        return quote(draft, safe="")
    at = controller()
    drafts = [each for state in ("draft", "claimed") for each in _listed(at, state)]
    found = [each["id"] for each in drafts if each["id"].startswith(draft) or each["id"].endswith(draft)]
    if len(found) != 1:
        raise Trouble(f"有 {len(found)} 张草稿符合“{draft}”", f"{len(found)} drafts match {draft!r}")
    return str(found[0])


def _listed(at: Client, state: str) -> Any:
    return at.ask(f"GET /api/drafts?state={state}&limit=500")["drafts"]
