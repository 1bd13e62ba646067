"""`hotline replay`: a period of the journal again, order by order; an incident cut out, and played anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from acd.incident import NotAnIncident, read, replayed, write
from acd.model import CallId
from acd.past import NothingThen, Past, Stretch, Unreadable
from acd.replay import Tally
from hotline.cli_face import complain, moment, say, when
from hotline.cli_store import database
from hotline.client import Trouble
from hotline.looking_back import cut, is_true_to_the_past, replay_call, replay_period

A_DAY = timedelta(days=1)
T = TypeVar("T")


def replay(
    file: Annotated[Path | None, typer.Argument(help="事件切片文件 / an incident file")] = None,
    since: Annotated[str | None, typer.Option(help="起;缺省为一天前 / from; a day ago, if not said")] = None,
    until: Annotated[str | None, typer.Option(help="止(不含);缺省为现在 / up to before; now, if not said")] = None,
    call: Annotated[str | None, typer.Option(help="一通来电的始末 / the time of one call")] = None,
    into: Annotated[
        Path | None, typer.Option("--cut", help="切出为隐去姓名编号的文件 / cut it out as a masked file")
    ] = None,
) -> None:
    """重放日志 · decide the past again, compare each order, print the state's hash; 1 when something differs."""
    if file is not None:
        _show_file(file)
        return
    asyncio.run(_replay(since, until, None if call is None else CallId(call), into))


def _show_file(file: Path) -> None:
    try:
        with file.open(encoding="utf-8") as lines:
            incident = read(lines)
    except OSError as error:
        raise Trouble(f"文件打不开:{file}", f"the file cannot be opened: {error.strerror}") from error
    except (NotAnIncident, UnicodeDecodeError) as error:
        zh = error.zh if isinstance(error, NotAnIncident) else "这不是连心的事件切片文件"
        raise Trouble(f"{file}:{zh}", str(error)) from error
    tally, digest = replayed(incident)
    _show(tally, digest)
    if digest != incident.digest:
        complain(f"文件所记的哈希是 {incident.digest}", "the file says another hash")
        raise typer.Exit(1)
    _end(tally)


async def _replay(since: str | None, until: str | None, call: CallId | None, into: Path | None) -> None:
    begins, ends = _period(since, until)
    async with database() as engine:
        past = Past(engine)
        if into is None:
            seen = await answered(replay_period(past, begins, ends) if call is None else replay_call(past, call))
            say(f"日志第 {seen.stretch.first} – {seen.stretch.last} 条", "journal entries")
            _show(seen.tally, seen.digest)
            _end(seen.tally)
            return
        stretch = await answered(past.period(begins, ends) if call is None else past.of_call(call))
        await _cut(past, stretch, into)


async def _cut(past: Past, stretch: Stretch, into: Path) -> None:
    incident = await answered(cut(past, stretch))
    try:
        with into.open("x", encoding="utf-8") as file:
            file.writelines(write(incident))
    except OSError as error:
        raise Trouble(f"文件写不了:{into}", f"the file cannot be written: {error.strerror}") from error
    say(f"✓ 已切出 {len(incident.steps)} 个事实:{into}", "cut out, masked")
    say(f"状态哈希 {incident.digest}", "hash of the state it leads to")
    if not is_true_to_the_past(incident):
        complain("单独重放时,指令与当时不同", "played by itself it gives other orders than were given then")
        raise typer.Exit(1)


def _period(since: str | None, until: str | None) -> tuple[datetime, datetime]:
    ends = datetime.fromisoformat(moment(until)) if until else datetime.now(UTC)
    return datetime.fromisoformat(moment(since)) if since else ends - A_DAY, ends


async def answered(asked: Awaitable[T]) -> T:
    """What the past answers, or the trouble in words."""
    try:
        return await asked
    except NothingThen as error:
        raise Trouble("日志里没有这样的记录", "the journal has nothing of that") from error
    except Unreadable as error:
        raise Trouble(error.zh, str(error)) from error


def _show(tally: Tally, digest: str) -> None:
    say(
        f"{tally.events} 个事实,{tally.orders} 条指令;途中检查点相符 {tally.met} 个,重启 {tally.restarts} 次",
        f"{tally.events} facts, {tally.orders} orders; {tally.met} checkpoints agree, {tally.restarts} restarts",
    )
    if tally.holes:
        say(f"! 日志有 {tally.holes} 处缺失,其后从检查点接续", "holes in the journal; gone on from the next checkpoint")
    if tally.restarts_unknown:
        say(f"! {tally.restarts_unknown} 次重启未记从何处开始", "restarts that do not say what they began with")
    say(f"状态哈希 {digest}", "hash of the state")


def _end(tally: Tally) -> None:
    first = tally.first_difference
    if first is None:
        say("✓ 每条指令都与当时相同", "every order is the one that was given then")
        return
    complain(
        f"{tally.differences} 处不同,第一处:日志第 {first.seq} 条 {first.kind},{when(first.at.isoformat())}",
        f"then: {first.then}; again: {first.again}",
    )
    raise typer.Exit(1)


alone = typer.Typer(add_completion=False)
alone.command()(replay)
