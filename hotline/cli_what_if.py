"""`hotline what-if`: a period of the past again under other rules or seats: who waits less, who loses, with a range."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from acd.errors import Refused
from city.mistakes import CityInvalid
from hotline.city_versions import folder_in_force
from hotline.cli_face import Face, err, moment
from hotline.cli_replay import answered
from hotline.cli_store import database
from hotline.client import Trouble
from hotline.rerun import reread, rerun
from hotline.serve import SAMPLE
from hotline.what_if import MOST_CALLS, Wanted, city_of
from hotline.what_if_shown import as_json, show

A_DAY: Final = timedelta(days=1)
EVERY: Final = {"15m": timedelta(minutes=15), "30m": timedelta(minutes=30), "1h": timedelta(hours=1), "1d": A_DAY}


def what_if(
    since: Annotated[str | None, typer.Option(help="起;缺省为一天前 / from; a day ago, if not said")] = None,
    until: Annotated[str | None, typer.Option(help="止(不含);缺省为现在 / up to before; now, if not said")] = None,
    recipe: Annotated[Path | None, typer.Option(help="换用另一份 queues.toml / another queues.toml")] = None,
    queue: Annotated[
        list[str] | None, typer.Option(help="队列设置,如 health.wrap_up_s=20,可重复 / a queue's limit; repeatable")
    ] = None,
    level: Annotated[str | None, typer.Option(help="响应级别 / a response level of the city")] = None,
    seats: Annotated[
        list[str] | None, typer.Option(help="增减有人的坐席,如 health+6,可重复 / seats with people; repeatable")
    ] = None,
    without_measures: Annotated[
        bool, typer.Option("--without-measures", help="当时的措施一概不用 / none of the measures that were in force")
    ] = False,
    begin: Annotated[str | None, typer.Option(help="改变何时开始 / when the change begins")] = None,
    end: Annotated[str | None, typer.Option(help="改变何时结束 / when it ends")] = None,
    draws: Annotated[int, typer.Option(help="抽样次数 / draws of what was not seen", min=1, max=1000)] = 20,
    every: Annotated[str, typer.Option(help="时段 15m|30m|1h|1d / the interval")] = "1h",
    city: Annotated[Path, typer.Option(envvar="HOTLINE_CITY_DIR", help="城市目录 / the city's folder")] = SAMPLE,
    raw: Annotated[bool, typer.Option("--json", help="输出 JSON / as JSON")] = False,
) -> None:
    """反事实 · the past again under other rules or seats: who waits less, who loses; without one, how true it is."""
    if every not in EVERY:
        raise typer.BadParameter(f"时段只能是 {', '.join(EVERY)} / the interval is one of these")
    ends = _moment(until) or datetime.now(UTC)
    begins = _moment(since) or ends - A_DAY
    wanted = Wanted(
        recipe=recipe,
        limits=tuple(queue or ()),
        level=level,
        seats=tuple(seats or ()),
        without_measures=without_measures,
        begins=_moment(begin),
        ends=_moment(end),
    )
    asyncio.run(_what_if(begins, ends, wanted, city, draws, EVERY[every], raw=raw))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(moment(text)) if text else None


async def _what_if(
    since: datetime, until: datetime, wanted: Wanted, folder: Path, draws: int, every: timedelta, *, raw: bool
) -> None:
    async with database() as engine:
        with in_words():
            place = city_of(await folder_in_force(engine, Face.state_dir, folder))
        past = await answered(reread(engine, since, until, unmeasured=wanted.without_measures))
    with in_words(), err.status("重演 running it again …") as status:

        def shown(draw: int) -> None:
            status.update(f"重演 running it again {draw}/{draws} …")

        change, found = rerun(past, wanted, place, draws=draws, every=every, most=MOST_CALLS, shown=shown)
    if raw:
        print(json.dumps(as_json(past.seen, change, found), ensure_ascii=False, indent=1))  # noqa: T201 - for a program to read
    else:
        show(past.seen, change, found, place)


@contextmanager
def in_words() -> Iterator[None]:
    """Whatever cannot be run is the trouble in words; of the city's files every mistake, with file and line."""
    try:
        yield
    except Refused as refused:
        raise Trouble(f"[{refused.rule}] {refused.zh}", str(refused)) from refused
    except CityInvalid as wrong:
        mistakes = [str(mistake) for mistake in wrong.mistakes]
        raise Trouble(f"{len(mistakes)} 处有误,未重演", "\n".join(["nothing was run:", *mistakes])) from wrong


alone = typer.Typer(add_completion=False)
alone.command()(what_if)
