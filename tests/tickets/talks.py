"""Hand-made transcripts and a small gazetteer."""

from __future__ import annotations

from dataclasses import dataclass

from asr.transcript import Transcript, Word, merge
from tickets.draft import CallFacts, Draft, Knowledge, draft
from tickets.flows import FlowBook
from tickets.heard import Heard
from tickets.places import Gazetteer


@dataclass(frozen=True)
class Place:
    """A place of the gazetteer."""

    name: str
    kind: str
    parent: str | None = None
    aliases: tuple[str, ...] = ()


PLACES = (
    Place("海州区", "district", aliases=("海州",)),
    Place("连云区", "district"),
    Place("东海县", "district"),
    Place("新浦", "area", parent="海州区"),
    Place("解放路", "road"),
    Place("解放东路", "road", aliases=("解放路东段",)),
    Place("海连中路", "road", parent="海州区"),
    Place("幸福花园小区", "estate", parent="连云区", aliases=("幸福花园",)),
    Place("火车站", "landmark"),
)
GAZETTEER = Gazetteer(PLACES)
KNOWS = Knowledge(gazetteer=GAZETTEER, book=FlowBook((), {}))
FACTS = CallFacts(call_id="lx1-1.1", hotline="12345", hotline_name="政务服务便民热线", ani="13812340000")


def utterance(text: str, start: float, confidence: float = 1.0) -> list[Word]:
    """Words parted by spaces, half a second each."""
    return [Word(each, start + n / 2, start + n / 2 + 0.4, confidence) for n, each in enumerate(text.split())]


def talk(*caller: str, agent: tuple[str, ...] = (), confidence: float = 1.0) -> Transcript:
    """The caller's turns, ten seconds apart, and the agent's five seconds later."""
    return merge(
        [utterance(text, 10.0 * n, confidence) for n, text in enumerate(caller)],
        [utterance(text, 10.0 * n + 5) for n, text in enumerate(agent)],
    )


def heard_as(text: str) -> Heard:
    """What was said, character by character, all of it sure."""
    return Heard(text, tuple(Word(each, n / 4, (n + 1) / 4, 1.0) for n, each in enumerate(text)))


def drafted(*caller: str, agent: tuple[str, ...] = (), confidence: float = 1.0) -> Draft:
    """The draft of such a talk."""
    return draft(FACTS, talk(*caller, agent=agent, confidence=confidence), KNOWS)
