"""What the autopilot proposes about a line that grows, and when it leaves it alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from acd.advice import Action, Advice, Doable, Sight, Turn, spare
from acd.autopilot import EASED, HOLDS, LADDER, RESTS, STEP, Autopilot
from acd.forecast import Ahead, Estimate, Line, Spread
from acd.model import QueueName
from acd.patience import Patience
from tests.acd.scene import clock

ALL = frozenset(Action)
NONE: frozenset[Action] = frozenset()
CALM_S = 5.0


def sight(queue: str = "general", wait_s: float | None = CALM_S, **more: object) -> Sight:
    """Thirty agents of four minutes; six hundred calls an hour. A wait of more than a few seconds: nobody is free."""
    line = Line(ahead=(Ahead(0.0),) * 40, freeing_per_s=30 / 240, patience=Patience(), pick_up=Spread(3, 1), seen=200)
    busy = wait_s is not None and wait_s > CALM_S
    seen = Sight(
        queue=QueueName(queue),
        is_crisis=False,
        wait=None if wait_s is None else Estimate(mean_s=wait_s, least_s=wait_s / 2, most_s=wait_s * 2),
        line=line if busy else None,
        waiting=40 if busy else 0,
        serving=30,
        arrivals_per_s=600 / 3600,
        handle_s=240.0,
        doable=Doable(possible=ALL, on=NONE, wrap_up=timedelta(seconds=40)),
        lends={},
    )
    of_doable = {name: more.pop(name) for name in ("possible", "on", "wrap_up") if name in more}
    return replace(seen, doable=replace(seen.doable, **of_doable), **more)  # type: ignore[arg-type]


def switched(seen: Sight, *on: Action) -> Sight:
    """The same with these on."""
    return replace(seen, doable=replace(seen.doable, on=frozenset(on)))


def calm_lender(queue: str = "health", calls_per_hour: float = 60.0) -> Sight:
    """Thirty agents with little to do."""
    return sight(queue, arrivals_per_s=calls_per_hour / 3600)


class Watch:
    """An autopilot, a clock, and queues that somebody switches."""

    def __init__(self) -> None:
        self.pilot, self.now = Autopilot(), clock(0)

    def look(self, *sights: Sight, after_s: float = 0.0) -> list[str]:
        """What is proposed after so long."""
        return [advice.id for advice in self.advice(*sights, after_s=after_s)]

    def advice(self, *sights: Sight, after_s: float = 0.0) -> tuple[Advice, ...]:
        """The same, whole."""
        self.now += timedelta(seconds=after_s)
        return self.pilot.look(sights, self.now)

    def held(self, *sights: Sight) -> list[str]:
        """What is proposed when this has held long enough."""
        self.look(*sights)
        return self.look(*sights, after_s=HOLDS.total_seconds())


def test_the_ladder_rises_and_every_rung_ends_below_where_it_begins() -> None:
    """The hysteresis of each; every action is there once."""
    assert [rung.action for rung in LADDER] == list(Action)
    assert all(rung.ends_s < rung.begins_s for rung in LADDER)
    assert all(low.begins_s < high.begins_s for low, high in pairwise(LADDER))


def test_nothing_is_proposed_while_a_line_is_short() -> None:
    """However long."""
    watch = Watch()

    assert [watch.look(sight(), after_s=60) for _ in range(20)] == [[]] * 20


def test_a_wait_must_hold_before_anything_is_proposed() -> None:
    """A minute without a pause: one look below begins it anew, and so does one that sees nothing."""
    watch, long = Watch(), sight(wait_s=70)

    assert watch.look(long) == []
    assert watch.look(long, after_s=59) == []
    assert watch.look(sight(wait_s=40), after_s=1) == []
    assert watch.look(long, after_s=1) == []
    assert watch.look(long, after_s=59) == []
    assert watch.look(sight(wait_s=None), after_s=1) == []
    assert watch.look(long, after_s=1) == []
    assert watch.look(long, after_s=60) == ["general.announce.begin"]


def test_the_next_step_comes_when_the_last_one_had_its_time() -> None:
    """The lowest rung first, one at a time, STEP apart."""
    watch, very_long = Watch(), sight(wait_s=400, lends={})
    on: list[Action] = []
    proposed: list[tuple[float, str]] = []
    for _ in range(200):
        for advice in watch.advice(switched(very_long, *on), after_s=5):
            proposed.append(((watch.now - clock(0)).total_seconds(), advice.action))
            on.append(advice.action)

    assert [action for _, action in proposed] == ["announce", "wrap_up", "call_back", "level"]  # nobody lends
    moments = [moment for moment, _ in proposed]
    assert moments[0] == 65
    assert all(later - earlier >= STEP.total_seconds() for earlier, later in pairwise(moments))


def test_what_the_house_cannot_do_is_left_out() -> None:
    """Only what is possible for this queue."""
    cannot = sight(wait_s=1000, possible=frozenset({Action.MESSAGE}))

    assert Watch().held(cannot) == ["general.message.begin"]
    assert Watch().held(sight(wait_s=1000, possible=NONE)) == []


def test_what_a_person_switched_on_is_not_proposed_again() -> None:
    """And counts as the last step."""
    watch, on = Watch(), sight(wait_s=70, on=frozenset({Action.ANNOUNCE}))

    assert watch.held(on) == []


def test_an_end_is_proposed_when_the_line_has_long_been_short() -> None:
    """Five minutes below the lower wait, in the opposite order; between the two waits nothing happens."""
    watch = Watch()
    both = sight(on=frozenset({Action.ANNOUNCE, Action.CALL_BACK}))
    watch.look(replace(both, wait=sight(wait_s=100).wait))
    assert watch.look(replace(both, wait=sight(wait_s=100).wait), after_s=3600) == []

    watch.look(both)
    assert watch.look(both, after_s=EASED.total_seconds() - 1) == []
    assert watch.look(both, after_s=1) == ["general.call_back.end"]
    assert watch.look(switched(both, Action.ANNOUNCE), after_s=5) == ["general.announce.end"]
    assert watch.look(switched(both), after_s=5) == []


def test_what_still_owes_call_backs_does_not_end() -> None:
    """They were promised while it was on; everything else ends as ever."""
    watch, both = Watch(), sight(on=frozenset({Action.ANNOUNCE, Action.CALL_BACK}))
    owing = replace(both, doable=replace(both.doable, stays=frozenset({Action.CALL_BACK})))
    watch.look(owing)

    assert watch.look(owing, after_s=EASED.total_seconds()) == ["general.announce.end"]
    assert watch.look(both, after_s=5) == ["general.call_back.end"]


def test_a_wait_that_swings_switches_seldom() -> None:
    """Between calm and much too long every few minutes for six hours, everything accepted at once: bounded by RESTS."""
    watch, on = Watch(), set[Action]()
    switches = 0
    for second in range(0, 6 * 3600, 5):
        wait_s = 200.0 if second // 400 % 2 else CALM_S
        for advice in watch.advice(
            sight(wait_s=wait_s, on=frozenset(on), possible=frozenset({Action.ANNOUNCE})), after_s=5
        ):
            on ^= {advice.action}
            switches += 1

    assert 0 < switches <= 6 * 3600 / RESTS.total_seconds()


def test_what_was_dismissed_is_not_proposed_for_a_while() -> None:
    """A quarter of an hour."""
    watch, long = Watch(), sight(wait_s=70)
    watch.held(long)
    [advice] = watch.advice(long)
    watch.pilot.dismiss(advice, watch.now)

    assert watch.look(long, after_s=899) == []
    assert watch.look(long, after_s=1) == ["general.announce.begin"]


def test_a_crisis_lane_is_never_touched() -> None:
    """However long its wait; and its agents are nobody's to borrow, however idle."""
    crisis = replace(calm_lender("crisis"), is_crisis=True)
    long = sight(wait_s=2000, lends={QueueName("crisis"): 30}, possible=frozenset({Action.BORROW}))

    assert Watch().held(replace(crisis, wait=long.wait, line=long.line)) == []
    assert spare(crisis) == 0
    assert Watch().held(crisis, long) == []


def test_as_many_seats_are_asked_for_as_the_load_needs() -> None:
    """600 an hour of four minutes are 40 erlangs: 45 agents at nine tenths, 15 more than serve; one lends 10, one 5."""
    long = sight(wait_s=100, possible=frozenset({Action.BORROW}), lends={QueueName("health"): 30, QueueName("tax"): 10})
    watch = Watch()
    watch.look(long, calm_lender("health"), calm_lender("tax"))
    [advice] = watch.advice(long, calm_lender("health"), calm_lender("tax"), after_s=60)

    assert (advice.action, advice.turn) == (Action.BORROW, Turn.BEGIN)
    assert [(lent.queue, lent.seats) for lent in advice.seats] == [("health", 15)]
    assert advice.seats[0].keep == 30 - spare(calm_lender())
    assert advice.then
    assert advice.then.mean_s < 300  # of 41 x 240 / 30 + 3


def test_nobody_lends_who_needs_their_own() -> None:
    """A queue keeps what answers four in five within 15 s, and one more; one with callers waiting keeps all."""
    assert 0 < spare(calm_lender(calls_per_hour=300)) < spare(calm_lender(calls_per_hour=30)) < 30
    assert spare(calm_lender(calls_per_hour=600)) == 0
    assert spare(sight(wait_s=50)) == 0
    assert spare(replace(calm_lender(), arrivals_per_s=None)) == 0


def test_two_queues_do_not_get_the_same_seats() -> None:
    """What the first is offered, the second is not."""
    health = calm_lender("zz")
    free = spare(health)
    long = [
        sight(name, wait_s=100, possible=frozenset({Action.BORROW}), lends={QueueName("zz"): 30}) for name in ("a", "b")
    ]
    watch = Watch()
    watch.look(*long, health)
    first, second = watch.advice(*long, health, after_s=60)

    assert first.seats == (("zz", 15, 30 - free),)
    assert second.seats == (("zz", free - 15, 30 - free),)


def test_a_level_is_proposed_once_and_ends_when_every_queue_has_eased() -> None:
    """It is the whole city's."""
    level = frozenset({Action.LEVEL})
    long = [sight(name, wait_s=400, possible=level) for name in ("a", "b")]
    watch = Watch()
    assert watch.held(*long) == ["a.level.begin"]

    one_eased = [sight("a", possible=level, on=level), switched(long[1], Action.LEVEL)]
    watch.look(*one_eased)
    assert watch.look(*one_eased, after_s=3600) == []
    eased = [sight(name, possible=level, on=level) for name in ("a", "b")]
    watch.look(*eased)
    assert watch.look(*eased, after_s=EASED.total_seconds()) == ["a.level.end"]


@pytest.mark.parametrize(("now_s", "then_s"), [(40, 20), (15, 10)])
def test_the_time_to_write_is_halved_but_never_taken_away(now_s: float, then_s: float) -> None:
    """Ten seconds are the least."""
    long = sight(wait_s=160, possible=frozenset({Action.WRAP_UP}), wrap_up=timedelta(seconds=now_s))
    watch = Watch()
    watch.look(long)
    [advice] = watch.advice(long, after_s=60)

    assert advice.wrap_up == timedelta(seconds=then_s)
    assert Watch().held(sight(wait_s=160, possible=frozenset({Action.WRAP_UP}), wrap_up=timedelta(seconds=10))) == []
