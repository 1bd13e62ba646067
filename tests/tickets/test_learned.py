"""What was learned: as probable as it says, silent where it knows nothing, and as its file keeps it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from city.load import load_city
from tests.city.scene import SAMPLE
from tests.tickets.talks import heard_as
from tickets.flows import FlowBook
from tickets.guesses import kind_of
from tickets.learned import BY_AGENT, NONE, SIGNS, Learned, Reading, runs
from tickets.learned_file import LearnedInvalid, Lessons, lessons_of, read_learned, write_learned
from tickets.readings import Matter, reading_of_kind
from tickets.ticket import AppealKind

LEARNED = Learned(
    labels=(NONE, "停水", "停电"),
    tokens={"停水": 0, "停电": 1, "«问": 2, f"{BY_AGENT}请稍等": 3},
    rarity=np.array([20, 20, 20, 20], dtype=np.float32),
    weights=np.array([[-2, 5, 0], [-2, 0, 5], [4, 0, 0], [0, 0, 9]], dtype=np.float32),
    bias=np.zeros(3, dtype=np.float32),
    platt=np.array([1, 0, 0, 2, -2, 1, 0], dtype=np.float32),
    lean=np.zeros(3, dtype=np.float32),
    little=35.0,
)


@pytest.fixture(scope="module")
def lessons() -> Lessons:
    """What the sample city comes with."""
    return lessons_of(SAMPLE)


def test_the_label_that_most_words_speak_for_is_guessed_with_its_words() -> None:
    """And rules that agree make it surer, rules that do not, less sure."""
    alone, agreed, denied = (LEARNED.guess(Reading("今天停水了", (), found)) for found in (None, "停水", "停电"))

    assert alone is not None
    assert agreed is not None
    assert denied is not None
    assert (alone.label, alone.spans) == ("停水", ((2, 4),))
    assert denied.sure < alone.sure < agreed.sure


def test_nothing_known_is_no_guess_and_what_may_stay_empty_is_never_the_guess() -> None:
    """A label of nothing only makes the others less likely."""
    asked, told = (LEARNED.guess(Reading("停水", cues)) for cues in (("«问",), ()))

    assert LEARNED.guess(Reading("天气")) is None
    assert asked is not None
    assert told is not None
    assert asked.label == told.label == "停水"
    assert asked.sure < told.sure


def test_what_the_agent_says_alone_makes_no_guess_sure() -> None:
    """请稍等 is said to everybody; what the caller says must speak for it, too."""
    both, against, nobody = (LEARNED.guess(Reading(said, (f"{BY_AGENT}请稍等",))) for said in ("停电", "停水", "天气"))

    assert both is not None
    assert against is not None
    assert nobody is not None
    assert both.label == against.label == nobody.label == "停电"
    assert both.sure > 0.99
    assert max(against.sure, nobody.sure) < both.sure
    assert (both.is_callers, against.is_callers) == (True, False)


def test_no_power_is_no_question_because_the_agent_says_wait(lessons: Lessons) -> None:
    """As agents in written talks say to who asks."""
    matter = Matter(heard_as("三号楼二单元停电了"), (), None, "您好请问有什么可以帮您\n请稍等")
    assert lessons.kinds is not None
    guess = lessons.kinds.guess(reading_of_kind(matter, FlowBook((), {}).tree))

    assert guess is not None
    assert not guess.is_callers or guess.label != "咨询"
    assert kind_of(matter, FlowBook((), {}).tree, lessons.kinds) is None


def test_runs_reach_over_no_place_no_number_and_no_mark() -> None:
    """Else places would be learned by heart."""
    found = {run for run, _ in runs(Reading("停水\n海州区一二三四没电", without=((3, 6),)))}

    assert found == {"停", "水", "停水", "没", "电", "没电"}


def test_a_few_words_speak_softly(lessons: Lessons) -> None:
    """Who says nothing of a matter files no appeal."""
    assert lessons.kinds is not None
    for said in ("没有", "好的", "昨天晚上", "喂听得见吗"):
        guess = lessons.kinds.guess(Reading(said))
        assert guess is None or guess.sure < 0.88


def test_file_keeps_what_was_learned(tmp_path: Path) -> None:
    """But for the rounding of weights."""
    write_learned(LEARNED, tmp_path / "kept.npz")
    kept = read_learned(tmp_path / "kept.npz")

    assert (kept.labels, dict(kept.tokens), kept.little) == (LEARNED.labels, dict(LEARNED.tokens), LEARNED.little)
    np.testing.assert_allclose(kept.weights, LEARNED.weights, atol=5 / 127)
    np.testing.assert_array_equal(kept.platt, LEARNED.platt)


def test_a_file_that_does_not_fit_together_or_is_none_is_refused(tmp_path: Path) -> None:
    """With its name."""
    (tmp_path / "text.npz").write_text("停水")
    write_learned(replace(LEARNED, platt=np.zeros(len(SIGNS), dtype=np.float32)), tmp_path / "short.npz")

    for name in ("text.npz", "short.npz"):
        with pytest.raises(LearnedInvalid, match=name):
            read_learned(tmp_path / name)


def test_the_shipped_files_know_all_kinds_and_only_labels_of_the_sample_city(lessons: Lessons) -> None:
    """Nothing else could be filed; and each file is small."""
    city = load_city(SAMPLE)
    assert lessons.kinds is not None
    assert lessons.categories is not None
    assert lessons.urgency is not None
    assert set(lessons.kinds.labels) == {NONE, *(kind.value for kind in AppealKind)}
    assert {label.rpartition("/")[2] for label in lessons.categories.labels} <= {each.name for each in city.categories}
    assert set(lessons.urgency.labels) <= {NONE, *(each.zh for each in city.urgency.classes)}
    assert sum(file.stat().st_size for file in SAMPLE.glob("*.npz")) < 300_000


def test_a_city_without_files_of_its_own_knows_kinds_alone(tmp_path: Path) -> None:
    """Its words decide the rest."""
    found = lessons_of(tmp_path)

    assert found.kinds is not None
    assert (found.categories, found.urgency) == (None, None)
