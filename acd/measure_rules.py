"""Which measures may be made, and taken back. Pure; each refusal names its rule."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

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
    NotEnoughSeats,
    NothingToChange,
    OffersNoCallBack,
    PlansConflict,
    UnknownHotline,
    UnknownLevel,
    UnknownPrompt,
    UnknownQueue,
)
from acd.measures import CLOCKWORK, STANDING, Aim, Kind, Loan, Measure, MeasureState, hides, in_conflict
from acd.model import QueueName
from city.advertising import advertising_in
from city.city import City
from city.level import ADDED, changes, fitted
from city.overlay import Overlay
from city.recipe import AnnounceRow, AnyRow, MessageRow, OfferCallBackRow


def check(measure: Measure, city: City, standing: Iterable[Measure], now: datetime) -> None:
    """Refuse a new measure that cannot be: its times, its names, another that wants the same. `city`: as it is now."""
    _check_times(measure, now)
    _check_end(measure)
    _check_aim(measure.aim, city)
    _check_limits(measure.aim, city)
    if measure.state is MeasureState.PLANNED:
        _check_conflicts(measure, standing)


def _check_times(measure: Measure, now: datetime) -> None:
    planned = measure.state is MeasureState.PLANNED
    if (planned and measure.starts_at <= now) or (measure.ends_at is not None and measure.ends_at <= now):
        raise InThePast("a measure begins and ends in the future", "开始与结束时间不能早于现在")
    if measure.ends_at is not None and measure.ends_at <= measure.starts_at:
        raise EndsBeforeItBegins("a measure ends after it has begun", "结束时间须晚于开始时间")


def _check_end(measure: Measure) -> None:
    if measure.aim.kind is Kind.OVERLAY and measure.ends_at is None:
        raise NeedsAnEnd("an overlay ends by itself: say until when", "应急播报须写明到何时为止")


def _check_aim(aim: Aim, city: City) -> None:
    if aim.level is not None and aim.level not in city.levels:
        raise unknown_level(aim.level, city)
    if aim.queue is not None:
        _must_be_queues([aim.queue], city)
    for loan in aim.loans:
        _check_loan(loan, city)
    if aim.overlay is not None:
        _check_overlay(aim.overlay, city)
    if not (aim.level or aim.loans or aim.overlay or (aim.change and changes(aim.change))):
        raise NothingToChange("nothing is named that would change", "没有写明要改变什么")


def _check_overlay(overlay: Overlay, city: City) -> None:
    for number in overlay.hotlines:
        if number not in city.hotlines:
            raise UnknownHotline(f"there is no hotline {number}", f"没有热线“{number}”")
        if city.hotlines[number].crisis:
            raise CrisisHasNoMachine(
                f"callers of the crisis line {number} go straight to a person",
                f"危机热线“{number}”的来电直接转人工,不播报",
            )
    if overlay.join is not None:
        _must_be_queues([QueueName(overlay.join)], city)
    if overlay.join in city.crisis_queues:
        raise CrisisLaneStaysFree(
            f"callers of a crisis line wait in {overlay.join}: nobody else's calls are sent there",
            f"危机热线的来电在队列“{overlay.join}”等候,不得把其他来电直转过去",
        )
    if phrase := advertising_in(overlay.text or ""):
        raise Advertises(f"an announcement advertises nothing: {phrase!r}", f"播报不得含广告用语“{phrase}”")


def _check_limits(aim: Aim, city: City) -> None:
    if aim.queue is None or aim.change is None:
        return
    if "recipe" in changes(aim.change):
        raise LimitsDoNotFit(
            "a recipe is replaced by a level only; rows can be laid on it", "溢出方案只能由响应级别替换;可以加行"
        )
    under = fitted(city.queues[aim.queue], aim.change)
    if under is None:
        raise LimitsDoNotFit(
            "together with the queue's other fields it makes no sense", "与该队列的其他设置合起来不成立"
        )
    if not under.keeps_offers:
        raise OffersNoCallBack(
            'who is offered a call-back is called: calls_back = "asked" or "missed"',
            '提供回拨,则须自动回拨:calls_back = "asked" 或 "missed"',
        )
    for row in changes(aim.change).get(ADDED, ()):
        _check_row(row, aim.queue, city)


def _check_row(row: AnyRow, queue: QueueName, city: City) -> None:
    """As city.checks has it of the rows in files."""
    if isinstance(row, MessageRow | OfferCallBackRow) and queue in city.crisis_queues:
        raise CrisisHasNoMachine(
            f"callers of a crisis line wait in {queue}: they are not sent to a machine",
            f"危机热线的来电在队列“{queue}”等候,不得转给机器",
        )
    if isinstance(row, AnnounceRow) and row.prompt not in city.prompts:
        raise UnknownPrompt(f"there is no prompt {row.prompt}", f"没有提示音“{row.prompt}”")


def unknown_level(level: str, city: City) -> UnknownLevel:
    """Build the refusal of a level that the city does not have, or has no more."""
    there_are = ", ".join(city.levels)
    return UnknownLevel(f"there is no level {level}, only: {there_are}", f"没有响应级别“{level}”,现有:{there_are}")


def _check_loan(loan: Loan, city: City) -> None:
    _must_be_queues([loan.borrower, *([loan.lender] if loan.lender else [])], city)
    if loan.lender == loan.borrower:
        raise LentToItself("a queue does not lend to itself", "不能借给自己")
    if bool(loan.count) == bool(loan.seats):
        raise NothingToChange("say how many seats, or which", "请写明几个坐席,或哪些坐席")


def _must_be_queues(names: Collection[QueueName], city: City) -> None:
    for name in names:
        if name not in city.queues:
            raise UnknownQueue(f"this city has no queue {name}", f"本市没有队列:{name}")


def _check_conflicts(measure: Measure, standing: Iterable[Measure]) -> None:
    other = in_conflict(measure, standing)
    if other is not None:
        raise PlansConflict(
            f"measure {other.number} ({other.why}) wants the same at that time",
            f"与措施 {other.number}({other.why})时间重叠,且改变的是同一件事",
        )


def undone(measure: Measure, now: datetime, who: str, why: str) -> Measure:
    """What is planned is cancelled, what is in force ended."""
    state = MeasureState.CANCELLED if measure.state is MeasureState.PLANNED else MeasureState.OVER
    return replace(measure, state=state, over_at=now, over_by=who, over_why=why)


def extended(measure: Measure, ends_at: datetime, now: datetime) -> Measure:
    """A measure that ends by itself, until another moment. MeasureIsOver, InThePast, EndsBeforeItBegins."""
    if measure.state not in STANDING or measure.ends_at is None:
        raise MeasureIsOver("it is over, or has no end that could be another", "已结束,或没有定时结束,不能改期")
    again = replace(measure, ends_at=ends_at)
    if ends_at <= now:
        raise InThePast("a measure ends in the future", "结束时间不能早于现在")
    _check_times(again, min(now, measure.made_at))
    return again


def ended_in_time(measure: Measure) -> Measure:
    """Its end has come; if it never began, it was missed."""
    state = MeasureState.MISSED if measure.state is MeasureState.PLANNED else MeasureState.OVER
    return replace(measure, state=state, over_at=measure.ends_at, over_by=CLOCKWORK)


def resumed(measure: Measure, standing: Collection[Measure], now: datetime) -> Measure:
    """What was ended or cancelled by hand, as it was before. MeasureIsOver, if its time is over; PlansConflict."""
    by_hand = measure.state in (MeasureState.OVER, MeasureState.CANCELLED) and measure.over_by != CLOCKWORK
    if measure.hidden_by is not None or not by_hand or (measure.ends_at is not None and measure.ends_at <= now):
        raise _is_over(measure)
    planned = measure.state is MeasureState.CANCELLED
    state = MeasureState.PLANNED if planned else MeasureState.IN_FORCE
    again = replace(measure, state=state, over_at=None, over_by="", over_why="")
    if planned:
        _check_conflicts(again, standing)
    elif any(hides(other, again) for other in standing):
        raise _is_over(measure)
    return again


def _is_over(measure: Measure) -> MeasureIsOver:
    if measure.hidden_by is not None:
        hider = measure.hidden_by
        return MeasureIsOver(f"measure {hider} has taken its place; undo that", f"已由措施 {hider} 取代,请撤销后者")
    return MeasureIsOver("its time is over, or another stands in its place", "已过时或已被取代,不能恢复")


def never_was(measure: Measure, now: datetime, why: str) -> Measure:
    """What the engine did not take."""
    return replace(measure, state=MeasureState.REFUSED, over_at=now, over_by=CLOCKWORK, over_why=why)


def must_have_seats(measure: Measure) -> None:
    """NotEnoughSeats, if none was to be had."""
    if measure.aim.kind in (Kind.LEND, Kind.ADD) and not any(loan.seats for loan in measure.aim.loans):
        raise NotEnoughSeats("there was no seat for it", "没有可用的坐席")
