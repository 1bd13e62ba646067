"""Vosk and nothing else, on all cores: `python -m bench.asr_raw MODEL CORES FED LEG…`; one line of JSON.

The model is loaded once; the cores take the legs in turn, each leg in short pieces to a recogniser of its own, and
throw the words away. They give way as our children do, so that a busy machine treats both alike. `FED` is "all", or
"heard": then only the sound that our ear gives to its recogniser.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from asr.attention import PIECE_S, Attention, Feed
from asr.engines.vosk import VoskEngine, load
from plumbing.background_work import begin_nice_session, go_last
from recordings.wav import SAMPLE_BYTES, chunks, inspect

RATE_HZ = 8000
PIECE_BYTES = int(PIECE_S * RATE_HZ) * SAMPLE_BYTES


def main(model: str, cores: int, fed: str, *legs: str) -> int:
    """Decode all; {"wall_s", "cpu_s"} of it, the loading not counted."""
    begin_nice_session()
    engine = load(Path(model), RATE_HZ)
    sounds = [b"".join(pieces(Path(leg), fed)) for leg in legs]  # as pieces, a child would copy the page of each
    began_s = time.monotonic()
    children = [os.fork() or _work(engine, sounds[number::cores]) for number in range(cores)]
    for child in children:
        os.waitpid(child, 0)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({"wall_s": time.monotonic() - began_s, "cpu_s": used.ru_utime + used.ru_stime}))
    return 0


def pieces(leg: Path, fed: str) -> Iterator[bytes]:
    """The sound of a leg in short pieces."""
    everything = chunks(inspect(leg), PIECE_S)
    if fed == "all":
        yield from everything
        return
    yield from (order.sound for order in Attention(RATE_HZ).hear(list(everything)) if isinstance(order, Feed))


def _work(engine: VoskEngine, legs: list[bytes]) -> int:
    go_last()
    for sound in legs:
        recogniser = engine.recogniser()
        for at in range(0, len(sound), PIECE_BYTES):
            recogniser.accept(sound[at : at + PIECE_BYTES])
        recogniser.finish()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]))
