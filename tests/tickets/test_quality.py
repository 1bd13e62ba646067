"""What a person changed is what a draft is measured by."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.databases import BOTH
from tests.recordings.scenes import NOON
from tests.tickets.test_store import claimed, drafts, recordings_of
from tickets.field import Field
from tickets.quality import Change, field_edit
from tickets.quality_table import by_field, reviewed
from tickets.store import confirm, read_draft
from tickets.ticket import EDITABLE

pytestmark = BOTH

TOLD = Field(value="x", confidence=0.8, rule="地名库")


@pytest.mark.parametrize(
    ("was", "became", "change", "distance", "chars"),
    [
        ("海州区解放路12号", "海州区解放路12号", Change.KEPT, 0, 9),
        ("海州区解放路12号", "海州区解放东路12号", Change.CORRECTED, 1, 10),
        ("解放路", "", Change.EMPTIED, 3, 3),
        ("", "解放路", Change.FILLED, 3, 3),
        ("", "", Change.LEFT_EMPTY, 0, 0),
        ("投诉", "求助", Change.CORRECTED, 2, 2),
    ],
)
def test_change_is_told_with_its_distance(was: str, became: str, change: Change, distance: int, chars: int) -> None:
    """In characters, a Chinese one as any other."""
    edit = field_edit("place", was, became, TOLD)

    assert (edit.change, edit.distance, edit.chars) == (change, distance, chars)


def test_field_that_was_left_empty_has_no_rule() -> None:
    """Why it was empty may hold what was heard; it is nobody's rule."""
    edit = field_edit("place", "", "解放路", Field(value=None, confidence=0.2, rule="听到“解放路”，但把握不足"))

    assert (edit.rule, edit.confidence) == ("", 0.0)


def levenshtein(a: str, b: str) -> int:
    """By the definition, row by row (Wagner & Fischer 1974)."""
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        row, before = [i], row
        for j, right in enumerate(b, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right)))
    return row[-1]


@given(st.text(alphabet="解放路𠮷a1", max_size=12), st.text(alphabet="解放路𠮷a1", max_size=12))
def test_distance_is_levenshteins(was: str, became: str) -> None:
    """And never more than the longer text is long."""
    edit = field_edit("place", was, became, TOLD)

    assert edit.distance == levenshtein(was, became) <= edit.chars


async def test_confirming_writes_down_what_was_changed(spool: Path, archive: Path, engine: AsyncEngine) -> None:
    """By field and rule; the proposal stays; who took how long."""
    first, second = await claimed(engine, *await drafts(engine, *await recordings_of(spool, archive, engine, 2)))
    edits = {"place": "海州区解放东路12号", "subject": None, "contact_number": "13812340000"}
    await confirm(engine, first.id, version=2, by="101", at=NOON + timedelta(seconds=40), edits=edits)
    await confirm(engine, second.id, version=2, by="101", at=NOON + timedelta(seconds=20), edits={})

    async with engine.connect() as connection:
        found = {each.field: each for each in await by_field(connection, NOON, NOON + timedelta(hours=1))}
        seen = await reviewed(connection, NOON, NOON + timedelta(hours=1))
        none = await reviewed(connection, NOON + timedelta(hours=1), NOON + timedelta(hours=2))
        proposed = await read_draft(connection, first.id)
    assert set(found) == set(EDITABLE)
    assert (found["place"].rule, found["place"].tickets, found["place"].distance) == ("地名库", 2, 1)
    assert found["place"].normalised == pytest.approx(1 / 10 / 2)
    assert found["place"].changes == dict.fromkeys(Change, 0) | {Change.KEPT: 1, Change.CORRECTED: 1}
    assert found["subject"].changes[Change.EMPTIED] == 1
    assert (found["contact_number"].rule, found["contact_number"].normalised) == ("", 1.0)
    assert found["contact_number"].changes == dict.fromkeys(Change, 0) | {Change.FILLED: 1, Change.LEFT_EMPTY: 1}
    assert (seen.tickets, seen.untouched, list(seen.seconds)) == (2, 1, [20.0, 40.0])
    assert (none.tickets, none.untouched, list(none.seconds)) == (0, 0, [])
    assert proposed.place.value == "海州区解放路12号"
