"""Nothing is there twice under the same name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from city.city import BreakLimit, CityFile, Outside, Skill
from city.files import Files, Mention, hotlines, levels
from city.hotline import Hotline
from city.mistakes import Mistake
from city.numbers import dialled_forms, local_number
from city.places import Place
from city.positions import KeyPath
from city.queue import Queue
from city.retention import RecordingClass
from city.seats import SeatRange
from city.trunks import Trunk


def numbers_ring_one_hotline(files: Files) -> Iterator[Mistake]:
    """A dialled number names one hotline, also through variants, area code and country code."""
    about = files.city.whole(CityFile)
    if about is None:
        return
    codes = (about.area_code, about.country_code)
    owners: dict[str, tuple[KeyPath, Hotline]] = {}
    for path, hotline in hotlines(files):
        numbers = [Mention(files.hotlines, (*path, "number"), hotline.number)]
        numbers += (Mention(files.hotlines, (*path, "variants", at), text) for at, text in enumerate(hotline.variants))
        for mention in numbers:
            forms = dialled_forms(local_number(mention.name, *codes), *codes)
            owned = [owners.setdefault(form, (path, hotline)) for form in forms]
            if other := next((owner for where, owner in owned if where != path), None):
                zh = f"号码“{mention.name}”已属于 {other.number} {other.zh}"
                message = f"number {mention.name!r} rings {other.number} ({other.en}) already"
                yield mention.mistake("duplicate_number", zh, message)


def queues_have_one_name_each(files: Files) -> Iterator[Mistake]:
    """No two queues have the same name."""
    found = files.queues.entries("queues", Queue)
    return twins((Mention(files.queues, (*path, "name"), queue.name) for path, queue in found), "queue", "队列")


def skills_have_one_name_each(files: Files) -> Iterator[Mistake]:
    """No two skills have the same name."""
    found = files.city.entries("skills", Skill)
    return twins((Mention(files.city, (*path, "name"), skill.name) for path, skill in found), "skill", "技能")


def breaks_have_one_limit_each(files: Files) -> Iterator[Mistake]:
    """No reason of a break has two limits."""
    found = files.city.entries("breaks", BreakLimit)
    return twins((Mention(files.city, (*path, "reason"), limit.reason) for path, limit in found), "break", "小休")


def extensions_belong_to_one_seat(files: Files) -> Iterator[Mistake]:
    """An extension is listed once, also through ranges; of a range that overlaps the first such extension is named."""
    taken: set[str] = set()
    for path, seats in files.seats.entries("seats", SeatRange):
        extensions = [seat.extension for seat in seats.seats()]
        again = [extension for extension in extensions if extension in taken]
        if again:
            yield _twin(Mention(files.seats, (*path, "extensions"), again[0]), "seat", "坐席")
        taken.update(extensions)


def trunks_have_one_name_each(files: Files) -> Iterator[Mistake]:
    """No two trunks have the same name."""
    found = files.trunks.entries("trunks", Trunk)
    return twins((Mention(files.trunks, (*path, "name"), trunk.name) for path, trunk in found), "trunk", "中继")


def recording_classes_have_one_name_each(files: Files) -> Iterator[Mistake]:
    """No two recording classes have the same name."""
    found = files.retention.entries("classes", RecordingClass)
    return twins((Mention(files.retention, (*path, "name"), each.name) for path, each in found), "class", "录音级别")


def levels_have_one_name_each(files: Files) -> Iterator[Mistake]:
    """No two response levels have the same name."""
    found = levels(files)
    return twins((Mention(files.levels, (*path, "name"), level.name) for path, level in found), "level", "响应级别")


def numbers_outside_are_nobody_elses(files: Files) -> Iterator[Mistake]:
    """A number keyed in a talk means one thing: a hotline, a phone, or somebody outside."""
    ours = {hotline.number for _, hotline in hotlines(files)}
    ours.update(seat.extension for _, seats in files.seats.entries("seats", SeatRange) for seat in seats.seats())
    for path, place in files.city.entries("outside", Outside):
        if place.number in ours:
            yield _twin(Mention(files.city, (*path, "number"), place.number), "outside", "外部号码")
        ours.add(place.number)


def places_are_told_apart(files: Files) -> Iterator[Mistake]:
    """The same name may stand for two places only if they lie in different ones."""
    taken: set[tuple[str, str | None]] = set()
    for path, place in files.places.entries("places", Place):
        if (place.name, place.parent) in taken:
            yield _twin(Mention(files.places, (*path, "name"), place.name), "place", "地名")
        taken.add((place.name, place.parent))


def aliases_mean_one_place(files: Files) -> Iterator[Mistake]:
    """What people say for a place is no place's name, and of two places only if they lie in different ones."""
    places = list(files.places.entries("places", Place))
    names = {place.name for _, place in places}
    taken: set[tuple[str, str | None]] = set()
    for path, place in places:
        for at, alias in enumerate(place.aliases):
            mention = Mention(files.places, (*path, "aliases", at), alias)
            if alias in names:
                yield mention.mistake(
                    "alias_is_a_name", f"别称“{alias}”是表里的地名", f"{alias!r} is a name in this table"
                )
            elif (alias, place.parent) in taken:
                yield _twin(mention, "alias", "别称")
            taken.add((alias, place.parent))


def twins(mentions: Iterable[Mention], kind: str, zh: str) -> Iterator[Mistake]:
    """Every mention of a name that stands above it already."""
    taken: set[str] = set()
    for mention in mentions:
        if mention.name in taken:
            yield _twin(mention, kind, zh)
        taken.add(mention.name)


def _twin(mention: Mention, kind: str, zh: str) -> Mistake:
    return mention.mistake(
        f"duplicate_{kind}", f"{zh}“{mention.name}”重复", f"{kind} {mention.name!r} is already listed above"
    )
