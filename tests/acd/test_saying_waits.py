"""What a recipe says by the wait foreseen: how long it will be, or a thing only where it is long."""

from __future__ import annotations

from acd.commands import SayWait
from acd.forecast import announcement
from tests.acd.scene import Scene, saying
from tests.acd.test_saying import GENERAL, said


def taught(handle_s: float = 100.0) -> Scene:
    """One agent, who has served twenty calls, wrap-up included, and talks: each caller ahead costs so much."""
    scene = Scene()
    scene.staff("101")
    for number in range(21):
        scene.join(f"past{number}")
        scene.answer(f"past{number}")
        if number < 20:
            scene.later(handle_s - 5)
            scene.end(f"past{number}")
            scene.ready("101")
            scene.later(5)
    return scene


def test_what_expects_a_wait_is_said_to_those_whose_wait_is_foreseen_so_long() -> None:
    """The first in the line has 100 s to wait, the third 300."""
    scene = taught()
    scene.load(saying(GENERAL, (10, ""), expects_s=250))
    for call in ("c1", "c2", "c3"):
        scene.join(call)

    scene.later(11)

    assert said(scene) == [("c3", "")]


def test_who_waits_is_told_between_how_many_minutes_or_nothing() -> None:
    """What acd.forecast would announce of this caller's wait; for some the range is too wide to say."""
    scene = taught(20.0)
    scene.load(saying(GENERAL, (10, "?")))
    for number in range(30):
        scene.join(f"c{number}")
    scene.later(10)
    outlook = scene.core.outlook()
    now = {call.id: announcement(outlook.caller(call, scene.now)) for call in scene.core.waiting}
    scene.later(2)

    told = {order.call: (order.least_min, order.most_min) for order in scene.orders if isinstance(order, SayWait)}
    assert told == {call: minutes for call, minutes in now.items() if minutes is not None}
    assert 0 < len(told) < 30


def test_what_is_not_known_is_not_foreseen() -> None:
    """Nobody was ever served: nothing is said, and later rows are said as ever."""
    scene = Scene()
    scene.load(saying(saying(GENERAL, (60, "many")), (10, ""), expects_s=10))
    scene.join("c1")

    scene.later(100)

    assert said(scene) == [("c1", "many")]


def test_a_row_is_judged_once() -> None:
    """In the moment of the row: a wait that grows later is the business of later rows."""
    scene = taught()
    scene.load(saying(GENERAL, (10, ""), (30, "many"), expects_s=150))
    scene.join("c2")
    scene.later(15)
    assert said(scene) == []

    scene.join("c1", priority=3)
    scene.later(60)

    assert said(scene) == [("c2", "many")]


def test_the_waits_of_many_are_judged_in_turns() -> None:
    """A recipe that changes in a surge does not have everybody's wait worked out for one event."""
    scene = taught()
    for number in range(50):
        scene.join(f"c{number}")
    scene.later(20)

    scene.load(saying(GENERAL, (10, "many"), expects_s=1))
    assert len(said(scene)) == 20
    scene.later(1)
    assert len(said(scene)) == 40
    scene.later(1)
    assert len(said(scene)) == 50
    assert len(set(said(scene))) == 50
