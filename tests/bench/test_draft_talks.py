"""Labels of the talks of `bench draft` are the sample city's: a slip would count as a wrong draft."""

from pathlib import Path

import pytest

from bench.draft import HELD_OUT, OWN, SAMPLE, talks
from city.load import load_city

KINDS = {"咨询", "求助", "投诉", "举报", "建议", "表扬"}


@pytest.mark.parametrize("path", [HELD_OUT, OWN], ids=lambda path: path.stem)
def test_every_label_is_one_of_the_sample_city(path: Path) -> None:
    """Kind, flow, department, urgency and the end of the category's path."""
    city = load_city(SAMPLE)
    known: dict[str, set[str]] = {
        "kind": KINDS,
        "category": {each.name for each in city.categories},
        "department": {each.department for each in city.categories if each.department},
        "flow": {each.stem for each in (SAMPLE / "flows").glob("*.toml")},
        "urgency": {each.zh for each in city.urgency.classes},
        "confidential": {"是"},
    }
    for talk in talks(path):
        for field, names in known.items():
            told = talk.truth.get(field)
            assert told is None or told.rpartition("/")[2] in names, f"{path.name} {talk.template}: {field} {told}"


def test_no_talk_is_in_both_files() -> None:
    """What may be tuned on is not what is held out."""
    held, own = ({talk.caller for talk in talks(path)} for path in (HELD_OUT, OWN))
    assert held
    assert not held & own
