"""Categories form a tree; quick flows lead to what is there, and do not contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from city.categories import DEEPEST_CATEGORY, Category, by_name, lineage
from city.city import CityFile
from city.files import Files, categories, flows, hotlines
from city.flows import Flow
from city.mistakes import Mistake
from city.numbers import local_number
from city.source import Source

AGREEING = ("urgency", "department", "deadline_days", "transfer")
"""What two flows for the same words and the same category must have in common."""


def categories_grow_from_a_root(files: Files) -> Iterator[Mistake]:
    """Each has its name alone, a parent that is there, and with itself at most DEEPEST_CATEGORY levels."""
    written = files.categories.names("categories", "name")
    known = by_name(category for _, category in categories(files))
    seen: set[str] = set()
    for path, category in categories(files):
        if category.name in seen:
            zh, message = f"分类“{category.name}”写了两次", f"there are two categories {category.name!r}"
            yield files.categories.mistake((*path, "name"), "duplicate_category", zh, message)
        seen.add(category.name)
        if category.parent is not None and (fault := _parent_fault(category, known, written)):
            yield files.categories.mistake((*path, "parent"), *fault)


def _parent_fault(
    category: Category, known: Mapping[str, Category], written: frozenset[str]
) -> tuple[str, str, str] | None:
    """Rule and sentences, or None when the category's parent will do."""
    parent = category.parent
    if parent not in written:
        return "unknown_category", f"没有分类“{parent}”", f"there is no category {parent!r}"
    path = lineage(category.name, known)
    if path and known[path[0]].parent == category.name:
        return "category_in_itself", f"“{category.name}”不能属于自身", f"{category.name!r} would belong to itself"
    if len(path) > DEEPEST_CATEGORY:
        zh, message = f"分类超过 {DEEPEST_CATEGORY} 级", f"more than {DEEPEST_CATEGORY} levels of categories"
        return "category_too_deep", zh, message
    return None


def flows_have_a_category(files: Files) -> Iterator[Mistake]:
    """Every flow is for a category that categories.toml has."""
    known = files.categories.names("categories", "name")
    for _, source, flow in flows(files):
        if files.categories.readable and flow.category not in known:
            zh, message = f"没有分类“{flow.category}”", f"there is no category {flow.category!r}"
            yield source.mistake(("category",), "unknown_category", zh, message)


def flows_hand_over_to_known_numbers(files: Files) -> Iterator[Mistake]:
    """A flow's number is a hotline of the city, or listed as a number outside."""
    about = files.city.whole(CityFile)
    if about is None or files.hotlines.mistakes:
        return
    codes = (about.area_code, about.country_code)
    numbers = (number for _, hotline in hotlines(files) for number in (hotline.number, *hotline.variants))
    known = {local_number(number, *codes) for number in numbers} | {outside.number for outside in about.outside}
    for _, source, flow in flows(files):
        if flow.transfer is not None and flow.transfer not in known:
            zh, message = (
                f"号码“{flow.transfer}”既非本市热线也未列为外部号码",
                f"{flow.transfer} is no number we hand on to",
            )
            yield source.mistake(("transfer",), "unknown_transfer", zh, message)


def flows_do_not_contradict(files: Files) -> Iterator[Mistake]:
    """Of two flows with a trigger in common, one of them for the other's category, neither says otherwise."""
    tree = by_name(category for _, category in categories(files))
    before: dict[str, dict[str, Flow]] = {}  # by trigger, then by name
    for name, source, flow in flows(files):
        alike = {other: said for trigger in flow.triggers for other, said in before.get(trigger, {}).items()}
        for other_name, other in sorted(alike.items()):
            yield from _contradiction(source, flow, other_name, other, tree)
        for trigger in flow.triggers:
            before.setdefault(trigger, {})[name] = flow


def _contradiction(
    source: Source, flow: Flow, other_name: str, other: Flow, tree: Mapping[str, Category]
) -> Iterator[Mistake]:
    first = next(place for place, trigger in enumerate(flow.triggers) if trigger in other.triggers)
    shared = flow.triggers[first]
    kin = flow.category in lineage(other.category, tree) or other.category in lineage(flow.category, tree)
    if not kin:
        return
    differing = [key for key in AGREEING if getattr(flow, key) != getattr(other, key)]
    said = f"触发词“{shared}”与流程“{other_name}”相同,但 {', '.join(differing)} 不同"
    message = f"begins with {shared!r} like flow {other_name!r}, but differs in {', '.join(differing)}"
    if not differing:
        said, message = (
            f"触发词“{shared}”已属于流程“{other_name}”",
            f"{shared!r} begins flow {other_name!r} already",
        )
    rule = "flows_contradict" if differing else "duplicate_trigger"
    yield source.mistake(("triggers", first), rule, said, message)
