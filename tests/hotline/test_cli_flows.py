"""`hotline flows`: what is in force, taken anew while the controller runs; and a folder tried beforehand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.city.conftest import copy
from tests.city.scene import SAMPLE, Copy
from tests.hotline.typed import hotline

__all__ = ["copy"]


@pytest.fixture
def city_folder(copy: Copy) -> Path:
    """A copy of the sample, to be edited while the face is there."""
    return copy.folder


async def test_flows_in_force_are_listed_and_shown(state: Path) -> None:
    """With department, deadline and version; one of them with its questions."""
    listed = await hotline(state, "flows", "list")
    shown = await hotline(state, "flows", "show", "water-cut")

    assert (listed.code, shown.code) == (0, 0), listed.err + shown.err
    assert "water-cut" in listed.out
    assert "启动 start" in listed.out
    assert "家里有没有老人、病人或婴儿？" in shown.out


async def test_a_changed_folder_is_taken_without_a_restart(state: Path, copy: Copy) -> None:
    """What changed is said."""
    copy.replace("flows/noise.toml", "deadline_days = 3", "deadline_days = 2")
    done = await hotline(state, "flows", "reload", "--why", "夜间施工季")
    listed = await hotline(state, "flows", "list")

    assert (done.code, "修改 noise" in done.out) == (0, True), done.err
    assert "夜间施工季" in listed.out


async def test_a_spoilt_folder_is_refused_by_file_line_and_rule(state: Path, copy: Copy) -> None:
    """As the list says, too."""
    copy.replace("flows/noise.toml", 'category = "噪声污染"', 'category = "吵闹"')
    refused = await hotline(state, "flows", "reload", "--why", "夜间施工季")
    listed = await hotline(state, "flows", "list")

    assert (refused.code, "Traceback" in refused.err) == (1, False)
    for said in (refused.err, listed.err):
        assert "flows/noise.toml:7:" in said
        assert "[unknown_category]" in said


async def test_the_sample_is_well(tmp_path: Path) -> None:
    """Twelve flows, every example understood; no controller is needed."""
    checked = await hotline(tmp_path, "flows", "check", str(SAMPLE))

    assert (checked.code, "12 个流程" in checked.out) == (0, True)


async def test_an_example_that_is_not_understood_is_named(tmp_path: Path, copy: Copy) -> None:
    """By file and line, with what it begins instead."""
    line = copy.replace("flows/water-cut.toml", "examples = [", 'examples = [\n  "今天天气不错",') + 1
    said = await hotline(tmp_path, "flows", "check", str(copy.folder))

    assert said.code == 1
    assert f"flows/water-cut.toml:{line}:" in said.err
    assert "例句不进入任何流程" in said.err


async def test_a_mistake_is_named_by_file_line_and_rule(tmp_path: Path, copy: Copy) -> None:
    """As a controller would refuse it."""
    copy.replace("flows/water-cut.toml", 'urgency = "民生急修"', 'urgency = "民生"')
    said = await hotline(tmp_path, "flows", "check", str(copy.folder))

    assert (said.code, "Traceback" in said.err) == (1, False)
    assert "flows/water-cut.toml:" in said.err
    assert "[unknown_urgency]" in said.err
