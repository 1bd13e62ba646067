"""A period again: unchanged it comes close to what happened; changed, to what would have become of the same people."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import mean
from typing import Final

import pytest

from acd.incident import read
from acd.model import CallId, RecipeRow, RingFailure, Skill
from acd.replay import Replay
from acd.steps import Relax
from simulation.change import Change, MoreSeats, NobodyServes
from simulation.comparison import Comparison
from simulation.guesses import Guesses
from simulation.outcomes import By, Figures, Group
from simulation.recalling import Recalling
from tests.simulation.past_day import GENERAL, HEALTH, SINCE, TOTAL, UNTIL, LookedBack, Morning, look_back

HEALTH_CALLS: Final = Group(By.QUEUE, HEALTH)
ALL_THE_TIME: Final = Change(begins=SINCE, ends=UNTIL + timedelta(hours=1))


def more(count: int) -> Change:
    """So many seats for health."""
    return replace(ALL_THE_TIME, more=(MoreSeats(queue=HEALTH, count=count),))


@pytest.fixture(scope="module")
def busy() -> LookedBack:
    """A morning on which many wait."""
    return look_back(Morning())


@pytest.fixture(scope="module")
def six_more(busy: LookedBack) -> Comparison:
    """The same with two more seats for health."""
    return busy.compared(more(2))


@pytest.mark.parametrize("morning", [Morning(), Morning(seed=8, redials=0.5), Morning(seed=2, per_hour=240.0)], ids=str)
def test_unchanged_run_comes_close_to_what_happened(morning: Morning) -> None:
    """Within the stated tolerance: answered, in time, waits, abandons and occupancy; so no doubt is told."""
    found = look_back(morning).compared(None)

    assert found.doubts == ()
    assert found.groups[TOTAL].real.calls > 200


def test_period_that_begins_in_the_middle_is_not_begun_empty(busy: LookedBack) -> None:
    """Who waited, talked or wrote at its beginning still does."""
    waited = [call for call in busy.seen.calls if call.joined < SINCE]
    writes = [agent for agent in busy.seen.begin.agents if agent.until is not None and agent.until > SINCE]

    assert waited
    assert len(writes) > 15
    assert all(call.waited_s >= (SINCE - call.joined).total_seconds() for call in waited)


def test_more_seats_bring_what_they_bring_to_the_same_citizens(six_more: Comparison) -> None:
    """The difference is that of direct runs of the same people with two more agents, within its range."""
    told = six_more.groups[HEALTH_CALLS].differs
    runs = [
        [look_back(Morning(dice=dice, more=agents)).real().groups[HEALTH_CALLS] for agents in (0, 2)]
        for dice in range(1, 6)
    ]

    for figure, slack in (("answered", 3.0), ("abandoned", 3.0), ("mean_wait_s", 8.0), ("within_15", 8.0)):
        truth = mean(getattr(after, figure) - getattr(before, figure) for before, after in runs)
        predicted = told[figure]
        assert predicted is not None
        assert predicted.low - slack <= truth <= predicted.high + slack, figure


def test_more_seats_for_one_queue_leave_the_other_alone(six_more: Comparison) -> None:
    """Nobody in general waits otherwise: their draws and their agents are the same."""
    general = six_more.groups[Group(By.QUEUE, GENERAL)]

    assert general.sooner.high == general.later.high == general.gained.high == general.lost.high == 0
    assert six_more.groups[HEALTH_CALLS].gained.low > 0


def test_fewer_seats_make_somebody_wait(busy: LookedBack) -> None:
    """The price is told: who waits longer, who reaches nobody."""
    found = busy.compared(more(-2), draws=4).groups[HEALTH_CALLS]

    assert found.later.low > found.sooner.high
    assert found.lost.low > 0
    assert found.differs["answered"] is not None
    assert found.differs["answered"].high < 0


def test_shorter_wrap_up_frees_agents(busy: LookedBack) -> None:
    """Its difference has the sign and size of direct runs of the same people under that limit."""
    change = replace(ALL_THE_TIME, queues={HEALTH: {"wrap_up_time": timedelta(seconds=5)}})
    found = busy.compared(change, draws=8).groups[HEALTH_CALLS].differs["answered"]
    direct = look_back(Morning(wrap_up_s=5.0)).real().groups[HEALTH_CALLS].answered
    before = busy.real().groups[HEALTH_CALLS].answered

    assert found is not None
    assert found.median > 0
    assert found.low - 5 <= direct - before <= found.high + 5


def test_change_that_changes_nothing_differs_in_nothing(busy: LookedBack) -> None:
    """Differences are paired: the same draws give the same run, to the last call."""
    recipe = (RecipeRow(timedelta(seconds=20), Relax(Skill("psychology"))),)
    found = busy.compared(replace(ALL_THE_TIME, queues={HEALTH: {"recipe": recipe}}), draws=3)

    for one in found.groups.values():
        assert one.sooner.high == one.later.high == one.gained.high == one.lost.high == 0
        assert {told.high for told in one.differs.values() if told is not None} == {0}


def test_change_of_a_part_of_the_period_ends_there(busy: LookedBack) -> None:
    """Before it nobody waits otherwise, and the seats that came are gone afterwards."""
    late = replace(more(2), begins=SINCE + timedelta(minutes=40))
    found = busy.compared(late, draws=4)
    first, last = (one for group, one in sorted(found.groups.items()) if group.by is By.INTERVAL and group.name >= "01")

    assert first.sooner.high < last.sooner.low


def test_seats_of_a_queue_that_nobody_serves_are_refused(busy: LookedBack) -> None:
    """Nobody is there whom the new people could be like, or so many cannot go."""
    with pytest.raises(NobodyServes):
        busy.compared(replace(ALL_THE_TIME, more=(MoreSeats(queue=HEALTH, count=-7),)), draws=1)


def test_quiet_hour_is_reproduced_exactly() -> None:
    """With more agents than callers nothing is left to chance: every figure is what it was."""
    found = look_back(Morning(per_hour=30.0)).compared(None, draws=2).groups[TOTAL]

    real, again = found.real, found.again["answered"]
    assert isinstance(real, Figures)
    assert again is not None
    assert again.median == real.answered
    assert found.again["abandoned"] == (real.abandoned,) * 3


def test_phone_that_refuses_before_it_rings_is_seen_to_refuse() -> None:
    """As a real one did, in an incident cut out of a real journal: its agent refuses the same call in every run."""
    path = Path(__file__).parents[1] / "acd" / "incidents" / "refused-then-answered.jsonl"
    with path.open(encoding="utf-8") as lines:
        incident = read(lines)
    begins, ends = incident.steps[0].event.at, incident.steps[-1].event.at + timedelta(seconds=1)
    replay, recalling = Replay(incident.begin), Recalling(begins, ends)
    recalling.begin(replay.core)
    for step in incident.steps:
        replay.play(step)
        recalling.note(replay.core, step.event, step.orders)
    seen = recalling.close(ends)

    assert [ring.failure for ring in seen.rings] == [RingFailure.REFUSED, None]
    refused, answered = seen.rings
    assert Guesses(seen).ring(refused.agent, CallId(f"{refused.call}-1"), 1) == (0.0, RingFailure.REFUSED)
    assert refused.agent != answered.agent
