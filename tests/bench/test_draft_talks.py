"""Labels of the talks of `bench draft` are the sample city's: a slip would count as a wrong draft."""

from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from bench.draft import DEV, HELD_OUT, OWN, SAMPLE, talks
from city.load import load_city

KINDS = {"咨询", "求助", "投诉", "举报", "建议", "表扬"}


@pytest.mark.parametrize("path", [HELD_OUT, DEV, OWN], ids=lambda path: path.stem)
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


def test_no_talk_is_in_two_files() -> None:
    """What may be tuned on is not what is held out; nor is a sentence of it, or a name."""
    said = {path: {(talk.template, talk.caller) for talk in talks(path)} for path in (HELD_OUT, DEV, OWN)}
    for one, other in combinations(said.values(), 2):
        names, lines = ({name for name, _ in each} for each in (one, other)), (_sentences(one), _sentences(other))
        assert not set.intersection(*names)
        assert not set.intersection(*lines)


def test_the_talks_to_tune_on_hold_every_kind_and_every_flow_twice() -> None:
    """A flow or kind without an example to tune on would be tuned by guess; at least 25 categories are there, too."""
    dev = {talk.template: talk.truth for talk in talks(DEV)}.values()
    flows = Counter(truth["flow"] for truth in dev if "flow" in truth)
    assert {truth["kind"] for truth in dev if "kind" in truth} == KINDS
    assert all(flows[each.stem] > 1 for each in (SAMPLE / "flows").glob("*.toml")), flows
    assert len({truth["category"] for truth in dev if "category" in truth}) >= 25


def _sentences(of: set[tuple[str, tuple[str, ...]]]) -> set[str]:
    """The caller's turns that say something: longer than a place or a number alone."""
    return {line for _, lines in of for line in lines if len(line) > 12}
