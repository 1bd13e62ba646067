"""草稿质量: how far what the machine proposed was from what a person confirmed, field by field. Pure.

The distance is Levenshtein's (1966): the least number of characters put in, taken out or exchanged that turns one text
into the other; here of Unicode characters, so that a Chinese character counts one. Normalised it is divided by the
length of the longer text: 0 untouched, 1 written anew. An empty field is the empty text.

Abstaining is told apart from being wrong: a field that was left empty and filled by the person costs typing; one that
was wrong may cost a citizen days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rapidfuzz.distance import Levenshtein

from tickets.draft import Draft
from tickets.field import Field
from tickets.ticket import EDITABLE, Ticket

PROPOSED_AS: Final[Mapping[str, str]] = {"contact_number": "contact", "occurred_at": "occurred"}
"""What a draft calls otherwise than a ticket does."""
_RULE_CHARS_MAX = 80


class Change(StrEnum):
    """What a person did to a field."""

    KEPT = "kept"  # 未改
    CORRECTED = "corrected"  # 更正: it was wrong
    EMPTIED = "emptied"  # 清空: it was wrong, and the person does not know
    FILLED = "filled"  # 补填: the machine had left it empty
    LEFT_EMPTY = "left_empty"  # 仍空


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldEdit:
    """One field of one ticket. `rule`: that filled it, "" when none did; `chars`: of the longer text."""

    field: str
    rule: str
    confidence: float
    change: Change
    distance: int
    chars: int


def field_edits(before: Ticket, after: Ticket, proposed: Draft) -> Iterator[FieldEdit]:
    """Every field that a person may edit: as the machine left it, and as it was confirmed."""
    for name in EDITABLE:
        told = getattr(proposed, PROPOSED_AS.get(name, name), None)
        yield field_edit(name, _text(before, name), _text(after, name), told if isinstance(told, Field) else None)


def field_edit(name: str, was: str, became: str, told: Field | None) -> FieldEdit:
    """One field, from one text to the other; `told`: how the machine came to it."""
    is_filled = told is not None and bool(was)
    return FieldEdit(
        field=name,
        rule=told.rule[:_RULE_CHARS_MAX] if told and is_filled else "",
        confidence=told.confidence if told and is_filled else 0.0,
        change=_change(was, became),
        distance=Levenshtein.distance(was, became),
        chars=max(len(was), len(became)),
    )


def _change(was: str, became: str) -> Change:
    if was == became:
        return Change.KEPT if was else Change.LEFT_EMPTY
    if not was:
        return Change.FILLED
    return Change.CORRECTED if became else Change.EMPTIED


def _text(ticket: Ticket, name: str) -> str:
    value = getattr(ticket, name)
    return "" if value is None else str(value)
