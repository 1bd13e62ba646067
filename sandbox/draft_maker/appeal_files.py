"""Citizens' appeals written for training, one a line: `appeals/*.tsv`, in UTF-8, a topic a file.

The header is `kind<TAB>category<TAB>text<TAB>agent`: kind by the guideline in docs/drafts.md, category a name of the
city's tree, both empty where nothing is wanted (a wrong number); text all that the citizen says, with its punctuation;
agent what was asked or said in between, or nothing.
Both may be parted into turns by `/`; a text without one has a turn a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from city.categories import Category, by_name, lineage
from sandbox.dialogue_corpus.filling import Talk
from tickets.ticket import AppealKind

APPEALS = Path(__file__).with_name("appeals")
AFTER_MISTAKES = frozenset({"72-after-mistakes", "73-everyday"})
"""The files written when mistakes on the training templates had been read: they say nothing of unseen talks."""
COLUMNS = ("kind", "category", "text", "agent")
TURN_MARK = "/"
_SENTENCE = re.compile(r"[^。！？!?]+")


class AppealsInvalid(ValueError):
    """The files cannot be learned from. `mistakes`: file, line, column, what is wrong."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


def read_appeals(folder: Path, categories: Iterable[Category]) -> tuple[tuple[str, Talk], ...]:
    """Every line a talk, with the file it stands in. OSError; AppealsInvalid, with every mistake."""
    tree, found, mistakes = by_name(categories), list[tuple[str, Talk]](), list[str]()
    for file in sorted(folder.glob("*.tsv")):
        header, *lines = file.read_text(encoding="utf-8").splitlines() or [""]
        if tuple(header.split("\t")) != COLUMNS:
            mistakes.append(f"{file.name}:1: 表头应为 / the header should be: {' '.join(COLUMNS)}")
        for number, line in enumerate(lines, 2):
            cells = [cell.strip() for cell in line.split("\t")]
            wrong = list(_wrong(cells, tree))
            mistakes += (f"{file.name}:{number}: {what}" for what in wrong)
            if not wrong:
                kind, category, text, agent = cells
                truth = {"kind": kind, "category": "/".join(lineage(category, tree))} if kind else {}
                found.append((file.stem, Talk(f"{file.stem}-{number}", _turns(text), _answers(agent), truth)))
    if mistakes:
        raise AppealsInvalid(mistakes)
    return tuple(found)


def _turns(text: str) -> tuple[str, ...]:
    return tuple(text.split(TURN_MARK) if TURN_MARK in text else _SENTENCE.findall(text))


def _answers(agent: str) -> tuple[str, ...]:
    return tuple(agent.split(TURN_MARK)) if agent else ()


def _wrong(cells: Sequence[str], tree: Collection[str]) -> Iterator[str]:
    if len(cells) != len(COLUMNS):
        yield f"应有 {len(COLUMNS)} 列,有 {len(cells)} 列 / so many columns, not {len(cells)}"
        return
    kind, category, text, _ = cells
    if kind and kind not in set(AppealKind):
        yield f"kind: 没有这种类型 / no such kind: {kind}"
    if (kind or category) and category not in tree:
        yield f"category: 本市没有这个分类 / the city has no such category: {category}"
    if not text:
        yield "text: 为空 / empty"
