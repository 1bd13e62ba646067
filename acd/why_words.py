"""What acd.why and acd.inquiry found, as sentences for a person: Chinese first, then English. Pure.

Bounded: of everything that can be many, the first few and how many more, unless all is asked for. Everything named is
an id of ours (a call, an agent, a seat, a queue); a caller's number is in none of the facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from acd.account import Account, Before, Offered, Phase, Span
from acd.matching import PRIORITY_CREDIT, Ask, ask_of
from acd.model import AgentId, BreakReason, CallId, WaitingCall
from acd.why import LASTING, Bar, CallRule, Choice, Kept, NobodyRings
from acd.why_terms import AGENT_RULES, BARS, BREAKS, CALL_RULES, OFFER_ENDS, PHASES, Words

FEW: Final = 5  # rivals, calls, reasons named one by one
MANY: Final = 40  # stretches of one call


class Line(NamedTuple):
    """One line of an answer: when, how deep it stands, and what is to be said."""

    at: datetime | None
    depth: int
    zh: str
    en: str


def duration(time: timedelta) -> Words:
    """`1分20秒`, `1 min 20 s`; under ten seconds with a tenth."""
    seconds = time.total_seconds()
    if seconds < 10:  # noqa: PLR2004, RUF100
        return Words(f"{seconds:.1f}秒", f"{seconds:.1f} s")
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "时", "h"), (minutes, "分", "min"), (rest, "秒", "s")]
    said = [(f"{count}{zh}", f"{count} {en}") for count, zh, en in parts if count]
    return Words("".join(zh for zh, _ in said), " ".join(en for _, en in said))


def kept(why: Kept) -> Words:
    """What keeps somebody, with its detail."""
    zh, en = BARS[why.bar]
    if not why.detail:
        return Words(zh, en)
    if why.bar is Bar.ON_BREAK:
        detail = BREAKS[BreakReason(why.detail)]
        return Words(f"{zh}({detail.zh})", f"{en} ({detail.en})")
    return Words(f"{zh}({why.detail})", f"{en} ({why.detail})")


def wanted(ask: Ask) -> Words:
    """What a call asks for."""
    skills = " ".join(f"{skill}≥{level}" for skill, level in sorted(ask.skills))
    if not skills:
        return Words(f"队列 {ask.queue}", f"queue {ask.queue}")
    return Words(f"队列 {ask.queue},技能 {skills}", f"queue {ask.queue}, skills {skills}")


# ---- a call


def told(account: Account, *, everything: bool = False) -> Iterator[Line]:
    """A whole account, from arrival to answer."""
    if account.arrived is not None:
        number = account.hotline
        yield Line(account.arrived, 0, f"来电 {account.call} 接入,热线 {number}", f"call arrived, hotline {number}")
    if account.joined is not None:
        yield _joined(account.joined)
    spans = [span for span in account.spans if span.phase is not Phase.ELSEWHERE]
    for span in spans if everything else spans[:MANY]:
        yield from _span(account, span, everything=everything)
    if len(spans) > MANY and not everything:
        yield Line(None, 0, f"……另有 {len(spans) - MANY} 段(--all 全部列出)", f"… {len(spans) - MANY} more (--all)")
    if account.ended is not None:
        yield Line(account.ended, 0, "来电结束", "the call ended")


def _joined(call: WaitingCall) -> Line:
    zh, en = wanted(Ask(call.queue, call.skills))
    if call.priority:
        worth = duration(abs(call.priority) * PRIORITY_CREDIT)
        earlier = call.priority > 0
        zh += f";优先级 {call.priority},等于{'早' if earlier else '晚'}进入 {worth.zh}"
        en += f"; priority {call.priority}, as if it had joined {worth.en} {'earlier' if earlier else 'later'}"
    return Line(call.joined, 0, f"进入等候:{zh}", f"joined: {en}")


def _span(account: Account, span: Span, *, everything: bool) -> Iterator[Line]:
    if span.phase is Phase.OFFERED and span.offer is not None:
        yield from offered(account, span.offer, everything=everything)
    else:
        zh, en = PHASES[span.phase]
        if span.phase is Phase.HELD:
            zh, en = f"{zh} {span.agent}", f"{en}, {span.agent}"
        if span.phase is Phase.TALKING:
            yield Line(span.since, 0, f"由 {span.agent} 接听", f"answered by {span.agent}")
            return
        lasted = duration(timedelta(seconds=span.seconds))
        place = Words("", "") if span.place is None else Words(f"排第 {span.place} 位;", f"place {span.place}; ")
        yield Line(span.since, 0, f"{place.zh}{zh},{lasted.zh}", f"{place.en}{en}, for {lasted.en}")
        yield from _relaxed(account, span)
        yield from _who(span, everything=everything)
    yield from _before(span.before, everything=everything)


def _relaxed(account: Account, span: Span) -> Iterator[Line]:
    """By its queue's recipe the call asks for less than it came with."""
    came_with = account.joined and Ask(account.joined.queue, account.joined.skills)
    if span.asks is not None and span.asks != came_with:
        zh, en = wanted(span.asks)
        yield Line(None, 1, f"已按方案放宽为:{zh}", f"relaxed by the recipe: {en}")


def _who(span: Span, *, everything: bool) -> Iterator[Line]:
    """What kept the agents, as the mean number of people over the stretch: first those who could have served it."""
    means = {why: seconds / span.seconds for why, seconds in span.kept.items()} if span.seconds else {}
    heads = Words("能接的人", "who could serve it"), Words("不能接的人", "who could not")
    for head, is_lasting in zip(heads, (False, True), strict=True):
        those = sorted((-mean, why) for why, mean in means.items() if (why.bar in LASTING) == is_lasting)
        shown = those if everything else those[: 2 * FEW]
        if shown:
            zh = "、".join(f"{-mean:.1f} 人{kept(why).zh}" for mean, why in shown)
            en = ", ".join(f"{-mean:.1f} {kept(why).en}" for mean, why in shown)
            yield Line(None, 1, f"{head.zh},平均:{zh}", f"{head.en}, on average: {en}")
    for why, agents in sorted(span.names.items()):
        words, listed = kept(why), " ".join(agents)
        yield Line(None, 1, f"开始时{words.zh}:{listed}", f"at the beginning {words.en}: {listed}")


def _before(before: Sequence[Before], *, everything: bool) -> Iterator[Line]:
    by_rule: dict[CallRule, list[Before]] = {}
    for one in before:
        by_rule.setdefault(one.rule, []).append(one)
    for rule, those in by_rule.items():
        words, named = CALL_RULES[rule], those if everything else those[:FEW]
        zh = "、".join(f"{one.call}→{one.agent}{_ahead(one).zh}" for one in named)
        en = ", ".join(f"{one.call}→{one.agent}{_ahead(one).en}" for one in named)
        more = (
            Words(f" 等 {len(those)} 个", f" and {len(those) - FEW} more") if len(named) < len(those) else Words("", "")
        )
        yield Line(named[0].at, 1, f"先派出 {zh}{more.zh}:{words.zh}", f"went before: {en}{more.en}: {words.en}")


def _ahead(one: Before) -> Words:
    """What its place rests on, in brackets: how much earlier it joined, or its priority."""
    if one.rule is CallRule.EARLIER:
        lead = duration(one.ahead)
        return Words(f"(早 {lead.zh})", f" ({lead.en} earlier)")
    if one.rule is CallRule.PRIORITY:
        return Words(f"(优先级 {one.priority})", f" (priority {one.priority})")
    return Words("", "")


# ---- an offer: "why did I get this call"


def offered(account: Account, offer: Offered, *, everything: bool = False) -> Iterator[Line]:
    """One offer: to whom, by which rules, and what became of it."""
    zh, en = f"第 {offer.attempt} 次派出:{offer.agent}(坐席 {offer.seat})", f"offer {offer.attempt}: {offer.agent}"
    yield Line(offer.at, 0, zh, f"{en} at seat {offer.seat}")
    if offer.choice is None:
        zh, en = "由拨号方案自行发起,或断线后查知", "made by the dialplan itself, or found after a gap"
        yield Line(None, 1, zh, en)
    else:
        yield from _chosen(offer.choice, offer.at, account, everything=everything)
    if offer.rang is not None:
        rang = duration(offer.rang - offer.at)
        yield Line(offer.rang, 1, f"{rang.zh}后振铃", f"rang after {rang.en}")
    if offer.ended is not None:
        ended, words = duration(offer.ended - (offer.rang or offer.at)), OFFER_ENDS[offer.end]
        yield Line(offer.ended, 1, f"{ended.zh}后:{words.zh}", f"after {ended.en}: {words.en}")


def _chosen(choice: Choice, at: datetime, account: Account, *, everything: bool) -> Iterator[Line]:
    zh, en = AGENT_RULES[choice.agent_rule]
    rivals = choice.rivals if everything else choice.rivals[:FEW]
    if len(choice.rivals) > 1:
        more = "" if len(rivals) == len(choice.rivals) else "…"
        idle = [duration(at - rival.idle_since) for rival in rivals]
        listed_zh = "、".join(f"{r.agent}(技能合计 {r.mastery},空闲 {i.zh})" for r, i in zip(rivals, idle, strict=True))
        listed_en = ", ".join(f"{r.agent} (skill {r.mastery}, idle {i.en})" for r, i in zip(rivals, idle, strict=True))
        count = len(choice.rivals)
        zh, en = f"{zh};可选 {count} 人:{listed_zh}{more}", f"{en}; of {count}: {listed_en}{more}"
    yield Line(None, 1, f"为何派给此人:{zh}", f"why this agent: {en}")
    zh, en = CALL_RULES[choice.call_rule]
    if choice.behind:
        named = [call.id for call in (choice.behind if everything else choice.behind[:FEW])]
        zh = f"{zh};此人还能接 {len(choice.behind)} 个:{_listed(named, choice.behind)}"
        en = f"{en}; behind it: {_listed(named, choice.behind)}"
    yield Line(None, 1, f"为何是 {account.call}:{zh}", f"why this call: {en}")


def _listed(named: Sequence[CallId] | Sequence[AgentId], all_: Sequence[object]) -> str:
    return " ".join(named) + (" …" if len(named) < len(all_) else "")


# ---- why is nobody ringing


def told_of_queue(seen: NobodyRings, now: datetime) -> Iterator[Line]:
    """A queue at this moment."""
    yield Line(now, 0, f"队列 {seen.queue}:{seen.waiting} 人等候", f"queue {seen.queue}: {seen.waiting} waiting")
    if seen.is_blind:
        yield Line(None, 0, *PHASES[Phase.BLIND])
    for call, agent in seen.offered[:FEW]:
        yield Line(None, 1, f"{call} 正在派给 {agent}", f"{call} is being offered to {agent}")
    if len(seen.offered) > FEW:
        more = len(seen.offered) - FEW
        yield Line(None, 1, f"另有 {more} 个来电正在派出", f"{more} more are being offered")
    if seen.first is not None:
        yield from _first(seen.first, now)
    elif not seen.waiting:
        yield Line(None, 0, "无人等候,所以没有话机振铃", "nobody waits, so no phone rings")
    yield from _kept(seen.kept.items())


def _first(call: WaitingCall, now: datetime) -> Iterator[Line]:
    waited, (zh, en) = duration(max(now - call.joined, timedelta())), wanted(ask_of(call))
    yield Line(None, 0, f"下一个:{call.id},已等 {waited.zh};{zh}", f"next: {call.id}, for {waited.en}; {en}")
    if call.rests_until is not None:
        yield Line(None, 1, *PHASES[Phase.LEAVES if call.leaves else Phase.RESTS])
    if call.held_until is not None:
        zh, en = PHASES[Phase.HELD]
        yield Line(None, 1, f"{zh} {call.prefers}", f"{en}, {call.prefers}")


def _kept(kept_by: Iterable[tuple[Kept, int]]) -> Iterator[Line]:
    for why, count in sorted(kept_by):
        words = kept(why)
        yield Line(None, 1, f"{count} 人{words.zh}", f"{count} {words.en}")
