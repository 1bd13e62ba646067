"""A city folder, read but not yet believed: its files, and every name by which one speaks of another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

from city.accepted import AcceptedFile
from city.admission import Admission
from city.calendar import CalendarFile
from city.categories import CategoriesFile, Category
from city.city import CityFile
from city.deadlines import DeadlinesFile
from city.dialling import Dialling
from city.flows import Flow
from city.hotline import Hotline, HotlinesFile
from city.hours import Hours, HoursFile
from city.level import ADDED, Level, LevelsFile, changes
from city.menu import Step
from city.menu_nodes import AnyNode, MenuFile, steps_of
from city.mistakes import Mistake
from city.places import PlacesFile
from city.positions import KeyPath
from city.prompts import PromptsFile
from city.queue import CallsBack, Queue, QueuesFile
from city.rating import RatingsFile
from city.recipe import AnyRow, BorrowRow, RelaxRow, WaiveRow
from city.recorded import RecordedFile
from city.retention import RetentionFile
from city.seats import SeatRange, SeatsFile
from city.source import Source, read, read_if_there
from city.trunks import TrunksFile
from city.urgency import HighRiskFile, UrgencyFile
from city.webhooks import WebhooksFile
from city.words import WordsFile


@dataclass(frozen=True, kw_only=True)
class Files:
    """Every file of a city. `menus` is by the name of the menu."""

    folder: Path
    city: Source
    hotlines: Source
    hours: Source
    queues: Source
    menus: Mapping[str, Source]
    places: Source
    words: Source
    categories: Source
    flows: Mapping[str, Source]  # by name
    seats: Source
    admission: Source
    trunks: Source
    dialling: Source
    webhooks: Source
    ratings: Source
    retention: Source
    levels: Source
    calendar: Mapping[str, Source]  # by the name of the file: the year
    deadlines: Source
    urgency: Source
    high_risk: Source
    prompts: Source
    recorded: Source
    accepted: Source
    also_spoken: frozenset[str] = frozenset()  # prompts that the programs themselves say

    def all(self) -> Iterator[Source]:
        """Every file that was read, or should have been."""
        yield from (self.city, self.hotlines, self.hours, self.queues, self.places, self.words, self.categories)
        yield from (self.seats, self.admission, self.trunks, self.dialling, self.webhooks, self.levels, self.prompts)
        yield from (self.deadlines, self.urgency, self.high_risk, self.ratings, self.retention, self.accepted)
        yield self.recorded
        yield from self.menus.values()
        yield from self.calendar.values()
        yield from self.flows.values()


class Mention(NamedTuple):
    """Somewhere a file speaks of something by its name."""

    source: Source
    path: KeyPath
    name: str

    def mistake(self, rule: str, zh: str, message: str) -> Mistake:
        """A mistake just there."""
        return self.source.mistake(self.path, rule, zh, message)


def read_files(folder: Path, also_spoken: Iterable[str]) -> Files:
    """Read all files of a city folder. What is wrong with them is in their `mistakes`."""
    return Files(
        folder=folder,
        city=read(folder, "city.toml", CityFile),
        hotlines=read(folder, "hotlines.toml", HotlinesFile),
        hours=read_if_there(folder, "hours.toml", HoursFile),
        queues=read(folder, "queues.toml", QueuesFile),
        menus=_read_each(folder, "menus", MenuFile),
        places=read(folder, "places.toml", PlacesFile),
        words=read_if_there(folder, "words.toml", WordsFile),
        categories=read_if_there(folder, "categories.toml", CategoriesFile),
        flows=read_flows(folder),
        seats=read(folder, "seats.toml", SeatsFile),
        admission=read_if_there(folder, "admission.toml", Admission),
        trunks=read_if_there(folder, "trunks.toml", TrunksFile),
        dialling=read_if_there(folder, "dialling.toml", Dialling),
        webhooks=read_if_there(folder, "webhooks.toml", WebhooksFile),
        ratings=read_if_there(folder, "ratings.toml", RatingsFile),
        retention=read_if_there(folder, "retention.toml", RetentionFile),
        levels=read_if_there(folder, "levels.toml", LevelsFile),
        calendar=_read_each(folder, "calendar", CalendarFile),
        deadlines=read_if_there(folder, "deadlines.toml", DeadlinesFile),
        urgency=read_if_there(folder, "urgency.toml", UrgencyFile),
        high_risk=read_if_there(folder, "high_risk.toml", HighRiskFile),
        prompts=read(folder, "prompts/prompts.toml", PromptsFile),
        recorded=read_if_there(folder, "prompts/recorded.toml", RecordedFile),
        accepted=read_if_there(folder, "accepted.toml", AcceptedFile),
        also_spoken=frozenset(also_spoken),
    )


def _read_each(folder: Path, inside: str, shape: type[BaseModel]) -> Mapping[str, Source]:
    """Every file of a folder in the city's folder, by its name without the ending."""
    return {
        file.stem: read(folder, f"{inside}/{file.name}", shape) for file in sorted((folder / inside).glob("*.toml"))
    }


def read_flows(folder: Path) -> Mapping[str, Source]:
    """Every quick flow as it is written, by the name of its file."""
    return _read_each(folder, "flows", Flow)


def hotlines(files: Files) -> Iterator[tuple[KeyPath, Hotline]]:
    """The hotlines whose shape is right."""
    return files.hotlines.entries("hotlines", Hotline)


def hours(files: Files) -> Iterator[tuple[KeyPath, Hours]]:
    """The opening hours whose shape is right."""
    return files.hours.entries("hours", Hours)


def menus(files: Files) -> Iterator[tuple[Source, AnyNode]]:
    """The menus whose shape is right."""
    for source in files.menus.values():
        if menu := source.whole(MenuFile):
            yield source, menu.root


def menu_steps(files: Files) -> Iterator[tuple[Source, KeyPath, Step]]:
    """Every way out of a menu that is written."""
    for source, menu in menus(files):
        yield from ((source, path, step) for path, step in steps_of(menu))


def years(files: Files) -> Iterator[tuple[str, Source, CalendarFile]]:
    """The years of the working-day calendar whose shape is right, each with its file's name."""
    for name, source in files.calendar.items():
        if year := source.whole(CalendarFile):
            yield name, source, year


def categories(files: Files) -> Iterator[tuple[KeyPath, Category]]:
    """The categories whose shape is right."""
    return files.categories.entries("categories", Category)


def flows(files: Files) -> Iterator[tuple[str, Source, Flow]]:
    """The quick flows whose shape is right: name, file, flow."""
    for name, source in files.flows.items():
        if flow := source.whole(Flow):
            yield name, source, flow


def levels(files: Files) -> Iterator[tuple[KeyPath, Level]]:
    """The response levels whose shape is right."""
    return files.levels.entries("levels", Level)


class WrittenRecipe(NamedTuple):
    """溢出方案 of a queue, wherever it is written: in queues.toml, or for a response level."""

    source: Source
    path: KeyPath  # of the recipe
    queue: str
    rows: tuple[AnyRow, ...]
    calls_back: CallsBack | None  # who is called back where the recipe holds; None: as queues.toml says


def recipes(files: Files) -> Iterator[WrittenRecipe]:
    """Every recipe; a rule of recipes holds for all of them."""
    for path, queue in files.queues.entries("queues", Queue):
        yield WrittenRecipe(files.queues, (*path, "recipe"), queue.name, queue.recipe, queue.calls_back)
    for path, level in levels(files):
        for name, change in level.queues.items():
            told = changes(change)
            for key in ("recipe", ADDED):
                if rows := told.get(key):
                    where = (*path, "queues", name, key)
                    yield WrittenRecipe(files.levels, where, name, rows, told.get("calls_back"))


def queues_mentioned(files: Files) -> Iterator[Mention]:
    """队列: by hotlines, choices of menus, seats, response levels, rows of recipes."""
    for path, hotline in hotlines(files):
        yield Mention(files.hotlines, (*path, "queue"), hotline.queue)
        if hotline.night_queue is not None:
            yield Mention(files.hotlines, (*path, "night_queue"), hotline.night_queue)
    for source, where, step in menu_steps(files):
        if step.join is not None:
            yield Mention(source, (*where, "join"), step.join)
    for path, seats in files.seats.entries("seats", SeatRange):
        for place, queue in enumerate(seats.queues):
            yield Mention(files.seats, (*path, "queues", place), queue)
    yield from _queues_in_levels(files)
    yield from (lender for _, _, lender in lenders_in_recipes(files))


def lenders_in_recipes(files: Files) -> Iterator[tuple[WrittenRecipe, KeyPath, Mention]]:
    """借调: every row that borrows, and of whom."""
    for recipe in recipes(files):
        for place, row in enumerate(recipe.rows):
            if isinstance(row, BorrowRow):
                where = (*recipe.path, place)
                yield recipe, where, Mention(recipe.source, (*where, "lender"), row.lender)


def _queues_in_levels(files: Files) -> Iterator[Mention]:
    for path, level in levels(files):
        yield from (Mention(files.levels, (*path, "queues", queue), queue) for queue in level.queues)
        for place, lend in enumerate(level.lend):
            yield Mention(files.levels, (*path, "lend", place, "lender"), lend.lender)
            yield Mention(files.levels, (*path, "lend", place, "borrower"), lend.borrower)


def skills_asked_for(files: Files) -> Iterator[Mention]:
    """技能 that a call can need: by hotlines, choices of menus."""
    for path, hotline in hotlines(files):
        yield from (Mention(files.hotlines, (*path, "skills", skill), skill) for skill in hotline.skills)
    for source, where, step in menu_steps(files):
        yield from (Mention(source, (*where, "skills", skill), skill) for skill in step.skills)
        if step.language is not None:
            yield Mention(source, (*where, "language"), step.language)


def skills_mentioned(files: Files) -> Iterator[Mention]:
    """技能: by hotlines, choices of menus, seats, rows of recipes."""
    yield from skills_asked_for(files)
    for path, seats in files.seats.entries("seats", SeatRange):
        yield from (Mention(files.seats, (*path, "skills", skill), skill) for skill in seats.skills)
    for recipe in recipes(files):
        for place, row in enumerate(recipe.rows):
            if isinstance(row, RelaxRow | WaiveRow):
                yield Mention(recipe.source, (*recipe.path, place, "skill"), row.skill)


def menus_mentioned(files: Files) -> Iterator[Mention]:
    """菜单: by hotlines and choices of other menus."""
    for path, hotline in hotlines(files):
        if hotline.menu is not None:
            yield Mention(files.hotlines, (*path, "menu"), hotline.menu)
    for source, where, step in menu_steps(files):
        if step.goto is not None:
            yield Mention(source, (*where, "goto"), step.goto)
