"""载入城市: a folder is read whole, checked whole, and becomes one immutable City, or nothing at all.

Swapping a running city is the caller's: call `load_city` again, and keep the old City when it raises.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import MappingProxyType

from city.admission import Admission
from city.calendar import calendar_of
from city.checks import mistakes_between
from city.city import City, CityFile
from city.deadlines import DeadlinesFile
from city.dialling import Dialling
from city.files import Files, categories, flows, hotlines, levels, menus, read_files, years
from city.level import RESTING
from city.mistakes import CityInvalid, Mistake
from city.numbers import dialled_forms, local_number
from city.places import Place
from city.prompts import Prompt
from city.queue import Queue
from city.seats import SeatRange
from city.trunks import TrunksFile
from city.urgency import HighRiskFile, UrgencyFile
from city.webhooks import WebhooksFile
from city.words import WordsFile


def load_city(folder: Path, *, also_spoken: Iterable[str] = ()) -> City:
    """The city that `folder` describes. `also_spoken` are slugs of prompts that must exist besides those its files use.

    Raises CityInvalid with every mistake of every file.
    """
    files = read_files(folder, also_spoken)
    about = files.city.whole(CityFile)
    mistakes = find_mistakes(files)
    if mistakes or about is None:
        raise CityInvalid(mistakes)
    return _city(files, about)


def find_mistakes(files: Files) -> tuple[Mistake, ...]:
    """Everything that is wrong within and between the files."""
    within = (mistake for source in files.all() for mistake in source.mistakes)
    return (*within, *mistakes_between(files))


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
        webhooks=files.webhooks.whole(WebhooksFile) or WebhooksFile(),
        levels=MappingProxyType({level.name: level for _, level in levels(files)} or {RESTING.name: RESTING}),
        calendar=calendar_of(year for _, _, year in years(files)),
        deadlines=files.deadlines.whole(DeadlinesFile) or DeadlinesFile(),
        urgency=files.urgency.whole(UrgencyFile) or UrgencyFile(),
        high_risk=files.high_risk.whole(HighRiskFile) or HighRiskFile(),
        prompts=MappingProxyType({str(path[0]): prompt for path, prompt in files.prompts.entries("", Prompt)}),
    )
