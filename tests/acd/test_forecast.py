"""The estimated wait: right where theory is exact, a range that holds what it says, nothing when nothing is known."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from acd.forecast import Ahead, Estimate, Line, Minutes, Spread, announcement, at_once, estimate
from acd.patience import EDGES_S, Patience

NO_RINGING = Spread(0.0, 0.0)
SURE = 1e9  # so many talks that the rates are known


def without_memory(patience_s: float | None) -> Patience:
    """Exponential patience."""
    return Patience((1 / patience_s,) * len(EDGES_S)) if patience_s else Patience()


def line(ahead: int, agents: int = 60, patience_s: float | None = None, seen: float = SURE) -> Line:
    """A place in the line of so many agents, all busy, four minutes a call; those ahead have just come."""
    return Line(
        ahead=(Ahead(0.0),) * ahead,
        freeing_per_s=agents / 240,
        patience=without_memory(patience_s),
        pick_up=NO_RINGING,
        seen=seen,
    )


def test_first_in_line_waits_for_the_first_of_all_agents() -> None:
    """60 agents, four minutes: one is free every four seconds, exponentially (exact: 0.42 s and 9.21 s)."""
    wait = estimate(line(0))

    assert wait is not None
    assert wait.mean_s == pytest.approx(4.0)
    assert wait.least_s == pytest.approx(0.42, abs=0.05)
    assert wait.most_s == pytest.approx(9.21, abs=0.1)


@pytest.mark.parametrize(("ahead", "agents"), [(1, 6), (10, 60), (40, 6), (300, 60)])
def test_of_exponential_patience_it_is_erlang_a(ahead: int, agents: int) -> None:
    """The sum of 1 / (agents / 240 + j / 180), within two in a hundred; nobody gives up: every step is the same."""
    wait, stubborn = estimate(line(ahead, agents, 180.0)), estimate(line(ahead, agents))

    assert wait
    assert stubborn
    assert wait.mean_s == pytest.approx(sum(1 / (agents / 240 + j / 180) for j in range(ahead + 1)), rel=0.02)
    assert stubborn.mean_s == pytest.approx((ahead + 1) * 240 / agents)


def test_whoever_waits_long_already_counts_by_their_own_patience() -> None:
    """Nobody gives up before two minutes, then half a minute is all they have: old callers ahead are soon gone."""
    late = Patience((0.0, 0.0, 0.0, 0.0, 1 / 30, 1 / 30, 1 / 30))
    fresh = replace(line(40), patience=late)
    old = replace(fresh, ahead=(Ahead(110.0),) * 40)
    call_backs = replace(old, ahead=(Ahead(110.0, stays=True),) * 40)
    waits = [wait.mean_s for place in (fresh, old, call_backs) if (wait := estimate(place))]

    assert waits == pytest.approx([145, 60, 164], abs=15)


def test_a_caller_whom_others_serve_too_counts_in_part() -> None:
    """A half of our agents' chance to serve them is half a step."""
    waits = [wait.mean_s for share in (0, 0.5, 1) if (wait := estimate(replace(line(0), ahead=(Ahead(0.0, share),))))]

    assert waits == pytest.approx([4, 6, 8])


def test_rates_learnt_from_few_talks_make_the_range_wider_not_the_mean() -> None:
    """Of 20 talks a mean is wrong by a fifth and more."""
    sure, unsure = estimate(line(100)), estimate(line(100, seen=20))

    assert sure
    assert unsure
    assert unsure.mean_s == sure.mean_s
    assert unsure.most_s - unsure.least_s > 2 * (sure.most_s - sure.least_s)


def test_the_ringing_phone_is_part_of_the_wait() -> None:
    """Its mean is added; if somebody is free it is all there is, with its own range."""
    without, rung = estimate(line(3)), estimate(replace(line(3), pick_up=Spread(5.0, 4.0)))
    free = at_once(Spread(5.0, 4.0))

    assert without
    assert rung
    assert rung.mean_s == without.mean_s + 5
    assert rung.most_s > without.most_s + 4
    assert (free.mean_s, round(free.least_s, 1), round(free.most_s, 1)) == (5, 2.7, 7.7)
    assert at_once(NO_RINGING) == Estimate(mean_s=0.0, least_s=0.0, most_s=0.0)


def test_nothing_is_said_when_nothing_is_known() -> None:
    """Nobody serves, or nothing was learnt."""
    assert estimate(line(3, agents=0)) is None
    assert estimate(line(3, seen=0)) is None


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf")])
def test_a_place_that_cannot_be_is_refused(wrong: float) -> None:
    """Nor a rate."""
    with pytest.raises(ValueError, match="finite"):
        replace(line(1), ahead=(Ahead(wrong),))
    with pytest.raises(ValueError, match="finite"):
        replace(line(1), freeing_per_s=wrong)


@pytest.mark.parametrize(("ahead", "agents"), [(0, 6), (5, 6), (40, 60), (300, 60)])
def test_eight_in_ten_fall_inside_the_range(ahead: int, agents: int) -> None:
    """Played out: whoever is ahead is served or loses patience, each by their own clock; ours stays."""
    dice, wait = Random(12345 + ahead), estimate(line(ahead, agents, 180.0))
    assert wait is not None
    waits = [play(dice, ahead, agents, 240.0, 180.0) for _ in range(1000)]

    inside = sum(wait.least_s <= waited <= wait.most_s for waited in waits)
    assert 750 <= inside <= 850  # four standard errors to each side
    assert sum(waits) / 1000 == pytest.approx(wait.mean_s, rel=0.13 if ahead == 0 else 0.06)


def play(dice: Random, ahead: int, agents: int, handle_s: float, patience_s: float) -> float:
    """One caller's wait, without the formula: a line of people with patiences, and agents who free up."""
    now, waiting = 0.0, [dice.expovariate(1 / patience_s) for _ in range(ahead)]
    while True:
        now += dice.expovariate(agents / handle_s)
        waiting = [until for until in waiting if until > now]
        if not waiting:
            return now
        waiting.pop(0)


def said(mean_s: float, least_s: float, most_s: float) -> Minutes | None:
    """What a caller is told."""
    return announcement(Estimate(mean_s=mean_s, least_s=least_s, most_s=most_s))


def test_a_caller_is_told_whole_minutes_outwards() -> None:
    """Never less than the range: down for its beginning, up for its end, and never none."""
    assert said(200, 150, 250) == Minutes(2, 5)
    assert said(45, 20, 70) == Minutes(1, 2)


def test_a_caller_is_told_nothing_that_is_of_no_use() -> None:
    """Unknown; answered at once; half an hour and more; anything between one minute and ten."""
    assert announcement(None) is None
    assert said(5, 5, 5) is None
    assert said(2000, 1500, 2500) is None
    assert said(200, 60, 600) is None
