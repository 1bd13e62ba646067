"""`hotline measures …`: seats lent and added, limits, levels: now or at a time; `hotline seats borrow|extra|return`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from city.local_time import CITY_TIME
from hotline.cli_effect import DryRun, show_effect
from hotline.cli_face import controller, say, table, when

app = typer.Typer(
    help="措施:借调、增席、限额、级别,可定时 · measures: seats lent and added, limits, levels, also timed",
    no_args_is_help=True,
)

Why = Annotated[str, typer.Option("--why", help="原因(留痕) / the reason, kept in the history")]
Begin = Annotated[
    str | None,
    typer.Option("--begin", help="开始,如 18:00 或 2026-11-23T18:00(本市时间);缺省为立即 / when it begins; now"),
]
Until = Annotated[
    str | None, typer.Option("--until", help="结束,写法同上;缺省为直到撤销 / when it ends; until it is undone")
]
Count = Annotated[int, typer.Option("--count", "-n", help="几个坐席 / how many seats", min=0, max=500)]
Named = Annotated[str, typer.Option("--seats", help="指定坐席,如 8007,8008 / which seats, instead of how many")]

KINDS = {"lend": "借调", "add": "增席", "limits": "限额", "level": "级别", "overlay": "播报"}
STATES = {
    "planned": "待生效",
    "in_force": "生效中",
    "over": "已结束",
    "cancelled": "已取消",
    "missed": "已错过",
    "refused": "未能生效",
}


@app.command("list")
def everything(
    newest: Annotated[
        int, typer.Option(help="列出最近几项,不论状态 / the newest, whatever became of them", min=0, max=1000)
    ] = 0,
) -> None:
    """待生效与生效中的措施 · what is planned or in force."""
    seen = controller().ask(f"GET /api/measures?newest={newest}" if newest else "GET /api/measures")
    columns = ("序号 no.", "措施 measure", "状态 state", "起 from", "止 until", "操作者 by", "原因 why", "结束 ended")
    rows = (
        (
            *(m["number"], _told(m), f"{STATES[m['state']]} {m['state']}", when(m["starts"])),
            *(when(m["ends"]), m["by"], m["why"], _over(m)),
        )
        for m in seen["measures"]
    )
    table(f"措施 · measures(级别 level: {seen['level']})", columns, rows)


@app.command()
def history(limit: Annotated[int, typer.Option(min=1, max=1000)] = 20) -> None:
    """谁、何时、为何 · who did what to measures, when and why; `hotline`: by the clock."""
    changes = controller().ask(f"GET /api/measures/changes?limit={limit}")["changes"]
    columns = ("序号 no.", "时间 at", "措施 measure", "变更 step", "操作者 by", "原因 why")
    rows = ((c["number"], when(c["at"]), c["measure"], c["step"], c["by"], c["why"]) for c in changes)
    table("措施变更 · changes of measures", columns, rows)


@app.command()
def borrow(
    borrower: Annotated[str, typer.Argument(help="借入的队列 / the queue that borrows")],
    lender: Annotated[str, typer.Option("--from", help="借出的队列 / the queue that lends")],
    why: Why,
    count: Count = 0,
    seats: Named = "",
    keep: Annotated[int, typer.Option(help="借出方至少留几名在岗 / agents on duty it keeps", min=0, max=500)] = 1,
    begin: Begin = None,
    until: Until = None,
    dry_run: DryRun = False,
) -> None:
    """借调坐席:空闲最久的先借,通话不受影响 · borrow seats; a talk there goes on, the next call is the borrower's."""
    wish = {"lender": lender, "borrower": borrower, "count": count, "seats": _listed(seats), "keep": keep}
    _make("lend", wish, why, begin, until, dry_run=dry_run)


@app.command()
def extra(
    queue: Annotated[str, typer.Argument(help="队列 / the queue")],
    why: Why,
    count: Count = 0,
    seats: Named = "",
    begin: Begin = None,
    until: Until = None,
    dry_run: DryRun = False,
) -> None:
    """临时增席:启用备用话机,或让已有坐席也服务该队列 · phones in reserve become seats, others serve it as well."""
    _make("add", {"queue": queue, "count": count, "seats": _listed(seats)}, why, begin, until, dry_run=dry_run)


@app.command()
def limits(
    queue: Annotated[str, typer.Argument(help="队列 / the queue")],
    change: Annotated[list[str], typer.Argument(help="如 wrap_up_s=10 ring_time_s=15 / as in queues.toml")],
    why: Why,
    begin: Begin = None,
    until: Until = None,
    dry_run: DryRun = False,
) -> None:
    """临时调整队列限额 · change a queue's limits; what is not named stays."""
    _make("limits", {"queue": queue, "change": _numbers(change)}, why, begin, until, dry_run=dry_run)


@app.command()
def undo(
    measure: Annotated[int, typer.Argument(help="措施序号,见 measures list / its number", min=1)],
    why: Why,
    dry_run: DryRun = False,
) -> None:
    """结束、归还、取消;或恢复误结束的 · end, give back, cancel; or resume what was ended by mistake."""
    at = controller()
    version = at.ask("GET /api/measures")["version"]
    wish = {"version": version, "why": why, "dry_run": dry_run}
    _say_done(at.ask(f"POST /api/measures/{measure}/undo", wish), dry_run=dry_run)


def make_level(level: str, why: str, begin: str | None, until: str | None, *, dry_run: bool) -> None:
    """`hotline levels set`."""
    _make("level", {"level": level}, why, begin, until, dry_run=dry_run)


def _make(kind: str, wish: dict[str, Any], why: str, begin: str | None, until: str | None, *, dry_run: bool) -> None:
    at = controller()
    version = at.ask("GET /api/measures")["version"]
    starts, ends = period(begin, until, datetime.now(CITY_TIME))
    times = {"starts": starts, "ends": ends}
    made = at.ask(f"POST /api/measures/{kind}", {**wish, **times, "version": version, "why": why, "dry_run": dry_run})
    _say_done(made, dry_run=dry_run)


def _say_done(done: dict[str, Any], *, dry_run: bool) -> None:
    if dry_run:
        show_effect(done["effect"])
        return
    measure = done["measure"]
    number, state = measure["number"], measure["state"]
    say(f"措施 {number} {STATES[state]}:{_told(measure)}", f"measure {number} is {state.replace('_', ' ')}")


def period(begin: str | None, until: str | None, now: datetime) -> tuple[str | None, str | None]:
    """Both moments in the city's time; a bare `02:00` after `22:00` is the next day's."""
    starts = _moment(begin, now) if begin else None
    ends = _moment(until, starts or now) if until else None
    if until and ends and _is_clock(until) and starts and ends <= starts:
        ends += timedelta(days=1)
    return (starts.isoformat() if starts else None), (ends.isoformat() if ends else None)


def _is_clock(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,2}[:：][0-9]{2}", text.strip()) is not None


def _moment(text: str, day: datetime) -> datetime:
    try:
        if _is_clock(text):
            hour, minute = map(int, re.split("[:：]", text.strip()))
            return day.replace(hour=hour, minute=minute, second=0, microsecond=0)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"时间写作 18:00 或 2026-11-23T18:00 / write a moment as 18:00 or 2026-11-23T18:00, not {text!r}"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=CITY_TIME)


def _listed(words: str) -> list[str]:
    return [word.strip() for word in re.split("[,，]", words) if word.strip()]


def _numbers(words: list[str]) -> dict[str, float]:
    pairs = [word.partition("=") for word in words]
    try:
        return {name: float(value) for name, _, value in pairs}
    except ValueError as error:
        raise typer.BadParameter("写作 wrap_up_s=10 / write it as wrap_up_s=10") from error


def _told(measure: dict[str, Any]) -> str:
    """What it does, in a few words."""
    parts = [KINDS[measure["kind"]], measure["level"] or ""]
    if measure["queue"]:
        parts += [measure["queue"], *(f"{name}={value}" for name, value in (measure["change"] or {}).items())]
    if overlay := measure["overlay"]:
        parts += [",".join(overlay["hotlines"]), overlay["prompt"] or "", overlay["join"] or ""]
    for loan in measure["loans"]:
        whom = f"{loan['lender']}→{loan['borrower']}" if loan["lender"] else loan["borrower"]
        parts.append(f"{whom} {','.join(loan['seats']) or loan['count']}")
    return " ".join(filter(None, parts))


def _over(measure: dict[str, Any]) -> str:
    return f"{when(measure['over'])} {measure['over_by']} {measure['over_why']}".strip() if measure["over"] else ""
