"""`hotline seats …`: capacity, while calls are running."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import quote

import typer

from hotline import cli_measures
from hotline.cli_effect import DryRun, show_effect
from hotline.cli_face import complain, controller, levels, read_levels, say, table, when
from hotline.client import Client, NotRunning, Trouble

app = typer.Typer(help="坐席:增、移、借、撤、撤销 · seats: add, move, borrow, remove, undo", no_args_is_help=True)
app.command("borrow")(cli_measures.borrow)
app.command("return")(cli_measures.undo)
app.command("extra")(cli_measures.extra)

Seats = Annotated[str, typer.Argument(help="坐席分机,可用逗号分隔,例如 8011,8012 / extensions, separated by commas")]
Seat = Annotated[str, typer.Argument(help="坐席分机,例如 8001 / the seat's extension")]
Queues = Annotated[list[str], typer.Argument(help="队列,例如 general health / the queues it serves")]
WhileTalking = Annotated[
    bool, typer.Option("--while-talking", help="通话中也移,自下一通起 / also during a talk: from its next call on")
]
Why = Annotated[str, typer.Option("--why", help="原因(留痕) / the reason, kept in the history")]


@app.command("list")
def everything() -> None:
    """全部坐席及在席的话务员 · all seats, and who sits there."""
    seats = controller().ask("GET /api/seats")["seats"]
    columns = ("坐席 seat", "队列 queues", "技能 skills", "话务员 agent", "状态 state")
    table(
        "坐席 · seats",
        columns,
        ((s["seat"], _served(s), levels(s["skills"]), s["agent"], s["state"]) for s in seats),
    )


def _served(seat: dict[str, Any]) -> str:
    """What it serves; while a measure has it serve others, both."""
    usual, now = " ".join(seat["queues"]), " ".join(seat["serves"])
    return usual if usual == now else f"{now}(原 usually {usual or '—'})"


@app.command()
def add(
    seats: Seats,
    queues: Queues,
    why: Why,
    agent: Annotated[
        str | None,
        typer.Option(help="每个坐席一名话务员,立即签入并就绪,例如 111,112 / who serves at each, logged on and ready"),
    ] = None,
    skill: Annotated[list[str] | None, typer.Option(help="技能 name=level / a skill, may be repeated")] = None,
    dry_run: DryRun = False,
) -> None:
    """增加坐席,立即承接排队来电 · add seats; callers who wait are served at once."""
    extensions = _listed(seats)
    agents = _agents_at(extensions, agent)
    wish = {"queues": queues, "skills": read_levels(skill or ()), "why": why, "dry_run": dry_run}
    at = controller()

    def add_one(seat: str) -> None:
        added = at.ask("POST /api/seats", {**wish, "seat": seat, "agent": agents.get(seat)})
        if show_effect(added["effect"]):
            return
        who = added["agent"]
        say(
            f"坐席 {seat} 已增加" + (f",话务员 {who} 已就绪" if who else ""),
            f"seat {seat} added" + (f", agent {who} is ready there" if who else ""),
        )

    _each(extensions, add_one)


def _listed(words: str) -> list[str]:
    """What stands between the commas, each once."""
    found = [word.strip() for word in re.split("[,，]", words) if word.strip()]
    if len(set(found)) < len(found):
        raise typer.BadParameter(f"重复列出 / named twice: {words}")
    return found


def _agents_at(seats: list[str], agents: str | None) -> dict[str, str]:
    """Who is to serve at which seat."""
    named = _listed(agents or "")
    if named and len(named) != len(seats):
        raise typer.BadParameter(
            f"{len(seats)} 个坐席须配 {len(seats)} 名话务员,现有 {len(named)} 名 / one agent a seat",
            param_hint="--agent",
        )
    return dict(zip(seats, named, strict=False))


def _each(seats: list[str], act: Callable[[str], None]) -> None:
    """Act on every seat; one that is refused does not stop the others. Trouble, in the end, naming those."""
    refused = []
    for seat in seats:
        try:
            act(seat)
        except NotRunning:
            raise
        except Trouble as trouble:
            if len(seats) == 1:
                raise
            complain(f"坐席 {seat}:{trouble.zh}", f"seat {seat}: {trouble.en}")
            refused.append(seat)
    if refused:
        done = len(seats) - len(refused)
        raise Trouble(
            f"{len(seats)} 个坐席中办妥 {done} 个,未办:{','.join(refused)}",
            f"{done} of {len(seats)} seats done; not done: {', '.join(refused)}",
        )


@app.command()
def move(seat: Seat, queues: Queues, why: Why, dry_run: DryRun = False, while_talking: WhileTalking = False) -> None:
    """把坐席移到别的队列 · move a seat to other queues."""
    wish = {"queues": queues, "why": why, "dry_run": dry_run, "while_talking": while_talking}
    if not _changed(seat, wish):
        return
    say(f"坐席 {seat} 现服务:{' '.join(queues)}", f"seat {seat} now serves: {' '.join(queues)}")


@app.command()
def skills(
    seat: Seat,
    why: Why,
    skill: Annotated[list[str] | None, typer.Argument(help="name=level;不写则清空 / none: take all away")] = None,
    dry_run: DryRun = False,
) -> None:
    """设定坐席的技能 · set a seat's skills."""
    after = read_levels(skill or ())
    if not _changed(seat, {"skills": after, "why": why, "dry_run": dry_run}):
        return
    say(f"坐席 {seat} 的技能:{levels(after) or '无'}", f"skills of seat {seat}: {levels(after) or 'none'}")


def _changed(seat: str, wish: dict[str, Any]) -> bool:
    """Whether it was done, and not only tried."""
    at = controller()
    seen = at.ask(f"PATCH /api/seats/{quote(seat, safe='')}", {**wish, "version": _version(at, seat)})
    return not show_effect(seen["effect"])


def _version(at: Client, seat: str) -> int:
    """The version of a seat as it is read now."""
    for kept in at.ask("GET /api/seats")["seats"]:
        if kept["seat"] == seat:
            return int(kept["version"])
    raise Trouble(f"没有坐席 {seat}", f"there is no seat {seat}")


@app.command()
def remove(seats: Seats, why: Why, dry_run: DryRun = False) -> None:
    """撤除坐席;正在进行的通话不受影响 · remove seats; a talk there goes on."""
    extensions, at = _listed(seats), controller()

    def remove_one(seat: str) -> None:
        wish = {"version": _version(at, seat), "why": why, "dry_run": dry_run}
        if not show_effect(at.ask(f"DELETE /api/seats/{quote(seat, safe='')}", wish)["effect"]):
            say(f"坐席 {seat} 已撤除", f"seat {seat} removed")

    _each(extensions, remove_one)


@app.command()
def undo(
    change: Annotated[int, typer.Argument(help="变更序号,见 history / number of the change", min=1)],
    why: Why,
    dry_run: DryRun = False,
) -> None:
    """撤销一次变更 · undo a change."""
    done = controller().ask(f"POST /api/seats/changes/{change}/undo", {"why": why, "dry_run": dry_run})
    if show_effect(done["effect"]):
        return
    say(f"变更 {change} 已撤销", f"change {change} undone")


@app.command()
def history(
    seat: Annotated[str | None, typer.Argument(help="只看一个坐席 / of one seat")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
) -> None:
    """谁、何时、为何改了什么 · who changed what, when and why."""
    chosen = f"&seat={quote(seat, safe='')}" if seat else ""
    changes = controller().ask(f"GET /api/seats/changes?limit={limit}{chosen}")["changes"]
    columns = ("序号 no.", "时间 at", "坐席 seat", "由 before", "至 after", "操作者 by", "原因 why", "撤销 undoes")
    rows = (
        (
            *(c["number"], when(c["at"]), c["seat"], _was(c["before"]), _was(c["after"])),
            *(c["by"], c["why"], c["undoes"]),
        )
        for c in changes
    )
    table("坐席变更 · changes of seats", columns, rows)


def _was(seat: dict[str, Any] | None) -> str:
    return " ".join([*seat["queues"], levels(seat["skills"])]).strip() if seat else "—"
