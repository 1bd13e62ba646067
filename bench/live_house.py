"""Our call centre for `bench.live`: so many seats staffed, with a speech model or without."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.load_house import OUR_NUMBER, SEATS, House
from bench.on_duty import on_duty
from hotline.embedded import MODEL, Premises
from plumbing.settings import PREFIX


@asynccontextmanager
async def staffed(place: Premises, state_dir: Path, seats: int, *, decoding: bool) -> AsyncIterator[House]:
    """A controller of its own, with its own state, that transcribes with the tiny model while calls go on, or never."""
    posts = [f"{101 + number}@{seat}" for number, seat in enumerate(SEATS[:seats])]
    environment = {**place.environment, **({f"{PREFIX}ASR_MODEL": str(MODEL)} if decoding else {})}
    async with on_duty(environment, state_dir, *posts) as process:
        yield House(name=state_dir.name, place=place, number=OUR_NUMBER, controller=process.pid)


def decoders_of(controller: int) -> int:
    """How many legs this controller's decoders are at now: children of its launcher."""
    return sum(len(_children(child)) for child in _children(controller))


def _children(pid: int) -> list[int]:
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except FileNotFoundError:
        return []
    return [int(child) for child in listed.split()]
