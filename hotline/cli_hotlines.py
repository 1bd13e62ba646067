"""`hotline hotlines …`: the registry as it is in force, and as a table for a spreadsheet: export, edit, import."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from city.city import City
from city.files import Files, read_files
from city.hotline import Hotline, HotlinesFile, MergeMode
from city.hotline_changes import Change, HotlineChange, hotline_changes
from city.hotlines_toml import as_toml, head_of
from city.load import city_of
from city.mistakes import CityInvalid
from city.source import Source, read
from city.spreadsheet import COLUMNS, MERGES, as_csv, read_csv
from hotline.cli_face import controller, save, say, table, when
from hotline.client import Trouble
from hotline.serve import SAMPLE
from ivr.prompts import SPOKEN

app = typer.Typer(help="热线 · hotlines", no_args_is_help=True)

FILE = "hotlines.toml"
NAMES = {column.key: column.title for column in COLUMNS}
CHANGES = {Change.ADDED: "新增 added", Change.REMOVED: "移除 removed", Change.CHANGED: "修改 changed"}
WAYS = {"queue": "队列 queue", "transfer": "转出 transfer", "message": "留言 message"}
InCity = Annotated[Path, typer.Option("--city", envvar="HOTLINE_CITY_DIR", help="城市目录 / the city's folder")]


class Format(StrEnum):
    """How a table is written."""

    CSV = "csv"
    TOML = "toml"


@app.command("list")
def everything() -> None:
    """生效的热线,此刻是否开放、来电去向 · the hotlines in force, and where their callers go now."""
    seen = controller().ask("GET /api/hotlines")
    columns = ("号码 number", "名称 name", "主管单位 owner", "归并 merge", "现在 now", "至 until", "去向 way")
    rows = (
        (
            line["number"],
            line["zh"],
            line["owner"],
            MERGES[MergeMode(line["merge"])],
            "开放 open" if line["open"] else "关闭 closed",
            when(line["until"]),
            f"{WAYS[line['way']]} {line['goes_to'] or line['waits_in']}",
        )
        for line in seen["hotlines"]
    )
    table("热线 · hotlines", columns, rows)
    say(f"未登记的号码转入 {seen['default']}", "takes the calls to numbers that no hotline lists")
    if any(not line["published"] for line in seen["hotlines"]):
        say("本年放假安排未公布,按星期计", "this year's holidays are not published: days of the week alone count")


@app.command()
def export(
    to: Annotated[Path | None, typer.Option("--to", help="写入此文件,缺省屏幕 / a file; left out: the screen")] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="缺省按文件名,否则 csv / else by the file's name, else csv")
    ] = None,
    city: InCity = SAMPLE,
) -> None:
    """导出热线表,可用电子表格编辑 · the table of hotlines, for a spreadsheet."""
    hotlines = tuple(_loaded(read_files(city, SPOKEN)).hotlines.values())
    wanted = form or (Format.TOML if to is not None and to.suffix == ".toml" else Format.CSV)
    text = as_toml(hotlines) if wanted is Format.TOML else as_csv(hotlines)
    if to is None:
        typer.echo(text, nl=False)
        return
    save(to, text, newline="")
    say(f"{len(hotlines)} 条热线写入 {to}", f"{len(hotlines)} hotlines written")


@app.command("import")
def take(
    file: Annotated[Path, typer.Argument(help="CSV 或 TOML,全部热线 / CSV or TOML, with all hotlines")],
    city: InCity,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问 / do not ask")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看差别 / only show the difference")] = False,
) -> None:
    """导入热线表:查错、列差别、写入;一处错即不写 · check, show the difference, write; one mistake: nothing."""
    files = read_files(city, SPOKEN)
    given = _given(file)
    wanted = _loaded(replace(files, hotlines=given))
    found = hotline_changes(_written(files.hotlines), wanted.hotlines.values())
    if not found:
        say("没有差别,未写入", "there is no difference: nothing was written")
        return
    table("差别 · the difference", ("", "号码 number", "名称 name", "项 key", "现在 now", "改为 becomes"), _rows(found))
    if dry_run:
        return
    if not yes:
        typer.confirm(f"写入 {FILE}? / write it?", abort=True, err=True)
    _write(city / FILE, wanted)
    say(f"{len(found)} 处写入 {FILE}", f"{len(found)} hotlines changed; a running controller takes it as told in docs")


def _given(file: Path) -> Source:
    """What the file says, its mistakes named by the file's own name."""
    if file.suffix.lower() == ".toml":
        return read(file.parent, file.name, HotlinesFile)
    try:
        return read_csv(file.read_bytes(), file.name)
    except OSError as error:
        raise Trouble(f"无法读取 {file}", f"cannot be read ({type(error).__name__})") from error


def _loaded(files: Files) -> City:
    """The city of these files. Trouble with every mistake."""
    try:
        return city_of(files)
    except CityInvalid as wrong:
        raise Trouble(f"{len(wrong.mistakes)} 处有误,未写入任何内容", str(wrong)) from wrong


def _written(source: Source) -> list[Hotline]:
    """What stands there now, as far as it is right."""
    return [hotline for _, hotline in source.entries("hotlines", Hotline)]


def _rows(found: tuple[HotlineChange, ...]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for each in found:
        rows.append((CHANGES[each.change], each.hotline.number, each.hotline.zh, None, None, None))
        rows += [(None, None, None, NAMES[key.key], key.before, key.after) for key in each.keys]
    return rows


def _write(path: Path, wanted: City) -> None:
    """Whole or not at all: written beside it, and put in its place. Comments at the head stay, others go."""
    before = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    fresh = path.with_suffix(".toml.new")
    fresh.write_text(as_toml(wanted.hotlines.values(), head_of(before)), encoding="utf-8")
    fresh.replace(path)
