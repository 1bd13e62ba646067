"""How the command looks: the controller it talks to, its tables, its way of saying no. Chinese first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from textwrap import indent
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from city.local_time import CITY_TIME
from hotline.client import STATE_DIR, Client, Trouble, find_controller

out = Console()
err = Console(stderr=True)

LOCAL_TIME = "%m-%d %H:%M:%S"


class Face:
    """What every command needs: where the controller's state lies."""

    state_dir: Path = STATE_DIR


def controller() -> Client:
    """The controller of the state folder in use. Trouble."""
    return find_controller(Face.state_dir)


def table(title: str, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Print rows; what comes from outside is shown as text, never as markup."""
    shown = Table(*columns, title=title, title_justify="left")
    for row in rows:
        shown.add_row(*(escape("" if cell is None else str(cell)) for cell in row))
    out.print(shown)


def say(zh: str, en: str) -> None:
    """One thing, in both languages."""
    out.print(f"{escape(zh)}  [dim]{escape(en)}[/dim]", soft_wrap=True)


def complain(zh: str, en: str) -> None:
    """One thing that did not go, in both languages, on standard error; of several lines each is indented."""
    err.print(f"[red]✗[/red] {escape(zh)}\n{indent(escape(en), '  ')}", soft_wrap=True)


def save(file: Path, text: str, *, newline: str | None = None) -> None:
    """Write what was asked for to where it was asked for. Trouble."""
    try:
        file.write_text(text, encoding="utf-8", newline=newline)
    except OSError as error:
        raise Trouble(f"无法写入 {file}:{error.strerror}", f"cannot write {file}: {error.strerror}") from error


def when(moment: str | None) -> str:
    """A moment of the API by the city's clock, whatever this machine's zone is."""
    return datetime.fromisoformat(moment).astimezone(CITY_TIME).strftime(LOCAL_TIME) if moment else ""


def moment(text: str) -> str:
    """A moment as typed, by the city's clock unless it says its zone, as the API wants it."""
    try:
        typed = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"时间写作 2026-11-23 或 2026-11-23T08:00 / write a moment as 2026-11-23T08:00, not {text!r}"
        ) from error
    return (typed if typed.tzinfo else typed.replace(tzinfo=CITY_TIME)).isoformat()


def levels(skills: Mapping[str, int]) -> str:
    """`psychology=3 english=1`."""
    return " ".join(f"{name}={level}" for name, level in skills.items())


def read_levels(words: Iterable[str]) -> dict[str, int]:
    """Skills as typed: `psychology=3`; without a level, 1."""
    read: dict[str, int] = {}
    for word in words:
        name, _, level = word.partition("=")
        if not name or not (level or "1").isdecimal():
            raise typer.BadParameter(
                f"技能写作 name=level,例如 psychology=3 / write a skill as psychology=3, not {word!r}"
            )
        read[name] = int(level or "1")
    return read
