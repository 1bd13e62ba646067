"""`hotline queues`: who waits, who serves, how long it will take."""

from __future__ import annotations

from typing import Any

from hotline.cli_face import controller, say, table

COLUMNS = (
    "队列 queue",
    "等候 waiting",
    "最久 longest",
    "坐席 serving",
    "空闲 free",
    "预计等待 wait",
    "播报 told",
    "来电/时 arrivals/h",
    "处理 handling",
    "耐心 patience",
)


def queues() -> None:
    """队列与预计等待 · the queues, and how long whoever joins now will wait."""
    seen = controller().ask("GET /api/queues")["queues"]
    table("队列 · queues", COLUMNS, (_row(queue) for queue in seen))
    say(
        "预计等待:十人中八人落在此范围;“—”是尚不可知,见 docs/forecast.md",
        "wait: eight callers in ten fall inside the range; — is not known yet",
    )


def _row(queue: dict[str, Any]) -> tuple[Any, ...]:
    return (
        queue["queue"],
        queue["waiting"],
        _seconds(queue["longest_s"]),
        queue["serving"],
        queue["free"],
        _range(queue["wait"]),
        _told(queue["wait"]),
        _number(queue["arrivals_per_hour"]),
        _seconds(queue["handle_s"]),
        _seconds(queue["patience_s"]),
    )


def _range(wait: dict[str, Any] | None) -> str:
    return "—" if wait is None else f"{wait['mean_s']:.0f} s ({wait['least_s']:.0f}–{wait['most_s']:.0f})"


def _told(wait: dict[str, Any] | None) -> str:
    said = wait and wait["said"]
    return f"{said['least']}–{said['most']} 分钟 min" if said else "—"


def _seconds(seconds: float | None) -> str:
    return "—" if seconds is None else f"{seconds:.0f} s"


def _number(number: float | None) -> str:
    return "—" if number is None else f"{number:.0f}"
