"""Which fact met an agent in which state, under which fault: the table that says what a suite of trials has tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from acd import duty_facts, events, force_facts, phone_facts
from acd.events import Event
from acd.model import AgentState
from simulation.faults import OF_NEWS, Fault

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
    phone_facts.PhoneTaken,
    phone_facts.PhoneFreed,
)
OF_PEOPLE: Final[tuple[type[Event], ...]] = (
    events.AgentLoggedOn,
    events.AgentBecameReady,
    events.AgentWentOnBreak,
    events.AgentLoggedOff,
    duty_facts.WrapUpExtended,
    force_facts.AgentForced,
    force_facts.ForceWithdrawn,
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


def why_not(state: AgentState, kind: type[Event], fault: Fault) -> str:
    """Why a cell need not be met; "" if it must. (It may have been met all the same, by two faults at once.)"""
    if fault in OF_NEWS and kind not in OF_PHONES:
        return "not news from the telephones"
    if fault is Fault.REFUSED:
        told = kind is events.RingFailed and state is _S.RESERVED
        return "" if told else "a refused order is told by a failure of the offer alone"
    if kind is events.OfferFound and fault not in (Fault.DEAF, Fault.CONTROLLER_DIED):
        return "offers are found where news was missed; what the PBX's death left is nothing"
    expected = _EXPECTED.get(fault, IN_ORDER)
    return "" if state in expected[kind] else "not the state in which this fault lets this fact arrive"


_S = AgentState
_LASTING: Final = frozenset(_S) - {_S.RESERVED}
"""States that last. Reserved is over in a twentieth of a second, when the phone rings."""

_ANY_TIME: Final[Mapping[type[Event], frozenset[AgentState]]] = dict.fromkeys(
    (events.PhoneLost, events.PhoneRegistered, *OF_PEOPLE), _LASTING
)

_AT_A_CODE: Final[Mapping[type[Event], frozenset[AgentState]]] = dict.fromkeys(
    (phone_facts.PhoneTaken, phone_facts.PhoneFreed), frozenset({_S.LOGGED_OFF, _S.READY, _S.WRAP_UP, _S.ON_BREAK})
)
"""Whose phone is neither rung nor talks can dial a code."""

IN_ORDER: Final[Mapping[type[Event], frozenset[AgentState]]] = {
    **_ANY_TIME,
    **_AT_A_CODE,
    events.PhoneDialled: frozenset({_S.RESERVED}),
    events.RingStarted: frozenset({_S.RESERVED}),
    events.AgentAnswered: frozenset({_S.RINGING}),
    events.RingFailed: frozenset({_S.RESERVED, _S.RINGING}),
    events.TalkEnded: frozenset({_S.TALKING}),
    events.CallEnded: frozenset({_S.RINGING, _S.TALKING}),
    events.CallJoined: frozenset({_S.READY, _S.ON_BREAK}),  # the caller whom this agent missed
    events.OfferFound: frozenset({_S.READY}),
    events.TimePassed: frozenset({_S.READY, _S.RESERVED, _S.RINGING, _S.WRAP_UP, _S.ON_BREAK}),
}
"""The states that a fact meets when it comes in time: what the table of acd.agents is about."""

AFTERWARDS: Final[Mapping[type[Event], frozenset[AgentState]]] = {
    **_ANY_TIME,
    **_AT_A_CODE,
    events.PhoneDialled: frozenset({_S.READY, _S.RESERVED, _S.RINGING, _S.TALKING, _S.ON_BREAK}),
    events.RingStarted: frozenset({_S.READY, _S.RINGING, _S.TALKING, _S.ON_BREAK}),
    events.AgentAnswered: frozenset({_S.TALKING, _S.WRAP_UP}),
    events.RingFailed: frozenset({_S.READY, _S.RESERVED, _S.RINGING, _S.ON_BREAK}),
    events.TalkEnded: frozenset({_S.READY, _S.WRAP_UP, _S.ON_BREAK}),
    events.CallEnded: frozenset({_S.READY, _S.RINGING, _S.TALKING, _S.WRAP_UP, _S.ON_BREAK}),
    events.CallJoined: frozenset({_S.READY, _S.RESERVED, _S.RINGING, _S.TALKING, _S.WRAP_UP, _S.ON_BREAK}),
}
"""The same when it comes late, or a second time: the agent has gone on."""

SWAPPED: Final[Mapping[type[Event], frozenset[AgentState]]] = {
    **IN_ORDER,
    events.PhoneDialled: frozenset({_S.RESERVED, _S.RINGING}),
    events.TalkEnded: frozenset({_S.WRAP_UP}),
    events.CallEnded: frozenset({_S.RINGING, _S.TALKING, _S.WRAP_UP}),
}
"""The same when the fact that follows comes first."""

_EXPECTED: Final = {Fault.LATE: AFTERWARDS, Fault.DOUBLED: AFTERWARDS, Fault.REORDERED: SWAPPED}
