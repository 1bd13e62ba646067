"""The cities that benches make of the sample one are cities still."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bench.busy import small_city
from bench.load_house import big_city
from city.city import City


@pytest.mark.parametrize("make", [small_city, big_city])
def test_city_of_a_bench_may_be_loaded(make: Callable[[Path], City], tmp_path: Path) -> None:
    """Whatever the sample city has come to have, and whatever a city must have by now."""
    city = make(tmp_path / "city")

    served = {queue for seat in city.seats for queue in seat.queues}
    assert served == set(city.queues)
