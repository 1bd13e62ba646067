"""What a program or library says it needs: DT_NEEDED and DT_SONAME of a 64-bit little-endian ELF file (amd64, arm64).

Reading the file instead of running `ld.so --list` tells *which* object needs what, so that the right package's
dependencies are searched, and works for another machine's architecture.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

_PT_LOAD, _PT_DYNAMIC = 1, 2
_DT_NULL, _DT_NEEDED, _DT_STRTAB, _DT_SONAME = 0, 1, 5, 14


@dataclass(frozen=True, kw_only=True)
class Linkage:
    """How one object is linked: the sonames it needs, and its own if it is a library."""

    needed: tuple[str, ...] = ()
    soname: str | None = None


def read_linkage(path: Path) -> Linkage | None:
    """Read an object's linkage; None if the file is not a 64-bit little-endian ELF object."""
    image = path.read_bytes()
    if image[:6] != b"\x7fELF\x02\x01":
        return None
    segments = _segments(image)
    dynamic = next(((offset, size) for kind, offset, _, size in segments if kind == _PT_DYNAMIC), None)
    if dynamic is None:
        return Linkage()
    entries = _entries(image, *dynamic)
    strings = _file_offset(segments, next((value for tag, value in entries if tag == _DT_STRTAB), 0))
    sonames = [_text(image, strings + value) for tag, value in entries if tag == _DT_SONAME]
    return Linkage(
        needed=tuple(_text(image, strings + value) for tag, value in entries if tag == _DT_NEEDED),
        soname=sonames[0] if sonames else None,
    )


def _segments(image: bytes) -> list[tuple[int, int, int, int]]:
    """Each program header as (kind, file offset, address, size in the file)."""
    (table,) = struct.unpack_from("<Q", image, 0x20)
    width, count = struct.unpack_from("<HH", image, 0x36)
    headers = (struct.unpack_from("<IIQQQQ", image, table + index * width) for index in range(count))
    return [(kind, offset, address, size) for kind, _, offset, address, _, size in headers]


def _entries(image: bytes, offset: int, size: int) -> list[tuple[int, int]]:
    entries: list[tuple[int, int]] = []
    for tag, value in struct.iter_unpack("<qQ", image[offset : offset + size]):
        if tag == _DT_NULL:
            break
        entries.append((tag, value))
    return entries


def _file_offset(segments: list[tuple[int, int, int, int]], address: int) -> int:
    for kind, offset, start, size in segments:
        if kind == _PT_LOAD and start <= address < start + size:
            return offset + address - start
    return address


def _text(image: bytes, offset: int) -> str:
    return image[offset : image.index(b"\0", offset)].decode("ascii", errors="replace")
