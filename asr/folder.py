"""A folder of recordings that somebody brings: which files make which talk, and which cannot be used, and why.

Two legs are named as ours are (`CALL-ATTEMPT-caller.wav`, `…-agent.wav`). Any other WAV file is a caller alone or, if
it is stereo, both, one on each side. Nothing outside the folder is read: a link that leads out of it is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from recordings.recording import Leg
from recordings.wav import Damage, Sound, inspect

_LEG = re.compile(rf"(?P<talk>.+)-(?P<leg>{'|'.join(Leg)})")

UNUSABLE = MappingProxyType(
    {
        Damage.ABSENT: ("文件不在", "the file is not there"),
        Damage.EMPTY_FILE: ("空文件", "the file is empty"),
        Damage.HEADER_TRUNCATED: ("文件头不完整", "it ends within its header"),
        Damage.HEADER_ONLY: ("只有文件头,没有声音", "a header and no sound"),
        Damage.NOT_WAV: ("不是 WAV 文件", "this is no WAV file"),
        Damage.WRONG_FORMAT: ("格式不符", "a format that is not read"),
        Damage.SIZES_STALE: ("文件头长度未写入,没有声音", "sizes not written, and no sound"),
        Damage.CUT_SHORT: ("被截断,没有声音", "cut short before its sound"),
        Damage.ODD_BYTES: ("不足一个采样点", "less than one sample"),
    }
)


class Side(StrEnum):
    """左右声道: on which side of a stereo file the caller is."""

    LEFT = "left"
    RIGHT = "right"


class Unusable(Exception):
    """This file cannot be transcribed. `zh` and `en` say why."""

    def __init__(self, file: Path, zh: str, en: str) -> None:
        super().__init__(f"{file}: {en}")
        self.file, self.zh, self.en = file, zh, en


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """`name`: its path in the folder, without the leg and the suffix."""

    name: Path
    legs: Mapping[Leg, Path]


def find(folder: Path) -> list[Talk]:
    """The talks in a folder and the folders in it, by name. Blocks. OSError when the folder cannot be listed."""
    found: dict[Path, dict[Leg, Path]] = {}
    for file in sorted(folder.rglob("*")):
        if file.suffix.lower() == ".wav":
            name, leg = _named(file.relative_to(folder))
            # what has the name of another is a talk of its own, by its whole file name
            name = name if leg not in found.get(name, {}) else file.relative_to(folder)
            found.setdefault(name, {})[leg] = file
    return [Talk(name=name, legs=legs) for name, legs in sorted(found.items())]


def _named(file: Path) -> tuple[Path, Leg]:
    match = _LEG.fullmatch(file.stem)
    return (file.with_name(match["talk"]), Leg(match["leg"])) if match else (file.with_name(file.stem), Leg.CALLER)


def sounds(talk: Talk, folder: Path, caller: Side = Side.LEFT) -> Mapping[Leg, Sound]:
    """What its files hold; every one has sound. `caller`: where a stereo file has them. Blocks. Unusable."""
    inside = folder.resolve()
    sides = _sides(talk, inside, caller)
    return sides or {leg: _with_sound(file, _look(file, inside)) for leg, file in talk.legs.items()}


def _sides(talk: Talk, inside: Path, caller: Side) -> Mapping[Leg, Sound] | None:
    """Both legs of a talk that is one stereo file with sound; None when it is none."""
    file = talk.legs.get(Leg.CALLER)
    if file is None or len(talk.legs) > 1 or _LEG.fullmatch(file.stem):
        return None
    first, second = (_look(file, inside, channels=2, channel=channel) for channel in range(2))
    if not first.sound_bytes:
        return None
    return dict(zip(Leg, (first, second) if caller is Side.LEFT else (second, first), strict=True))


def _look(file: Path, inside: Path, *, channels: int = 1, channel: int = 0) -> Sound:
    try:
        if not file.resolve().is_relative_to(inside):
            raise Unusable(file, "链接指向文件夹之外", "a link that leads out of the folder")
        if file.exists() and not file.is_file():
            raise Unusable(file, "不是普通文件", "this is not an ordinary file")
        return inspect(file, channels=channels, channel=channel)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        why = getattr(error, "strerror", None) or "links in a circle"
        raise Unusable(file, f"无法读取({why})", f"it cannot be read ({why})") from error


def _with_sound(file: Path, sound: Sound) -> Sound:
    if not sound.sound_bytes:
        zh, en = UNUSABLE[sound.damage[0]]
        found = f":{sound.format}" if sound.format else ""
        raise Unusable(file, f"{zh}{found}", f"{en}{found}")
    return sound


def digests(talk: Talk) -> dict[str, str]:
    """SHA-256 of each leg's file. Blocks for as long as reading takes. Unusable."""
    return dict(_digests(talk))


def _digests(talk: Talk) -> Iterator[tuple[str, str]]:
    for leg, path in talk.legs.items():
        try:
            with path.open("rb") as file:
                yield str(leg), hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise Unusable(path, f"无法读取({error.strerror})", f"it cannot be read ({error.strerror})") from error
