"""What is written well and still may not be: rules of the trade, of the law, and of arithmetic."""

from __future__ import annotations

from collections.abc import Iterator

from city.files import Files, hotlines, levels
from city.level import fitted
from city.menu import DEEPEST
from city.menu_nodes import MenuFile, steps_of
from city.mistakes import Mistake
from city.places import Place
from city.prompts import Prompt, audio_fault
from city.queue import Queue
from city.source import Source


def menus_are_shallow(files: Files) -> Iterator[Mistake]:
    """From a hotline a caller meets at most DEEPEST menus, so no menu leads back to itself either."""
    for path, hotline in hotlines(files):
        if hotline.menu is not None and _depth(files, hotline.menu, DEEPEST + 1) > DEEPEST:
            zh, message = f"菜单超过 {DEEPEST} 层,或者循环", f"more than {DEEPEST} menus one after the other, or a loop"
            yield files.hotlines.mistake((*path, "menu"), "menu_too_deep", zh, message)


def _depth(files: Files, menu: str, enough: int) -> int:
    """How many menus a caller can meet from `menu` on, counted no further than `enough`."""
    found = files.menus[menu].whole(MenuFile) if menu in files.menus else None
    if found is None or enough == 0:
        return 0
    further = (step.goto for _, step in steps_of(found.root) if step.goto)
    return 1 + max((_depth(files, name, enough - 1) for name in further), default=0)


def crisis_has_no_menu(files: Files) -> Iterator[Mistake]:
    """Callers of a crisis line are not sent to a machine."""
    for path, hotline in hotlines(files):
        if hotline.crisis and hotline.menu is not None:
            zh, message = "危机热线必须直接转人工,不设菜单", "a crisis line goes straight to a person and has no menu"
            yield files.hotlines.mistake((*path, "menu"), "crisis_has_no_menu", zh, message)


def callers_are_told_of_recording(files: Files) -> Iterator[Mistake]:
    """本次通话将被录音: one prompt of every greeting says so."""
    texts = {path[0]: prompt.zh or "" for path, prompt in files.prompts.entries("", Prompt)}
    for path, hotline in hotlines(files):
        greeting = [texts.get(slug) for slug in hotline.greeting]
        # A prompt without a text may say it in its audio; that it has none of both is another rule's business.
        if not any(text is None or "录音" in text for text in greeting):
            zh, message = "欢迎词须告知通话录音(含“录音”二字)", "the greeting must tell callers of the recording (录音)"
            yield files.hotlines.mistake((*path, "greeting"), "recording_notice", zh, message)


def levels_tell_of_recording(files: Files) -> Iterator[Mistake]:
    """Also with the prompts that a level has said instead: what told of the recording is replaced by what does, too."""
    texts = {path[0]: prompt.zh for path, prompt in files.prompts.entries("", Prompt)}
    for path, level in levels(files):
        for usual, instead in level.prompts.items():
            text = texts.get(instead)
            if "录音" in (texts.get(usual) or "") and text is not None and "录音" not in text:
                zh, message = (
                    "换播的提示音须同样告知录音",
                    "what is said instead must tell of the recording, too",
                )
                yield files.levels.mistake((*path, "prompts", usual), "recording_notice", zh, message)


def audio_can_be_played(files: Files) -> Iterator[Mistake]:
    """Audio beside the texts is WAV, PCM16, mono, 8 kHz."""
    for path in sorted((files.folder / "prompts").glob("*.wav")):
        if fault := audio_fault(path):
            source = Source(file=f"prompts/{path.name}")
            yield source.mistake(
                (),
                "wrong_audio",
                f"须为 WAV、PCM16、单声道、8000 Hz(hotline prompts upload 可转换),此为 {fault}",
                f"PCM16, mono, 8 kHz is needed (hotline prompts upload converts): {fault}",
            )


def the_first_level_is_at_rest(files: Files) -> Iterator[Mistake]:
    """What a city falls back to is what its other files say."""
    for path, level in levels(files):
        if path[-1] == 0 and not level.changes_nothing:
            zh, message = "第一个级别是常态,不能改变什么", "the first level is the resting one and changes nothing"
            yield files.levels.mistake(path, "resting_level_changes", zh, message)


def levels_fit_their_queues(files: Files) -> Iterator[Mistake]:
    """What a level changes of a queue still makes a queue: some fields need each other."""
    queues = {queue.name: queue for _, queue in files.queues.entries("queues", Queue)}
    for path, level in levels(files):
        for name, change in level.queues.items():
            if name in queues and fitted(queues[name], change) is None:
                zh, message = "与 queues.toml 合起来不成立", "together with queues.toml it makes no sense"
                yield files.levels.mistake((*path, "queues", name), "level_does_not_fit", zh, message)


def queues_do_not_lend_to_themselves(files: Files) -> Iterator[Mistake]:
    """A level lends seats from one queue to another."""
    for path, level in levels(files):
        for place, lend in enumerate(level.lend):
            if lend.lender == lend.borrower:
                zh, message = "不能借给自己", "a queue does not lend to itself"
                yield files.levels.mistake((*path, "lend", place, "borrower"), "lent_to_itself", zh, message)


def places_lie_somewhere(files: Files) -> Iterator[Mistake]:
    """A parent is exactly one other place, and nothing lies within itself."""
    places = dict(files.places.entries("places", Place))
    written = files.places.names("places", "name")
    parents: dict[str, list[str | None]] = {}
    for place in places.values():
        parents.setdefault(place.name, []).append(place.parent)
    for path, place in places.items():
        if place.parent is not None and (fault := _parent_fault(place.name, place.parent, parents, written)):
            yield files.places.mistake((*path, "parent"), *fault)


def _parent_fault(
    name: str, parent: str, parents: dict[str, list[str | None]], written: frozenset[str]
) -> tuple[str, str, str] | None:
    """Rule and sentences, or None if `parent` is a good place for `name` to lie in."""
    if parent not in written:
        return "unknown_place", f"没有地名“{parent}”", f"there is no place {parent!r}"
    if len(parents.get(parent, ())) > 1:
        return "ambiguous_place", f"“{parent}”不止一处", f"there is more than one {parent!r}"
    above: str | None = parent
    for _ in parents:
        if above == name:
            return "place_in_itself", f"“{name}”不能位于自身之内", f"{name!r} would lie within itself"
        above = next(iter(parents.get(above, ())), None) if above is not None else None
    return None
