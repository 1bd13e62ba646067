"""建议: what the autopilot proposes about lines that grow, why, and a person's yes or no."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from acd.advice import Action, Advice, Mode, Turn
from acd.advised_change import OFFERED_IF_S, ROWS, at_once
from acd.model import QueueName
from api.asked import Answer, Asked, Done, Nothing, Reason, Wish
from api.foresight import EffectSeen, effect_seen
from api.queues import HOUR_S, WaitSeen, wait_seen


class SeatsAdvised(Answer):
    """So many seats of a queue, which keeps at least so many agents on duty."""

    queue: QueueName
    seats: int
    keep: int


class AdviceSeen(Answer):
    """One proposal, with the figures that it was made from."""

    advice: str  # names it while it stands
    queue: QueueName
    action: Action
    turn: Turn
    since: datetime  # the wait has been beyond the limit without a pause
    limit_s: float
    wait: WaitSeen | None  # of somebody who joins now
    waiting: int
    serving: int
    arrivals_per_hour: float | None
    load: float | None  # erlangs: agents that the callers of late keep busy
    seats: tuple[SeatsAdvised, ...]  # to borrow
    wrap_up_s: float | None  # the limit to be
    rows: tuple[dict[str, Any], ...]  # laid on the queue's recipe
    call_backs_at_once: int | None  # so many may be in the line and in progress at least
    then: WaitSeen | None  # the wait foreseen with it; null: not worked out
    zh: str
    en: str


class AdviceDone(AdviceSeen):
    """A proposal that was accepted; `effect`, if it was only tried: what it would do to the calls of this moment."""

    effect: EffectSeen | None


class AdviceList(Answer):
    """What is proposed now."""

    mode: Mode
    advice: tuple[AdviceSeen, ...]


class Saying(Wish):
    """Yes or no, and why."""

    why: Reason


class Accepting(Saying):
    """`dry_run`: say what it would do, and do nothing."""

    dry_run: bool = False


class SetMode(Wish):
    """How much the autopilot may do, and why."""

    mode: Mode
    why: Reason


async def everything(asked: Asked[Nothing]) -> AdviceList:
    """What the autopilot proposes."""
    autopilot = asked.services.autopilot
    return AdviceList(mode=autopilot.mode, advice=tuple(map(_seen, autopilot.standing)))


async def accept(asked: Asked[Accepting]) -> AdviceDone:
    """Do as proposed, in one's own name; or say what that would do."""
    by, why, pilot = str(asked.by), asked.wish.why, asked.services.autopilot
    effect = None
    if asked.wish.dry_run:
        advice, effect = await pilot.foresee(asked.path["advice"])
    else:
        advice = await pilot.accept(asked.path["advice"], who=by, why=why)
    return AdviceDone(**dict(_seen(advice)), effect=effect_seen(effect) if effect else None)


async def dismiss(asked: Asked[Saying]) -> AdviceSeen:
    """Not now."""
    by, why = str(asked.by), asked.wish.why
    return _seen(await asked.services.autopilot.dismiss(asked.path["advice"], who=by, why=why))


async def set_mode(asked: Asked[SetMode]) -> Done:
    """Off, advise or act."""
    await asked.services.autopilot.set_mode(asked.wish.mode, who=str(asked.by), why=asked.wish.why)
    return Done()


def _seen(advice: Advice) -> AdviceSeen:
    sight = advice.sight
    zh, en = words(advice)
    return AdviceSeen(
        advice=advice.id,
        queue=advice.queue,
        action=advice.action,
        turn=advice.turn,
        since=advice.since,
        limit_s=advice.limit_s,
        wait=wait_seen(sight.wait),
        waiting=sight.waiting,
        serving=sight.serving,
        arrivals_per_hour=None if sight.arrivals_per_s is None else round(sight.arrivals_per_s * HOUR_S, 1),
        load=None if sight.load is None else round(sight.load, 1),
        seats=tuple(SeatsAdvised(queue=lent.queue, seats=lent.seats, keep=lent.keep) for lent in advice.seats),
        wrap_up_s=None if advice.wrap_up is None else advice.wrap_up.total_seconds(),
        rows=tuple(row.model_dump(exclude_none=True) for row in ROWS.get(advice.action, ())),
        call_backs_at_once=at_once(sight.serving) if advice.action is Action.CALL_BACK else None,
        then=wait_seen(advice.then),
        zh=zh,
        en=en,
    )


ACTIONS: dict[Action, tuple[str, str]] = {
    Action.ANNOUNCE: ("播报预计等待", "announce the wait"),
    Action.BORROW: ("借调坐席", "borrow seats"),
    Action.WRAP_UP: ("缩短整理", "a shorter wrap-up"),
    Action.CALL_BACK: ("提供回拨", "offer a call-back"),
    Action.LEVEL: ("提升响应级别", "a higher response level"),
    Action.MESSAGE: ("提供留言", "offer a voice message"),
}


def words(advice: Advice) -> tuple[str, str]:
    """The proposal and its reason in a sentence each: Chinese, English."""
    (what_zh, what_en), wait = ACTIONS[advice.action], advice.sight.wait
    wait_s = wait.mean_s if wait else 0.0
    figures_zh = f"预计等待 {wait_s:.0f} 秒,等候 {advice.sight.waiting} 人,在岗 {advice.sight.serving} 人"
    figures_en = f"wait foreseen {wait_s:.0f} s, {advice.sight.waiting} waiting, {advice.sight.serving} serving"
    much_zh, much_en = _how_much(advice)
    if advice.turn is Turn.END:
        return (
            f"{advice.queue}:结束{what_zh};{figures_zh},一直低于 {advice.limit_s:.0f} 秒",
            f"{advice.queue}: end {what_en}; {figures_en}, below {advice.limit_s:.0f} s without a pause",
        )
    return (
        f"{advice.queue}:{what_zh}{much_zh};{figures_zh},一直超过 {advice.limit_s:.0f} 秒",
        f"{advice.queue}: {what_en}{much_en}; {figures_en}, above {advice.limit_s:.0f} s without a pause",
    )


def _how_much(advice: Advice) -> tuple[str, str]:
    zh = [f"{lent.queue} {lent.seats} 个" for lent in advice.seats]
    en = [f"{lent.seats} of {lent.queue}" for lent in advice.seats]
    if advice.wrap_up is not None:
        zh.append(f"至 {advice.wrap_up.total_seconds():.0f} 秒")
        en.append(f"of {advice.wrap_up.total_seconds():.0f} s")
    if advice.action in ROWS:
        first_s = ROWS[advice.action][0].after_s
        zh.append(f"等候 {first_s:.0f} 秒起")
        en.append(f"from {first_s:.0f} s of waiting on")
    if advice.action is Action.CALL_BACK:
        most = at_once(advice.sight.serving)
        zh.append(f"预计还要 {OFFERED_IF_S:.0f} 秒以上者,同时至少可回拨 {most} 人")
        en.append(f"to who would wait {OFFERED_IF_S:.0f} s more, room for {most} call-backs at once")
    if advice.then is not None:
        zh.append(f"之后预计 {advice.then.mean_s:.0f} 秒")
        en.append(f"then {advice.then.mean_s:.0f} s")
    return (f"({','.join(zh)})", f" ({', '.join(en)})") if zh else ("", "")
