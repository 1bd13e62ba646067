"""What a recipe borrows for simulated citizens: agents of another queue, for a while."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from acd.model import Queue, QueueName, RecipeRow
from acd.steps import Borrow
from simulation.loans import Loans
from simulation.people import Citizen, Kind, Worker
from simulation.run import Simulation
from simulation.town import citizens
from tests.simulation.town import AT_ONCE, GENERAL, NINE, call, citizen, demand, later, worker

HEALTH = QueueName("health")


def of_health(one: Worker) -> Worker:
    """Somebody who serves the other queue."""
    return replace(one, queues=frozenset({HEALTH}))


def asking_health(one: Citizen) -> Citizen:
    """Somebody who calls the other queue."""
    return replace(one, kind=Kind(HEALTH))


def town(
    staff: Iterable[Worker], people: Iterable[Citizen], step: Borrow, after_s: float = 30
) -> tuple[Simulation, Loans]:
    """General borrows of health."""
    queues = (Queue(GENERAL, recipe=(RecipeRow(timedelta(seconds=after_s), step),)), Queue(HEALTH))
    simulation = Simulation(queues, staff, people, begins=NINE, wiring=AT_ONCE)
    loans = Loans(simulation.agenda, lambda: simulation.controller)
    simulation.subscribe(loans.watch)
    return simulation, loans


def test_who_has_waited_long_is_taken_by_a_borrowed_agent_who_then_goes_home() -> None:
    """The seat serves its own queue again a minute after the line was empty; that is when its own callers have it."""
    people = [citizen("a", 0.0), asking_health(citizen("b", 200.0))]
    simulation, loans = town([of_health(worker(1))], people, Borrow(lender=HEALTH, seats=1, keep=0))
    simulation.run()
    simulation.settle(later(400.0))

    assert {visit.call: visit.answered for visit in simulation.visits} == {"a-1": later(32.0), "b-1": later(202.0)}
    assert [(lent.loan.seats, ended) for lent, ended in loans.ended] == [(("8001",), later(92.0))]
    assert simulation.core.seats == {"8001": replace(simulation.core.seats[worker(1).seat], queues=frozenset({HEALTH}))}


def test_the_lender_keeps_whom_it_must() -> None:
    """Nobody is lent by a queue with one agent on duty; the caller is tried for until they give up."""
    people = [citizen("a", 0.0, call(patience=100.0))]
    simulation, loans = town([of_health(worker(1))], people, Borrow(lender=HEALTH, seats=1, keep=1))
    simulation.run()

    assert (loans.ended, dict(loans.standing)) == ([], {})
    assert [visit.answered for visit in simulation.visits] == [None]


def test_a_loan_is_bounded_and_made_again_for_who_still_waits() -> None:
    """Each ends by its time; more come while somebody who came to the row waits."""
    people = [citizen(f"a{number:02}", number * 1.0) for number in range(20)]
    step = Borrow(lender=HEALTH, seats=1, keep=0, lasts=timedelta(seconds=300))
    simulation, loans = town([of_health(worker(1))], people, step)
    simulation.run()
    simulation.settle(simulation.now + timedelta(minutes=10))

    assert len(loans.ended) > 3
    assert all(ended - lent.begun <= timedelta(seconds=300) for lent, ended in loans.ended)
    assert all(visit.answered for visit in simulation.visits)


def test_an_hour_of_loans_leaves_every_seat_as_it_was() -> None:
    """Two queues with too few agents each: whoever was lent is back at the end, and everybody had an outcome."""
    staff = [worker(number) for number in range(1, 5)] + [of_health(worker(number)) for number in range(5, 9)]
    people = citizens(replace(demand(per_hour=400.0), kinds=(Kind(GENERAL, share=4.0), Kind(HEALTH))), 7)
    simulation, loans = town(staff, people, Borrow(lender=HEALTH, seats=2, keep=2), 20)
    before = dict(simulation.core.seats)
    simulation.run()
    simulation.settle(simulation.now + timedelta(minutes=20))

    assert dict(simulation.core.seats) == before
    assert len(loans.ended) >= 1
    assert (simulation.core.calls, simulation.core.offers, loans.standing) == (frozenset(), {}, {})
