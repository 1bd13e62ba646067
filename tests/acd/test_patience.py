"""How callers give up: a rate for each part of a wait, learnt part by part."""

from __future__ import annotations

from math import exp
from random import Random

import pytest

from acd.patience import EDGES_S, NOTHING_SEEN, Patience, learnt, parts_of, share_left


def test_a_wait_is_cut_into_its_parts() -> None:
    """As many as it reached; together they are the wait."""
    assert parts_of(0) == [0]
    assert parts_of(15) == [15, 0]
    assert parts_of(100) == [15, 15, 30, 40]
    assert sum(parts_of(1000)) == 1000


@pytest.mark.parametrize("lost", [0.0, 0.01, 0.5, 1.0, 2.0, 5.0, 20.0, 63.9, 64.0, 1000.0])
def test_the_share_left_is_the_exponential_within_a_thousandth(lost: float) -> None:
    """Never negative, and nothing is left of very much."""
    assert share_left(lost) == pytest.approx(exp(-lost), abs=0.001)
    assert share_left(lost) >= 0


def test_what_is_lost_adds_up_part_by_part() -> None:
    """A tenth a second for 15 s, nothing until 30, then a hundredth."""
    patience = Patience((0.1, 0.0, *(0.01,) * 5))

    assert [patience.at(at)[1] for at in (0, 10, 15, 25, 40)] == pytest.approx([0, 1, 1.5, 1.5, 1.6])
    assert [patience.at(at)[0] for at in (0, 15, 1000)] == [0.1, 0, 0.01]


def test_the_mean_of_a_constant_rate_is_one_over_it() -> None:
    """Nobody gives up: there is no mean."""
    assert Patience((1 / 200,) * len(EDGES_S)).mean_s() == pytest.approx(200, rel=0.002)
    assert Patience().mean_s() is None


def test_little_that_was_seen_counts_little() -> None:
    """One who gave up in their first second does not make everybody hasty; much that was seen counts alone."""
    one = learnt((1.0, *NOTHING_SEEN[1:]), (1.0, *NOTHING_SEEN[1:]), 1 / 200)
    many = learnt((1000.0, *NOTHING_SEEN[1:]), (50_000.0, *NOTHING_SEEN[1:]), 1 / 200)

    assert one.rates[0] < 1 / 100
    assert one.rates[1] == pytest.approx(1 / 200)
    assert many.rates[0] == pytest.approx(1 / 50, rel=0.02)


def test_people_who_seldom_give_up_early_are_learnt_as_they_are() -> None:
    """Lognormal patience, median 150 s: of the first half minute nothing, of the third minute much."""
    dice, gave_up, waited = Random(1), list(NOTHING_SEEN), list(NOTHING_SEEN)
    for _ in range(5000):
        parts = parts_of(dice.lognormvariate(5, 0.6))
        for part, seconds in enumerate(parts):
            waited[part] += seconds
        gave_up[len(parts) - 1] += 1
    patience = learnt(gave_up, waited, sum(gave_up) / sum(waited))

    assert patience.rates[0] < 0.0002
    assert patience.at(180)[0] > 0.005
    assert patience.mean_s() == pytest.approx(exp(5 + 0.18), rel=0.05)


def test_the_mean_is_the_area_under_the_share_who_stay() -> None:
    """Of any rates: added up here in tenths of a second."""
    patience = Patience((0.02, 0.0, 0.01, 0.001, 0.03, 0.02, 0.01))
    steps = (share_left(patience.at(tenth / 10)[1]) / 10 for tenth in range(20_000))

    assert patience.mean_s() == pytest.approx(sum(steps), rel=0.003)


def test_ten_minutes_of_waiting_weigh_as_much_as_everything_elsewhere() -> None:
    """What is seen of a part and what is seen of all meet halfway there."""
    assert learnt((6.0,), (600.0,), 0.03).rates == (0.02,)


def test_a_part_begins_at_its_edge() -> None:
    """A wait of exactly 15 s has come into the second part; one of less than nothing is in the first."""
    patience = Patience(tuple(float(part) for part in range(len(EDGES_S))))

    assert [patience.at(edge)[0] for edge in EDGES_S] == [0, 1, 2, 3, 4, 5, 6]
    assert [patience.at(edge - 0.5)[0] for edge in EDGES_S] == [0, 0, 1, 2, 3, 4, 5]


def test_people_wait_in_quarters_half_minutes_and_doubles_of_a_minute() -> None:
    """The parts are finest where people change their minds."""
    assert EDGES_S == (0, 15, 30, 60, 120, 240, 480)
