"""`hotline queues`, typed against a real HTTP face."""

from __future__ import annotations

from pathlib import Path

from tests.api.face import Face
from tests.hotline.typed import hotline


async def test_the_queues_are_listed_and_what_is_not_known_is_not_made_up(face: Face, state: Path) -> None:
    """One caller waits where nobody serves: counted, with a dash for the wait."""
    await face.house.waits("c1", "health")

    said = await hotline(state, "queues")

    [row] = [line for line in said.out.splitlines() if "health" in line]
    cells = [cell.strip() for cell in row.split("│")[1:-1]]
    assert (said.code, said.err) == (0, "")
    assert cells == ["health", "1", "0 s", "0", "0", "—", "—", "—", "—", "—"]
