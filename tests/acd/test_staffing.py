"""The formulas beside published values, beside each other, and at the ends of their range."""

from __future__ import annotations

from math import exp, isfinite, lgamma, log

import pytest

from acd.staffing import Traffic, erlang_a, erlang_b, erlang_c, erlang_c_within, fewest_agents


@pytest.mark.parametrize(("lines", "load"), [(1, 0.0101), (10, 4.461), (20, 12.03), (100, 84.06)])
def test_erlang_b_agrees_with_the_tables(lines: int, load: float) -> None:
    """The traffic that so many lines carry at one call in a hundred lost, as every table of traffic prints it."""
    assert erlang_b(lines, load) == pytest.approx(0.01, rel=2e-3)


def test_erlang_c_agrees_with_the_worked_example() -> None:
    """A hundred calls in half an hour, three minutes each, 14 agents: the example that the trade teaches with."""
    traffic = Traffic(rate_per_s=100 / 1800, handle_s=180)
    steady = erlang_c(14, traffic)

    assert steady is not None
    assert steady.waits == pytest.approx(0.174, abs=5e-4)
    assert steady.mean_wait_s == pytest.approx(7.8, abs=0.05)
    assert erlang_c_within(14, traffic, 20) == pytest.approx(0.888, abs=5e-4)


def test_the_fewest_agents_are_enough_and_one_less_is_not() -> None:
    """Of the same example, four in five within 20 s; and nothing when so many are not to be had."""
    traffic = Traffic(rate_per_s=100 / 1800, handle_s=180)
    fewest = fewest_agents(traffic, 20, 0.8, most=100)

    assert fewest == 14
    assert erlang_c_within(13, traffic, 20) < 0.8 <= erlang_c_within(14, traffic, 20)
    assert fewest_agents(traffic, 20, 0.8, most=13) is None


def test_erlang_a_agrees_with_its_paper() -> None:
    """Table 1 of Garnett et al., both columns: 50 agents, 48 calls a minute, a minute each, two minutes of patience."""
    impatient = Traffic(rate_per_s=48 / 60, handle_s=60, patience_s=120)
    patient, giving_up = erlang_c(50, impatient), erlang_a(50, impatient)

    assert patient is not None
    assert (round(patient.mean_wait_s, 1), round(patient.mean_waiting), round(patient.occupancy, 2)) == (20.8, 17, 0.96)
    assert (round(giving_up.mean_wait_s, 1), round(giving_up.mean_waiting)) == (3.7, 3)
    assert (round(giving_up.abandons, 3), round(giving_up.occupancy, 2)) == (0.031, 0.93)


@pytest.mark.parametrize("agents", [1, 7, 60, 750, 2000])
@pytest.mark.parametrize("strain", [0.3, 0.95, 1.0, 3.0, 10.0])
def test_callers_as_patient_as_talks_are_long_make_a_poisson_number_present(agents: int, strain: float) -> None:
    """Then every call leaves at one rate, waiting or not (M/M/infinity): summed here in logarithms, another way."""
    load = strain * agents
    steady = erlang_a(agents, Traffic(rate_per_s=load / 240, handle_s=240, patience_s=240))
    upto = int(load + 40 * load**0.5 + 60)
    poisson = [exp(k * log(load) - load - lgamma(k + 1)) for k in range(upto)]

    assert steady.waits == pytest.approx(sum(poisson[agents:]), rel=1e-8, abs=1e-13)
    assert steady.mean_waiting == pytest.approx(
        sum((k - agents) * p for k, p in enumerate(poisson) if k > agents), rel=1e-8, abs=1e-13
    )


@pytest.mark.parametrize("agents", [1, 60, 2000])
@pytest.mark.parametrize("strain", [0.01, 0.99, 1.5, 10.0])
@pytest.mark.parametrize("patience_s", [5.0, 180.0, 7200.0])
def test_who_is_not_answered_gave_up(agents: int, strain: float, patience_s: float) -> None:
    """The balance of calls, from two sums that do not know of each other: served + given up = offered."""
    traffic = Traffic(rate_per_s=strain * agents / 240, handle_s=240, patience_s=patience_s)
    steady = erlang_a(agents, traffic)

    assert isfinite(steady.mean_wait_s)
    assert steady.occupancy * agents / traffic.load + steady.abandons == pytest.approx(1.0, rel=1e-9)


def test_erlang_a_becomes_erlang_c_as_patience_grows() -> None:
    """With a month of patience nobody gives up."""
    endless = Traffic(rate_per_s=0.2, handle_s=240, patience_s=30 * 86_400.0)
    patient = erlang_c(55, endless)

    assert patient is not None
    assert erlang_a(55, endless).mean_wait_s == pytest.approx(patient.mean_wait_s, rel=1e-3)


def test_more_load_than_agents_has_no_steady_state_unless_callers_give_up() -> None:
    """Erlang C says so instead of giving a number."""
    surge = Traffic(rate_per_s=1.0, handle_s=240, patience_s=120)

    assert erlang_c(240, surge) is None
    assert erlang_c_within(240, surge, 15) == 0.0
    assert erlang_a(60, surge).abandons == pytest.approx(0.75, abs=1e-3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate_per_s": 0.0},
        {"handle_s": -1.0},
        {"patience_s": 0.0},
        {"rate_per_s": float("nan")},
        {"rate_per_s": float("inf")},
    ],
)
def test_traffic_must_be_positive(wrong: dict[str, float]) -> None:
    """Refused when it is made, so that no formula divides by nothing."""
    with pytest.raises(ValueError, match="positive"):
        Traffic(**{"rate_per_s": 1.0, "handle_s": 1.0, "patience_s": 1.0} | wrong)


def test_patience_is_not_made_up() -> None:
    """Erlang A without a patience is refused."""
    with pytest.raises(ValueError, match="needs a patience"):
        erlang_a(10, Traffic(rate_per_s=1.0, handle_s=1.0))
