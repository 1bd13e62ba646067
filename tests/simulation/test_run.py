"""People through the real core, by a virtual clock."""

from __future__ import annotations

from math import inf

from acd.codec import digest
from acd.commands import Command
from acd.events import AgentAnswered, CallJoined, Event
from acd.model import AgentId, AgentState, Queue
from simulation.draw import Exactly
from simulation.people import Habits
from simulation.run import Simulation
from simulation.town import citizens, workers
from tests.simulation.town import GENERAL, NINE, call, citizen, demand, later, small, team, worker


def waits(simulation: Simulation) -> dict[str, tuple[bool, float | None]]:
    """Of each call, whether it was answered and how long it waited."""
    return {visit.call: (visit.answered is not None, visit.waited_s) for visit in simulation.visits}


def test_callers_are_served_in_turn() -> None:
    """One agent: picked up after 2 s, talks 60 s, writes 10 s; then the next."""
    simulation = small([worker(1)], [citizen("a", 1.0), citizen("b", 11.0)])
    simulation.run()

    assert waits(simulation) == {"a-1": (True, 2.0), "b-1": (True, 2.0 + 60.0 + 10.0 - 10.0 + 2.0)}


def test_the_queues_limit_ends_the_wrap_up() -> None:
    """Who needs longer to write than the queue allows is ready when that is over."""
    people = [citizen("a", 1.0, call(writing=100.0)), citizen("b", 2.0)]
    simulation = small([worker(1)], people, wrap_up=30.0)
    simulation.run()

    assert waits(simulation)["b-1"] == (True, 2.0 + 60.0 + 30.0 - 1.0 + 2.0)


def test_whoever_loses_patience_hangs_up_and_may_dial_again() -> None:
    """The second try is another call of the same citizen; without another try they stay away."""
    again = citizen("a", 0.0, call(patience=20.0, again_after_s=100.0), call(patience=5.0, again_after_s=100.0))
    simulation = small([], [again, citizen("b", 1.0, call(patience=7.0))])
    simulation.run()

    assert waits(simulation) == {"a-1": (False, 20.0), "b-1": (False, 7.0), "a-2": (False, 5.0)}
    assert simulation.now == later(125.0)


def test_whoever_misses_a_ring_is_back_after_a_while() -> None:
    """Ringing for the queue's 20 s in vain, the caller goes to the other agent; the first rests for 10 s."""
    sleepy = Habits(misses=1.0, comes_back=Exactly(30.0))
    simulation = small([worker(1, sleepy), worker(2, comes=5.0)], [citizen("a", 1.0)])
    simulation.run(until=later(22.0))

    sleeper = simulation.core.agents[AgentId("101")]
    assert (sleeper.state, sleeper.missed, sleeper.until) == (AgentState.READY, 1, later(31.0))
    simulation.run()
    assert waits(simulation) == {"a-1": (True, 22.0)}
    simulation.settle(later(52.0))
    assert simulation.core.agents[AgentId("101")].state is AgentState.READY


def test_phone_that_dials_a_code_is_not_rung_until_it_is_hung_up() -> None:
    """The caller waits beside a ready agent; who is on the phone already cannot dial one, nor the other way round."""
    simulation = small([worker(1)], [citizen("a", 1.0)])
    exchange, seat, dialled = simulation.exchange, worker(1).seat, []
    simulation.agenda.at(later(0.5), lambda: dialled.append(exchange.dial_code(seat, 9.5)))
    simulation.agenda.at(later(5.0), lambda: dialled.append(exchange.dial_code(seat, 9.5)))
    simulation.agenda.at(later(20.0), lambda: dialled.append(exchange.dial_code(seat, 9.5)))
    simulation.run()

    assert dialled == [True, False, False]
    assert waits(simulation) == {"a-1": (True, 9.0 + 2.0)}
    assert not exchange.codes


def test_an_agent_leaves_when_the_call_in_hand_is_written_up() -> None:
    """Nobody goes in the middle of a talk; the next caller is not theirs."""
    simulation = small([worker(1, leaves=30.0)], [citizen("a", 1.0), citizen("b", 2.0, call(patience=300.0))])
    simulation.run()

    assert waits(simulation) == {"a-1": (True, 2.0), "b-1": (False, 300.0)}
    assert simulation.core.agents[AgentId("101")].state is AgentState.LOGGED_OFF


def test_watchers_see_every_event_and_may_act() -> None:
    """A second agent is employed when the first caller has been answered."""
    simulation = small([worker(1)], [citizen("a", 1.0), citizen("b", 2.0)])
    seen: list[str] = []

    def watch(event: Event, _orders: tuple[Command, ...]) -> None:
        seen.append(type(event).__name__)
        if isinstance(event, AgentAnswered) and event.call == "a-1":
            simulation.agenda.after(10.0, lambda: simulation.employ(worker(2, comes=13.0)))

    simulation.subscribe(watch)
    simulation.run()

    assert waits(simulation)["b-1"] == (True, 13.0)
    assert seen.count("CallJoined") == 2
    assert seen.count("SeatOpened") == 1


def test_the_same_seed_gives_the_same_run() -> None:
    """To the last byte of the state, with agents who miss and refuse."""
    habits = Habits(misses=0.05, refuses=0.05)

    def play() -> tuple[str, int]:
        simulation = Simulation(
            (Queue(GENERAL),), workers([team(20, habits)]), citizens(demand(), 3), begins=NINE, seed=3
        )
        simulation.run()
        return digest(simulation.core.snapshot()), len(simulation.visits)

    assert play() == play()


def test_citizens_are_the_same_whoever_serves_them() -> None:
    """More agents change who waits, not who calls first: the people of two runs can be compared one by one."""
    people = list(citizens(demand(), 5))
    few, many = (small([*workers([team(size)])], people) for size in (10, 40))
    for simulation in (few, many):
        simulation.run()

    first = [{visit.citizen: visit for visit in s.visits if visit.tried == 1} for s in (few, many)]
    assert first[0].keys() == first[1].keys() == {person.name for person in people}
    assert sum(v.answered is not None for v in first[0].values()) < sum(
        v.answered is not None for v in first[1].values()
    )


def test_nobody_is_served_by_nobody() -> None:
    """A citizen who never gives up, and no agent: the run ends when nothing can happen any more."""
    simulation = small([], [citizen("a", 1.0, call(patience=inf))])
    joined: list[Event] = []
    simulation.subscribe(lambda event, _orders: joined.append(event))
    simulation.run()

    assert not simulation.visits
    assert sum(isinstance(event, CallJoined) for event in joined) == 1
