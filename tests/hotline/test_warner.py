"""The warning after a missed ring: watchers of the board get it once, with how many it were in a row."""

from __future__ import annotations

import json

from acd.commands import Command
from acd.events import Event
from acd.model import RingFailure
from api.board import Board
from hotline.warner import Warner
from tests.acd.scene import Scene


class Floor(Scene):
    """A scene whose every event the warner sees."""

    def __init__(self) -> None:
        self.board = Board()
        self.warner: Warner | None = None
        super().__init__()
        self.warner = Warner(self.core, self.board)

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
