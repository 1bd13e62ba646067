"""Short talks written for training, beside the templates of the corpus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from city.categories import Category, by_name, lineage
from sandbox.dialogue_corpus.filling import Talk

BEFORE, AFTER = Path(__file__).with_name("utterances.txt"), Path(__file__).with_name("utterances_after.txt")
"""AFTER was written when the mistakes on the training templates had been read: it says nothing of unseen talks."""


def utterances(path: Path, categories: Iterable[Category]) -> Iterator[Talk]:
    """Every line a talk. KeyError: of a category that the city does not have."""
    tree, category = by_name(categories), ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        if line.startswith("# "):
            category = "/".join(lineage(tree[line[2:]].name, tree))
        elif line and not line.startswith(";"):
            kind, urgency, said = (part.strip() for part in line.split("|"))
            truth = {"kind": kind, "category": category, "urgency": urgency}
            told = {field: value for field, value in truth.items() if value}
            yield Talk(f"{path.stem}-{number}", tuple(said.split("/")), (), told)
