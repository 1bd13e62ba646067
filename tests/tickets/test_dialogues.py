"""The sandbox's dialogues, word for word, with the sample city's places: no kind is wrong, and every place is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from asr.transcript import Transcript, Word, merge
from city.load import load_city
from sandbox.dialogues import Dialogue, load_dialogues
from tests.tickets.talks import FACTS
from tickets.draft import Knowledge, draft
from tickets.flows import FlowBook
from tickets.places import Gazetteer

CITY = Path(__file__).parents[2] / "cities" / "sample"
DIALOGUES = load_dialogues()


@pytest.fixture(scope="module")
def knows() -> Knowledge:
    """What the sample city says."""
    city = load_city(CITY)
    return Knowledge(gazetteer=Gazetteer(city.places), book=FlowBook(city.categories, city.flows))


def spoken(dialogue: Dialogue) -> Transcript:
    """What the citizen says, character by character, without punctuation."""
    return merge([_utterance(text, 30.0 * n) for n, text in enumerate(dialogue.citizen)], [])


def _utterance(text: str, start: float) -> list[Word]:
    heard = [character for character in text if character.isalnum()]
    return [Word(character, start + n / 5, start + (n + 1) / 5, 0.95) for n, character in enumerate(heard)]


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.name)
def test_draft_of_a_dialogue_has_its_kind_and_place(dialogue: Dialogue, knows: Knowledge) -> None:
    """Largest place first, nothing left out, no other kind."""
    proposed = draft(FACTS, spoken(dialogue), knows)

    assert proposed.kind.value in (dialogue.kind, None)
    assert proposed.place.value is not None
    assert [place for place in dialogue.places if place not in proposed.place.value] == []


def test_most_kinds_are_told(knows: Knowledge) -> None:
    """Not empty every time, which would never be wrong."""
    told = [draft(FACTS, spoken(dialogue), knows).kind.value for dialogue in DIALOGUES]

    assert sum(kind is not None for kind in told) >= 0.75 * len(told)
