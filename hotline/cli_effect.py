"""预演 on the terminal: what a change would do to the calls and agents of this moment."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hotline.cli_face import say, table

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="只预演,不生效 / say what it would do to the live queues, and do nothing")
]


def show_effect(effect: dict[str, Any] | None) -> bool:
    """Print it; False if there is none: the change was made."""
    if effect is None:
        return False
    columns = ("队列 queue", "坐席 seats", "在岗 on duty", "等候 waiting", "预计等待,秒 wait, s")
    rows = (
        (q["queue"], *(_both(q[name]) for name in ("seats", "on_duty", "waiting")), _both(_means(q["wait"])))
        for q in effect["queues"]
    )
    table("预演,未生效 · tried, nothing was changed", columns, rows)
    for it in effect["offers"]:
        waited, agent, seat = f"{it['waited_s']:.0f}", it["agent"], it["seat"]
        say(
            f"来电 {it['call']}({it['queue']},已等 {waited} 秒)立即派给 {agent}(坐席 {seat})",
            f"rings {agent} at {seat} at once, after {waited} s",
        )
    for agent in effect["idle"]:
        say(f"! 话务员 {agent} 将无队列可服务", f"agent {agent} would serve no queue")
    for call in effect["stranded"]:
        say(f"! 来电 {call} 将无人能接", f"nobody logged on could serve call {call}")
    if effect["spoken_to"]:
        count = effect["spoken_to"]
        say(f"{count} 位来电者将听到播报或提议", f"{count} callers would be told or offered something")
    if effect["to_message"]:
        say(f"! {effect['to_message']} 位来电者将被请留言", f"{effect['to_message']} would be asked for a message")
    return True


def _both(number: dict[str, Any]) -> str:
    before, after = number["before"], number["after"]
    return str(before) if before == after else f"{before} → {after}"


def _means(waits: dict[str, Any]) -> dict[str, str]:
    return {name: f"{wait['mean_s']:.0f}" if wait else "—" for name, wait in waits.items()}
