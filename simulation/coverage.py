"""Which fact met an agent in which state, under which fault: the table that says what a suite of trials has tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Final

from acd import events
from acd.events import Event
from acd.model import AgentState
from simulation.faults import Fault

OF_PHONES: Final[tuple[type[Event], ...]] = (
    events.PhoneDialled,
    events.RingStarted,
    events.AgentAnswered,
    events.RingFailed,
    events.TalkEnded,
    events.CallEnded,
    events.CallJoined,
    events.PhoneLost,
    events.PhoneRegistered,
)
OF_PEOPLE: Final[tuple[type[Event], ...]] = (
    events.AgentLoggedOn,
    events.AgentBecameReady,
    events.AgentWentOnBreak,
    events.AgentLoggedOff,
    events.SeatClosed,
    events.SeatOpened,
)
KINDS: Final[tuple[type[Event], ...]] = (*OF_PHONES, events.OfferFound, *OF_PEOPLE, events.TimePassed)

Cell = tuple[AgentState, type[Event], Fault]


class Coverage:
    """Counts; two are added by `+=`."""

    def __init__(self) -> None:
        self.cells: Counter[Cell] = Counter()

    def note(self, state: AgentState, kind: type[Event], faults: Collection[Fault]) -> None:
        """A fact met an agent."""
        for fault in faults or (Fault.NONE,):
            self.cells[state, kind, fault] += 1

    def __iadd__(self, other: Coverage) -> Coverage:
        self.cells.update(other.cells)
        return self

    def empty(self) -> tuple[Cell, ...]:
        """Reachable cells that nothing has met."""
        return tuple(cell for cell in reachable() if not self.cells[cell])

    def table(self) -> str:
        """For a person to read: a row for each state and fact, a column for each fault; "-" is out of reach."""
        within = set(reachable())
        head = ("state", "fact", *(fault.value for fault in Fault))
        rows = [
            (state.value, kind.__name__, *(self._cell((state, kind, fault), within) for fault in Fault))
            for state in AgentState
            for kind in KINDS
        ]
        widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
        lines = ("  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in (head, *rows))
        return "\n".join(lines)

    def _cell(self, cell: Cell, within: set[Cell]) -> str:
        count = self.cells[cell]
        return str(count) if count or cell in within else "-"


def reachable() -> Iterator[Cell]:
    """Every cell that is not out of reach."""
    for state in AgentState:
        for kind in KINDS:
            for fault in Fault:
                if not why_not(state, kind, fault):
                    yield state, kind, fault


def why_not(state: AgentState, kind: type[Event], fault: Fault) -> str:  # noqa: ARG001 - the table below grows by measuring
    """Why a cell is out of reach; "" if it is not."""
    if fault in (Fault.LATE, Fault.DOUBLED, Fault.REORDERED, Fault.LOST) and kind not in OF_PHONES:
        return "not news from the telephones"
    return ""
