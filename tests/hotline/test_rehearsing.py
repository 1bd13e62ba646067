"""The sample city is rehearsed whole: every hotline, every way, and the calls that its folder describes."""

from __future__ import annotations

from pathlib import Path

import pytest

from city.load import load_city
from city.mistakes import CityInvalid
from hotline.rehearsing import covered, drawn, generated_for, rehearsals_in, rehearsals_of, rehearse
from ivr.prompts import SPOKEN
from tests.city.conftest import copy
from tests.city.scene import SAMPLE, Copy
from tests.hotline.typed import hotline

__all__ = ["copy"]

CITY = load_city(SAMPLE, also_spoken=SPOKEN)


def test_every_call_of_the_sample_ends_where_it_must() -> None:
    """Those of its folder, and those made."""
    verdicts = rehearse(CITY, (*rehearsals_of(CITY), *generated_for(CITY)))

    assert {verdict.rehearsal.name: verdict.faults for verdict in verdicts if not verdict.passed} == {}
    assert len(verdicts) >= 3 * len(CITY.hotlines)


def test_every_way_of_every_hotline_is_gone() -> None:
    """By those made alone."""
    coverage = covered(CITY, rehearse(CITY, generated_for(CITY)))

    assert {each.hotline.number: each.missed for each in coverage if each.missed} == {}
    assert all(met == there for met, there in (each.nodes for each in coverage))


def test_what_was_not_rehearsed_is_missed_and_marked() -> None:
    """The picture shows it."""
    coverage = covered(CITY, rehearse(CITY, rehearsals_of(CITY)))

    assert any(each.missed for each in coverage)
    assert "uncovered" in drawn(CITY, coverage).partition("</style>")[2]


def test_files_with_mistakes_are_refused_whole(copy: Copy) -> None:
    """All of them at once, each with file, line and column."""
    copy.append("rehearsals/12320.rehearsal", "\n演练 x\n  拨打 12320\n  听到了\n")
    (copy.folder / "rehearsals/y.rehearsal").write_bytes("演练".encode("gbk"))
    with pytest.raises(CityInvalid) as refused:
        rehearsals_in([copy.folder / "rehearsals"], copy.folder)

    told = [(each.file, each.column, each.rule) for each in refused.value.mistakes]
    assert ("rehearsals/12320.rehearsal", 5, "not_understood") in told
    assert ("rehearsals/y.rehearsal", 1, "not_utf8") in told


async def test_the_command_says_what_failed_where_and_draws(tmp_path: Path) -> None:
    """One line wrong: its file, its line, both languages; the exit code says it, too."""
    wrong, graph = tmp_path / "wrong.rehearsal", tmp_path / "graph.svg"
    wrong.write_text("演练 错\n  拨打 12320\n  听到 menu-12320\n  按 2\n  进入 general\n", encoding="utf-8")
    done = await hotline(tmp_path, "rehearse", str(wrong), "--no-make", "--graph", str(graph))

    assert (done.code, "Traceback" in done.err) == (1, False)
    assert "wrong.rehearsal:5: 队列 queue:应为 general,实为 health" in done.out
    assert graph.read_text(encoding="utf-8").startswith("<svg ")
