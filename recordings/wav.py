"""What a leg's WAV file really holds, whatever its header says.

Asterisk writes the sizes into the header when it closes a file: after a crash they are 0 and the sound is behind them
all the same. So the header is read with suspicion, the length of the file decides, and every oddity is named. Nothing
here raises over the contents of a file. Only one format is used: PCM, 16 bits; mono, or one channel of as many as are
asked for. The file is never changed: it is evidence.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from os import SEEK_END
from typing import BinaryIO, Literal, Protocol

HEADER_BYTES = 44
SAMPLE_BYTES = 2
RATES_HZ = range(8000, 48001)
_HEAD_SEARCHED_BYTES = 4096  # the sound must begin within these
_PIECES_A_READ = 16
_PCM = 1


class Readable(Protocol):
    """What can be opened again and again: a path, or a leg in the vault."""

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """The bytes. FileNotFoundError."""


class Damage(StrEnum):
    """What is wrong with a leg. More than one may be."""

    ABSENT = "absent"  # 无文件: the file is not there
    EMPTY_FILE = "empty_file"  # 空文件: 0 bytes
    HEADER_TRUNCATED = "header_truncated"  # 文件头不完整: it ends before the sound begins
    HEADER_ONLY = "header_only"  # 只有文件头: nobody was ever connected
    SIZES_STALE = "sizes_stale"  # 文件头长度未写入: the recorder died; salvaged from the file's length
    CUT_SHORT = "cut_short"  # 录音被截断: the header promises more than is there
    ODD_BYTES = "odd_bytes"  # 半个采样点: half a sample at the end, left out
    NOT_WAV = "not_wav"  # 不是WAV文件
    WRONG_FORMAT = "wrong_format"  # 格式不符: see `Sound.format`


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """The usable sound of a leg: `sound_bytes` (always whole samples) from `offset_bytes` on; 0 when there is none.

    Where the file has several `channels` it is one of them, from 0, and `sound_bytes` are its own.
    """

    path: Readable
    file_bytes: int = 0
    rate_hz: int = 0
    offset_bytes: int = HEADER_BYTES
    sound_bytes: int = 0
    format: str = ""  # the format found, in words, once a format was found
    damage: tuple[Damage, ...] = ()
    channels: int = 1
    channel: int = 0

    @property
    def seconds(self) -> float:
        """Length of the sound, in seconds."""
        return self.sound_bytes / (SAMPLE_BYTES * self.rate_hz) if self.rate_hz else 0.0

    @property
    def frames(self) -> int:
        """Number of samples."""
        return self.sound_bytes // SAMPLE_BYTES


@dataclass(frozen=True, slots=True)
class _Format:
    code: int
    channels: int
    rate_hz: int
    bits: int

    @property
    def in_words(self) -> str:
        coding = "PCM" if self.code == _PCM else f"coding {self.code}"
        return f"{coding}, {self.bits} bit, {self.channels} channel(s), {self.rate_hz} Hz"

    def is_usable(self, channels: int) -> bool:
        same = (self.code, self.channels, self.bits) == (_PCM, channels, 8 * SAMPLE_BYTES)
        return same and self.rate_hz in RATES_HZ


def inspect(path: Readable, *, channels: int = 1, channel: int = 0) -> Sound:
    """Look at one leg. Blocks on the disk for a few kilobytes; OSError other than absence is the caller's."""
    try:
        with path.open("rb") as file:
            return replace(_judge(path, file, channels), channels=channels, channel=channel)
    except FileNotFoundError:
        return Sound(path=path, damage=(Damage.ABSENT,))


def _judge(path: Readable, file: BinaryIO, channels: int) -> Sound:
    head, file_bytes = file.read(_HEAD_SEARCHED_BYTES), file.seek(0, SEEK_END)
    if not head:
        return Sound(path=path, damage=(Damage.EMPTY_FILE,))
    if head[:4] != b"RIFF"[: len(head)] or head[8:12] != b"WAVE"[: max(0, len(head) - 8)]:
        return Sound(path=path, file_bytes=file_bytes, damage=(Damage.NOT_WAV,))
    found, start, declared = _walk(head)
    if found is None or start is None:
        return Sound(path=path, file_bytes=file_bytes, damage=(Damage.HEADER_TRUNCATED,))
    if not found.is_usable(channels):
        return Sound(path=path, file_bytes=file_bytes, format=found.in_words, damage=(Damage.WRONG_FORMAT,))
    sound_bytes, damage = _believable(file, start, declared, file_bytes)
    left_over = sound_bytes % (SAMPLE_BYTES * channels)
    return Sound(
        path=path,
        file_bytes=file_bytes,
        rate_hz=found.rate_hz,
        offset_bytes=start,
        sound_bytes=(sound_bytes - left_over) // channels,
        format=found.in_words,
        damage=(*damage, Damage.ODD_BYTES) if left_over else damage,
    )


def _walk(head: bytes) -> tuple[_Format | None, int | None, int]:
    """Walk the chunks: the format, where the sound begins, how many bytes of it the header promises."""
    found, at = None, 12
    while at + 8 <= len(head):
        name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        at += 8
        if name == b"data":
            return found, at, size
        if name == b"fmt " and at + 16 <= len(head):
            code, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", head, at)
            found = _Format(code, channels, rate_hz, bits)
        at += size + size % 2
    return found, None, 0


def _believable(file: BinaryIO, start: int, declared: int, file_bytes: int) -> tuple[int, tuple[Damage, ...]]:
    """How many bytes of sound there are: what the header promises, if the file bears it out."""
    present = file_bytes - start
    if present <= 0:
        return 0, (Damage.HEADER_ONLY,)
    if declared > present:
        return present, (Damage.CUT_SHORT,)
    if declared == 0 or not _ends_or_goes_on(file, start + declared, file_bytes):
        return present, (Damage.SIZES_STALE,)
    return declared, ()


def _ends_or_goes_on(file: BinaryIO, end: int, file_bytes: int) -> bool:
    """Whether the file ends at `end` or another chunk begins there, as it must when the header tells the truth."""
    if file_bytes - end <= 1:
        return True
    file.seek(end + end % 2)
    after = file.read(8)
    fits = int.from_bytes(after[4:8], "little") <= file_bytes - end
    return len(after) == 8 and after[:4].isascii() and after[:4].decode().isprintable() and fits


def chunks(sound: Sound, seconds: float) -> Iterator[bytes]:
    """The sound in pieces of `seconds` (the last may be shorter), each of whole samples. Blocks on the disk."""
    step = max(1, int(seconds * sound.rate_hz)) * SAMPLE_BYTES
    left = sound.sound_bytes
    if not left:
        return
    with sound.path.open("rb") as file:
        file.seek(sound.offset_bytes)
        while left and (block := file.read(min(step * _PIECES_A_READ, left) * sound.channels)):
            left -= len(block) // sound.channels
            whole = block[: len(block) - len(block) % (SAMPLE_BYTES * sound.channels)]
            channel = whole if sound.channels == 1 else _of_channel(whole, sound)
            yield from (channel[at : at + step] for at in range(0, len(channel), step))


def _of_channel(frames: bytes, sound: Sound) -> bytes:
    return memoryview(frames).cast("H")[sound.channel :: sound.channels].tobytes()


def header(*, rate_hz: int, channels: int, sound_bytes: int) -> bytes:
    """A plain 44-byte header for PCM of 16 bits."""
    frame = SAMPLE_BYTES * channels
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + sound_bytes, b"WAVE",
        b"fmt ", 16, _PCM, channels, rate_hz, rate_hz * frame, frame, 8 * SAMPLE_BYTES,
        b"data", sound_bytes,
    )  # fmt: skip
