"""What watchers of the board are told of agents: each missed ring, with how many it were in a row; leaders' orders."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

from acd.commands import Command
from acd.duty_facts import WrapUpExtended
from acd.events import Event
from acd.force_facts import AgentForced
from acd.model import AgentId, BreakReason, ForcedTo, RingFailure
from api.board import Board
from hotline.warner import Warner
from tests.acd.scene import QUEUES, Scene


class Floor(Scene):
    """A scene whose every event the warner sees."""

    def __init__(self) -> None:
        self.board = Board()
        self.warner: Warner | None = None
        super().__init__()
        self.warner = Warner(self.core, self.board, lambda: self.now, {BreakReason.MEAL: timedelta(minutes=45)})

    def tell(self, event: Event) -> tuple[Command, ...]:
        """As the engine does: decide, then let the watcher look."""
        orders = super().tell(event)
        if self.warner:
            self.warner.note(event, orders)
        return orders


def test_the_first_miss_is_a_warning_and_the_second_says_that_it_is_a_break() -> None:
    """Each once, and nothing for what is not missed."""
    floor = Floor()
    floor.staff("101")
    with floor.board.watched() as watcher:
        watcher.get_nowait()
        floor.join("c1")
        for attempt in (1, 2):
            floor.ring("c1", attempt)
            floor.fail("c1", RingFailure.NO_ANSWER, attempt)
            floor.later(10)
        lines = [watcher.get_nowait() for _ in range(watcher.qsize())]

    told = [json.loads(line.partition(b"data: ")[2]) for line in lines if line]
    assert all(line and line.startswith(b"event: missed\n") for line in lines)
    assert [(ring["agent"], ring["call"], ring["missed"], ring["on_break"]) for ring in told] == [
        ("101", "c1", 1, False),
        ("101", "c1", 2, True),
    ]


def test_everybody_sees_an_order_when_it_is_given_and_when_it_takes_effect() -> None:
    """Pending while the agent has a call, then done; with who and why each time."""
    floor = Floor()
    floor.staff("101")
    floor.join("c1")
    floor.ring("c1")
    with floor.board.watched() as watcher:
        watcher.get_nowait()
        order = {"by": "zhao", "agent": AgentId("101"), "why": "training", "seen": 0}
        floor.tell(AgentForced(at=floor.now, into=ForcedTo.BREAK, **order))  # type: ignore[arg-type]
        floor.end("c1")
        lines = [watcher.get_nowait() for _ in range(watcher.qsize())]

    told = [json.loads(line.partition(b"data: ")[2]) for line in lines if line]
    assert all(line and line.startswith(b"event: forced\n") for line in lines)
    assert [(order["agent"], order["by"], order["why"], order["state"]) for order in told] == [
        ("101", "zhao", "training", "pending"),
        ("101", "zhao", "training", "done"),
    ]


def test_everybody_sees_that_a_wrap_up_is_longer() -> None:
    """With its new end."""
    floor = Floor()
    floor.load(replace(QUEUES[0], extend_wrap_up=timedelta(seconds=20), extensions_most=1))
    floor.staff("101")
    floor.join("c1")
    floor.ring("c1")
    floor.answer("c1")
    floor.end("c1")
    with floor.board.watched() as watcher:
        watcher.get_nowait()
        floor.tell(WrapUpExtended(at=floor.now, agent=AgentId("101")))
        line = watcher.get_nowait()

    assert line is not None
    assert line.startswith(b"event: wrap_up\n")
    told = json.loads(line.partition(b"data: ")[2])
    assert (told["agent"], told["extended"]) == ("101", 1)
    assert datetime.fromisoformat(told["until"]) == floor.now + timedelta(seconds=50)


def test_a_break_that_is_too_long_is_told_once() -> None:
    """At the beat that finds it; nobody is moved."""
    floor = Floor()
    floor.staff("101")
    floor.rest("101", BreakReason.MEAL)
    due = floor.now + timedelta(minutes=45)
    with floor.board.watched() as watcher:
        watcher.get_nowait()
        for seconds in (44 * 60, 60, 60):
            floor.later(seconds)
            assert floor.warner
            floor.warner.beat(0)
        (line,) = [watcher.get_nowait() for _ in range(watcher.qsize())]

    assert line is not None
    assert line.startswith(b"event: break_over\n")
    told = json.loads(line.partition(b"data: ")[2])
    assert (told["agent"], told["reason"], datetime.fromisoformat(told["due"])) == ("101", "meal", due)
    assert floor.core.agents[AgentId("101")].reason is BreakReason.MEAL
