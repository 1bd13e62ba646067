"""What differs between two registries of hotlines: which came, which went, and which keys of the others changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from city.hotline import Hotline


class Change(StrEnum):
    """What became of a hotline."""

    ADDED = "added"  # 新增
    REMOVED = "removed"  # 移除
    CHANGED = "changed"  # 修改


@dataclass(frozen=True, slots=True)
class KeyChange:
    """One key, before and after; None: it was left out."""

    key: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class HotlineChange:
    """One hotline, by its number. `keys`: of one that was changed."""

    change: Change
    hotline: Hotline
    keys: tuple[KeyChange, ...] = ()


def hotline_changes(before: Iterable[Hotline], after: Iterable[Hotline]) -> tuple[HotlineChange, ...]:
    """The difference, in the order of `after`, what is gone last. A hotline is known by its number."""
    old = {hotline.number: hotline for hotline in before}
    new = {hotline.number: hotline for hotline in after}
    came = [_came(old.get(number), hotline) for number, hotline in new.items() if old.get(number) != hotline]
    gone = [HotlineChange(Change.REMOVED, old[number]) for number in old if number not in new]
    return (*came, *gone)


def _came(old: Hotline | None, new: Hotline) -> HotlineChange:
    if old is None:
        return HotlineChange(Change.ADDED, new)
    pairs = ((key, getattr(old, key), getattr(new, key)) for key in Hotline.model_fields)
    keys = tuple(KeyChange(key, was, now) for key, was, now in pairs if was != now)
    return HotlineChange(Change.CHANGED, new, keys)
