"""工单状态: where a ticket stands, and the one table of what may happen to it there. Pure.

The machine writes a draft. A person claims it (领取), so that no two work on the same one, and then confirms it (it
gets its number), discards it with a reason, or returns it to the drafts with a reason. No machine files anything.

A claim lasts CLAIM_FOR from the moment it is made or renewed. When its time is up it hinders nobody: somebody else may
claim the draft. Until somebody does, whoever had it may still finish: what they have written is not lost because they
were called away. A leader may take a claim over at any time and says why.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

CLAIM_FOR: Final = timedelta(minutes=15)


class TicketState(StrEnum):
    """Where a ticket stands."""

    DRAFT = "draft"  # 草稿: written by the machine, or returned by a person
    CLAIMED = "claimed"  # 已领取: one person works on it
    CONFIRMED = "confirmed"  # 已确认: a person has read and corrected it
    DISCARDED = "discarded"  # 已作废


class TicketFact(StrEnum):
    """What can happen to a ticket."""

    CLAIMED = "claimed"
    RENEWED = "claimed again by the same person"
    LAPSED = "claimed by another, its time being up"
    TAKEN_OVER = "taken over by a leader"
    RETURNED = "returned with a reason"
    CONFIRMED = "confirmed"
    DISCARDED = "discarded with a reason"


_S, _F = TicketState, TicketFact

TABLE: Final[Mapping[TicketState, Mapping[TicketFact, TicketState]]] = {
    _S.DRAFT: {_F.CLAIMED: _S.CLAIMED},
    _S.CLAIMED: {
        _F.RENEWED: _S.CLAIMED,
        _F.LAPSED: _S.CLAIMED,
        _F.TAKEN_OVER: _S.CLAIMED,
        _F.RETURNED: _S.DRAFT,
        _F.CONFIRMED: _S.CONFIRMED,
        _F.DISCARDED: _S.DISCARDED,
    },
    _S.CONFIRMED: {},
    _S.DISCARDED: {},
}

CHINESE: Final[Mapping[TicketState, str]] = {
    _S.DRAFT: "草稿",
    _S.CLAIMED: "已领取",
    _S.CONFIRMED: "已确认",
    _S.DISCARDED: "已作废",
}

_CHINESE_FACTS: Final[Mapping[TicketFact, str]] = {
    _F.CLAIMED: "领取",
    _F.RENEWED: "续领",
    _F.LAPSED: "逾期改领",
    _F.TAKEN_OVER: "班长接手",
    _F.RETURNED: "退回",
    _F.CONFIRMED: "确认",
    _F.DISCARDED: "作废",
}


def diagram() -> str:
    """Return TABLE as the Markdown page docs/ticket-states.md with its mermaid picture."""
    lines = [
        "# 工单状态 Ticket states",
        "",
        "Generated from the table in `tickets/states.py` by `python -m tickets.states`; a test keeps the two equal.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> draft",
        *(f"    {state} : {CHINESE[state]} {state}" for state in TicketState),
        *_arrows(),
        *(f"    {state} --> [*]" for state in TicketState if not TABLE[state]),
        "```",
    ]
    return "\n".join(lines) + "\n"


def _arrows() -> list[str]:
    arrows: dict[tuple[TicketState, TicketState], list[str]] = {}
    for state, steps in TABLE.items():
        for fact, into in steps.items():
            arrows.setdefault((state, into), []).append(f"{_CHINESE_FACTS[fact]} {fact}")
    return [f"    {state} --> {into} : {'; '.join(facts)}" for (state, into), facts in arrows.items()]


if __name__ == "__main__":
    sys.stdout.write(diagram())
