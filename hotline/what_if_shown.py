"""反事实的答案: what the comparison found, as tables with a verdict, or as JSON. No call and no agent is named."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from city.city import City
from city.local_time import CITY_TIME
from hotline.cli_face import complain, say, table
from hotline.what_if_words import queue_name, verdict
from simulation.change import Change
from simulation.comparison import Compared, Comparison, Range
from simulation.outcomes import By, Group
from simulation.recollection import Recollection

TOTAL: Final = Group(By.ALL, "")
FIGURES: Final = {
    "calls": ("排队来电", "calls that waited"),
    "answered": ("接通", "answered"),
    "within_15": ("15 秒内", "within 15 s"),
    "within_20": ("20 秒内", "within 20 s"),
    "mean_wait_s": ("平均等待, s", "mean wait"),
    "p95_wait_s": ("95 分位等待, s", "p95 wait"),
    "abandoned": ("放弃", "abandoned"),
    "elsewhere": ("留言、回拨等", "message, call-back …"),
}
OCCUPANCY: Final = ("占用率", "occupancy")
GROUPS: Final = {
    By.ALL: "合计\nall",
    By.QUEUE: "队列\nqueue",
    By.HOTLINE: "热线\nhotline",
    By.PRIORITY: "优先级\npriority",
    By.INTERVAL: "时段\ninterval",
}
COLUMNS: Final = (
    "接通\nanswered",
    "放弃\nabandoned",
    "平均等待, s\nmean wait",
    "95分位, s\np95 wait",
    "更快\nsooner",
    "更慢\nlater",
    "多接通\ngained",
    "少接通\nlost",
)


def show(seen: Recollection, change: Change | None, found: Comparison, city: City) -> None:
    """Print it all: how true the unchanged run is first."""
    _show_truth(seen, found)
    if change is None:
        return
    total = found.groups[TOTAL]
    rows = [
        (" ".join(title), *map(ranged, (total.again[name], total.changed[name])), _signed(total.differs[name]))
        for name, title in FIGURES.items()
    ]
    _, again, changed, differs = found.occupancy
    rows.append((" ".join(OCCUPANCY), share(again), share(changed), share(differs, sign="+")))
    table("改变之后 · with the change", ("", "不变\nwithout", "改变\nwith", "差\ndifference"), rows)
    for by, title in GROUPS.items():
        groups = {group.name: one for group, one in found.groups.items() if group.by is by and by is not By.ALL}
        if len(groups) > 1 or by is By.QUEUE:
            table("", (title, *COLUMNS), [(_name(by, name, city), *_row(one)) for name, one in groups.items()])
    for zh, en in verdict(found, city):
        say(zh, en)


def _show_truth(seen: Recollection, found: Comparison) -> None:
    total = found.groups[TOTAL]
    since, until = (at.astimezone(CITY_TIME).strftime("%m-%d %H:%M") for at in (seen.since, seen.until))
    rows = [
        (" ".join(title), _number(getattr(total.real, name)), ranged(total.again[name]))
        for name, title in FIGURES.items()
    ]
    real, again, _, _ = found.occupancy
    rows.append((" ".join(OCCUPANCY), "—" if real is None else f"{real:.1%}", share(again)))
    title = f"原样重演 · run again unchanged  {since} – {until}  {found.draws} 次抽样 draws"
    table(title, ("", "当时\nreal", "重演:中位(5%–95%)\nagain: median"), rows)
    if found.doubts:
        named = [FIGURES.get(doubt.figure, OCCUPANCY) for doubt in found.doubts]
        zh, en = "、".join(zh for zh, _ in named), "; ".join(en for _, en in named)
        complain(f"原样重演与当时有出入,结果仅供参考:{zh}", f"the unchanged run is not true to what happened: {en}")
    else:
        say("✓ 原样重演与当时相符", "the unchanged run is true to what happened, within its tolerance")


# ---- cells


def _row(one: Compared) -> tuple[str, ...]:
    names = ("answered", "abandoned", "mean_wait_s", "p95_wait_s")
    return (
        *(_signed(one.differs[name]) for name in names),
        *map(ranged, (one.sooner, one.later, one.gained, one.lost)),
    )


def _number(number: float | None) -> str:
    return "—" if number is None else f"{number:.0f}" if number == int(number) else f"{number:.1f}"


def ranged(told: Range | None) -> str:
    """The median, and in brackets the range, if there is one."""
    if told is None:
        return "—"
    median, low, high = map(_number, told)
    return median if low == high == median else f"{median}({low}–{high})"


def _signed(told: Range | None) -> str:
    if told is None:
        return "—"
    median, low, high = (
        f"{number:+.0f}" if abs(number) >= 10 or number == int(number) else f"{number:+.1f}" for number in told
    )
    return median if low == high == median else f"{median}({low} … {high})"


def share(told: Range | None, sign: str = "") -> str:
    """The same as percentages."""
    return "—" if told is None else f"{told.median:{sign}.1%}({told.low:{sign}.1%} … {told.high:{sign}.1%})"


def _name(by: By, name: str, city: City) -> str:
    return f"{queue_name(name, city)} {name}" if by is By.QUEUE else name


# ---- for programs


def as_json(seen: Recollection, change: Change | None, found: Comparison) -> dict[str, Any]:
    """The whole answer; ranges as [median, 5 %, 95 %]."""
    real, again, changed, differs = found.occupancy
    return {
        "since": seen.since.isoformat(),
        "until": seen.until.isoformat(),
        "draws": found.draws,
        "changed": change is not None,
        "unjoined": seen.unjoined,
        "true": not found.doubts,
        "doubts": [{"figure": one.figure, "real": one.real, "again": one.again} for one in found.doubts],
        "occupancy": {"real": real, "again": again, "changed": changed, "differs": differs},
        "groups": [{"by": group.by.value, "name": group.name, **asdict(one)} for group, one in found.groups.items()],
    }
