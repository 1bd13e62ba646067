"""重复诉求: how likely two tickets are one matter, and when one may be merged into the other. Pure.

The score is a sum of four signs, each a share from 0 to 1 times its weight, and the weights add up to 1:

    NUMBER  0.35  the same telephone number (calling, or said to call back)
    PLACE   0.25  the same place, however typed; 0.6 of it when one names the other and more (苍梧小区, 苍梧小区3号楼)
    TOPIC   0.25  the same category; 0.5 of it when only the last level differs (施工噪声, 社会生活噪声) or is missing;
                  0.4 of it for the same kind of appeal, where a ticket has no category
    WORDS   0.15  subject and summary: Jaccard's index of their character pairs, |A ∩ B| / |A ∪ B| (Broder 1997)

From OFFERED_FROM on an earlier ticket is offered. So a number alone is not enough (one citizen, two matters), number
and place are, or number and category; two citizens are offered for one matter only if place, category and most words
agree. The pairs are compared exactly: with a few hundred candidates a sketch (MinHash) would save nothing and err by
some percent.

The machine only offers. A person merges (合并), which is a link: both tickets keep all they have, and it can be undone.
A matter has one first ticket; what is merged into a repeat is merged into that first one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise, takewhile
from typing import Final
from unicodedata import normalize

from tickets.states import TicketState
from tickets.ticket import Ticket, TicketChanged, TicketId, TicketRefused

OFFERED_FROM: Final = 0.6
OFFERED_MOST: Final = 10
PLACE_WITHIN: Final = 0.6
NEAR_TOPIC: Final = 0.5
KIND_ALONE: Final = 0.4
_LETTERS: Final = re.compile(r"\W+")


class Sign(StrEnum):
    """What two tickets have in common."""

    NUMBER = "number"  # 同一号码
    PLACE = "place"  # 同一地点
    TOPIC = "topic"  # 同一分类;没有分类的,同一类型
    WORDS = "words"  # 内容相近


WEIGHTS: Final[Mapping[Sign, float]] = {Sign.NUMBER: 0.35, Sign.PLACE: 0.25, Sign.TOPIC: 0.25, Sign.WORDS: 0.15}


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
        Sign.TOPIC: _topic_share(ticket, other),
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


def _topic_share(one: Ticket, other: Ticket) -> float:
    if not (one.category and other.category):
        return KIND_ALONE if one.kind is not None and one.kind is other.kind else 0.0
    if one.category == other.category:
        return 1.0
    paths = [each.category.split("/") for each in (one, other) if each.category]
    common = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(*paths, strict=False))))
    return NEAR_TOPIC if 1 < common >= max(map(len, paths)) - 1 else 0.0


def _place_share(typed: str | None, other_typed: str | None) -> float:
    one, other = (_LETTERS.sub("", normalize("NFKC", text or "")) for text in (typed, other_typed))
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
