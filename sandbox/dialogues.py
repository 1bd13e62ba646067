"""Calls for demo, tests and bench: what is said on both sides, and what a good draft must find in it."""

from __future__ import annotations

import functools
import itertools
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DIALOGUES = Path(__file__).with_name("dialogues.toml")


@dataclass(frozen=True, kw_only=True)
class Dialogue:
    """One call: the agent's first line greets, the citizen answers, and so on in turn."""

    name: str
    hotline: str
    """The number dialled."""
    keys: str
    """The keys pressed in the hotline's menu, in order; empty to press none."""
    kind: str
    """The kind of appeal a draft should find: 投诉, 咨询, 求助, 举报, 建议 or 表扬."""
    places: tuple[str, ...]
    """The gazetteer's names a draft should find, from the largest to the smallest."""
    citizen: tuple[str, ...]
    agent: tuple[str, ...]

    @property
    def turns(self) -> list[tuple[str, str]]:
        """Every line in order as ("agent" or "citizen", text)."""
        return list(in_turn(agent=self.agent, citizen=self.citizen))


def in_turn(**sides: Sequence[str]) -> Iterator[tuple[str, str]]:
    """A line of each side in turn, with the side's name; who has lines left at the end says them."""
    for lines in itertools.zip_longest(*sides.values()):
        yield from ((side, line) for side, line in zip(sides, lines, strict=True) if line is not None)


@functools.cache
def load_dialogues(path: Path = DIALOGUES) -> tuple[Dialogue, ...]:
    """Every call of the file, in its order. The name of each is its own."""
    with path.open("rb") as file:
        calls = tomllib.load(file)["dialogue"]
    return tuple(_read_dialogue(call) for call in calls)


def _read_dialogue(call: dict[str, Any]) -> Dialogue:
    return Dialogue(
        name=call["name"],
        hotline=call["hotline"],
        keys=call["keys"],
        kind=call["kind"],
        places=tuple(call["places"]),
        citizen=tuple(call["citizen"]),
        agent=tuple(call["agent"]),
    )
