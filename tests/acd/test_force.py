"""What a team leader orders: at once without a call, afterwards with one; never unseen by the next leader."""

from __future__ import annotations

import pytest

from acd.agents import ON_A_CALL
from acd.codec import decode, digest, encode
from acd.distributor import Distributor
from acd.errors import (
    BadReason,
    ForcedMeanwhile,
    NothingPending,
    NotNow,
    OrderedReady,
    Refused,
    UnknownAgent,
    UnknownSeat,
)
from acd.force import in_force
from acd.force_facts import AgentForced, ForceWithdrawn
from acd.model import AgentId, AgentState, BreakReason, Force, ForcedTo, ForceState, RingFailure, Snapshot
from tests.acd.scene import Scene

READY, BREAK, LOG_OFF, END_WRAP_UP = ForcedTo.READY, ForcedTo.BREAK, ForcedTo.LOG_OFF, ForcedTo.END_WRAP_UP


class Floor(Scene):
    """A scene with a team leader in it."""

    def force(
        self,
        into: ForcedTo,
        *,
        agent: str = "101",
        seen: int | None = None,
        by: str = "zhao",
        reason: BreakReason = BreakReason.TRAINING,
    ) -> None:
        """A leader's order; they have read what was last, unless `seen` says otherwise."""
        self.tell(
            AgentForced(
                at=self.now,
                by=by,
                agent=AgentId(agent),
                into=into,
                why="surge",
                seen=self._last(agent) if seen is None else seen,
                reason=reason,
            )
        )

    def take_back(self, *, agent: str = "101", by: str = "qian") -> None:
        """A leader takes it back."""
        self.tell(ForceWithdrawn(at=self.now, by=by, agent=AgentId(agent), why="calm", seen=self._last(agent)))

    def _last(self, agent: str) -> int:
        order = self.core.forces.get(AgentId(agent))
        return order.number if order else 0

    @property
    def order(self) -> Force:
        """The last thing a leader did about agent 101."""
        return self.core.forces[AgentId("101")]

    def talk(self) -> None:
        """Agent 101 talks with c1."""
        self.join("c1")
        self.ring("c1")
        self.answer("c1")


@pytest.fixture
def floor() -> Floor:
    """Agent 101 is ready at 8101; wrap-up after a call of `general` lasts 30 s."""
    floor = Floor()
    floor.staff("101")
    return floor


@pytest.mark.parametrize(
    ("into", "state"),
    [(READY, AgentState.READY), (BREAK, AgentState.ON_BREAK), (LOG_OFF, AgentState.LOGGED_OFF)],
)
@pytest.mark.parametrize("before", [AgentState.READY, AgentState.WRAP_UP, AgentState.ON_BREAK])
def test_who_has_no_call_is_moved_at_once(floor: Floor, before: AgentState, into: ForcedTo, state: AgentState) -> None:
    """Also out of the wrap-up, and the order says who and why."""
    if before is AgentState.WRAP_UP:
        floor.talk()
        floor.end("c1")
    elif before is AgentState.ON_BREAK:
        floor.rest("101")
    assert floor.state("101") is before

    floor.force(into)

    assert floor.state("101") is state
    assert (floor.order.state, floor.order.by, floor.order.why) == (ForceState.DONE, "zhao", "surge")
    assert in_force(floor.order, floor.agent("101"))


@pytest.mark.parametrize("state", sorted(ON_A_CALL))
@pytest.mark.parametrize("into", list(ForcedTo))
def test_who_has_a_call_keeps_it(floor: Floor, state: AgentState, into: ForcedTo) -> None:
    """The order waits, and is seen to wait."""
    floor.join("c1")
    if state is not AgentState.RESERVED:
        floor.ring("c1")
    if state is AgentState.TALKING:
        floor.answer("c1")

    floor.force(into)

    assert floor.state("101") is state
    assert floor.order.state is ForceState.PENDING
    assert in_force(floor.order, floor.agent("101"))


def test_a_break_comes_after_the_wrap_up_and_before_the_next_call(floor: Floor) -> None:
    """What the citizen wanted is written down first; whoever waits is not offered in between."""
    floor.talk()
    floor.force(BREAK)
    floor.join("c2")
    floor.end("c1")
    assert floor.state("101") is AgentState.WRAP_UP

    floor.later(30)

    assert (floor.state("101"), floor.agent("101").reason) == (AgentState.ON_BREAK, BreakReason.TRAINING)
    assert floor.order.state is ForceState.DONE
    assert "c2" not in floor.core.offers


def test_saying_ready_in_the_wrap_up_brings_the_ordered_log_off_forward(floor: Floor) -> None:
    """Written up is written up."""
    floor.talk()
    floor.force(LOG_OFF)
    floor.end("c1")

    floor.ready("101")

    assert floor.state("101") is AgentState.LOGGED_OFF
    assert floor.order.state is ForceState.DONE


def test_an_ordered_end_of_wrap_up_leaves_none(floor: Floor) -> None:
    """The next caller is offered in the moment in which the talk ends."""
    floor.talk()
    floor.force(END_WRAP_UP)
    floor.join("c2")

    floor.end("c1")

    assert floor.core.offers[floor.agent("101").call or ""].call == "c2"  # type: ignore[index]
    assert floor.order.state is ForceState.DONE
    assert not in_force(floor.order, floor.agent("101"))


def test_who_is_wanted_ready_cannot_choose_a_break_instead(floor: Floor) -> None:
    """Refused by name, with whose order it is."""
    floor.talk()
    floor.force(READY)
    floor.end("c1")

    with pytest.raises(OrderedReady, match="zhao"):
        floor.rest("101")
    floor.later(30)

    assert floor.state("101") is AgentState.READY
    assert floor.order.state is ForceState.DONE


def test_an_offer_that_comes_to_nothing_lets_the_ordered_break_begin(floor: Floor) -> None:
    """There is no wrap-up to wait for, and the caller goes to somebody else."""
    floor.join("c1")
    floor.ring("c1")
    floor.force(BREAK)

    floor.fail("c1", RingFailure.NO_ANSWER)

    assert (floor.state("101"), floor.agent("101").reason) == (AgentState.ON_BREAK, BreakReason.TRAINING)


@pytest.mark.parametrize("into", [READY, END_WRAP_UP])
def test_nobody_is_made_ready_at_a_phone_that_failed(floor: Floor, into: ForcedTo) -> None:
    """The order is void: the break by the phone's fault stands."""
    floor.join("c1")
    floor.ring("c1")
    floor.force(into)

    floor.fail("c1", RingFailure.UNREACHABLE)

    assert floor.agent("101").reason is BreakReason.PHONE_UNREACHABLE
    assert floor.order.state is ForceState.VOID


def test_a_leaders_order_is_no_sign_that_somebody_is_there(floor: Floor) -> None:
    """After a second miss and a forced ready, the next miss is a break again."""
    for attempt in (1, 2):
        floor.join("c1")
        floor.ring("c1", attempt)
        floor.fail("c1", RingFailure.NO_ANSWER, attempt)
        floor.later(10)
    assert floor.agent("101").reason is BreakReason.MISSED

    floor.force(READY)
    floor.ring("c1", 3)
    floor.fail("c1", RingFailure.NO_ANSWER, 3)

    assert floor.agent("101").reason is BreakReason.MISSED


def test_a_withdrawn_order_does_not_happen(floor: Floor) -> None:
    """The agent is ready after the wrap-up, as if nothing had been said."""
    floor.talk()
    floor.force(LOG_OFF)

    floor.take_back()
    floor.end("c1")
    floor.later(30)

    assert floor.state("101") is AgentState.READY
    assert (floor.order.state, floor.order.by, floor.order.number) == (ForceState.WITHDRAWN, "qian", 2)


def test_a_seat_that_is_closed_under_an_order_ends_it(floor: Floor) -> None:
    """The wrap-up that was to be left out is left out: the agent is logged off at once."""
    floor.talk()
    floor.force(END_WRAP_UP)
    floor.close("8101")

    floor.end("c1")

    assert floor.state("101") is AgentState.LOGGED_OFF
    assert floor.order.state is ForceState.VOID


def test_two_leaders_see_each_other(floor: Floor) -> None:
    """Whoever comes second is told who was first, and why; nothing changes."""
    floor.force(BREAK)
    before = floor.core.snapshot()

    with pytest.raises(ForcedMeanwhile, match=r"zhao.*surge"):
        floor.force(LOG_OFF, seen=0, by="qian")

    assert floor.core.snapshot() == before


@pytest.mark.parametrize(
    ("refused", "act"),
    [
        (UnknownAgent, lambda floor: floor.force(READY, agent="999")),
        (NotNow, lambda floor: floor.force(END_WRAP_UP)),
        (BadReason, lambda floor: floor.force(BREAK, reason=BreakReason.MISSED)),
        (NothingPending, lambda floor: floor.take_back()),
        (ForcedMeanwhile, lambda floor: floor.force(READY, seen=7)),
    ],
)
def test_what_cannot_be_ordered_is_refused_by_name(floor: Floor, refused: type[Refused], act: object) -> None:
    """And nothing has changed."""
    before = floor.core.snapshot()

    with pytest.raises(refused) as refusal:
        act(floor)  # type: ignore[operator]

    assert refusal.value.zh
    assert floor.core.snapshot() == before


def test_nobody_is_made_ready_at_a_seat_that_is_gone(floor: Floor) -> None:
    """In the wrap-up after its last call only the log-off is left."""
    floor.talk()
    floor.close("8101")
    floor.end("c1")

    with pytest.raises(UnknownSeat):
        floor.force(READY)
    floor.force(LOG_OFF)

    assert floor.state("101") is AgentState.LOGGED_OFF


def test_a_pending_order_outlives_the_process(floor: Floor) -> None:
    """From the checkpoint alone: the same state, and the same break after the wrap-up."""
    floor.talk()
    floor.force(BREAK)
    past: Snapshot = decode(Snapshot, encode(floor.core.snapshot()))
    again = Distributor()
    again.restore(past)
    assert digest(again.snapshot()) == digest(floor.core.snapshot())

    floor.core = again
    floor.end("c1")
    floor.later(30)

    assert floor.agent("101").reason is BreakReason.TRAINING
    assert floor.order.state is ForceState.DONE
