"""Calls heard while they are spoken: how soon their alerts and drafts are there, and what that costs the other calls.

A real Asterisk, a real controller with its journal, real Vosk with the tiny model, spoken audio on both sides.

Few calls (4 at once, cores free; real phones): `live.alert_s`, the longest time from the end of a high-risk phrase's
words to the alert on a console's live stream; `live.p95_s`, from the hang-up to the draft there.

Many calls (40 at once, all recorded, 10 more citizens in line; SIPp): `live.ring_p99_ms`, from a phone's hanging up to
its next INVITE, with every call decoded; its baseline is the same house without a speech model, in the same run. Each
talk is short, so that children come and go faster than in a real centre. `live.decoders` is the median of how many legs
were being decoded, looked at once a second: 80 is every leg of every talk.

Assumptions. SIPp, the phones, Asterisk, the controller and the decoders share the machine with whatever else runs on
it. The tiny model takes some hundredths of a core for each leg, a real one more; decoders take what others leave.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from bench.live_house import decoders_of, staffed
from bench.live_talks import Times, talks
from bench.load_house import SEATS, big_city, roomy
from bench.load_run import Seen, Spoken, run
from bench.load_sound import encoded
from hotline.embedded import Premises
from plumbing.lifecycle import background
from sandbox.citizens import Party, voice
from sandbox.debs import Rootfs
from sandbox.dialogues import load_dialogues
from sandbox.figures import report
from sandbox.sipp import find_sipp
from sandbox.sound import silence

PAIRS, ROUNDS = 4, 5
TOGETHER: Final = 40
IN_LINE: Final = 10
TALK_S: Final = 12.0
MEASURED_S: Final = 40.0
MOST_ALERT_S, MOST_DRAFT_S = 5.0, 3.0
SLOWED_AT_MOST: Final = 1.25
"""Rings with decoding over rings without, at which nothing counts as slowed: two runs of the same differ by as much."""


async def spoken_in(folder: Path) -> Spoken:
    """A dialogue as two files: each side is silent while the other speaks."""
    turns = await voice(load_dialogues()[0].turns)
    for party in Party:
        parts = [turn.sound if turn.party is party else silence(len(turn.sound) / 8000) for turn in turns]
        (folder / f"{party}.al").write_bytes(encoded(np.concatenate(parts)))
    return Spoken(*(str(folder / f"{party}.al") for party in (Party.AGENT, Party.CITIZEN)))


async def count_decoders(controller: int, counts: list[int]) -> None:
    """Once a second, until cancelled."""
    while True:
        counts.append(decoders_of(controller))
        await asyncio.sleep(1.0)


async def few(place: Premises, state_dir: Path) -> list[Times]:
    """Every talk's times."""
    async with staffed(place, state_dir, PAIRS, decoding=True) as house:
        return await talks(house, state_dir, PAIRS, ROUNDS)


async def many(
    place: Premises, program: Rootfs, state_dir: Path, spoken: Spoken, *, decoding: bool
) -> tuple[Seen, list[int]]:
    """What was seen, and how many legs were being decoded."""
    counts: list[int] = []
    async with (
        staffed(place, state_dir, TOGETHER, decoding=decoding) as house,
        background(count_decoders(house.controller or 0, counts)),
    ):
        seen = await run(
            house,
            program,
            state_dir / "run",
            talk_s=TALK_S,
            citizens=TOGETHER + IN_LINE,
            measured_s=MEASURED_S,
            seats=SEATS[:TOGETHER],
            spoken=spoken,
        )
    say(
        f"{state_dir.name}: {len(seen.rings_s)} rings, {seen.rate:.1f} talks/s; p50 {1000 * seen.ring_s(0.5):.0f} "
        f"p99 {1000 * seen.ring_s(0.99):.0f} ms; cores: Asterisk {seen.asterisk_cores:.2f}, "
        f"controller {seen.controller_cores:.2f}{'; calls went wrong' if seen.failed else ''}"
    )
    return seen, counts


def say(words: str) -> None:
    """For who watches; figures go elsewhere."""
    sys.stderr.write(f"{words}\n")


def figures_of_few(seen: Sequence[Times]) -> bool:
    """Print them; True when they are as promised."""
    alerts, drafts = (sorted(each) for each in zip(*((one.alert_s, one.draft_s) for one in seen), strict=True))
    p95 = drafts[min(len(drafts) - 1, int(0.95 * len(drafts)))]
    report("live.alert_s", round(alerts[-1], 2), "s", MOST_ALERT_S)
    report("live.alert_p50_s", round(statistics.median(alerts), 2), "s")
    report("live.p95_s", round(p95, 2), "s", MOST_DRAFT_S)
    report("live.p50_s", round(statistics.median(drafts), 2), "s")
    return alerts[-1] <= MOST_ALERT_S and p95 <= MOST_DRAFT_S


def figures_of_many(without: Seen, decoding: Seen, counts: Sequence[int]) -> bool:
    """Print them; True when they are as promised."""
    for share, name in ((0.99, "live.ring_p99_ms"), (0.5, "live.ring_p50_ms")):
        report(name, round(1000 * decoding.ring_s(share), 1), "ms", round(1000 * without.ring_s(share), 1))
    report("live.rings", len(decoding.rings_s), "1", len(without.rings_s))
    report("live.decoders", statistics.median(counts), "1", 2 * TOGETHER)
    is_slowed = decoding.ring_s(0.99) > SLOWED_AT_MOST * without.ring_s(0.99)
    return not (is_slowed or decoding.failed or without.failed)


async def measure(folder: Path, parts: Sequence[str]) -> bool:
    """Print the figures; True when they are as promised."""
    say(__doc__ or "")
    as_promised = True
    async with roomy(folder / "place", big_city(folder / "city")) as place:
        if "few" in parts:
            as_promised &= figures_of_few(await few(place, folder / "few"))
        if "many" in parts:
            program, spoken = await asyncio.to_thread(find_sipp), await spoken_in(folder)
            without, _ = await many(place, program, folder / "without", spoken, decoding=False)
            decoding, counts = await many(place, program, folder / "decoding", spoken, decoding=True)
            as_promised &= figures_of_many(without, decoding, counts)
    return as_promised


def main(parts: Sequence[str]) -> int:
    """Entry of `./dev bench live`, of all of it or of its parts: few, many."""
    with tempfile.TemporaryDirectory(prefix="lx-live-") as folder:
        return 0 if asyncio.run(measure(Path(folder), parts or ("few", "many"))) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
