"""A debt, and the city's rules for it, in the words of the plan (acd.call_back_plan)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from acd.call_back_plan import NOT_REACHED, Candidate, Policy
from acd.callbacks import CallBackState
from acd.calling_hours import CallingHours
from acd.model import CallId
from city.city import City
from hotline.kept_places import KeptPlace
from telephony.dial_rules import rule_for_call_back
from tickets.call_backs import CallBack


def candidate(
    debt: CallBack, place: KeptPlace, citizen: int, here: set[str], rests: Mapping[CallId, datetime], city: City
) -> Candidate:
    """`citizen`: a number that stands for theirs; `here`: the numbers that are in a call with us."""
    return Candidate(
        owed=debt.call,
        citizen=citizen,
        why=debt.why,
        queue=place.queue,
        joined=place.joined,
        owed_at=debt.owed_at,
        against=rule_for_call_back(debt.number, debt.hotline, city),
        attempts=debt.attempts,
        tried_at=debt.tried_at,
        rests_until=rests.get(debt.call),
        here=debt.number in here,
        left=debt.rule or NOT_REACHED if debt.state is CallBackState.LEFT else None,
    )


def is_by_rule(debt: CallBack, place: KeptPlace, city: City) -> bool:
    """Whether the queue has a rule dial it."""
    queue = city.queues.get(place.queue)
    return queue is not None and queue.calls_back.covers(asked=debt.is_asked)


def policy_of(city: City) -> Policy:
    """The city's words, as the plan has them."""
    limits = city.dialling
    quiet_from, quiet_until = limits.quiet
    return Policy(
        hours=CallingHours(quiet_from=quiet_from, quiet_until=quiet_until, zone=city.zone),
        attempts=limits.call_back_attempts,
        spacing=timedelta(seconds=limits.call_back_spacing_s),
    )
