"""诉求分类: the tree of what citizens call about, and the phrases that speak of each. The file `categories.toml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import Field

from city.written import Title, Written

DEEPEST_CATEGORY = 3
"""How many levels the tree may have."""

GAP = "…"
"""In a phrase: a few characters may stand here."""

CategoryName = Annotated[str, Field(min_length=2, max_length=20, pattern=r"^[^/\s]+$")]
"""A branch's own name, once in the whole tree."""

Phrase = Annotated[str, Field(max_length=30, pattern=rf"^[^{GAP}\s/]+({GAP}[^{GAP}\s/]+)*$")]
"""What people say; `…` between two parts stands for a few characters (`工资…没发`)."""

UsualKind = Literal["咨询", "求助", "投诉", "举报", "建议", "表扬"]


class Category(Written):
    """一类诉求, and where it belongs."""

    name: CategoryName
    """名称,全表唯一 / its name, once in the whole tree"""
    parent: CategoryName | None = None
    """上级分类 / the branch it grows from"""
    department: Title | None = None
    """建议承办单位,缺省同上级 / who usually handles it; left out, as its parent's"""
    kind: UsualKind | None = None
    """未说明类型时的诉求类型 / the kind of appeal it usually is, when the caller does not say"""
    words: tuple[Phrase, ...] = ()
    """说到它的话;`…` 处可有几个字 / phrases that speak of it; `…` stands for a few characters"""


class CategoriesFile(Written):
    """分类表 categories.toml."""

    categories: tuple[Category, ...]


def lineage(name: str, categories: Mapping[str, Category]) -> tuple[str, ...]:
    """From the root to `name`. One that is its own ancestor, or unknown, ends where it does so."""
    path: list[str] = []
    at: str | None = name
    while at is not None and at in categories and at not in path:
        path.append(at)
        at = categories[at].parent
    return tuple(reversed(path))


def by_name(categories: Iterable[Category]) -> dict[str, Category]:
    """Each under its name."""
    return {category.name: category for category in categories}
