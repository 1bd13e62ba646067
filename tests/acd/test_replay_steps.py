"""Playing again, step by step, without a journal: what counts as a difference, a restart, a hole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest

from acd.commands import Command, InviteMessage, RingAgent
from acd.distributor import Distributor
from acd.events import AgentAnswered, AgentWentOnBreak, Event, GapClosed, GapMarked
from acd.finding import JOURNAL_FULL
from acd.model import AgentId, BreakReason, CallId, RingFailure, Snapshot
from acd.replay import Replay, Step, Tally
from tests.acd.scene import NINE, Scene, clock


class Written(Scene):
    """A scene that is written down: each fact takes a number, and so does each of its orders."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        super().__init__()

    @property
    def last(self) -> int:
        """The last number."""
        return self.steps[-1].last if self.steps else 0

    def tell(self, event: Event) -> tuple[Command, ...]:
        """And written."""
        orders = super().tell(event)
        self.steps.append(Step(self.last + 1, event, orders))
        return orders


def offered() -> Written:
    """101 is rung for a call."""
    scene = Written()
    scene.staff("101")
    scene.join("c")
    scene.ring("c")
    return scene


def played(
    steps: Iterable[Step], begin: Snapshot | None = None, *, after: int = 0, restarts: Mapping[int, int] | None = None
) -> Replay:
    """All of them."""
    replay = Replay(begin, after=after, restarts=restarts)
    for step in steps:
        replay.play(step)
    return replay


def gap(scene: Written, **why: object) -> None:
    """Facts are missing, and then are not."""
    scene.tell(GapMarked(at=scene.now, **why))  # type: ignore[arg-type]
    scene.tell(GapClosed(at=scene.now))


def test_a_step_ends_with_its_last_order() -> None:
    """One that ordered nothing ends with itself."""
    scene = offered()
    joined = next(step for step in scene.steps if step.orders)

    assert joined.last == joined.seq + 1
    assert scene.steps[0].last == scene.steps[0].seq == 1
    assert [later.seq - earlier.last for earlier, later in zip(scene.steps, scene.steps[1:], strict=False)] == [1] * (
        len(scene.steps) - 1
    )


def test_what_was_decided_is_decided_again() -> None:
    """Facts and orders are counted, nothing differs, the state is the same."""
    scene = offered()
    replay = played(scene.steps)

    assert (replay.tally.events, replay.tally.orders, replay.tally.differences) == (len(scene.steps), 1, 0)
    assert (replay.last, replay.core.snapshot()) == (scene.last, scene.core.snapshot())


def test_each_step_gives_the_orders_that_follow_from_it() -> None:
    """Whoever asks why looks at them."""
    scene, replay = offered(), Replay()

    assert [replay.play(step) for step in scene.steps] == [step.orders for step in scene.steps]
    assert Step(1, scene.told[0]) == Step(1, scene.told[0], (), is_whole=True)
    assert (Replay().last, Replay().tally) == (0, Tally())


def test_an_order_is_said_in_a_few_words_whatever_it_is() -> None:
    """One that rings nobody has no attempt and no seat; several are told one after the other."""
    scene = offered()
    too_much = (InviteMessage(at=scene.now, call=CallId("c")), *scene.rung_orders())
    replay = played([replace(scene.steps[0], orders=too_much)])

    assert replay.tally.first_difference is not None
    assert replay.tally.first_difference.then == "InviteMessage c, RingAgent c#1 8101"


def test_a_replay_may_begin_with_a_checkpoint() -> None:
    """And goes on from its entry."""
    scene = offered()
    begin, after, so_far = scene.core.snapshot(), scene.last, len(scene.steps)
    scene.answer("c")
    replay = played(scene.steps[so_far:], begin, after=after)

    assert (replay.last, replay.tally.events) == (after + 1, 1)
    assert replay.core.snapshot() == scene.core.snapshot()
    assert Replay(begin, after=after).last == after


def test_the_first_difference_is_named_and_all_are_counted() -> None:
    """By the fact's own entry and kind; what was ordered then, and again."""
    scene = offered()
    steps = [
        replace(step, orders=tuple(replace(order, agent=AgentId("999")) for order in step.orders))
        for step in scene.steps
    ]
    told_too_much = replace(steps[0], orders=steps[-2].orders)
    replay = played([told_too_much, *steps[1:]])
    first = replay.tally.first_difference

    assert replay.tally.differences == 2
    assert first is not None
    assert (first.seq, first.at, first.kind) == (1, NINE, "QueuesLoaded")
    assert (first.then, first.again) == ("RingAgent c#1 8101", "-")


def test_a_step_whose_orders_are_being_written_differs_only_in_what_is_there() -> None:
    """Those that are missing may come; one that is wrong is wrong."""
    scene = offered()
    at = next(number for number, step in enumerate(scene.steps) if step.orders)
    [order] = scene.steps[at].orders
    assert isinstance(order, RingAgent)

    def differences(orders: tuple[Command, ...], *, is_whole: bool) -> int:
        last = replace(scene.steps[at], orders=orders, is_whole=is_whole)
        return played([*scene.steps[:at], last]).tally.differences

    assert [differences((), is_whole=whole) for whole in (True, False)] == [1, 0]
    assert [differences((order,), is_whole=whole) for whole in (True, False)] == [0, 0]
    assert [differences((replace(order, attempt=2),), is_whole=whole) for whole in (True, False)] == [1, 1]


def test_what_is_refused_now_and_was_not_then_is_a_difference() -> None:
    """Named by its error; the replay goes on."""
    scene = offered()
    refused = Step(scene.last + 1, AgentWentOnBreak(at=scene.now, agent=AgentId("9"), reason=BreakReason.REST))
    replay = played([*scene.steps, refused])
    first = replay.tally.first_difference

    assert first is not None
    assert first.again.startswith("UnknownAgent: ")
    assert (replay.tally.events, replay.last) == (len(scene.steps) + 1, refused.seq)
    assert replay.core.snapshot() == scene.core.snapshot()


def test_a_checkpoint_on_the_way_agrees_or_is_a_difference() -> None:
    """At the entry that was played last."""
    scene = offered()
    replay = played(scene.steps)
    replay.meet(scene.core.snapshot(), scene.now)
    assert (replay.tally.met, replay.tally.differences) == (1, 0)

    scene.answer("c")
    replay.meet(scene.core.snapshot(), scene.now)
    first = replay.tally.first_difference
    assert first is not None
    assert (replay.tally.met, first.seq, first.at, first.kind) == (1, scene.last - 1, scene.now, "checkpoint")
    assert first.then != first.again


def restarted(scene: Written, then: Distributor) -> None:
    """The process dies; another one goes on with what it remembers."""
    scene.core = then


def lived_twice() -> tuple[Written, int]:
    """The agent refused between the checkpoint and the death: the successor plays that fact again, and goes on."""
    scene = offered()
    entry, state = scene.last, scene.core.snapshot()
    scene.fail("c", RingFailure.REFUSED)
    tail = scene.told[-1]
    successor = Distributor()
    successor.restore(state)
    successor.receive(tail)
    restarted(scene, successor)
    gap(scene, begun_after=entry)
    return scene, entry


def test_a_restart_begins_with_its_checkpoint_and_the_facts_since() -> None:
    """As it did then: the same state, and it is counted."""
    scene, entry = lived_twice()
    replay = played(scene.steps, restarts={entry: 1})

    assert (replay.tally.restarts, replay.tally.restarts_unknown, replay.tally.differences) == (1, 0, 0)
    assert replay.core.snapshot() == scene.core.snapshot()


def test_a_restart_whose_checkpoint_is_not_known_is_counted_as_such() -> None:
    """It began before this replay, or nobody said that it would."""
    scene, _ = lived_twice()
    replay = played(scene.steps)

    assert (replay.tally.restarts, replay.tally.restarts_unknown) == (0, 1)


def test_two_restarts_may_begin_with_one_checkpoint() -> None:
    """And a third is not expected: what it would need is kept no longer."""
    scene, entry = lived_twice()
    again, more = (Step(scene.last + n, GapMarked(at=scene.now, begun_after=entry)) for n in (1, 2))
    replay = played([*scene.steps, again], restarts={entry: 2})
    assert (replay.tally.restarts, replay.tally.restarts_unknown) == (2, 0)

    replay.play(more)
    assert (replay.tally.restarts, replay.tally.restarts_unknown) == (2, 1)


def test_a_restart_before_anything_was_kept_begins_with_nothing() -> None:
    """At entry 0: an empty core, and every fact since."""
    scene = offered()
    successor = Distributor()
    for event in scene.told:
        successor.receive(event)
    restarted(scene, successor)
    gap(scene, begun_after=0)
    replay = played(scene.steps, restarts={0: 1})

    assert (replay.tally.restarts, replay.tally.differences) == (1, 0)
    assert replay.core.snapshot() == scene.core.snapshot()


def test_a_fact_that_cannot_be_decided_does_not_stop_a_restart() -> None:
    """It was a difference the first time; the successor went on without it, and so does the replay."""
    scene = offered()
    entry = scene.last
    impossible = Step(entry + 1, AgentWentOnBreak(at=scene.now, agent=AgentId("9"), reason=BreakReason.REST))
    answered = Step(entry + 2, AgentAnswered(at=scene.now, call=CallId("c"), attempt=1))
    gone = Step(entry + 3, GapMarked(at=scene.now, begun_after=entry))
    replay = played([*scene.steps, impossible, answered, gone], restarts={entry: 1})

    assert (replay.tally.restarts, replay.tally.differences) == (1, 1)
    assert replay.core.talking[CallId("c")].agent == "101"


def test_after_a_hole_nothing_differs_until_the_next_checkpoint_is_adopted() -> None:
    """From there on all counts again, with its state."""
    scene, other = offered(), Written()
    other.join("x")
    hole = Step(scene.last + 1, GapMarked(at=scene.now, why=JOURNAL_FULL))
    wrong = replace(scene.steps[0], orders=tuple(order for step in scene.steps for order in step.orders))
    replay = played([*scene.steps, hole, wrong])
    assert (replay.tally.holes, replay.tally.differences) == (1, 0)

    replay.meet(other.core.snapshot(), clock(99))
    assert (replay.tally.met, replay.tally.differences) == (0, 0)
    assert replay.core.snapshot() == other.core.snapshot()
    replay.play(wrong)
    assert replay.tally.differences == 1


@pytest.mark.parametrize("why", ["", "connection lost"])
def test_another_gap_is_no_hole(why: str) -> None:
    """What happened then is in the journal."""
    scene = offered()
    gap(scene, why=why)

    assert played(scene.steps).tally.holes == 0
