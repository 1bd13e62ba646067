"""What a queue's recipe does with simulated citizens: it speaks to them, calls them back, asks them for a message."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time, timedelta
from math import inf

from acd.call_back_plan import Policy
from acd.calling_hours import CallingHours
from acd.commands import Command, SayToCaller
from acd.events import Event
from acd.ledger import Ledger
from acd.model import Queue, RecipeRow, RecipeStep
from acd.outcome import Outcome
from acd.steps import Announce, LeaveMessage, OfferCallBack
from simulation.call_backs import CallsBack
from simulation.people import Citizen, Habits, Try, Worker
from simulation.run import Simulation, Visit
from simulation.town import CHINA, citizens, workers
from tests.simulation.town import AT_ONCE, GENERAL, NINE, QUICK, citizen, demand, later, team, worker

RULES = CallsBack(
    policy=Policy(
        hours=CallingHours(quiet_from=time(21), quiet_until=time(8), zone=CHINA),
        attempts=2,
        spacing=timedelta(minutes=20),
    ),
    at_once={GENERAL: 3},
)
WANTS = Try(inf, 60.0, 10.0, wants_call_back=True, picks_up_s=5.0)


class Town(Simulation):
    """Whose queue has these rows; what was said, and what became of every call, is known."""

    def __init__(
        self, staff: Iterable[Worker], people: Iterable[Citizen], *rows: tuple[float, RecipeStep], seed: int = 0
    ) -> None:
        recipe = tuple(RecipeRow(timedelta(seconds=after), step) for after, step in rows)
        self.ledger = Ledger()
        self.said: list[tuple[str, str]] = []
        super().__init__(
            (Queue(GENERAL, recipe=recipe),),
            staff,
            people,
            begins=NINE,
            wiring=AT_ONCE,
            seed=seed,
            watchers=(self._note,),
            calls_back=RULES,
        )

    def _note(self, event: Event, orders: tuple[Command, ...]) -> None:
        self.ledger.note(event)
        self.said += [(order.call, order.prompt) for order in orders if isinstance(order, SayToCaller)]

    def outcomes(self) -> dict[str, Outcome | None]:
        """What became of each call."""
        return {offered.call: offered.outcome for offered in self.ledger.offered()}

    def reached(self) -> dict[str, float | None]:
        """When each who asked was talked with, in seconds after nine."""
        debts = self.call_backs.debts if self.call_backs else {}
        return {d.citizen: (d.reached - NINE).total_seconds() if d.reached else None for d in debts.values()}


def test_who_takes_the_offer_is_called_back_in_their_place() -> None:
    """Before somebody who joined later: the agent's phone is picked up after 2 s, the citizen's 5 s after that."""
    town = Town([worker(1, comes=100.0)], [citizen("a", 1.0, WANTS), citizen("b", 50.0)], (30, OfferCallBack()))
    town.run()

    assert town.reached() == {"a": 107.0}
    visits: dict[str, Visit] = {visit.call: visit for visit in town.visits}
    assert (visits["a-1"].promised, visits["a-1"].answered) == (True, None)
    assert visits["b-1"].answered == later(107.0 + 60.0 + 10.0 + 2.0)
    assert town.outcomes() == {"a-1": Outcome.CALL_BACK_OWED, "b-1": Outcome.ANSWERED}


def test_who_presses_nothing_waits_on_in_the_same_place() -> None:
    """Whoever says no is served as if nothing had been said."""
    town = Town([worker(1, comes=100.0)], [citizen("a", 1.0), citizen("b", 50.0)], (30, OfferCallBack()))
    town.run()

    assert town.reached() == {}
    assert {visit.call: visit.answered for visit in town.visits} == {"a-1": later(102.0), "b-1": later(174.0)}


def test_an_agent_who_becomes_free_while_something_is_said_gets_the_caller() -> None:
    """In the middle of the sentence, and before the key is pressed."""
    town = Town([worker(1, comes=32.0)], [citizen("a", 0.0, WANTS)], (30, OfferCallBack()))
    town.run()

    assert [visit.answered for visit in town.visits] == [later(34.0)]
    assert town.reached() == {}


def test_who_does_not_answer_is_tried_as_often_as_the_rules_say() -> None:
    """Twice, twenty minutes apart; each costs the agent's time. Then it is left to people."""
    nobody_home = Try(inf, 60.0, 10.0, wants_call_back=True, picks_up_s=None)
    town = Town([worker(1, comes=100.0)], [citizen("a", 1.0, nobody_home)], (30, OfferCallBack()))
    town.run()

    assert town.call_backs is not None
    (debt,) = town.call_backs.debts.values()
    assert (debt.attempts, debt.reached, debt.left) == (2, None, "not_reached")


def test_an_agent_who_does_not_pick_up_costs_the_citizen_nothing() -> None:
    """The next one is rung for the same debt, which has not been tried by that."""
    sleepy = Habits(misses=1.0)
    staff = [worker(1, sleepy, comes=100.0), worker(2, QUICK, comes=110.0)]
    town = Town(staff, [citizen("a", 1.0, WANTS)], (30, OfferCallBack()))
    town.run()

    assert town.call_backs is not None
    (debt,) = town.call_backs.debts.values()
    assert (debt.attempts, debt.reached is not None) == (1, True)


def test_a_message_is_left_by_whoever_means_to() -> None:
    """Who hangs up without a word has abandoned."""
    speaks, silent = Try(inf, 60.0, 10.0, message_s=20.0), Try(inf, 60.0, 10.0, message_s=None)
    town = Town([], [citizen("a", 0.0, speaks), citizen("b", 0.0, silent)], (60, LeaveMessage()))
    town.run()
    town.settle(later(100.0))

    assert {visit.call: (visit.left_message, visit.ended) for visit in town.visits} == {
        "a-1": (True, later(85.0)),
        "b-1": (False, later(65.0)),
    }
    assert town.outcomes() == {"a-1": Outcome.VOICE_MESSAGE, "b-1": Outcome.ABANDONED}


def test_a_prompt_is_said_once_and_the_caller_waits_on() -> None:
    """The place is kept."""
    town = Town([worker(1, comes=100.0)], [citizen("a", 0.0)], (30, Announce("many-callers")))
    town.run()

    assert town.said == [("a-1", "many-callers")]
    assert [visit.answered for visit in town.visits] == [later(102.0)]


def test_an_hour_of_everything_leaves_nobody_behind() -> None:
    """Half as many agents as it takes: each call has one outcome, nobody is stuck, and most who asked were reached."""
    rows = (30, Announce("many-callers")), (45, OfferCallBack()), (90, LeaveMessage())
    town = Town(workers([team(15)]), citizens(demand(per_hour=600.0), 7), *rows, seed=7)
    town.run()
    town.settle(town.now + timedelta(minutes=3))

    assert (town.core.calls, town.core.lined, town.core.offers) == (frozenset(), (), {})
    assert all(balance.reconciles and not balance.in_progress for balance in town.ledger.balances())
    outcomes = town.outcomes()
    for visit in town.visits:
        left = (Outcome.VOICE_MESSAGE, Outcome.CALL_BACK_OWED, Outcome.ANSWERED)
        happened = (visit.left_message, visit.promised, visit.answered is not None)
        assert sum(happened) <= 1
        assert [outcomes[visit.call] is outcome for outcome in left] == list(happened)
    reached = town.reached()
    assert len(reached) > 50
    assert sum(moment is not None for moment in reached.values()) > len(reached) / 2
