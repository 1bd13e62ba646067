"""重复诉求: how likely two tickets are one matter, and when one may be merged into the other. Pure.

The score is a sum of four signs, each a share from 0 to 1 times its weight, and the weights add up to 1:

    NUMBER  0.40  the same telephone number (calling, or said to call back)
    PLACE   0.25  the same place; 0.6 of it when one names the other and more (苍梧小区, 苍梧小区3号楼)
    TOPIC   0.10  the same kind of appeal
    WORDS   0.25  subject and summary: Jaccard's index of their character pairs, |A ∩ B| / |A ∪ B| (Broder 1997)

From OFFERED_FROM on an earlier ticket is offered. So a number alone is not enough (one citizen, two matters), number
and place are, and two citizens are offered for one matter only if place, kind and nearly every word agree. The pairs
are compared exactly: with a few hundred candidates a sketch (MinHash) would save nothing and err by some percent.

The machine only offers. A person merges (合并), which is a link: both tickets keep all they have, and it can be undone.
A matter has one first ticket; what is merged into a repeat is merged into that first one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Final

from tickets.states import TicketState
from tickets.ticket import Ticket, TicketChanged, TicketId, TicketRefused

OFFERED_FROM: Final = 0.6
OFFERED_MOST: Final = 10
PLACE_WITHIN: Final = 0.6
_LETTERS: Final = re.compile(r"\W+")


class Sign(StrEnum):
    """What two tickets have in common."""

    NUMBER = "number"  # 同一号码
    PLACE = "place"  # 同一地点
    TOPIC = "topic"  # 同一类型
    WORDS = "words"  # 内容相近


WEIGHTS: Final[Mapping[Sign, float]] = {Sign.NUMBER: 0.40, Sign.PLACE: 0.25, Sign.TOPIC: 0.10, Sign.WORDS: 0.25}


class MergeRefused(TicketRefused):
    """These two tickets cannot be merged, or their link cannot be undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """An earlier ticket, how likely it is the same matter, and why: the share of each sign that is there."""

    ticket: Ticket = field(repr=False)
    score: float
    signs: Mapping[Sign, float]


def offered(ticket: Ticket, earlier: Iterable[Ticket]) -> Sequence[Likeness]:
    """Those earlier tickets that are likely the same matter, the likeliest first."""
    words = pairs_of(ticket)
    found = (likeness(ticket, other, words) for other in earlier if other.id != ticket.id)
    likely = [each for each in found if each.score >= OFFERED_FROM]
    return sorted(likely, key=lambda each: (-each.score, each.ticket.id))[:OFFERED_MOST]


def likeness(ticket: Ticket, other: Ticket, words: frozenset[str] | None = None) -> Likeness:
    """How likely the two are one matter. `words`: the first one's pairs, if they are known already."""
    shares = {
        Sign.NUMBER: float(bool(_numbers(ticket) & _numbers(other))),
        Sign.PLACE: _place_share(ticket.place, other.place),
        Sign.TOPIC: float(ticket.kind is not None and ticket.kind is other.kind),
        Sign.WORDS: jaccard(pairs_of(ticket) if words is None else words, pairs_of(other)),
    }
    score = sum(WEIGHTS[sign] * share for sign, share in shares.items())
    return Likeness(
        ticket=other,
        score=round(score, 3),
        signs={sign: round(share, 3) for sign, share in shares.items() if share > 0},
    )


def _numbers(ticket: Ticket) -> set[str]:
    return {number for number in (ticket.caller_number, ticket.contact_number) if number}


def _place_share(one: str | None, other: str | None) -> float:
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    shorter, longer = sorted((one, other), key=len)
    return PLACE_WITHIN if len(shorter) >= 2 and shorter in longer else 0.0


def pairs_of(ticket: Ticket) -> frozenset[str]:
    """Each two characters that follow each other in what the ticket says, punctuation left out."""
    text = _LETTERS.sub("", f"{ticket.subject or ''}{ticket.summary or ''}")
    return frozenset(map("".join, pairwise(text)))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """What they share of all they have; 0 when there is nothing."""
    return len(one & other) / len(one | other) if one or other else 0.0


def may_merge(
    ticket: Ticket, into: Ticket, *, version: int, by: str, merged_into: Mapping[TicketId, TicketId]
) -> TicketId:
    """The first ticket of the matter, into which `ticket` may be merged by this person.

    `merged_into`: the links that stand, of both. TicketChanged, MergeRefused.
    """
    first = merged_into.get(into.id, into.id)
    mistakes = (
        (ticket.state is TicketState.DISCARDED, "it is discarded", "该工单已作废"),
        (into.state is TicketState.DISCARDED, "the other ticket is discarded", "对方工单已作废"),
        (
            ticket.state is TicketState.CLAIMED and ticket.claimed_by != by,
            f"{ticket.claimed_by} has claimed it",
            f"该草稿已由 {ticket.claimed_by} 领取",
        ),
        (ticket.id in merged_into, "it is merged already", "该工单已合并"),
        (first == ticket.id, "a ticket is not merged into itself", "不能与自身合并"),
        (
            ticket.id in merged_into.values(),
            "others are merged into it: undo that first, or merge the other way",
            "已有工单并入此单:请先撤销,或反向合并",
        ),
    )
    for is_so, en, zh in mistakes:
        if is_so:
            raise MergeRefused(en, zh)
    if ticket.version != version:
        raise TicketChanged("someone changed it meanwhile: look again", "工单已被他人修改，请刷新后再操作")
    return first
