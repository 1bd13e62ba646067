"""`hotline flows …`: a city's quick flows, read and tried on their own examples before a controller takes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from city.city import City
from city.load import load_city
from city.mistakes import CityInvalid
from hotline.cli_face import complain, say, table
from hotline.client import Trouble
from hotline.serve import SAMPLE
from tickets.flows import FlowBook

app = typer.Typer(help="快速流程 · quick flows", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(envvar="HOTLINE_CITY_DIR", help="城市目录 / the city's folder")]


@app.command("list")
def list_flows(folder: Folder = SAMPLE) -> None:
    """快速流程及其版本 · the quick flows and their versions."""
    city = _city(folder)
    book = FlowBook(city.categories, city.flows)
    columns = ("流程 flow", "", "分类 category", "承办 department", "紧急 urgency", "工作日 days", "版本 version")
    rows = (
        (name, flow.zh, flow.category, flow.department, flow.urgency, flow.deadline_days, book.versions[name])
        for name, flow in book.flows.items()
    )
    table("快速流程 · quick flows", columns, rows)


@app.command()
def check(folder: Folder = SAMPLE) -> None:
    """城市文件有无错误,每句例句是否进入本流程 · are the files right, does every example begin its flow; 1: no."""
    city = _city(folder)
    wrong = misunderstood(city)
    for zh, en in wrong:
        complain(zh, en)
    if wrong:
        raise typer.Exit(1)
    examples = sum(len(flow.examples) for flow in city.flows.values())
    say(f"{len(city.flows)} 个流程、{examples} 句例句,无误", f"{len(city.flows)} flows, {examples} examples: all well")


def misunderstood(city: City) -> Sequence[tuple[str, str]]:
    """Every example that does not begin its own flow, with its file: Chinese, English."""
    found = []
    for name, number, instead in FlowBook(city.categories, city.flows).misunderstood():
        example = city.flows[name].examples[number]
        where = f"flows/{name}.toml: examples.{number}: “{example}”"
        begins = (
            (f"进入了流程 {instead}", f"begins flow {instead}") if instead else ("不进入任何流程", "begins no flow")
        )
        found.append((f"{where} {begins[0]}", f"the example {begins[1]}"))
    return found


def _city(folder: Path) -> City:
    try:
        return load_city(folder)
    except CityInvalid as wrong:
        raise Trouble(f"城市文件 {len(wrong.mistakes)} 处有误", str(wrong)) from wrong
