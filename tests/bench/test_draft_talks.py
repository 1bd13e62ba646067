"""The talks of `bench draft`: readable, apart from each other, and enough to tune on."""

from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from bench.draft import DEV, OWN, SAMPLE, STRANGERS, groups, talks
from city.city import City
from city.load import load_city
from sandbox.dialogue_corpus.templates import read_templates

KINDS = {"咨询", "求助", "投诉", "举报", "建议", "表扬"}


@pytest.fixture(scope="module")
def city() -> City:
    """The sample city."""
    return load_city(SAMPLE)


@pytest.mark.parametrize("path", [STRANGERS, DEV, OWN], ids=lambda path: path.stem)
def test_every_talk_can_be_read_with_labels_of_the_sample_city(path: Path, city: City) -> None:
    """Reading refuses any other; and each file has some."""
    assert read_templates(path, city=city)


def test_no_talk_is_in_two_files(city: City) -> None:
    """What is learned from or tuned on is not what is held out; nor is a sentence of it, or a name."""
    apart = {name: templates for name, templates in groups(city).items() if name != "draft.strangers_"}
    said = [{(talk.template, talk.caller) for talk in talks(templates, city)} for templates in apart.values()]
    for one, other in combinations(said, 2):
        names, lines = ({name for name, _ in each} for each in (one, other)), (_sentences(one), _sentences(other))
        assert not set.intersection(*names)
        assert not set.intersection(*lines)


def test_the_talks_to_tune_on_hold_every_kind_and_every_flow_twice(city: City) -> None:
    """A flow or kind without an example to tune on would be tuned by guess; at least 25 categories are there, too."""
    dev = {talk.template: talk.truth for talk in talks(read_templates(DEV, city=city), city)}.values()
    flows = Counter(truth["flow"] for truth in dev if "flow" in truth)
    assert {truth["kind"] for truth in dev if "kind" in truth} == KINDS
    assert all(flows[each.stem] > 1 for each in (SAMPLE / "flows").glob("*.toml")), flows
    assert len({truth["category"] for truth in dev if "category" in truth}) >= 25


def _sentences(of: set[tuple[str, tuple[str, ...]]]) -> set[str]:
    """The caller's turns that say something: longer than a place or a number alone."""
    return {line for _, lines in of for line in lines if len(line) > 12}
