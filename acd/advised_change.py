"""建议的改变: by which change of a queue an advice is carried out, and what of the kind is switched on. Pure.

A shorter wrap-up is a limit; what is said and offered are rows laid on the queue's recipe (city.recipe.laid_on), whose
own go on. What a recipe has by itself is not proposed again.

**When.** The wait is announced when half a minute has passed without an answer, and again later: who knows how long,
decides for themselves. A call-back is offered after a minute, if two more are to come: sooner the answer is nearer than
the offer is long. It is offered again, as those who wait longest when it is switched on have been told more already
(acd.recipe says of several rows that are due the last). No two rows are nearer than what is said is long. A message is
asked for after ten minutes: the last that is left to who was neither answered nor wanted a call-back.

**How many call-backs at once.** An offer that cannot be kept is none. A queue's own share is made for those whom it
missed here and there; while it offers them one agent in AGENTS_EACH may be busy with those who accept. Not more: a
citizen who is dialled may not answer, and an agent who tries answers nobody who is there. How many are promised is
bounded by that share (acd.call_back_plan.most_promised).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import ceil
from typing import Any, Final

from acd.advice import SHORTEST_WRAP_UP, Action, Advice
from city.level import ADDED, QueueChange, changes
from city.queue import CallsBack, Queue
from city.recipe import AddedRow, AnnounceWaitRow, AnyRow, MessageRow, OfferCallBackRow, laid_on
from city.written import Written

OFFERED_IF_S: Final = 120.0
AGENTS_EACH: Final = 10

ROWS: Final[dict[Action, tuple[AddedRow, ...]]] = {
    Action.ANNOUNCE: tuple(AnnounceWaitRow(after_s=after_s, step="announce_wait") for after_s in (30.0, 150.0, 300.0)),
    Action.CALL_BACK: tuple(
        OfferCallBackRow(after_s=after_s, step="offer_call_back", predicted_wait_s=OFFERED_IF_S)
        for after_s in (60.0, 200.0, 400.0)
    ),
    Action.MESSAGE: (MessageRow(after_s=600.0, step="message"),),
}


def possible_for(queue: Queue, *, dials: bool) -> frozenset[Action]:
    """What a change of this queue, as it is now, could do. `dials`: whether citizens can be called at all."""
    return frozenset(_possible(queue, dials=dials))


def _possible(queue: Queue, *, dials: bool) -> Iterator[Action]:
    if queue.wrap_up_s > SHORTEST_WRAP_UP.total_seconds():
        yield Action.WRAP_UP
    there = _kinds(queue.recipe)
    for action, rows in ROWS.items():
        if _kinds(rows) <= _kinds(laid_on(queue.recipe, rows)) - there and (dials or action is not Action.CALL_BACK):
            yield action


def _kinds(rows: Iterable[AnyRow]) -> set[type[AnyRow]]:
    return {type(row) for row in rows}


def change_for(advice: Advice, queue: Queue) -> Written | None:
    """The change that carries an advice out, of a queue as it is now; None: no change of a queue does."""
    told: dict[str, Any] = {}
    if advice.action in ROWS:
        told[ADDED] = ROWS[advice.action]
    if advice.action is Action.CALL_BACK:
        told["call_backs_at_once"] = max(queue.call_backs_at_once, at_once(advice.sight.serving))
        if queue.calls_back is CallsBack.NOBODY:
            told["calls_back"] = CallsBack.ASKED
    if advice.wrap_up is not None:
        told["wrap_up_s"] = advice.wrap_up.total_seconds()
    return QueueChange.model_validate(told) if told else None


def at_once(serving: int) -> int:
    """How many call-backs may be in the line and in progress while they are offered to everybody."""
    return ceil(serving / AGENTS_EACH)


def actions_in(change: Written) -> frozenset[Action]:
    """What a change of a queue switches on, whoever made it."""
    told = changes(change)
    kinds = _kinds(told.get(ADDED, ()))
    found = {action for action, rows in ROWS.items() if _kinds(rows) <= kinds}
    return frozenset(found | ({Action.WRAP_UP} if "wrap_up_s" in told else set()))
