"""`hotline flows …`: the quick flows in force, and a city's files tried before a controller takes them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from city.files import read_files
from city.mistakes import CityInvalid
from hotline.cli_face import complain, controller, say, table, when
from hotline.client import Trouble
from hotline.serve import SAMPLE
from ivr.prompts import SPOKEN
from tickets.rules import checked_rules

app = typer.Typer(help="快速流程 · quick flows", no_args_is_help=True)

TAKING_S = 120.0
COLUMNS = (
    "流程 flow",
    "",
    "分类 category",
    "承办 department",
    "紧急 urgency",
    "工作日 days",
    "转接 transfer",
    "版本 version",
)


@app.command("list")
def list_flows() -> None:
    """生效的流程及其版本 · the flows in force and their versions."""
    seen = controller().ask("GET /api/flows")
    keys = ("name", "zh", "category", "department", "urgency", "deadline_days", "transfer", "version")
    table("快速流程 · quick flows", COLUMNS, (tuple(flow[key] for key in keys) for flow in seen["flows"]))
    by = f"{seen['taken_by']}:{seen['why']}"
    say(
        f"规则版本 {seen['version']},{when(seen['taken_at'])} 起生效,{by}",
        "the version of all rules, since when, by whom",
    )
    for shared in seen["shared_triggers"]:
        flows = ", ".join(shared["flows"])
        say(
            f"“{shared['trigger']}”是 {flows} 共有的触发词,以分类区分", "begins several flows; the category tells which"
        )
    if seen["refused"]:
        complain(*_refused(seen["refused"]))


def _refused(refusal: dict[str, Any]) -> tuple[str, str]:
    zh = f"文件夹里的规则有误,未采用({when(refusal['at'])},{refusal['by']})"
    return zh, "\n  ".join(["the folder's rules were refused:", *map(_line, refusal["mistakes"])])


def _line(wrong: dict[str, Any]) -> str:
    return f"{wrong['field']}: {wrong['zh']} / {wrong['en']}"


@app.command()
def show(name: Annotated[str, typer.Argument(help="流程名,见 list / a flow, as list shows it")]) -> None:
    """一个流程的全部内容 · all that a flow says."""
    flow = controller().ask(f"GET /api/flows/{quote(name, safe='')}")
    said = ("category", "urgency", "department", "deadline_days", "transfer", "version", "triggers")
    names = (
        "分类 category",
        "紧急 urgency",
        "承办 department",
        "工作日 days",
        "转接 transfer",
        "版本 version",
        "触发 triggers",
    )
    rows = [(label, _words(flow[key])) for label, key in zip(names, said, strict=True)]
    table(f"{flow['zh']} · {flow['en']}", ("", ""), [*rows, *(("例句 example", each) for each in flow["examples"])])
    asked = (
        (each["zh"], "是 yes" if each["mandatory"] else "", each["field"], _words(each["answered_by"]))
        for each in flow["questions"]
    )
    table(
        "要问的问题 · what to ask", ("问题 question", "必问 mandatory", "草稿项 field", "已答用语 answered by"), asked
    )


def _words(said: Any) -> str | None:
    return " ".join(said) if isinstance(said, list) else None if said is None else str(said)


@app.command()
def reload(why: Annotated[str, typer.Option("--why", help="为何改 / why the rules change")]) -> None:
    """采用文件夹现在的流程、分类、时限等,留痕 · take the folder's rules as they are now; it is written down."""
    taken = controller().ask("POST /api/flows/reload", {"why": why}, within_s=TAKING_S)
    for zh, key in (("新增", "added"), ("修改", "changed"), ("移除", "removed"), ("文件", "files")):
        if taken[key]:
            say(f"{zh} {', '.join(taken[key])}", key)
    say(f"规则版本 {taken['version']} 已生效", "is the version in force")


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(envvar="HOTLINE_CITY_DIR", help="城市目录 / the city's folder")] = SAMPLE,
) -> None:
    """城市文件有无错误,每句例句是否进入本流程 · are the files right, does every example begin its flow; 1: no."""
    try:
        written, _ = checked_rules(read_files(folder, SPOKEN))
    except CityInvalid as wrong:
        raise Trouble(f"城市文件 {len(wrong.mistakes)} 处有误", str(wrong)) from wrong
    examples = sum(len(flow.examples) for flow in written.flows.values())
    say(
        f"{len(written.flows)} 个流程、{examples} 句例句,无误",
        f"{len(written.flows)} flows, {examples} examples: all well",
    )
