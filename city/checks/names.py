"""Every name leads somewhere. A name exists as soon as it is written, even in a table with some other mistake.

A file that could not be read at all is reported for itself; what others say of it is then not held against them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from city.city import CityFile, audio_path
from city.files import (
    Files,
    Mention,
    hotlines,
    menus_mentioned,
    queues_mentioned,
    skills_mentioned,
)
from city.mistakes import Mistake
from city.prompt_uses import prompts_mentioned
from city.rating import RatingsFile
from city.source import Source
from city.trunks import Trunk, TrunksFile


def queues_exist(files: Files) -> Iterator[Mistake]:
    """Hotlines, menus, seats and response levels name queues that queues.toml has."""
    known = files.queues.names("queues", "name")
    return _unknown(queues_mentioned(files), files.queues, known, "queue", "队列")


def skills_are_declared(files: Files) -> Iterator[Mistake]:
    """Hotlines, menus, seats and recipes name skills that city.toml has."""
    known = files.city.names("skills", "name")
    return _unknown(skills_mentioned(files), files.city, known, "skill", "技能")


def menus_exist(files: Files) -> Iterator[Mistake]:
    """Hotlines and menus lead to menus that are there."""
    for mention in menus_mentioned(files):
        if mention.name not in files.menus:
            yield _no_such(mention, files.menus, "menu", "菜单")


def default_hotline_exists(files: Files) -> Iterator[Mistake]:
    """Unknown numbers have somewhere to land."""
    if about := files.city.whole(CityFile):
        mention = Mention(files.city, ("default_hotline",), about.default_hotline)
        known = files.hotlines.names("hotlines", "number")
        yield from _unknown([mention], files.hotlines, known, "hotline", "热线")


def rated_hotlines_exist(files: Files) -> Iterator[Mistake]:
    """Who is asked, and who is not, is told of hotlines that hotlines.toml has."""
    known, ratings = files.hotlines.names("hotlines", "number"), files.ratings.whole(RatingsFile)
    named = (("never", ratings.never), ("sensitive", ratings.sensitive)) if ratings else ()
    mentions = (Mention(files.ratings, (key, n), number) for key, those in named for n, number in enumerate(those))
    return _unknown(mentions, files.hotlines, known, "hotline", "热线")


def recording_classes_exist(files: Files) -> Iterator[Mistake]:
    """Hotlines name classes that retention.toml has."""
    known = files.retention.names("classes", "name")
    mentions = (
        Mention(files.hotlines, (*path, "recording_class"), hotline.recording_class)
        for path, hotline in hotlines(files)
        if hotline.recording_class
    )
    return _unknown(mentions, files.retention, known, "recording_class", "录音级别")


def prompts_can_be_said(files: Files) -> Iterator[Mistake]:
    """Every prompt that is used has a text, or a file with audio."""
    for mention in prompts_mentioned(files):
        slug = mention.name
        if files.prompts.readable and slug not in files.prompts.content and not audio_path(files.folder, slug).exists():
            zh, message = f"提示音“{slug}”既无文本也无录音文件", f"prompt {slug!r} has neither a text nor an audio file"
            yield mention.mistake("unknown_prompt", zh, message)


def calls_outside_leave_by_a_trunk(files: Files) -> Iterator[Mistake]:
    """The trunk of `[outgoing]` is there and has a host."""
    lines = files.trunks.whole(TrunksFile)
    if lines and lines.outgoing:
        mention = Mention(files.trunks, ("outgoing", "trunk"), lines.outgoing.trunk)
        known = frozenset(trunk.name for _, trunk in files.trunks.entries("trunks", Trunk) if trunk.host)
        yield from _unknown([mention], files.trunks, known, "trunk", "中继")


def _unknown(mentions: Iterable[Mention], home: Source, known: frozenset[str], kind: str, zh: str) -> Iterator[Mistake]:
    for mention in mentions:
        if home.readable and mention.name not in known:
            yield _no_such(mention, known, kind, zh)


def _no_such(mention: Mention, known: Iterable[str], kind: str, zh: str) -> Mistake:
    there_are = ", ".join(sorted(known)) or "-"
    return mention.mistake(
        f"unknown_{kind}",
        f"没有{zh}“{mention.name}”,现有:{there_are}",
        f"there is no {kind} {mention.name!r}, only: {there_are}",
    )
