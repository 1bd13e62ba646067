"""Which measures may be made and taken back, told of the rules alone: no engine, no database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from acd.errors import (
    Advertises,
    CrisisHasNoMachine,
    CrisisLaneStaysFree,
    EndsBeforeItBegins,
    InThePast,
    LentToItself,
    LimitsDoNotFit,
    MeasureIsOver,
    NeedsAnEnd,
    NothingToChange,
    OffersNoCallBack,
    PlansConflict,
    Refused,
    UnknownHotline,
    UnknownLevel,
    UnknownPrompt,
    UnknownQueue,
)
from acd.measure_rules import check, ended_in_time, extended, resumed, undone
from acd.measures import CLOCKWORK, Aim, Kind, Loan, Measure, MeasureState
from acd.model import QueueName
from city.queue import CallsBack
from tests.acd.centre import CITY, GENERAL, HEALTH, add, lend, level, limits, overlay
from tests.acd.scene import clock

S = MeasureState
NOW = clock(100)
LINE = CITY.hotlines["12320"].model_copy(update={"crisis": True, "menu": None})
CRISIS = replace(CITY, hotlines={**CITY.hotlines, "12320": LINE})
"""The callers of one hotline are in a crisis: they wait in health."""


def planned(aim: Aim, starts: float = 200, ends: float | None = 300, **more: Any) -> Measure:
    """To begin in a hundred seconds, for a hundred."""
    times = {"starts_at": clock(starts), "ends_at": None if ends is None else clock(ends)}
    return Measure(number=9, aim=aim, who="ops", why="surge", made_at=NOW, **{**times, **more})


def at_once(aim: Aim, starts: float = 100, ends: float | None = None, **more: Any) -> Measure:
    """In force from now on, until somebody ends it."""
    return planned(aim, starts, ends, **{"state": S.IN_FORCE, **more})


GOOD = level("emergency")


@pytest.mark.parametrize(
    "measure",
    [
        planned(GOOD),
        planned(GOOD, ends=None),
        planned(GOOD, 100.001, 100.002),
        at_once(GOOD),
        at_once(GOOD, ends=100.001),
        at_once(lend(1)),
        at_once(lend(0, "8007")),
        at_once(add(1)),
        at_once(limits(ring_time_s=10)),
        at_once(limits("general", recipe_adds=({"after_s": 30, "step": "announce", "prompt": "please-wait"},))),
    ],
)
def test_a_measure_that_changes_something_from_now_on_or_later_is_made(measure: Measure) -> None:
    """Of every kind, at once or planned, with an end or without."""
    check(measure, CITY, [], NOW)


@pytest.mark.parametrize(
    ("measure", "refusal"),
    [
        (planned(GOOD, starts=100), InThePast),  # what is planned begins later than now
        (planned(GOOD, starts=99), InThePast),
        (at_once(GOOD, ends=100), InThePast),
        (at_once(GOOD, ends=99), InThePast),
        (planned(GOOD, 200, 200), EndsBeforeItBegins),
        (planned(GOOD, 200, 199), EndsBeforeItBegins),
    ],
)
def test_times_that_cannot_be_are_refused(measure: Measure, refusal: type[Refused]) -> None:
    """A measure begins now or later, and ends after that."""
    with pytest.raises(refusal):
        check(measure, CITY, [], NOW)


def loan(**more: Any) -> Aim:
    """Seats of health for general."""
    return Aim(kind=Kind.LEND, loans=(Loan(**{"borrower": GENERAL, "lender": HEALTH, "count": 1, **more}),))


NOWHERE = QueueName("nowhere")
ROW = {"after_s": 30, "step": "announce", "prompt": "please-wait"}
MESSAGE, OFFER = {"after_s": 90, "step": "message"}, {"after_s": 60, "step": "offer_call_back"}


@pytest.mark.parametrize(
    ("aim", "refusal"),
    [
        (level("panic"), UnknownLevel),
        (limits("nowhere", ring_time_s=10), UnknownQueue),
        (loan(borrower=NOWHERE), UnknownQueue),
        (loan(lender=NOWHERE), UnknownQueue),
        (loan(lender=GENERAL), LentToItself),
        (loan(count=0), NothingToChange),
        (loan(seats=("8007",)), NothingToChange),  # how many, and which
        (Aim(kind=Kind.LIMITS, queue=GENERAL), NothingToChange),
        (limits(), NothingToChange),
        (Aim(kind=Kind.LEND), NothingToChange),
        (limits(recipe=(ROW,)), LimitsDoNotFit),
        (limits(recipe_adds=({**ROW, "prompt": "nothing-of-the-kind"},)), UnknownPrompt),
        (limits("health", recipe_adds=(MESSAGE,)), CrisisHasNoMachine),
        (limits("health", calls_back=CallsBack.ASKED, recipe_adds=(OFFER,)), CrisisHasNoMachine),
        (limits(calls_back=CallsBack.NOBODY, recipe_adds=(OFFER,)), OffersNoCallBack),
    ],
)
def test_what_cannot_be_brought_about_is_refused_by_its_rule(aim: Aim, refusal: type[Refused]) -> None:
    """Names that the city does not have, nothing that would change, and machines for a crisis."""
    with pytest.raises(refusal):
        check(at_once(aim), CRISIS, [], NOW)


def test_a_plan_that_wants_what_another_one_wants_is_refused_and_what_begins_at_once_is_not() -> None:
    """What is made now stands above; the refusal names the other one and why it was made."""
    other = replace(planned(GOOD, 250, 400), why="festival")

    check(at_once(level("elevated"), ends=500), CITY, [other], NOW)
    with pytest.raises(PlansConflict, match=r"measure 9 \(festival\)"):
        check(planned(level("elevated")), CITY, [other], NOW)


def test_a_message_may_be_asked_for_where_no_crisis_line_waits() -> None:
    """And a call-back be offered where calls are called back."""
    check(at_once(limits(recipe_adds=(MESSAGE,))), CITY, [], NOW)
    check(at_once(limits(calls_back=CallsBack.ASKED, recipe_adds=(OFFER,))), CITY, [], NOW)


def test_what_is_planned_is_cancelled_and_what_is_in_force_ended() -> None:
    """By whom and why is kept."""
    cancelled, ended = (undone(one, NOW, "chief", "enough") for one in (planned(GOOD), at_once(GOOD)))

    assert (cancelled.state, ended.state) == (S.CANCELLED, S.OVER)
    assert (ended.over_at, ended.over_by, ended.over_why) == (NOW, "chief", "enough")


def test_what_has_never_begun_when_its_end_comes_was_missed() -> None:
    """Nobody ran: by the clock, at the moment that was written."""
    missed, over = (ended_in_time(one) for one in (planned(GOOD), at_once(GOOD, ends=300)))

    assert (missed.state, over.state) == (S.MISSED, S.OVER)
    assert (over.over_at, over.over_by) == (clock(300), CLOCKWORK)


@pytest.mark.parametrize("before", [planned(GOOD), at_once(GOOD), at_once(GOOD, ends=300)])
def test_what_was_undone_by_hand_is_resumed_as_it_was(before: Measure) -> None:
    """Planned or in force; as if it had never been undone."""
    assert resumed(undone(before, NOW, "chief", "enough"), [], NOW) == before


@pytest.mark.parametrize(
    "over",
    [
        undone(at_once(GOOD, ends=300), clock(250), "chief", "enough"),  # its time is over: at 300
        undone(planned(GOOD), clock(250), "chief", "enough"),
        ended_in_time(at_once(GOOD, ends=400)),
        planned(GOOD, ends=None, state=S.MISSED),
        planned(GOOD, ends=None, state=S.REFUSED),
        at_once(GOOD),
    ],
)
def test_what_is_over_by_time_or_never_was_undone_is_not_resumed(over: Measure) -> None:
    """By the clock, missed, refused; or its end has come since."""
    with pytest.raises(MeasureIsOver, match="time is over"):
        resumed(over, [], clock(300))


def test_what_another_one_hides_is_resumed_by_undoing_that() -> None:
    """The refusal says which; also where the other one was made while this one was ended."""
    hidden = replace(undone(at_once(GOOD), NOW, "chief", "enough"), hidden_by=12)
    newer = replace(at_once(level("elevated"), starts=150), number=12)

    with pytest.raises(MeasureIsOver, match="measure 12 has taken its place"):
        resumed(hidden, [], NOW)
    with pytest.raises(MeasureIsOver, match="another stands in its place"):
        resumed(replace(hidden, hidden_by=None), [newer], NOW)


def test_a_plan_is_not_resumed_into_the_way_of_another_one() -> None:
    """Made meanwhile for the same time."""
    plan = undone(planned(GOOD), NOW, "chief", "enough")

    with pytest.raises(PlansConflict):
        resumed(plan, [replace(planned(level("elevated")), number=10)], NOW)


SAYS = overlay(prompt="please-wait")


@pytest.mark.parametrize(
    "aim", [SAYS, overlay(join="general", hotlines=("12345",)), overlay(text="因暴雨停水。", join="general")]
)
def test_an_overlay_that_ends_is_made(aim: Aim) -> None:
    """Of all hotlines or of some; said, or a straight way to a queue, or both; several stand beside each other."""
    check(at_once(aim, ends=300), CRISIS, [at_once(SAYS, ends=400)], NOW)
    check(planned(aim), CRISIS, [planned(aim)], NOW)


@pytest.mark.parametrize(
    ("measure", "refusal"),
    [
        (at_once(SAYS), NeedsAnEnd),
        (planned(SAYS, ends=None), NeedsAnEnd),
        (at_once(overlay(prompt="please-wait", hotlines=("12399",)), ends=300), UnknownHotline),
        (at_once(overlay(prompt="please-wait", hotlines=("12345", "12320")), ends=300), CrisisHasNoMachine),
        (at_once(overlay(join="nowhere"), ends=300), UnknownQueue),
        (at_once(overlay(join="health"), ends=300), CrisisLaneStaysFree),
        (planned(overlay(join="health", hotlines=("12345",), prompt="please-wait")), CrisisLaneStaysFree),
        (at_once(overlay(text="限时抢购。"), ends=300), Advertises),
    ],
)
def test_an_overlay_that_is_forgotten_or_reaches_a_crisis_line_is_refused(
    measure: Measure, refusal: type[Refused]
) -> None:
    """Nor may it name what the city does not have."""
    with pytest.raises(refusal):
        check(measure, CRISIS, [], NOW)


def test_what_has_an_end_lasts_until_another_one() -> None:
    """Later or sooner, in force or planned; what has none or is over does not, and no end lies in the past."""
    assert extended(at_once(SAYS, ends=300), clock(900), NOW).ends_at == clock(900)
    assert extended(planned(SAYS), clock(250), NOW).ends_at == clock(250)
    for measure, ends, refusal in (
        (at_once(GOOD), 900, MeasureIsOver),
        (at_once(SAYS, ends=300, state=S.OVER), 900, MeasureIsOver),
        (at_once(SAYS, ends=300), 100, InThePast),
        (planned(SAYS), 200, EndsBeforeItBegins),
    ):
        with pytest.raises(refusal):
            extended(measure, clock(ends), NOW)
