"""快速流程: which quick flow a talk begins, and which of its questions are still open. Pure.

A flow begins when one of its triggers was said and the draft's category is the flow's or grows from it. Triggers speak
of their flow's category, so that a city need not list them twice. All flows are looked for in one pass over the text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from city.categories import Category
from city.flows import Flow, Question
from tickets.categories import CategoryFound, CategoryTree
from tickets.heard import Heard
from tickets.mentions import Hit, Mentions

VERSION_CHARS = 12


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that the caller has not answered."""

    zh: str
    en: str
    field: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTaken:
    """The flow that a draft follows, in the version of that moment, and its mandatory questions that are open."""

    name: str
    zh: str
    en: str
    version: str
    transfer: str | None
    deadline_days: int | None = None  # working days; None: drafted before this was kept
    unanswered: tuple[OpenQuestion, ...]


@dataclass(frozen=True, slots=True)
class FlowFound:
    """A flow, and the first of its triggers that was said."""

    name: str
    flow: Flow
    hit: Hit


class FlowBook:
    """The flows in force, and the categories with which they are told apart. Never changes; a new one replaces it."""

    def __init__(self, categories: Iterable[Category], flows: Mapping[str, Flow]) -> None:
        self.flows = dict(flows)
        self.versions = {name: version_of(flow) for name, flow in self.flows.items()}
        self.tree = CategoryTree(
            categories, ((flow.category, word) for flow in flows.values() for word in flow.triggers)
        )
        self._triggers = Mentions((name, word) for name, flow in self.flows.items() for word in flow.triggers)
        self._answers = Mentions(
            (_key(name, number), word)
            for name, flow in self.flows.items()
            for number, question in enumerate(flow.questions)
            for word in question.answered_by
        )

    def begun(self, said: Heard, category: CategoryFound | None) -> FlowFound | None:
        """The flow that was begun; None: none, or several and nothing to tell them apart."""
        if category is None:
            return None
        first: dict[str, Hit] = {}
        for hit in self._triggers.find(said.text):
            if self.flows[hit.owner].category in category.path:
                first.setdefault(hit.owner, hit)
        deepest = max((category.path.index(self.flows[name].category) for name in first), default=0)
        found = [name for name in first if category.path.index(self.flows[name].category) == deepest]
        return FlowFound(found[0], self.flows[found[0]], first[found[0]]) if len(found) == 1 else None

    def taken(self, found: FlowFound, said: Heard, filled: Collection[str]) -> FlowTaken:
        """The flow as a draft keeps it. `filled`: the fields of the draft that have a value."""
        answered = {hit.owner for hit in self._answers.find(said.text)}
        questions = enumerate(found.flow.questions)
        unanswered = (
            OpenQuestion(question.zh, question.en, question.field)
            for number, question in questions
            if question.mandatory and question.field not in filled and _key(found.name, number) not in answered
        )
        return FlowTaken(
            name=found.name,
            zh=found.flow.zh,
            en=found.flow.en,
            version=self.versions[found.name],
            transfer=found.flow.transfer,
            deadline_days=found.flow.deadline_days,
            unanswered=tuple(unanswered),
        )

    def misunderstood(self) -> Iterator[tuple[str, int, str | None]]:
        """Examples that do not begin their flow: its name, the example's number, and which flow it begins instead."""
        for name, flow in self.flows.items():
            for number, example in enumerate(flow.examples):
                said = Heard(example + "\n", (None,) * (len(example) + 1))
                found = self.begun(said, self.tree.find(said))
                if found is None or found.name != name:
                    yield name, number, found.name if found else None


def version_of(flow: Flow) -> str:
    """A digest of what the flow says: whatever changes, its version does."""
    return hashlib.sha256(flow.model_dump_json().encode()).hexdigest()[:VERSION_CHARS]


def mandatory(flow: Flow) -> tuple[Question, ...]:
    """The questions whose answers a ticket needs."""
    return tuple(question for question in flow.questions if question.mandatory)


def _key(name: str, number: int) -> str:
    return f"{name}/{number}"
