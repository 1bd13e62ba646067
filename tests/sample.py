"""The sample city, read once for all tests that only look at it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from city.city import City
from city.load import load_city


@cache
def city_in(folder: Path) -> City:
    """A folder's city, which nobody changes: City is frozen, and the file of a test's own is another folder."""
    return load_city(folder)
