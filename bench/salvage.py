"""How much sound comes out of files that a killed recorder left behind: `./dev bench salvage`.

240 damaged files are made by rule, each with the damage it must be called and the sound that lies in it; the reader
of `recordings.wav` looks at each. One JSON line a figure.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from recordings.wav import HEADER_BYTES, Damage, chunks, header, inspect
from sandbox.figures import report

FILES_EACH = 24
RATE_HZ = 8000


class Spoiled(NamedTuple):
    """A damaged file: its bytes, what it may be called, the whole samples that lie on the disk."""

    content: bytes
    damage: set[Damage]
    sound: bytes


def cases(random: np.random.Generator) -> Iterator[Spoiled]:
    """Ten rules."""
    samples = random.integers(-9000, 9000, int(random.integers(800, 16000)), dtype="<i2").tobytes()
    right = header(rate_hz=RATE_HZ, channels=1, sound_bytes=len(samples))
    stale = header(rate_hz=RATE_HZ, channels=1, sound_bytes=0)
    cut = int(random.integers(2, len(samples) - 1))
    odd = {Damage.ODD_BYTES} if cut % 2 else set()
    early = header(rate_hz=RATE_HZ, channels=1, sound_bytes=cut - cut % 2)
    unknown = header(rate_hz=RATE_HZ, channels=1, sound_bytes=0xFFFFFFFF - 36)
    yield Spoiled(right + samples[:cut], {Damage.CUT_SHORT, *odd}, samples[: cut - cut % 2])
    yield Spoiled(stale + samples, {Damage.SIZES_STALE}, samples)
    yield Spoiled(stale + samples[:cut], {Damage.SIZES_STALE, *odd}, samples[: cut - cut % 2])
    yield Spoiled(unknown + samples, {Damage.CUT_SHORT}, samples)
    yield Spoiled(b"", {Damage.EMPTY_FILE}, b"")
    yield Spoiled(stale, {Damage.HEADER_ONLY}, b"")
    yield Spoiled(right[: int(random.integers(1, HEADER_BYTES))], {Damage.HEADER_TRUNCATED}, b"")
    yield Spoiled(b"\xff" + random.bytes(HEADER_BYTES + 400), {Damage.NOT_WAV}, b"")
    yield Spoiled(header(rate_hz=RATE_HZ, channels=2, sound_bytes=400) + bytes(400), {Damage.WRONG_FORMAT}, b"")
    yield Spoiled(early + samples, {Damage.SIZES_STALE}, samples)


def main() -> int:
    """Make, read, count. 1 when a figure misses its mark."""
    random = np.random.default_rng(20261123)
    files = classified = crashes = on_disk = recovered = 0
    with tempfile.TemporaryDirectory() as folder:
        leg = Path(folder) / "leg.wav"
        for spoiled in (one for _ in range(FILES_EACH) for one in cases(random)):
            files += 1
            on_disk += len(spoiled.sound)
            leg.write_bytes(spoiled.content)
            try:
                sound = inspect(leg)
                read = b"".join(chunks(sound, 0.25))
            except Exception as error:  # noqa: BLE001 - what is counted
                crashes += 1
                sys.stderr.write(f"{error!r}\n")
                continue
            classified += set(sound.damage) == spoiled.damage
            recovered += len(read) if spoiled.sound.startswith(read) else 0
    figures = {
        "salvage.files": files,
        "salvage.classified": classified / files,
        "salvage.crashes": crashes,
        "salvage.recovered": recovered / on_disk,
    }
    for name, figure in figures.items():
        report(name, figure, "files" if name in {"salvage.files", "salvage.crashes"} else "of 1")
    return int(classified < files or crashes > 0 or recovered < 0.99 * on_disk)


if __name__ == "__main__":
    sys.exit(main())
