"""`hotline rehearse [FOLDER] [FILES]`: calls are rehearsed before anybody dials."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from city.city import City
from hotline.cli_face import out, save, say
from hotline.cli_folder import looked_at
from hotline.client import Trouble
from hotline.rehearsing import Coverage, covered, drawn, generated_for, rehearsals_in, rehearsals_of, rehearse
from hotline.serve import SAMPLE
from ivr.graph import BY
from ivr.rehearsal import Rehearsal, Verdict
from ivr.rehearsal_text import written
from plumbing.logs import set_up_logs

alone = typer.Typer(add_completion=False)

CITY_FILE = "city.toml"


@alone.command()
def rehearse_calls(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="城市目录;演练文件,缺省为其 rehearsals/ / a city's folder; files of rehearsals, else its own"
        ),
    ] = None,
    folder: Annotated[
        Path, typer.Option("--city", envvar="HOTLINE_CITY_DIR", help="城市目录 / the city's folder")
    ] = SAMPLE,
    make: Annotated[
        bool, typer.Option("--make/--no-make", help="也演练自动生成的 / also those made from the menus")
    ] = True,
    write: Annotated[Path | None, typer.Option(help="把自动生成的写入文件 / write those made to a file")] = None,
    graph: Annotated[Path | None, typer.Option(help="流程图 SVG / draw the journeys")] = None,
    phone: Annotated[
        bool,
        typer.Option("--phone", help="用真 Asterisk 与真话机再走一遍 / once more on a real Asterisk, by real phones"),
    ] = False,
    tones: Annotated[
        bool, typer.Option("--tones", help="真话机按键用带内音,不用 RFC 4733 / keys of real phones travel as sound")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="只列未通过的 / show only what failed")] = False,
) -> None:
    """演练来电;有未通过或未走到的,退出码 1 · rehearse calls; 1: one failed, or a way that nobody went."""
    place, files = _city_among(paths or ())
    with looked_at(place or folder) as seen:
        city = seen.city
        told = rehearsals_in(files, city.folder) if files else rehearsals_of(city)
        made = generated_for(city) if make else ()
        if write is not None:
            save(write, "\n".join(map(written, made)))
        verdicts = rehearse(city, (*told, *made))
        _show(verdicts, quiet=quiet)
        all_went = _show_coverage(city, verdicts, graph, all_hotlines=make)
        if phone:
            verdicts = (*verdicts, *_on_phones(city, (*told, *made), quiet=quiet, tones=tones))
    if not all(verdict.passed for verdict in verdicts) or (make and not all_went):
        raise typer.Exit(1)


def _city_among(paths: Sequence[Path]) -> tuple[Path | None, list[Path]]:
    """The city's folder, if one is among them, and the files of rehearsals. Trouble: two cities."""
    cities = [path for path in paths if (path / CITY_FILE).exists()]
    if len(cities) > 1:
        raise Trouble("一次只演练一座城市", f"one city at a time: {', '.join(map(str, cities))}")
    return next(iter(cities), None), [path for path in paths if path not in cities]


def _on_phones(city: City, rehearsals: Sequence[Rehearsal], *, quiet: bool, tones: bool) -> Sequence[Verdict]:
    """The same calls in earnest. Loaded only when asked for: it brings a whole house."""
    from hotline.rehearse_phone import rehearse_on_phones  # noqa: PLC0415
    from hotline.rehearsed_caller import Keys  # noqa: PLC0415

    keys = Keys.TONES if tones else Keys.EVENTS

    set_up_logs(level="CRITICAL")
    with tempfile.TemporaryDirectory(prefix="lx-") as folder:
        found = asyncio.run(rehearse_on_phones(city, rehearsals, Path(folder), keys=keys))
    verdicts = [verdict for verdict in found if verdict is not None]
    say("真机:", "on real phones:")
    _show(verdicts, quiet=quiet)
    _show_share(covered(city, verdicts))
    if len(verdicts) < len(rehearsals):
        left = len(rehearsals) - len(verdicts)
        say(f"{left} 次转往外部或闭线留言,未用真机", f"{left} leave the house: they were not carried out on phones")
    return verdicts


def _show(verdicts: Sequence[Verdict], *, quiet: bool) -> None:
    for verdict in verdicts:
        if not verdict.passed:
            out.print(f"[red]✗[/red] {escape(_named(verdict.rehearsal))}", soft_wrap=True, highlight=False)
            for fault in verdict.faults:
                where = f"{verdict.rehearsal.file}:{fault.line}" if fault.line else verdict.rehearsal.file
                out.print(f"  {escape(f'{where}: {fault.zh} / {fault.message}')}", soft_wrap=True, highlight=False)
        elif not quiet and verdict.rehearsal.line:
            seconds = f"{verdict.outcome.seconds:.1f} s"
            out.print(f"[green]✓[/green] {escape(_named(verdict.rehearsal))} {seconds}", highlight=False)
    passed = sum(verdict.passed for verdict in verdicts)
    say(f"演练 {len(verdicts)} 次,通过 {passed} 次", f"{len(verdicts)} calls rehearsed, {passed} as they should be")


def _named(rehearsal: Rehearsal) -> str:
    return f"{rehearsal.file}:{rehearsal.line} {rehearsal.name}" if rehearsal.line else rehearsal.name


def _show_coverage(city: City, verdicts: Sequence[Verdict], graph: Path | None, *, all_hotlines: bool) -> bool:
    """Say how much was passed, and whether that is all; by name, of `all_hotlines` or of those that were called."""
    coverage = covered(city, verdicts)
    for each in coverage:
        for edge in each.missed if all_hotlines or each.passed else ():
            way = f"{edge.node or '欢迎词 greeting'}:{BY.get(edge.by, '按')} {edge.by}"
            out.print(f"[yellow]![/yellow] {each.hotline.number} {way} 未走到 not gone", highlight=False)
    missed = _show_share(coverage)
    if graph is not None:
        save(graph, drawn(city, coverage))
    return not missed


def _show_share(coverage: Sequence[Coverage]) -> int:
    """Say how many nodes and ways there are and how many were met; how many ways were not."""
    edges = sum(len(each.journey.edges()) for each in coverage)
    missed = sum(len(each.missed) for each in coverage)
    nodes = [each.nodes for each in coverage]
    met, there = sum(node[0] for node in nodes), sum(node[1] for node in nodes)
    zh = f"节点 {met}/{there},路径 {edges - missed}/{edges}"
    say(zh, f"nodes {met} of {there}, ways {edges - missed} of {edges}")
    return missed
