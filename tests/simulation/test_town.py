"""Who calls, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from simulation.people import Kind
from simulation.town import A_DAY, CHINA, Demand, Surge, Team, citizens, workers
from tests.simulation.town import GENERAL, NINE, demand, team


def test_a_day_has_as_many_calls_as_it_says() -> None:
    """The hours' weights are around their mean, and each hour has its share, within five standard deviations."""
    day = Demand(begins=NINE, lasts=timedelta(days=1), per_hour=1000.0, kinds=(Kind(GENERAL),), hours=A_DAY)
    hours = [citizen.comes.astimezone(CHINA).hour for citizen in citizens(day, 1)]

    assert sum(A_DAY) == pytest.approx(24.0, abs=0.02)
    assert len(hours) == pytest.approx(1000 * sum(A_DAY), abs=5 * 24_000**0.5)
    for hour, weight in enumerate(A_DAY):
        assert hours.count(hour) == pytest.approx(1000 * weight, abs=5 * (1000 * weight) ** 0.5)


def test_a_surge_multiplies_those_who_come_while_it_lasts() -> None:
    """Three times as many for ten minutes."""
    surge = Surge(begins=NINE + timedelta(minutes=20), lasts=timedelta(minutes=10), times=3.0)
    surprised = replace(demand(per_hour=6000.0), surges=(surge,))
    minutes = [(citizen.comes - NINE) // timedelta(minutes=10) for citizen in citizens(surprised, 1)]

    assert [minutes.count(ten) for ten in range(6)] == pytest.approx([1000, 1000, 3000, 1000, 1000, 1000], abs=220)


def test_the_same_seed_gives_the_same_citizens() -> None:
    """All of what chance decides about them."""
    assert list(citizens(demand(), 7)) == list(citizens(demand(), 7))
    assert list(citizens(demand(), 7)) != list(citizens(demand(), 8))


def test_kinds_come_by_their_shares() -> None:
    """Three in four want one thing."""
    kinds = (Kind(GENERAL, share=3.0), Kind(GENERAL, share=1.0, hotline="12320"))
    drawn = [citizen.kind.hotline for citizen in citizens(replace(demand(per_hour=4000.0), kinds=kinds), 1)]

    assert drawn.count("12320") / len(drawn) == pytest.approx(0.25, abs=0.04)


def test_a_team_rests_in_turn() -> None:
    """Breaks lie inside the shift, and no two of the team begin theirs at once."""
    six = NINE + timedelta(hours=9)
    shift = Team(name="1", size=6, queues=frozenset({GENERAL}), comes=NINE, leaves=six, rest_every=timedelta(hours=2))
    people = list(workers([shift]))
    breaks = [moment for person in people for moment, _ in person.breaks]

    assert len({person.seat for person in people}) == 6
    assert len(breaks) == len(set(breaks)) >= 18
    assert all(NINE < moment < six for moment in breaks)


def test_a_team_without_an_end_stays() -> None:
    """Nobody rests or leaves."""
    assert all(person.leaves is None and not person.breaks for person in workers([team(3)]))
