"""`hotline seats …`: capacity, while calls are running."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hotline.cli_face import controller, levels, read_levels, say, table, when
from hotline.client import Client, Trouble

app = typer.Typer(help="坐席:增、移、撤、撤销 · seats: add, move, remove, undo", no_args_is_help=True)

Seat = Annotated[str, typer.Argument(help="坐席分机,例如 8001 / the seat's extension")]
Queues = Annotated[list[str], typer.Argument(help="队列,例如 general health / the queues it serves")]
Why = Annotated[str, typer.Option("--why", help="原因(留痕) / the reason, kept in the history")]


@app.command("list")
def everything() -> None:
    """全部坐席及在席的话务员 · all seats, and who sits there."""
    seats = controller().ask("GET /api/seats")["seats"]
    columns = ("坐席 seat", "队列 queues", "技能 skills", "话务员 agent", "状态 state")
    table(
        "坐席 · seats",
        columns,
        ((s["seat"], " ".join(s["queues"]), levels(s["skills"]), s["agent"], s["state"]) for s in seats),
    )


@app.command()
def add(
    seats: Annotated[str, typer.Argument(help="坐席分机,可用逗号分隔 / extensions, separated by commas")],
    queues: Queues,
    why: Why,
    skill: Annotated[list[str] | None, typer.Option(help="技能 name=level / a skill, may be repeated")] = None,
) -> None:
    """增加坐席,立即承接排队来电 · add seats; callers who wait are served at once."""
    at = controller()
    for seat in filter(None, seats.split(",")):
        at.ask("POST /api/seats", {"seat": seat, "queues": queues, "skills": read_levels(skill or ()), "why": why})
        say(f"坐席 {seat} 已增加", f"seat {seat} added")


@app.command()
def move(seat: Seat, queues: Queues, why: Why) -> None:
    """把坐席移到别的队列 · move a seat to other queues."""
    _change(seat, {"queues": queues, "why": why})
    say(f"坐席 {seat} 现服务:{' '.join(queues)}", f"seat {seat} now serves: {' '.join(queues)}")


@app.command()
def skills(
    seat: Seat,
    why: Why,
    skill: Annotated[list[str] | None, typer.Argument(help="name=level;不写则清空 / none: take all away")] = None,
) -> None:
    """设定坐席的技能 · set a seat's skills."""
    after = read_levels(skill or ())
    _change(seat, {"skills": after, "why": why})
    say(f"坐席 {seat} 的技能:{levels(after) or '无'}", f"skills of seat {seat}: {levels(after) or 'none'}")


def _change(seat: str, wish: dict[str, Any]) -> None:
    at = controller()
    at.ask(f"PATCH /api/seats/{seat}", {**wish, "version": _version(at, seat)})


def _version(at: Client, seat: str) -> int:
    """The version of a seat as it is read now."""
    for kept in at.ask("GET /api/seats")["seats"]:
        if kept["seat"] == seat:
            return int(kept["version"])
    raise Trouble(f"没有坐席 {seat}", f"there is no seat {seat}")


@app.command()
def remove(seat: Seat, why: Why) -> None:
    """撤除坐席;正在进行的通话不受影响 · remove a seat; a talk there goes on."""
    at = controller()
    at.ask(f"DELETE /api/seats/{seat}", {"version": _version(at, seat), "why": why})
    say(f"坐席 {seat} 已撤除", f"seat {seat} removed")


@app.command()
def undo(
    change: Annotated[int, typer.Argument(help="变更序号,见 history / number of the change", min=1)], why: Why
) -> None:
    """撤销一次变更 · undo a change."""
    controller().ask(f"POST /api/seats/changes/{change}/undo", {"why": why})
    say(f"变更 {change} 已撤销", f"change {change} undone")


@app.command()
def history(limit: Annotated[int, typer.Option(min=1, max=1000)] = 20) -> None:
    """谁、何时、为何改了什么 · who changed what, when and why."""
    changes = controller().ask(f"GET /api/seats/changes?limit={limit}")["changes"]
    columns = ("序号 no.", "时间 at", "坐席 seat", "由 before", "至 after", "操作者 by", "原因 why")
    rows = (
        (c["number"], when(c["at"]), c["seat"], _was(c["before"]), _was(c["after"]), c["by"], c["why"]) for c in changes
    )
    table("坐席变更 · changes of seats", columns, rows)


def _was(seat: dict[str, Any] | None) -> str:
    return " ".join([*seat["queues"], levels(seat["skills"])]).strip() if seat else "—"
