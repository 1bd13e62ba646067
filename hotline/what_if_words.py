"""反事实的结论: who waits less and who loses, a sentence for each queue. Only what the whole range says is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from city.city import City
from simulation.comparison import Compared, Comparison, Range
from simulation.drill import Breaks
from simulation.outcomes import By

BREAKS: Final = {
    Breaks.LINES: ("线路占满,开始拒接", "all lines are taken, calls are refused"),
    Breaks.CRISIS: ("危机热线有人等过 15 秒", "somebody on a crisis hotline waits longer than 15 s"),
    Breaks.IN_TIME: ("15 秒接通率跌破 80 %", "fewer than 80 % are answered within 15 s"),
    Breaks.CONNECTED: ("接通率跌破 95 %", "fewer than 95 % reach an agent"),
}


def verdict(found: Comparison, city: City) -> Iterator[tuple[str, str]]:
    """Who waits less, who loses: a sentence for each queue in Chinese, and in English."""
    for group, one in found.groups.items():
        if group.by is By.QUEUE:
            zh, en = _told(one)
            yield f"{queue_name(group.name, city)}:{zh}", f"{group.name}: {en}"
    differs = found.occupancy[3]
    if differs is not None and abs(differs.median) >= 0.001:
        word, en_word = ("升", "rises") if differs.median > 0 else ("降", "falls")
        points = f"{abs(differs.median) * 100:.1f}"
        yield f"占用率{word} {points} 个百分点", f"occupancy {en_word} by {points} points"


def _told(one: Compared) -> tuple[str, str]:
    gains, costs = _sides(one)
    if not gains and not costs:
        return "看不出差别", "no difference to be seen"
    zh = [",".join(zh for zh, _ in gains), "代价:" + ",".join(zh for zh, _ in costs)]
    en = [", ".join(en for _, en in gains), "the price: " + ", ".join(en for _, en in costs)]
    sides = [number for number, side in enumerate((gains, costs)) if side]
    return ";".join(zh[side] for side in sides), "; ".join(en[side] for side in sides)


SENTENCES: Final = (
    ("mean_wait_s", "平均{少}等 {n} 秒", "a mean wait {n} s {less}"),
    ("answered", "{多}接通 {n} 通", "{n} {more} answered"),
    ("abandoned", "放弃{少} {n} 通", "{n} {fewer} abandoned"),
)


def _sides(one: Compared) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What becomes better, and what worse; only what the whole range says."""
    gains: list[tuple[str, str]] = []
    costs: list[tuple[str, str]] = []
    for name, zh, en in SENTENCES:
        differs = one.differs[name]
        if differs is None or differs.low <= 0 <= differs.high:
            continue
        is_more = differs.median > 0
        words = {
            "n": _magnitude(differs),
            "少": "多" if is_more else "少",
            "多": "多" if is_more else "少",
            "less": "longer" if is_more else "shorter",
            "more": "more" if is_more else "fewer",
            "fewer": "more" if is_more else "fewer",
        }
        (gains if is_more == (name == "answered") else costs).append((zh.format(**words), en.format(**words)))
    return gains, costs


def _magnitude(differs: Range) -> str:
    low, high = sorted((abs(differs.low), abs(differs.high)))
    return f"{abs(differs.median):.0f}({low:.0f}–{high:.0f})"


def queue_name(queue: str, city: City) -> str:
    """In Chinese, if the city still has it."""
    known = city.queues.get(queue)
    return known.zh if known is not None else queue
