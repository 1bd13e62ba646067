"""`hotline audit …`: who heard, saw or changed what; and whether that trail is the one that was written."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from hotline.cli_face import Face, complain, controller, err, moment, say, table, when
from hotline.cli_store import database
from plumbing.settings import PREFIX, SEALS
from recordings.chain import Broken, Head
from recordings.seals import Seals
from recordings.witness import verify as verify_trail

app = typer.Typer(help="留痕 · the audit trail", no_args_is_help=True)


@app.command("list")
def everything(
    who: Annotated[str | None, typer.Option(help="何人,如 李班长#3 / by whom")] = None,
    subject: Annotated[str | None, typer.Option(help="对何物(录音、工单、来电编号)/ on what: an id")] = None,
    deed: Annotated[str | None, typer.Option(help="何事,如 recording.played / what was done")] = None,
    since: Annotated[str | None, typer.Option(help="起,如 2026-11-23T08:00 / from then on")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
) -> None:
    """最新的在前 · the newest first."""
    asked = {"who": who, "subject": subject, "deed": deed, "since": moment(since) if since else None, "limit": limit}
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    lines = controller().ask(f"GET /api/audit?{query}")["lines"]
    columns = ("序号 no.", "时间 at", "何人 who", "何事 deed", "对象 subject", "说明 detail")
    names = ("who", "deed", "subject", "detail")
    table("留痕 · audit trail", columns, ((n["seq"], when(n["at"]), *map(n.get, names)) for n in lines))


@app.command()
def verify(
    head: Annotated[
        str | None, typer.Option(help="另处记下的链头,如 1234:9f3c… / a head that was noted elsewhere, SEQ:DIGEST")
    ] = None,
    seals: Annotated[
        Path | None, typer.Option(help="封存文件;缺省为状态目录下的 / the file of seals, if not in the state folder")
    ] = None,
) -> None:
    """逐条核对全部留痕;有误则指出第一条,退出码 1 · read every line; names the first bad one, and ends with 1."""
    kept = Seals(seals or Path(os.environ.get(f"{PREFIX}AUDIT_SEALS") or Face.state_dir / SEALS))
    found = asyncio.run(_verify(kept, _head(head) if head else None))
    if isinstance(found, Broken):
        complain(found.zh, found.en)
        raise typer.Exit(1)
    sealed = kept.last() or Head(0, "")
    say(f"✓ {found.seq} 条留痕,首尾相连;封存至第 {sealed.seq} 条", f"all lines hold; sealed up to {sealed.seq}")
    say(f"链头,请另处记下:{found.seq}:{found.digest}", "the head: note it in another place")


async def _verify(seals: Seals, noted: Head | None) -> Head | Broken:
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    async with database() as engine:
        with Progress(*columns, console=err) as bar:
            reading = bar.add_task("核对 verifying", total=None)
            return await verify_trail(
                engine, seals, noted, progress=lambda read, all_: bar.update(reading, completed=read, total=all_)
            )


def _head(text: str) -> Head:
    seq, _, digest = text.partition(":")
    if not (seq.isascii() and seq.isdigit() and len(digest) == 64):  # noqa: PLR2004, RUF100 - hex digits of SHA-256
        raise typer.BadParameter(f"链头写作 序号:哈希 / write a head as SEQ:DIGEST, not {text!r}")
    return Head(int(seq), digest)
