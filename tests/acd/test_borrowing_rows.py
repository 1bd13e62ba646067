"""A recipe's rows that borrow: for whom, when, and how often the core asks for seats."""

from __future__ import annotations

from datetime import timedelta

import pytest

from acd.codec import decode, digest, encode
from acd.commands import BorrowSeats
from acd.distributor import Distributor
from acd.events import GapClosed, GapMarked
from acd.model import CallId, Queue, QueueName, RingFailure, Snapshot
from tests.acd.scene import Scene, borrowing, clock, saying
from tests.acd.test_saying import said
from tests.acd.test_saying_waits import taught

GENERAL = Queue(QueueName("general"))


@pytest.fixture
def scene() -> Scene:
    """A queue that borrows two seats of health after a minute."""
    scene = Scene()
    scene.load(borrowing(GENERAL, 60, 2))
    return scene


def asked(scene: Scene) -> list[str]:
    """For whom seats were to be borrowed, so far."""
    return [order.call for order in scene.orders if isinstance(order, BorrowSeats)]


def test_who_has_waited_so_long_has_seats_borrowed_and_stands_where_they_stood(scene: Scene) -> None:
    """Not a millisecond earlier, and once; the order says all there is to know."""
    scene.join("c1")
    scene.later(59.999)
    assert asked(scene) == []

    scene.later(0.001)
    scene.later(3600)

    [order] = [order for order in scene.orders if isinstance(order, BorrowSeats)]
    assert order == BorrowSeats(
        at=clock(60),
        call=CallId("c1"),
        borrower=QueueName("general"),
        lender=QueueName("health"),
        seats=2,
        keep=1,
        lasts=timedelta(minutes=15),
        waited=timedelta(seconds=60),
    )
    assert scene.waiting() == ["c1"]
    assert scene.core.next_deadline() is None


def test_nobody_is_borrowed_for_a_caller_whose_phone_rings(scene: Scene) -> None:
    """A person comes first; if that comes to nothing, then it is asked for."""
    scene.join("c1")
    scene.later(55)
    scene.staff("101")
    scene.ring("c1")
    scene.later(10)
    assert asked(scene) == []

    scene.fail("c1", RingFailure.REFUSED)

    assert asked(scene) == ["c1"]


def test_many_who_come_to_the_row_together_are_one_order(scene: Scene) -> None:
    """A recipe that changes in a surge asks once; each later caller asks again."""
    scene.load(GENERAL)
    for number in range(50):
        scene.join(f"c{number:02}")
    scene.later(90)

    scene.load(borrowing(GENERAL, 60, 2))
    assert asked(scene) == ["c00"]
    scene.join("d")
    scene.later(60)

    assert asked(scene) == ["c00", "d"]


def test_a_row_that_borrows_takes_nothing_from_what_is_to_be_said(scene: Scene) -> None:
    """Both are due at once for a caller who inherits an older place."""
    scene.load(borrowing(saying(GENERAL, (90, "many")), 60))
    scene.join("c1")

    scene.inherit("c1", -100)

    assert (asked(scene), said(scene)) == (["c1"], [("c1", "many")])
    scene.later(600)
    assert (asked(scene), said(scene)) == (["c1"], [("c1", "many")])


def test_seats_are_borrowed_only_where_a_long_wait_is_foreseen() -> None:
    """The first in the line has 100 s to wait, the third 300; and not where nothing is known."""
    scene = taught()
    scene.load(borrowing(GENERAL, 10, expects_s=250))
    for call in ("c1", "c2", "c3"):
        scene.join(call)
    scene.later(11)
    assert asked(scene) == ["c3"]

    ignorant = Scene()
    ignorant.load(borrowing(GENERAL, 10, expects_s=10))
    ignorant.join("c1")
    ignorant.later(60)
    assert asked(ignorant) == []


def test_nobody_is_borrowed_while_facts_are_missing_nor_for_a_call_back(scene: Scene) -> None:
    """Perhaps an agent talks with them; and nobody listens in a call-back."""
    scene.line_up("d1", "out-1", -600)
    scene.join("c1")
    scene.later(59)
    scene.tell(GapMarked(at=scene.now))
    scene.later(2)
    assert asked(scene) == []

    scene.tell(GapClosed(at=scene.now))

    assert asked(scene) == ["c1"]


def test_what_was_asked_for_is_known_after_a_restart(scene: Scene) -> None:
    """From the checkpoint: the same state, and no second order."""
    scene.join("c1")
    scene.later(62)
    successor = Distributor()

    successor.restore(decode(Snapshot, encode(scene.core.snapshot())))

    assert digest(successor.snapshot()) == digest(scene.core.snapshot())
    assert successor.waiting[0].heard == timedelta(seconds=60)
    assert successor.next_deadline() is None
