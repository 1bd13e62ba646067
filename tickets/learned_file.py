"""The files in which what was learned is kept: numpy's archive, whole numbers of a byte, nothing that can be run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from tickets.learned import SIGNS, Learned

KINDS = Path(__file__).with_name("kinds.npz")
CATEGORIES, URGENCY = "categories.npz", "urgency.npz"
"""In a city's folder."""
STEPS = 127  # of the greatest weight


class LearnedInvalid(ValueError):
    """The file is none of ours, or does not fit together."""


def read_learned(path: Path) -> Learned:
    """What `write_learned` wrote. OSError, LearnedInvalid."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            tokens = tuple(map(str, kept["tokens"]))
            learned = Learned(
                labels=tuple(map(str, kept["labels"])),
                tokens={token: number for number, token in enumerate(tokens)},
                rarity=kept["rarity"].astype(np.float32),
                weights=kept["weights"].astype(np.float32) * (float(kept["greatest"]) / STEPS),
                bias=kept["bias"].astype(np.float32),
                platt=kept["platt"].astype(np.float32),
                lean=kept["lean"].astype(np.float32),
                little=float(kept["little"]),
            )
    except (ValueError, KeyError, EOFError) as error:
        raise LearnedInvalid(f"{path.name}: {error}") from None
    _fit(learned, path)
    return learned


def _fit(learned: Learned, path: Path) -> None:
    sizes = (len(learned.tokens), len(learned.labels))
    shapes = (learned.weights.shape, learned.rarity.shape, learned.bias.shape, learned.lean.shape, learned.platt.shape)
    if shapes != (sizes, sizes[:1], sizes[1:], sizes[1:], (len(SIGNS) + 1,)):
        raise LearnedInvalid(f"{path.name}: {shapes} do not fit together")


def write_learned(learned: Learned, path: Path) -> None:
    """Keep it; each weight to 1 in STEPS of the greatest."""
    greatest = float(np.abs(learned.weights).max())
    np.savez_compressed(
        path,
        labels=np.array(learned.labels),
        tokens=np.array(list(learned.tokens)),
        rarity=learned.rarity.astype(np.float16),
        weights=np.round(learned.weights * (STEPS / greatest)).astype(np.int8),
        greatest=np.float32(greatest),
        bias=learned.bias.astype(np.float32),
        platt=learned.platt.astype(np.float32),
        lean=learned.lean.astype(np.float32),
        little=np.float32(learned.little),
    )


@dataclass(frozen=True, slots=True)
class Lessons:
    """All that was learned: of kinds, which are everywhere the same, and of one city's categories and urgency classes.
    None: what the city's words and the rules say is all."""

    kinds: Learned | None = None
    categories: Learned | None = None
    urgency: Learned | None = None


@cache
def lessons_of_kinds() -> Lessons:
    """Of kinds alone, for a city of which nothing was learned."""
    return Lessons(read_learned(KINDS))


def lessons_of(city: Path) -> Lessons:
    """With what lies in a city's folder. LearnedInvalid."""
    found = [read_learned(file) if (file := city / name).exists() else None for name in (CATEGORIES, URGENCY)]
    return Lessons(lessons_of_kinds().kinds, *found)
