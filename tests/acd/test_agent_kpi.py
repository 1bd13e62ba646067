"""How agents spend their time: each formula by hand, and the clock; recounted in test_agent_kpi_recount."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from acd.agent_kpi import Handled, Period, Sheet, Spent
from acd.agent_time import AgentTime
from acd.distributor import Distributor
from acd.events import (
    AgentAnswered,
    CallArrived,
    CallEnded,
    CallHeld,
    CallRetrieved,
    Event,
    GapClosed,
    GapMarked,
    TimePassed,
)
from acd.model import AgentId, CallId
from acd.talk_facts import ConsultAnswered, ConsultBegun, ConsultEnded, Party, TransferBegun, TransferFailed
from tests.acd.scene import Scene, clock

HOUR = timedelta(hours=1)


def sheet(
    told: Iterable[Event],
    since_s: float = 0,
    until_s: float = 3600,
    every_s: float = 0,
    whom: str | None = None,
    seen_from: int = 0,
) -> Sheet:
    """The figures, when all that was told is told again; what is watched begins with the fact `seen_from`."""
    every, agent = timedelta(seconds=every_s) if every_s else None, None if whom is None else AgentId(whom)
    core, time = Distributor(), AgentTime(Period(since=clock(since_s), until=clock(until_s), every=every, whom=agent))
    for number, event in enumerate(told):
        if number == seen_from:
            time.begin(core)
        core.receive(event)
        if number >= seen_from:
            time.note(core, event)
    return time.close()


def seconds(count: float) -> timedelta:
    """So many."""
    return timedelta(seconds=count)


def one_call() -> Scene:
    """101 is ready from 0, rung at 10, answers at 14, holds 34 to 44, ends at 74, is ready again at 104."""
    scene = Scene()
    scene.seat("8101")
    scene.log_on("101", "8101")
    scene.ready("101")
    scene.later(10)
    scene.join("c")
    scene.ring("c")
    scene.later(4)
    scene.answer("c")
    scene.later(20)
    scene.tell(CallHeld(at=scene.now, call=CallId("c"), attempt=1))
    scene.later(10)
    scene.tell(CallRetrieved(at=scene.now, call=CallId("c"), attempt=1))
    scene.later(30)
    scene.talk_ends("c")
    scene.end("c")
    scene.later(96)
    return scene


def test_each_formula_on_one_conversation() -> None:
    """50 s of talk, 10 of hold, 30 of wrap-up; 94 s busy of 200 on duty, then a break of 200 more."""
    scene = one_call()
    scene.later(30)
    scene.rest("101")
    [row] = sheet(scene.told, until_s=400).agents

    spent, done = row.spent, row.handled
    assert (spent.ready, spent.offered, spent.on_break) == (seconds(106), seconds(4), seconds(200))
    assert (spent.talking, spent.holding, spent.wrap_up) == (seconds(50), seconds(10), seconds(30))
    assert (spent.occupancy, spent.utilisation) == (pytest.approx(94 / 200), pytest.approx(94 / 400))
    assert (done.handled, done.average_handle_s, done.average_talk_s) == (1, 90, 50)
    assert (done.average_hold_s, done.average_wrap_up_s) == (10, 30)


def test_nothing_to_reckon_with_is_not_zero() -> None:
    """No conversation, no mean; nobody on duty, no rate; on break only: nothing of the time was used."""
    resting = Spent(on_break=seconds(5))

    assert (Handled().average_handle_s, Spent().occupancy, Spent().utilisation) == (None, None, None)
    assert (resting.occupancy, resting.utilisation) == (None, 0)


def test_a_mean_is_of_all_conversations() -> None:
    """Two of a minute each; those that were begun unseen are added up, and are in no mean."""
    one = Handled(handled=1, talked=seconds(40), held=seconds(5), wrapped_up=seconds(15))
    both = one + Handled(unseen=1) + one + Handled(unseen=2)

    assert (both.handled, both.unseen) == (2, 3)
    assert (both.average_handle_s, both.average_talk_s, both.average_hold_s, both.average_wrap_up_s) == (60, 40, 5, 15)


def test_a_sheet_is_as_long_as_was_said_and_can_be_drawn_up_again() -> None:
    """Rows of agents, queues and hotlines; a second look at the end changes nothing."""
    core, time = Distributor(), AgentTime(Period(since=clock(0), until=clock(200), every=seconds(60)))
    for event in one_call().told:
        core.receive(event)
        time.note(core, event)
    first = time.close()

    assert time.rows == len(first.agents) + len(first.queues) + len(first.hotlines) == 6
    assert time.close() == first
    assert first.agrees


def test_time_is_cut_but_a_conversation_is_whole_where_it_is_over() -> None:
    """Rung in the first minute, over in the second."""
    first, second, *_ = sheet(one_call().told, until_s=120, every_s=60).agents

    assert (first.since, first.handled.handled) == (clock(0), 0)
    assert (first.spent.talking, first.spent.holding, first.spent.offered) == (seconds(36), seconds(10), seconds(4))
    assert (second.since, second.handled.talked, second.spent.talking) == (clock(60), seconds(50), seconds(14))


def test_neighbouring_periods_add_up() -> None:
    """Wherever they are cut, nothing is lost and nothing counted twice."""
    told = one_call().told
    whole = sheet(told, until_s=300).total

    for cut in range(0, 301, 7):
        early, late = sheet(told, until_s=cut).total, sheet(told, since_s=cut, until_s=300).total
        assert (early.spent + late.spent, early.handled + late.handled) == (whole.spent, whole.handled)


def test_what_was_done_before_the_watching_began_counts() -> None:
    """Wherever it begins, no second of the period is lost; a talk that began before is over `unseen`, in no mean."""
    told = one_call().told
    whole = sheet(told, until_s=300)
    answered = next(place for place, it in enumerate(told) if isinstance(it, AgentAnswered))
    over = next(place for place, it in enumerate(told) if isinstance(it, CallEnded))

    for number in range(len(told)):
        begins_s = (told[number].at - clock(0)).total_seconds()
        seen = sheet(told, since_s=begins_s, until_s=300, seen_from=number)
        assert seen.total.spent == sheet(told, since_s=begins_s, until_s=300).total.spent
    for number in (answered + 1, over + 1):
        late = sheet(told, until_s=300, seen_from=number)
        assert (late.total.handled, late.queues, late.hotlines) == (Handled(unseen=1), (), ())
    assert whole.total.handled.handled == 1


def test_conversations_are_told_by_the_hotline_that_was_dialled() -> None:
    """Two ways to dial one hotline are one; a call that we make has none."""
    scene = one_call()
    arrived = CallArrived(at=clock(9), call=CallId("c"), hotline="051812345")
    told = [*scene.told[:4], arrived, *scene.told[4:]]

    dialled, ours = sheet(told), sheet(scene.told)
    [hotline], [none] = dialled.named(lambda number: number[-5:]).hotlines, ours.named(str.upper).hotlines

    assert (hotline.name, hotline.handled) == ("12345", dialled.queues[0].handled)
    assert (none.name, none.handled.handled) == ("", 1)


def test_a_queue_has_its_conversations_and_one_agent_can_be_asked_for() -> None:
    """Both agents' are in the queue's row; of one agent only theirs."""
    scene = one_call()
    scene.rest("101")
    scene.staff("102")
    scene.join("d")
    scene.answer("d")
    scene.later(10)
    scene.talk_ends("d")
    scene.later(60)

    [queue], [of_one] = sheet(scene.told).queues, sheet(scene.told, whom="102").agents

    assert (queue.name, queue.handled.handled, queue.handled.talked) == ("general", 2, seconds(60))
    assert (of_one.name, of_one.handled.handled, of_one.handled.talked) == ("102", 1, seconds(10))
    late = sheet(scene.told, whom="102", seen_from=len(scene.told) - 1)
    assert [row.name for row in late.agents] == ["102"]


def test_who_is_consulted_is_busy_but_has_handled_nothing() -> None:
    """The colleague's conversation is no citizen's."""
    scene = one_call()
    scene.rest("101")
    for agent in ("102", "103"):
        scene.staff(agent)
    scene.join("d")
    scene.answer("d")
    here = {"call": CallId("d"), "attempt": 1}
    scene.tell(ConsultBegun(at=scene.now, to=Party.AGENT, seat=scene.agent("103").seat, **here))  # type: ignore[arg-type]
    scene.tell(ConsultAnswered(at=scene.now, **here))  # type: ignore[arg-type]
    scene.later(20)
    scene.tell(ConsultEnded(at=scene.now, **here))  # type: ignore[arg-type]
    scene.later(100)

    rows = {row.name: row for row in sheet(scene.told).agents}

    assert (rows["103"].spent.talking, rows["103"].handled) == (seconds(20), Handled())


def test_a_transfer_that_failed_is_one_conversation() -> None:
    """Kept, rung again and talking on: handled once, and the time between is neither talk nor hold."""
    scene = Scene()
    scene.staff("101")
    scene.join("c")
    scene.answer("c")
    scene.later(10)
    call, seat = CallId("c"), scene.agent("101").seat
    assert seat is not None
    scene.tell(TransferBegun(at=scene.now, call=call, attempt=1, to_attempt=2, to=Party.OUTSIDE))
    scene.later(1)
    scene.tell(TransferFailed(at=scene.now, call=call, attempt=1, to_attempt=3, seat=seat))
    scene.later(1)
    scene.answer("c", 3)
    scene.later(10)
    scene.talk_ends("c", 3)
    scene.later(60)

    [row] = sheet(scene.told).agents

    assert (row.handled.handled, row.handled.talked, row.handled.held) == (1, seconds(20), seconds(0))


def test_news_that_is_late_changes_nothing_that_was_reckoned() -> None:
    """101's answer, dated 3 s early, comes after another fact: the talk counts from when it was told."""
    scene = one_call()
    told = [replace(it, at=clock(11)) if isinstance(it, AgentAnswered) else it for it in scene.told]
    answered = next(place for place, it in enumerate(told) if isinstance(it, AgentAnswered))
    told.insert(answered, TimePassed(at=clock(14)))

    assert sheet(told).total == sheet(scene.told).total


def test_a_clock_set_back_while_nothing_ran_loses_no_second() -> None:
    """An hour back in the middle of the talk: the later seconds count too, from the new clock on."""
    scene = one_call()
    middle = clock(50)
    told = [it for it in scene.told if it.at <= middle]
    told += (TimePassed(at=middle), GapMarked(at=middle - HOUR, begun_after=0), GapClosed(at=middle - HOUR))
    told += (replace(it, at=it.at - HOUR) for it in scene.told if it.at > middle)

    anew = sheet(told, since_s=50 - 3600, until_s=200 - 3600).total

    assert anew.handled == sheet(scene.told, until_s=200).total.handled
    assert (anew.spent.talking, anew.spent.wrap_up, anew.spent.ready) == (seconds(24), seconds(30), seconds(96))
