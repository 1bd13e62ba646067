"""The steady clock: as fast as the monotonic one, towards the wall clock, never back."""

from datetime import UTC, datetime, timedelta

import pytest

from plumbing.steady import SLEW, SteadyClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Clocks:
    """A wall clock that can be set, a monotonic one that cannot, and ours."""

    def __init__(self) -> None:
        self.wall, self.monotonic = NOON, 5_000.0
        self.steady = SteadyClock(lambda: self.wall, lambda: self.monotonic)

    def pass_by(self, seconds: float) -> timedelta:
        """How long it was by the steady clock."""
        before = self.steady.now()
        self.wall += timedelta(seconds=seconds)
        self.monotonic += seconds
        return self.steady.now() - before


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_a_second_stays_a_second_when_the_wall_clock_is_set(step: timedelta) -> None:
    """A deadline in ten seconds is due in ten, give or take the slew."""
    clocks = Clocks()
    before = clocks.steady.now()
    clocks.wall += step

    assert clocks.steady.now() == before
    assert clocks.pass_by(10).total_seconds() == pytest.approx(10, abs=10 * SLEW + 1e-3)


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_the_wall_clock_is_caught_up_with(step: timedelta) -> None:
    """However often it is read, it arrives after ten times the step, and stays there."""
    clocks = Clocks()
    clocks.wall += step
    for _ in range(9_000):
        assert clocks.pass_by(3.99) > timedelta(0)
    assert clocks.steady.now() != clocks.wall
    for _ in range(100):
        clocks.pass_by(3.99)

    assert abs(clocks.steady.now() - clocks.wall) < timedelta(milliseconds=1)


def test_reading_it_very_often_does_not_hinder_the_correction() -> None:
    """Microseconds of correction add up."""
    clocks = Clocks()
    clocks.wall += HOUR
    for _ in range(100_000):
        clocks.pass_by(1e-6)

    assert (clocks.wall - clocks.steady.now()).total_seconds() == pytest.approx(3600 - 0.1 * SLEW, abs=1e-4)


def test_time_goes_on_from_the_last_run() -> None:
    """The wall clock was set back while nobody ran: what was written is not in the future."""
    clocks = Clocks()
    clocks.steady.not_before(NOON + HOUR)
    assert clocks.steady.now() == NOON + HOUR
    clocks.steady.not_before(NOON)
    assert clocks.steady.now() == NOON + HOUR


def test_a_broken_clock_of_the_last_run_is_not_believed() -> None:
    """A date of years ahead would never be caught up with."""
    clocks = Clocks()
    clocks.steady.not_before(NOON + timedelta(days=400))

    assert clocks.steady.now() == NOON
