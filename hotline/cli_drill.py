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

from acd.past import Past
from city.city import City
from city.mistakes import CityInvalid
from hotline.cli_face import err, moment, out, say, table
from hotline.cli_replay import answered
from hotline.cli_store import database
from hotline.cli_what_if import invalid
from hotline.client import Trouble
from hotline.redials import redials
from hotline.serve import SAMPLE
from hotline.what_if import MOST_CALLS, city_of, recall
from hotline.what_if_shown import FIGURES, OCCUPANCY, ranged, share
from hotline.what_if_words import queue_name
from simulation.drill import Breaks, Broken, Drilled, House
from simulation.drill import drill as run
from simulation.guesses import Guesses
from simulation.recollection import Recollection

AN_HOUR: Final = timedelta(hours=1)
TIMES: Final = re.compile(r"[xX×]?([0-9]{1,2}(?:\.[0-9]{1,2})?)")
POINTS: Final = {
    Breaks.LINES: ("线路占满,开始拒接", "all lines are taken, calls are refused"),
    Breaks.CRISIS: ("危机热线有人等过 15 秒", "somebody on a crisis hotline waits longer than 15 s"),
    Breaks.IN_TIME: ("15 秒接通率跌破 80 %", "fewer than 80 % are answered within 15 s"),
    Breaks.CONNECTED: ("接通率跌破 95 %", "fewer than 95 % reach an agent"),
}


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
    try:
        place = city_of(folder)
    except CityInvalid as wrong:
        raise invalid(wrong) from wrong
    async with database() as engine:
        seen = await answered(recall(Past(engine), since, until))
        pairs = await redials(engine, since, seen.ends)
    _must_be_possible(seen, times, draws)
    house, guesses = house_of(place), Guesses(seen, pairs)
    with err.status("演练 drilling …") as status:

        def shown(draw: int) -> None:
            status.update(f"演练 drilling {draw}/{draws} …")

        usual = run(seen, guesses, house, 1.0, draws=draws, shown=shown)
        crowded = run(seen, guesses, house, times, draws=draws, shown=shown)
    if raw:
        out.print_json(json.dumps({"lines": house.lines, "usual": as_json(usual), "drilled": as_json(crowded)}))
    else:
        _show(usual, crowded, house, place)


def house_of(city: City) -> House:
    """How much the city's files let in: on the machine, and by the trunks if calls come by any."""
    channels = sum(trunk.channels for trunk in city.lines.trunks)
    at_once = city.admission.calls_at_once
    crisis = frozenset(line.number for line in city.hotlines.values() if line.crisis)
    return House(lines=min(at_once, channels) if channels else at_once, crisis=crisis)


def _must_be_possible(seen: Recollection, times: float, draws: int) -> None:
    if not any(seen.counts(call) for call in seen.calls):
        raise Trouble("这段时间没有人排队", "nobody waited in that period")
    if len(seen.calls) * (times + 1.0) * draws > MOST_CALLS:
        raise Trouble(
            "来电太多,请缩短时段或减少 --draws", f"more than {MOST_CALLS} calls: a shorter period, or fewer draws"
        )


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
    new = [broken for broken in crowded.broken if broken.point not in already]
    if already:
        say("! 原样时就有撑不住的,见上表", "something was broken as it was: the table says what")
    first = (new or crowded.broken)[0]
    zh, en = POINTS[first.point.what]
    where = first.point.where or "the house"
    said = f"the first thing that breaks: {where}: {en}"
    say(f"最先撑不住:{_where(first, city)}{zh},第 {_minutes(first)} 分钟", said)


def _where(broken: Broken, city: City) -> str:
    where = broken.point.where
    return f"{queue_name(where, city)}:" if where else ""


def _named(broken: Broken, city: City) -> str:
    zh, en = POINTS[broken.point.what]
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
