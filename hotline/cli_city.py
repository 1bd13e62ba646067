"""`hotline city …`: the city in force, its folder looked at, put in force while calls go on, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hotline.cli_dry_run import asked, dry_run, say_dry_run
from hotline.cli_face import complain, controller, out, say, table, when
from hotline.cli_folder import looked_at
from hotline.client import Trouble
from hotline.proof import prove
from hotline.serve import SAMPLE

app = typer.Typer(help="城市版本 · versions of the city", no_args_is_help=True)
app.command("dry-run")(dry_run)

TAKING_S = 120.0
Why = Annotated[str, typer.Option("--why", help="为何改 / why it changes")]
Expected = Annotated[
    int | None, typer.Option("--expected", help="所见的生效版本号,缺省即当前 / the number in force that you have read")
]


@app.command()
def show() -> None:
    """生效的版本,文件夹有何不同 · the version in force, and what the folder offers."""
    seen = controller().ask("GET /api/city")
    _say_version(seen)
    if seen["offer"]:
        _say_offer(seen["offer"], lines=False)


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(envvar="HOTLINE_CITY_DIR", help="城市目录 / the city's folder")] = SAMPLE,
    calls: Annotated[
        bool | None,
        typer.Option(
            "--dry-run/--no-dry-run",
            help="试走昨日来电;缺省:有控制器用此目录时 / try yesterday's calls; left out: if a controller has it",
        ),
    ] = None,
) -> None:
    """文件夹有无错误、提醒,演练是否通过,不需控制器 · whether a folder is right; 1: it is not, or a rehearsal fails."""
    with looked_at(folder) as found:
        city, proof = found.city, prove(found.files, found.scripts)
    say(
        f"{len(city.hotlines)} 条热线、{len(city.queues)} 个队列、{len(city.menus)} 个菜单,无误",
        f"{len(city.hotlines)} hotlines, {len(city.queues)} queues, {len(city.menus)} menus: no mistakes",
    )
    _say_proof(proof.rehearsed, list(map(str, proof.warnings)), list(map(str, proof.failed)))
    if calls is not False:
        _try_calls(folder, must=calls is True)
    if proof.failed:
        raise typer.Exit(1)


def _try_calls(folder: Path, *, must: bool) -> None:
    """Yesterday's, by the folder, if it is the one that a controller looks at."""
    try:
        _must_be_theirs(folder, Path(controller().ask("GET /api/city")["folder"]))
        say_dry_run(asked(None, None))
    except Trouble as trouble:
        if must:
            raise
        say(
            f"昨日来电未试走({trouble.zh});可用 hotline city dry-run",
            f"yesterday's calls were not tried ({trouble}); hotline city dry-run does that",
        )


def _must_be_theirs(folder: Path, theirs: Path) -> None:
    if theirs.resolve() != folder.resolve():
        raise Trouble(f"控制器用的是 {theirs}", f"the controller has another folder: {theirs}")


@app.command()
def diff(
    version: Annotated[int | None, typer.Argument(help="版本号;缺省为文件夹 / a version; left out, the folder")] = None,
) -> None:
    """采用文件夹(或回到某版本)会改变什么 · what would change: the folder put in force, or a version again."""
    if version is None:
        offer = controller().ask("POST /api/city/check", within_s=TAKING_S)
        _say_offer(offer, lines=True)
        changes = [] if offer["mistakes"] else offer["changes"]
    else:
        changes = controller().ask(f"GET /api/city/versions/{version}")["changes"]
        _say_changes(changes, lines=True)
    if changes:
        _say_calls_of_yesterday(version)


def _say_calls_of_yesterday(version: int | None) -> None:
    """A past that cannot be looked at now hinders nobody."""
    try:
        say_dry_run(asked(None, version))
    except Trouble as trouble:
        complain(f"昨日来电未能试走:{trouble.zh}", f"yesterday's calls could not be tried: {trouble}")


@app.command()
def take(
    why: Why,
    expected: Expected = None,
    offered: Annotated[
        str | None, typer.Option("--offered", help="diff 所示的文件夹版本 / the folder's version that diff showed")
    ] = None,
    with_warnings: Annotated[
        bool,
        typer.Option("--with-warnings", help="有未接受的提醒也采用,留痕 / also with warnings that nobody accepted"),
    ] = False,
    without_rehearsals: Annotated[
        str | None,
        typer.Option("--without-rehearsals", help="演练不符也采用,为何,留痕 / although rehearsals fail, and why"),
    ] = None,
) -> None:
    """采用文件夹,留痕;正在菜单中的来电不受影响 · put the folder in force; callers in a menu finish on theirs."""
    wish: dict[str, Any] = {"why": why, "expected": _expected(expected), "offered": offered}
    wish |= {"with_warnings": with_warnings, "without_rehearsals": without_rehearsals}
    say_taken(controller().ask("POST /api/city/take", wish, within_s=TAKING_S))


@app.command()
def versions(
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="至多 / at most")] = 20,
) -> None:
    """历次版本 · all versions, the newest first; the first is in force."""
    seen = controller().ask(f"GET /api/city/versions?limit={limit}")["versions"]
    columns = ("号 number", "版本 version", "时间 at", "何人 by", "原因 why")
    rows = ((one["number"], one["version"], when(one["taken_at"]), one["taken_by"], one["why"]) for one in seen)
    table("城市版本 · versions of the city", columns, rows)


@app.command()
def rollback(
    number: Annotated[int, typer.Argument(help="版本号,见 versions / its number, as versions shows it")],
    why: Why,
    expected: Expected = None,
) -> None:
    """回到某版本,留痕;文件夹随之 · back to a version, with its sounds; the folder follows."""
    wish = {"why": why, "expected": _expected(expected)}
    say_taken(controller().ask(f"POST /api/city/versions/{number}/roll-back", wish, within_s=TAKING_S))


def _expected(given: int | None) -> int:
    return given if given is not None else int(controller().ask("GET /api/city")["number"])


def _say_version(seen: dict[str, Any]) -> None:
    by = f"{seen['taken_by']}:{seen['why']}"
    say(
        f"版本 {seen['number']}({seen['version']}),{when(seen['taken_at'])} 起生效,{by}",
        "the version in force, since when, by whom",
    )


def _say_offer(offer: dict[str, Any], *, lines: bool) -> None:
    if offer["mistakes"]:
        told = _told(offer["mistakes"])
        complain(f"文件夹 {len(told)} 处有误,未采用", "\n".join(["the folder has mistakes:", *told]))
        return
    if not offer["changes"]:
        say("文件夹与生效的版本相同", "the folder says what is in force")
        return
    say(f"文件夹可采用,版本 {offer['version']}", "the folder can be put in force: hotline city take")
    _say_changes(offer["changes"], lines=lines)
    proof = offer["proof"]
    _say_proof(proof["rehearsed"], _told(proof["warnings"]), _told(proof["failed"]))


def _told(wrong: list[dict[str, Any]]) -> list[str]:
    return [f"{one['field']}: {one['zh']} / {one['en']}" for one in wrong]


def _say_proof(rehearsed: int, warnings: list[str], failed: list[str]) -> None:
    """What has to be waived if the folder is put in force all the same."""
    if warnings:
        option = "not accepted (accepted.toml), or take --with-warnings:"
        complain(f"{len(warnings)} 条提醒未接受", "\n".join([option, *warnings]))
    if failed:
        option = "rehearsals fail; in an emergency, take --without-rehearsals WHY:"
        complain(f"演练 {rehearsed} 次,{len(failed)} 处不符", "\n".join([option, *failed]))
    else:
        say(f"演练 {rehearsed} 次,全部相符", f"{rehearsed} calls rehearsed, all as they should be")


def say_taken(taken: dict[str, Any]) -> None:
    """What is in force now, and what changed."""
    _say_version(taken)
    _say_changes(taken["changes"], lines=False)
    for file in taken["left_alone"]:
        say(f"文件夹中的 {file} 另有改动,未动", "was edited in the folder and left alone")


def _say_changes(changes: list[dict[str, Any]], *, lines: bool) -> None:
    for one in changes:
        say(f"  {one['file']}{',重启后生效' if one['at_start'] else ''}", "after a start" if one["at_start"] else "")
        for line in one["lines"] if lines else ():
            out.print(f"    {line}", markup=False, highlight=False, soft_wrap=True)
