"""`hotline kpi --agents`: how agents spend their time, a line for each in each interval."""

from __future__ import annotations

from typing import Any

from hotline.cli_face import complain, say, table, when

MEANS = {
    "average_handle_s": "AHT\n平均处理, s",
    "average_talk_s": "通话\ntalk, s",
    "average_hold_s": "保持\nhold, s",
    "average_wrap_up_s": "ACW\n话后, s",
}
RATES = {"occupancy": "占用率\noccupancy", "utilisation": "工时利用率\nutilisation"}


def show(seen: dict[str, Any]) -> None:
    """Print figures as the API gives them: agents with their total, then queues, then hotlines."""
    period = f"{when(seen['since'])} – {when(seen['until'])}"
    agents = [*seen["agents"], {**seen["total"], "name": "合计 total"}]
    columns = ("时段\nsince", "工号\nagent", "已处理\nhandled", *MEANS.values(), *RATES.values())
    table(f"话务员指标 · agents  {period}", columns, ((*_means(line), *_rates(line)) for line in agents))
    for name, zh, en in (("queues", "队列", "queue"), ("hotlines", "热线", "hotline")):
        lines = ({**line, "name": line["name"] or "外呼 outward"} for line in seen[name])
        columns = ("时段\nsince", f"{zh}\n{en}", "已处理\nhandled", *MEANS.values())
        table(f"按{zh} · by {en}", columns, map(_means, lines))
    if seen["total"]["unseen"]:
        say(f"另有 {seen['total']['unseen']} 通起点不明,不计入平均", "more, begun unseen, are in no mean")
    say(f"口径第 {seen['version']} 版,见 acd/agent_kpi.py", f"formulas, version {seen['version']}")
    if not seen["agrees"]:
        zh = "重放与当时的指令不一致,或日志有缺失:仅供参考"
        complain(zh, "the replay differs from the past, or facts are missing")


def _means(line: dict[str, Any]) -> tuple[str, ...]:
    means = ("—" if line[name] is None else f"{line[name]:.1f}" for name in MEANS)
    return when(line["since"]), line["name"], str(line["handled"]), *means


def _rates(line: dict[str, Any]) -> tuple[str, ...]:
    return tuple("—" if line[name] is None else f"{line[name]:.1%}" for name in RATES)
