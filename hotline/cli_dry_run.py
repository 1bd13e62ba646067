"""`hotline city dry-run`: where the calls of a day would go by what the folder says, or by an older version."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from hotline.cli_face import controller, say, table, when

REASONS: Final = {
    "refused": "当时被拒接 refused then",
    "gone": "未到去处已挂机 hung up before they went anywhere",
    "otherwise_then": "当时按别的版本或措施 another version or a measure was in force",
    "keys_unknown": "在菜单中,所按的键不详 in a menu, and not all keys that count are known",
}
KINDS: Final = {
    "queue": "队列 queue",
    "transfer": "转出 transfer",
    "message": "留言 message",
    "call_back": "回拨 call-back",
}
DRY_RUN_S: Final = 150.0


def dry_run(
    day: Annotated[
        str | None, typer.Option("--day", help="哪一日,如 2026-11-22;缺省昨日 / which day; yesterday")
    ] = None,
    version: Annotated[
        int | None, typer.Option("--version", min=1, help="某版本;缺省为文件夹 / a version; left out, the folder")
    ] = None,
) -> None:
    """某日来电按新版会到哪里 · where the calls of a day would go instead, counted by hotline."""
    say_dry_run(asked(day, version))


def asked(day: str | None, version: int | None) -> dict[str, Any]:
    """The controller's answer (api.dry_run). Trouble."""
    wish = {"day": day, "version": version}
    answer: dict[str, Any] = controller().ask("POST /api/city/dry-run", wish, within_s=DRY_RUN_S)
    return answer


def say_dry_run(seen: dict[str, Any]) -> None:
    """In words, and the ways that calls would go instead."""
    untold = sum(seen["untold"].values())
    say(
        f"{when(seen['since'])} 起一日来电 {seen['calls']} 通:{seen['elsewhere']} 通会到别处,{seen['same']} 通不变,"
        f"{seen['asking']} 通要求不同的技能或优先级,{untold} 通说不准",
        f"of {seen['calls']} calls {seen['elsewhere']} would go elsewhere, {seen['same']} would not, {seen['asking']} "
        f"would ask for other skills or priority, of {untold} it cannot be told",
    )
    if seen["moves"]:
        columns = ("热线 hotline", "原去处 from", "现去处 to", "时段 hours", "来电 calls")
        table("会到别处的 · would go elsewhere", columns, [_row(move) for move in seen["moves"]])
    for why, count in seen["untold"].items():
        zh, _, en = REASONS[why].partition(" ")
        say(f"  说不准 {count} 通:{zh}", f"{count}: {en}")


def _row(move: dict[str, Any]) -> tuple[str, str, str, str, int]:
    instead = "" if move["to_hotline"] == move["hotline"] else f"{move['to_hotline']} "
    place, to = _place(move["kind"], move["name"]), _place(move["to_kind"], move["to_name"])
    was, now = _hours(is_open=move["was_open"]), _hours(is_open=move["is_open"])
    return move["hotline"], place, f"{instead}{to}", was if was == now else f"{was} → {now}", move["calls"]


def _place(kind: str, name: str) -> str:
    return f"{KINDS[kind]} {name}".rstrip()


def _hours(*, is_open: bool) -> str:
    return "开放 open" if is_open else "闭线 closed"
