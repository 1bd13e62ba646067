"""What the draft learns from beside the corpus: labelled with what the city has, and nothing that is held out."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.draft import SAMPLE, groups
from city.city import City
from city.load import load_city
from sandbox.draft_maker.appeal_files import APPEALS, AppealsInvalid, read_appeals
from sandbox.draft_maker.utterances import AFTER, BEFORE, utterances
from tickets.labels import labels_of
from tickets.ticket import AppealKind


@pytest.fixture(scope="module")
def city() -> City:
    """The sample city."""
    return load_city(SAMPLE)


@pytest.mark.parametrize("path", [BEFORE, AFTER], ids=lambda path: path.stem)
def test_every_utterance_is_labelled_with_what_the_city_has(path: Path, city: City) -> None:
    """Another name could never be right."""
    labels, talks = labels_of(city), list(utterances(path, city.categories))

    assert len(talks) > 50
    assert [(talk.template, *wrong) for talk in talks for wrong in labels.unknown(talk.truth)] == []
    assert {talk.truth["kind"] for talk in talks} == {kind.value for kind in AppealKind}


def test_every_appeal_is_told_once_and_every_category_in_several_kinds(city: City) -> None:
    """So that the topic does not betray the kind."""
    found = read_appeals(APPEALS, city.categories)
    kinds: dict[str, set[str]] = {}
    for _, talk in found:
        if talk.truth:
            kinds.setdefault(talk.truth["category"], set()).add(talk.truth["kind"])

    assert len(found) > 1500
    assert len({talk.caller for _, talk in found}) == len(found)
    assert min(map(len, kinds.values())) >= 4


def test_mistakes_in_appeals_are_told_all_at_once_by_file_and_line(city: City, tmp_path: Path) -> None:
    """And nothing is learned from the others."""
    rows = (
        "kind\tcategory\ttext\tagent",
        "夸奖\t停水\t谢谢\t",
        "咨询\t飞船\t \t",
        "咨询\t停水",
        "咨询\t停水\t几点来水\t",
    )
    (tmp_path / "01-water.tsv").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "02-power.tsv").write_text("text\n", encoding="utf-8")

    with pytest.raises(AppealsInvalid) as caught:
        read_appeals(tmp_path, city.categories)

    assert [each.split(" ")[0] for each in caught.value.mistakes] == [
        "01-water.tsv:2:",
        "01-water.tsv:3:",
        "01-water.tsv:3:",
        "01-water.tsv:4:",
        "02-power.tsv:1:",
    ]


def test_no_utterance_is_a_line_of_what_is_held_out(city: City) -> None:
    """Else the bench would measure what was learned by heart."""
    held_out = {
        line for name in ("draft.", "draft.fresh_") for template in groups(city)[name] for line in template.caller
    }
    said = {turn for path in (BEFORE, AFTER) for talk in utterances(path, city.categories) for turn in talk.caller}
    said |= {turn for _, talk in read_appeals(APPEALS, city.categories) for turn in talk.caller}

    assert held_out.isdisjoint(said)


def test_every_fourth_template_of_the_corpus_is_held_out_and_in_no_other_figures(city: City) -> None:
    """By its name alone."""
    named = {prefix: {template.name for template in templates} for prefix, templates in groups(city).items()}

    assert named["draft.strangers_"] < named["draft."]
    assert (named["draft."] | named["draft.fresh_"]).isdisjoint(named["draft.dev_"] | named["draft.own_"])
    assert named["draft."].isdisjoint(named["draft.fresh_"])
