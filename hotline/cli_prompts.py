"""`hotline prompts …`: which texts are said, and by whose voice; recordings put in their places, and taken out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from hotline.cli_city import TAKING_S, say_taken
from hotline.cli_face import controller, say, table, when
from hotline.client import Trouble

app = typer.Typer(help="提示音:文本与录音 · prompts: texts and recordings", no_args_is_help=True)

STATES = {"recorded": "录音", "synthesised": "合成", "outdated": "录音过时", "missing": "无声"}
NEEDING = frozenset({"outdated", "missing"})
BY = {"hotline": "热线", "menu": "菜单", "queue": "队列", "level": "级别", "program": "程序", "language": "语种"}
USES_SHOWN = 4

Name = Annotated[str, typer.Argument(help="提示音名称,见 list / its name, as list shows it")]
Why = Annotated[str, typer.Option("--why", help="为何改 / why it changes")]
Expected = Annotated[
    int | None, typer.Option("--expected", help="所见的生效版本号 / the number in force that you have read")
]


@app.command("list")
def everything(
    missing: Annotated[bool, typer.Option("--missing", help="只列无声与录音过时的 / only those in need")] = False,
    unused: Annotated[bool, typer.Option("--unused", help="只列没有用到的 / only those that nobody uses")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:
    """生效的提示音:文本、用处、录音或合成、秒数、响度 · the prompts in force: text, use, voice, length, level."""
    seen = controller().ask("GET /api/prompts", within_s=TAKING_S)["prompts"]
    shown = [one for one in seen if not (missing and one["state"] not in NEEDING) and not (unused and one["uses"])]
    if as_json:
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=1))
        return
    columns = ("名称 name", "文本 text", "用处 used by", "声音 voice", "秒 s", "dBov", "何人 by", "时间 at", "原因 why")
    rows = (
        (
            *(one["name"], one["zh"], _uses(one["uses"]), f"{STATES[one['state']]} {one['state']}"),
            *(one["seconds"], one["level_dbov"], one["by"], when(one["at"]) if one["at"] else None, one["why"]),
        )
        for one in shown
    )
    table("提示音 · prompts", columns, rows)
    counts = {state: sum(one["state"] == state for one in seen) for state in STATES}
    say(
        ",".join(f"{STATES[state]} {count}" for state, count in counts.items()),
        ", ".join(f"{count} {state}" for state, count in counts.items()),
    )


@app.command()
def upload(
    name: Name,
    file: Annotated[Path, typer.Argument(help="WAV、FLAC、OGG 或 MP3 录音 / a recording")],
    why: Why,
    says: Annotated[
        str | None, typer.Option("--says", help="所念的文本,与提示音的核对 / the text read out, held to the prompt's")
    ] = None,
    expected: Expected = None,
) -> None:
    """上传录音:转为 8 kHz 单声道,去首尾静音,调响度 · a recording in a prompt's place, made fit for telephones."""
    try:
        recording = file.read_bytes()
    except OSError as error:
        raise Trouble(f"无法读取 {file}", f"cannot be read ({type(error).__name__})") from error
    asked = {"why": why, "says": says, "expected": expected}
    query = {key: str(value) for key, value in asked.items() if value is not None}
    made = controller().send(f"PUT /api/prompts/{quote(name, safe='')}/audio", recording, query, within_s=TAKING_S)
    say_taken(made)
    say(
        f"{made['seconds']:g} 秒,响度 {made['was_dbov']:g} → {made['level_dbov']:g} dBov",
        "active speech level, ITU-T P.56",
    )
    for note in made["notes"]:
        say(note["zh"], note["en"])


@app.command()
def remove(name: Name, why: Why, expected: Expected = None) -> None:
    """撤下录音,恢复合成 · take a recording out: a machine says the text again."""
    wish: dict[str, Any] = {"why": why, "expected": expected}
    say_taken(controller().ask(f"DELETE /api/prompts/{quote(name, safe='')}/audio", wish, within_s=TAKING_S))


def _uses(uses: list[dict[str, str]]) -> str:
    told = [f"{BY[use['by']]} {use['name']}".strip() for use in uses]
    more = f" …共 {len(told)}" if len(told) > USES_SHOWN else ""
    return "、".join(told[:USES_SHOWN]) + more
