"""载入城市: a folder is read whole, checked whole, and becomes one immutable City, or nothing at all.

What of it may be replaced while the controller runs is `city.case_rules`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from city.admission import Admission
from city.checks import mistakes_between
from city.city import City, CityFile
from city.deadlines import DeadlinesFile
from city.dialling import Dialling
from city.files import Files, categories, flows, hotlines, hours, levels, menus, read_files, years
from city.level import RESTING
from city.mistakes import CityInvalid, Mistake
from city.numbers import dialled_forms, local_number
from city.places import Place
from city.prompts import Prompt
from city.queue import Queue
from city.rating import NOBODY_IS_ASKED, RatingsFile
from city.retention import RetentionFile
from city.seats import SeatRange
from city.source import Source
from city.trunks import TrunksFile
from city.urgency import HighRiskFile, UrgencyFile
from city.webhooks import WebhooksFile
from city.words import WordsFile


def load_city(folder: Path, *, also_spoken: Iterable[str] = ()) -> City:
    """The city that `folder` describes. `also_spoken` are slugs of prompts that must exist besides those its files use.

    Raises CityInvalid with every mistake of every file.
    """
    return city_of(read_files(folder, also_spoken))


def city_of(files: Files) -> City:
    """The city that files which have been read describe. CityInvalid."""
    about = files.city.whole(CityFile)
    mistakes = find_mistakes(files)
    if mistakes or about is None:
        raise CityInvalid(mistakes)
    return _city(files, about)


def believed(files: Files) -> City | None:
    """The city of files that were checked elsewhere; None: they do not even say which."""
    about = files.city.whole(CityFile)
    return None if about is None else _city(files, about)


def without_case_rules(files: Files) -> Files:
    """The same files, had nobody written how cases are taken (city.case_rules)."""
    nothing = Source(file="")
    return replace(
        files, flows={}, calendar={}, categories=nothing, urgency=nothing, high_risk=nothing, deadlines=nothing
    )


def find_mistakes(files: Files) -> tuple[Mistake, ...]:
    """Everything that is wrong within and between the files. Where there is no folder, that alone."""
    if not files.folder.is_dir():
        return (_no_folder(files.folder),)
    within = (mistake for source in files.all() for mistake in source.mistakes)
    return (*within, *mistakes_between(files))


def _no_folder(folder: Path) -> Mistake:
    zh, message = "没有这个文件夹", "there is no such folder"
    return Mistake(file=str(folder), line=1, column=1, key="", rule="folder_missing", zh=zh, message=message)


def _city(files: Files, about: CityFile) -> City:
    lines = {hotline.number: hotline for _, hotline in hotlines(files)}
    codes = (about.area_code, about.country_code)
    numbers = {
        form: hotline.number
        for hotline in lines.values()
        for number in (hotline.number, *hotline.variants)
        for form in dialled_forms(local_number(number, *codes), *codes)
    }
    queues = {queue.name: queue for _, queue in files.queues.entries("queues", Queue)}
    return City(
        folder=files.folder,
        about=about,
        hotlines=MappingProxyType(lines),
        numbers=MappingProxyType(numbers),
        hours=MappingProxyType({each.name: each for _, each in hours(files)}),
        queues=MappingProxyType(queues),
        menus=MappingProxyType(dict(zip(files.menus, (menu for _, menu in menus(files)), strict=True))),
        places=tuple(place for _, place in files.places.entries("places", Place)),
        words=files.words.whole(WordsFile) or WordsFile(),
        categories=tuple(category for _, category in categories(files)),
        flows=MappingProxyType({name: flow for name, _, flow in flows(files)}),
        seats=tuple(seat for _, seats in files.seats.entries("seats", SeatRange) for seat in seats.seats()),
        admission=files.admission.whole(Admission) or Admission(),
        lines=files.trunks.whole(TrunksFile) or TrunksFile(),
        dialling=files.dialling.whole(Dialling) or Dialling(),
        ratings=files.ratings.whole(RatingsFile) or NOBODY_IS_ASKED,
        retention=files.retention.whole(RetentionFile),
        webhooks=files.webhooks.whole(WebhooksFile) or WebhooksFile(),
        levels=MappingProxyType({level.name: level for _, level in levels(files)} or {RESTING.name: RESTING}),
        years=tuple(year for _, _, year in years(files)),
        deadlines=files.deadlines.whole(DeadlinesFile) or DeadlinesFile(),
        urgency=files.urgency.whole(UrgencyFile) or UrgencyFile(),
        high_risk=files.high_risk.whole(HighRiskFile) or HighRiskFile(),
        prompts=MappingProxyType({str(path[0]): prompt for path, prompt in files.prompts.entries("", Prompt)}),
    )
