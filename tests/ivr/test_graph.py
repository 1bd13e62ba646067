"""The picture of a journey: nothing lies on anything else, of any hotline of the sample and of one with everything."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from city.load import load_city
from city.ways import served
from hotline.rehearsing import open_moment
from ivr.arrival import journey_at
from ivr.graph import Drawn, laid_out
from ivr.graph_layout import BOX_W, Layout, Line, Place, lay_out, width_of
from ivr.menu import Journey
from ivr.prompts import SPOKEN
from tests.city.scene import SAMPLE
from tests.ivr.everything import EVERYTHING

CITY = load_city(SAMPLE, also_spoken=SPOKEN)
WAYS = [served(CITY, line, open_moment(CITY)) for line in CITY.hotlines.values()]
JOURNEYS = {way.hotline.number: journey_at(CITY, way) for way in WAYS}


def over(one: Place, other: Place, apart: float = 1.0) -> bool:
    """Whether two boxes touch."""
    beside = abs(one.x - other.x) >= BOX_W
    return not beside and one.y < other.y + other.height + apart and other.y < one.y + one.height + apart


def crossed(layout: Layout) -> list[str]:
    """Boxes that a line runs through on its level stretches, and words that stand in one another."""
    wrong = []
    words = []
    for run in layout.runs:
        for begin, end, y in run.stretches:
            for name, box in layout.boxes.items():
                if name not in (run.line.source, run.line.target) and box.x < end and begin < box.x + BOX_W:
                    wrong += [name] if box.y <= y <= box.y + box.height else []
        begin, end, y = run.stretches[0]
        words.append((begin, begin + 6 + width_of(run.line.words), y))
        wrong += [run.line.words] if words[-1][1] > end else []
    for one, other in combinations(words, 2):
        is_beside = one[1] < other[0] or other[1] < one[0]
        wrong += [] if is_beside or abs(one[2] - other[2]) >= 14 else ["words"]
    return wrong


@pytest.mark.parametrize("journey", [*JOURNEYS.values(), EVERYTHING], ids=[*JOURNEYS, "everything"])
def test_nothing_lies_on_anything_else(journey: Journey) -> None:
    """Boxes, lines through boxes, words; also when nothing was passed and every edge is a line of its own."""
    for passed in (frozenset(journey.edges()), frozenset(journey.edges()[::2]), frozenset()):
        layout = laid_out(Drawn(title="x", journey=journey, passed=passed))

        assert [(one, other) for one, other in combinations(layout.boxes.values(), 2) if over(one, other)] == []
        assert crossed(layout) == []


def test_a_line_that_passes_a_column_goes_round_its_boxes() -> None:
    """From the first box to the last, beside the one between them."""
    lines = [Line("a", "b", "1", True), Line("a", "end", "0", True), Line("b", "end", "2", True)]
    layout = lay_out("a", ["end"], lines)
    across = layout.runs[1]

    assert len(across.stretches) == 3
    assert all(before[1] < after[0] or before[1] == after[0] for before, after in pairwise(across.stretches))
    assert crossed(layout) == []
