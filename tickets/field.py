"""One field of a draft: its value, how sure it is, by which rule, where it was said; or why it is empty. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tickets.heard import Heard, Span

SURE_ENOUGH: Mapping[str, float] = MappingProxyType(
    {
        "contact": 0.5,
        "kind": 0.9,
        "category": 0.93,
        "place": 0.75,
        "occurred": 0.5,
        "asked_for": 0.4,
        "urgency": 0.85,
        "department": 0.9,
        "deadline": 0.3,
        "confidential": 0.5,
        "flow": 0.6,
    }
)
"""The shipped thresholds: a field that is less sure is left empty, with what was heard. An unknown field: 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A proposed value: how sure (0…1), by which rule, and where it was said. Empty: `rule` says why."""

    value: str | None
    confidence: float
    rule: str
    evidence: tuple[Span, ...] = ()


def empty(why: str) -> Field:
    """Nothing is proposed. `why`: Chinese / English."""
    return Field(value=None, confidence=0.0, rule=why)


def sure_enough(name: str, value: str, confidence: float, rule: str, evidence: tuple[Span, ...]) -> Field:
    """The field `name`, if it is as sure as its threshold asks; else empty, saying what was heard."""
    sure = round(min(1.0, max(0.0, confidence)), 3)
    if sure < SURE_ENOUGH.get(name, 0.0):
        why = f"听到“{value}”，但把握不足 / heard, but not surely enough"
        return Field(value=None, confidence=sure, rule=why, evidence=evidence)
    return Field(value=value, confidence=sure, rule=rule, evidence=evidence)


def proposed(name: str, value: str, strength: float, rule: str, said: Heard, start: int, stop: int) -> Field:
    """The same for what stands at start…stop of what was said, by a rule of this strength."""
    return sure_enough(name, value, strength * said.confidence(start, stop), rule, (said.span(start, stop),))


NOT_DRAFTED = empty("此草稿早于该字段 / drafted before there was such a field")
