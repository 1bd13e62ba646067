"""What every test of a city starts from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from city.city import City
from city.load import load_city
from tests.city.scene import SAMPLE, Copy


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """The sample city, without audio."""
    shutil.copytree(SAMPLE, tmp_path / "city", ignore=shutil.ignore_patterns("*.wav"))
    return Copy(tmp_path / "city")


@pytest.fixture(scope="session")
def sample() -> City:
    """The sample city as it is shipped."""
    return load_city(SAMPLE)
