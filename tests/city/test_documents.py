"""The pages for people say what the programs do: every key, every code, every word."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest

from acd.call_facts import Debt
from acd.callbacks import CallBackState
from acd.dial_facts import DialOutcome
from acd.dialling import DialStep
from acd.model import AgentState, BreakReason, Refusal, RingFailure
from acd.outcome import Outcome
from acd.rating_facts import NotAsked
from city.places import PlaceKind
from city.schemas import SHAPES
from ivr.agent_codes import CODES
from tickets.follow_ups import FollowUpOutcome, FollowUpState
from tickets.outbox import LetterState
from tickets.states import TicketState

DOCS = Path(__file__).parent.parent.parent / "docs"


def keys_of(name: str) -> set[str]:
    """Every key that a file of the city may have, as its schema knows them."""
    schema = SHAPES[name].model_json_schema()
    shapes = [schema, *schema.get("$defs", {}).values()]
    return {key for shape in shapes for key in shape.get("properties", {})}


@pytest.mark.parametrize("name", SHAPES)
def test_every_key_of_a_city_is_explained(name: str) -> None:
    """In the section of its file; a key that is taken away makes its line stand alone, so both ways."""
    page = (DOCS / "hotlines.md").read_text(encoding="utf-8")
    (section,) = (part for part in page.split("\n## ") if re.match(rf"(prompts/)?{name}(s?/[A-Z]+)?\.toml", part))
    first_cells = " ".join(line.split("|")[1] for line in section.splitlines() if line.startswith("| "))
    explained = set(re.findall(r"`\[*([a-z_]+)\]*`", first_cells))

    there = keys_of("queues") - {"name", "zh", "en"} if name == "levels" else set()  # what a level changes of a queue

    assert explained | there | {name} == keys_of(name) | {name}


def test_every_feature_code_is_explained() -> None:
    """And no other."""
    page = (DOCS / "hotlines.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `(\*\d\d)` \|", page, re.MULTILINE)) == set(CODES)


@pytest.mark.parametrize(
    "words",
    [
        AgentState,
        BreakReason,
        RingFailure,
        Outcome,
        Debt,
        DialOutcome,
        DialStep,
        CallBackState,
        Refusal,
        TicketState,
        LetterState,
        NotAsked,
        FollowUpState,
        FollowUpOutcome,
        PlaceKind,
    ],
)
def test_every_state_has_its_row_in_the_glossary(words: type[StrEnum]) -> None:
    """In the order of the enum, under its name."""
    page = (DOCS / "glossary.md").read_text(encoding="utf-8")
    (section,) = (
        part for part in page.split("\n## ") if f"{words.__module__}.{words.__name__}`" in part.splitlines()[0]
    )

    assert re.findall(r"\| `([a-z_]+)` \|", section) == [word.value for word in words]
