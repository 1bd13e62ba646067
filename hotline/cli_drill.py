"""`hotline drill x5`: the house of a period under five times its traffic, and the first thing that breaks."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from city.city import City
from hotline.city_versions import folder_in_force
from hotline.cli_face import Face, err, moment, out, say, table
from hotline.cli_replay import answered
from hotline.cli_store import database
from hotline.cli_what_if import in_words
from hotline.rerun import drilled, house_of, reread
from hotline.serve import SAMPLE
from hotline.what_if import MOST_CALLS, city_of
from hotline.what_if_shown import FIGURES, OCCUPANCY, ranged, share
from hotline.what_if_words import BREAKS, queue_name
from simulation.drill import Broken, Drilled, House, first_to_break

AN_HOUR: Final = timedelta(hours=1)
TIMES: Final = re.compile(r"[xX×]?([0-9]{1,2}(?:\.[0-9]{1,2})?)")


def drill(
    times: Annotated[str, typer.Argument(help="几倍来电,如 x5 / so many times the traffic")] = "x5",
    since: Annotated[str | None, typer.Option(help="以哪段为底,起;缺省为一小时前 / the period; an hour ago")] = None,
    until: Annotated[str | None, typer.Option(help="止(不含);缺省为现在 / up to before; now, if not said")] = None,
    draws: Annotated[int, typer.Option(help="抽样次数 / draws", min=1, max=100)] = 5,
    city: Annotated[Path, typer.Option(envvar="HOTLINE_CITY_DIR", help="城市目录 / the city's folder")] = SAMPLE,
    raw: Annotated[bool, typer.Option("--json", help="输出 JSON / as JSON")] = False,
) -> None:
    """演练 · the house as it is under several times the traffic, simulated: what breaks first."""
    found = TIMES.fullmatch(times.strip())
    if found is None or not 1.0 <= float(found[1]) <= 20.0:
        raise typer.BadParameter("写作 x5,1 至 20 倍 / write it as x5, from 1 to 20")
    ends = datetime.fromisoformat(moment(until)) if until else datetime.now(UTC)
    begins = datetime.fromisoformat(moment(since)) if since else ends - AN_HOUR
    asyncio.run(_drill(begins, ends, float(found[1]), draws, city, raw=raw))


async def _drill(since: datetime, until: datetime, times: float, draws: int, folder: Path, *, raw: bool) -> None:
    async with database() as engine:
        with in_words():
            place = city_of(await folder_in_force(engine, Face.state_dir, folder))
        past = await answered(reread(engine, since, until))
    house = house_of(place)
    with in_words(), err.status("演练 drilling …") as status:

        def shown(draw: int) -> None:
            status.update(f"演练 drilling {draw}/{draws} …")

        usual, crowded = drilled(past, house, times, draws=draws, most=MOST_CALLS, shown=shown)
    if raw:
        out.print_json(json.dumps({"lines": house.lines, "usual": as_json(usual), "drilled": as_json(crowded)}))
    else:
        _show(usual, crowded, house, place)


def _show(usual: Drilled, crowded: Drilled, house: House, city: City) -> None:
    rows = [
        (" ".join(title), ranged(usual.figures[name]), ranged(crowded.figures[name])) for name, title in FIGURES.items()
    ]
    rows.append((" ".join(OCCUPANCY), share(usual.occupancy), share(crowded.occupancy)))
    at_once = f"同时来电最多 most calls at once(≤ {house.lines})"
    rows.append((at_once, ranged(usual.most_at_once), ranged(crowded.most_at_once)))
    table("演练 · drill", ("", "原样\nas it was", f"{crowded.times:g} 倍\n×{crowded.times:g}"), rows)
    if not crowded.broken:
        say(f"✓ {crowded.times:g} 倍来电也撑得住", f"it bears {crowded.times:g} times the traffic")
        return
    before = {broken.point: _minutes(broken) for broken in usual.broken}
    columns = ("撑不住的 what breaks", "几分钟后 after, min", "原样时 as it was, min")
    table("", columns, [(_named(one, city), _minutes(one), before.get(one.point, "—")) for one in crowded.broken])
    _say_first(crowded, usual, city)


def _say_first(crowded: Drilled, usual: Drilled, city: City) -> None:
    """The first thing that the traffic breaks; what was broken without it is said apart."""
    already = {broken.point for broken in usual.broken}
    if already:
        say("! 原样时就有撑不住的,见上表", "something was broken as it was: the table says what")
    first = first_to_break(usual, crowded) or crowded.broken[0]
    zh, en = BREAKS[first.point.what]
    where = first.point.where or "the house"
    said = f"the first thing that breaks: {where}: {en}"
    say(f"最先撑不住:{_where(first, city)}{zh},第 {_minutes(first)} 分钟", said)


def _where(broken: Broken, city: City) -> str:
    where = broken.point.where
    return f"{queue_name(where, city)}:" if where else ""


def _named(broken: Broken, city: City) -> str:
    zh, en = BREAKS[broken.point.what]
    return f"{_where(broken, city)}{zh} {broken.point.where} {en}"


def _minutes(broken: Broken) -> str:
    median, low, high = (f"{seconds / 60.0:.0f}" for seconds in broken.after_s)
    return median if low == high else f"{median}({low}–{high})"


def as_json(drilled: Drilled) -> dict[str, Any]:
    """One run of the drill; ranges as [median, 5 %, 95 %]."""
    points = [{**one.point._asdict(), "share": one.share, "after_s": one.after_s} for one in drilled.broken]
    return {**asdict(drilled), "broken": points}


alone = typer.Typer(add_completion=False)
alone.command()(drill)
