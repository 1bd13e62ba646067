"""Rounds that can be run again."""

import pytest

from tests.chaos.faults import FAULTS, Store
from tests.chaos.rounds import CITIZENS, drawn, rounds_of


@pytest.mark.parametrize("store", Store)
def test_the_shortest_run_strikes_every_fault_once(store):
    """Whatever the seed."""
    kinds = [kind for chapter in rounds_of(7, 0) if chapter.store is store for kind in chapter.kinds]

    assert sorted(map(str, kinds)) == sorted(map(str, FAULTS[store]))


def test_a_seed_gives_the_same_rounds_and_the_same_moments():
    """What failed can be run again; another seed is another story."""
    assert rounds_of(7, 50) == rounds_of(7, 50)
    assert rounds_of(7, 50) != rounds_of(8, 50)
    for chapter in rounds_of(7, 0):
        assert drawn(chapter, ["1"] * CITIZENS) == drawn(chapter, ["1"] * CITIZENS)
