"""Draws have the mean they say."""

from __future__ import annotations

from statistics import fmean, stdev

import pytest

from simulation.draw import Draw, Exactly, Exponential, Lognormal, Uniform, dice_named


@pytest.mark.parametrize(
    ("draw", "mean", "spread"),
    [
        (Exactly(7.0), 7.0, 0.0),
        (Exponential(100.0), 100.0, 100.0),
        (Uniform(1.0, 5.0), 3.0, 4.0 / 12.0**0.5),
        (Lognormal(180.0, 1.2), 180.0, 216.0),
    ],
)
def test_a_draw_has_the_mean_and_the_spread_it_says(draw: Draw, mean: float, spread: float) -> None:
    """Over 40,000 draws, within what chance allows of such long tails."""
    dice = dice_named("draws")
    drawn = [draw.seconds(dice) for _ in range(40_000)]

    assert fmean(drawn) == pytest.approx(mean, rel=0.02)
    assert stdev(drawn) == pytest.approx(spread, rel=0.1)


def test_dice_of_one_name_fall_alike_and_others_do_not() -> None:
    """In every process: no hash of this process is in it."""
    assert dice_named(1, "exchange").random() == 0.7173848818055554
    assert dice_named(1, "exchange").random() != dice_named(2, "exchange").random()
