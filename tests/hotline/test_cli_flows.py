"""`hotline flows`: what is wrong with a quick flow is found before a controller takes it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.hotline.typed import hotline

SAMPLE = Path("cities/sample")


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A copy of the sample, to be spoilt."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "city"))


def spoil(city: Path, old: str, new: str) -> None:
    """Change what the flow for water cuts says."""
    file = city / "flows" / "water-cut.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


async def test_the_sample_is_well_and_is_listed_with_versions(tmp_path: Path) -> None:
    """Twelve flows, every example understood."""
    checked = await hotline(tmp_path, "flows", "check", str(SAMPLE))
    listed = await hotline(tmp_path, "flows", "list", str(SAMPLE))

    assert (checked.code, "12 个流程" in checked.out, "water-cut" in listed.out) == (0, True, True)


async def test_an_example_that_is_not_understood_is_named(tmp_path: Path, city: Path) -> None:
    """By file and number, with what it begins instead."""
    spoil(city, "examples = [", 'examples = [\n  "今天天气不错",')

    said = await hotline(tmp_path, "flows", "check", str(city))

    assert said.code == 1
    assert "flows/water-cut.toml: examples.0: “今天天气不错” 不进入任何流程" in said.err


async def test_a_mistake_is_named_by_file_line_and_rule(tmp_path: Path, city: Path) -> None:
    """As a controller would refuse it."""
    spoil(city, 'urgency = "民生急修"', 'urgency = "民生"')

    said = await hotline(tmp_path, "flows", "check", str(city))

    assert (said.code, "Traceback" in said.err) == (1, False)
    assert "flows/water-cut.toml:" in said.err
    assert "[unknown_urgency]" in said.err
