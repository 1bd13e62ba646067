"""A draft as it is kept beside its ticket: the machine's own proposal, as JSON. One kept long ago is read, too.

Its quotes go when what was said is forgotten (tickets.forgetting).
"""

from __future__ import annotations

from typing import Any

import orjson

from tickets.draft import FIELDS, Draft
from tickets.field import Field
from tickets.flows import FlowTaken, OpenQuestion
from tickets.heard import Span


def to_json(proposed: Draft) -> str:
    """As it is kept: the fields it shows and the flow it follows, no whole number."""
    return orjson.dumps({name: getattr(proposed, name) for name in (*FIELDS, "taken")}).decode()


def without_words(kept: str) -> str:
    """What `to_json` wrote, its evidence without the words: where they stood stays."""
    stored = orjson.loads(kept)
    for name in stored.keys() & set(FIELDS):
        for span in stored[name]["evidence"]:
            span["words"] = ""
    return orjson.dumps(stored).decode()


def from_json(kept: str) -> Draft:
    """What `to_json` wrote; fields of which it did not know yet say so."""
    stored = orjson.loads(kept)
    fields: dict[str, Any] = {name: _field(stored[name]) for name in FIELDS if name in stored}
    return Draft(**fields, taken=_taken(stored.get("taken")))


def _taken(raw: dict[str, Any] | None) -> FlowTaken | None:
    if raw is None:
        return None
    return FlowTaken(**raw | {"unanswered": tuple(OpenQuestion(**question) for question in raw["unanswered"])})


def _field(raw: dict[str, Any]) -> Field:
    return Field(**raw | {"evidence": tuple(Span(**span) for span in raw["evidence"])})
