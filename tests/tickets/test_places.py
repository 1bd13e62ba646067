"""Names that several places share: which is meant says the place around it, or nothing does."""

import pytest

from tests.tickets.talks import Place, heard_as
from tickets.places import Gazetteer

SHARED = Gazetteer(
    (
        Place("海州区", "district"),
        Place("连云区", "district"),
        Place("东海县", "district"),
        Place("人民路", "road", parent="海州区"),
        Place("人民路", "road", parent="东海县"),
        Place("金色花园", "estate", parent="海州区", aliases=("金色",)),
        Place("金色家园", "estate", parent="连云区", aliases=("金色",)),
    )
)


@pytest.mark.parametrize(
    ("said", "place", "consistent"),
    [
        ("海州区人民路3号", "海州区人民路3号", True),
        ("东海县人民路", "东海县人民路", True),
        ("连云区人民路", "连云区人民路", False),
        ("人民路3号", "人民路3号", True),
        ("连云区金色5号楼", "连云区金色家园5号楼", True),
        ("海州区的金色", "海州区金色花园", True),
    ],
)
def test_of_places_of_one_name_that_is_meant_which_lies_in_what_was_said(
    said: str, place: str, consistent: bool
) -> None:
    """Whichever of them the file lists first."""
    found = SHARED.find(heard_as(said))[0]

    assert (found.value, found.consistent) == (place, consistent)


@pytest.mark.parametrize("said", ["金色5号楼", "东海县金色5号楼"])
def test_what_two_estates_are_called_is_no_place_alone(said: str) -> None:
    """Nor is the county before it, which says less."""
    assert SHARED.find(heard_as(said)) == []
