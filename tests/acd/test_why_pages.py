"""Whole answers, line by line, as a person reads them: what is said, when, how deep, and where a list is cut."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from acd.account import Account, Before, Offered, OfferEnd, Phase, Span
from acd.matching import Ask
from acd.model import AgentId, CallId, QueueName, SeatId, WaitingCall
from acd.why import AgentRule, Bar, CallRule, Choice, Kept, NobodyRings, Rival
from acd.why_words import FEW, MANY, Line, offered, told, told_of_queue
from tests.acd.scene import clock, skilled

GENERAL, CALL = QueueName("general"), CallId("c")


def waits(call: str = "c", joined: float = 0, priority: int = 0, **levels: int) -> WaitingCall:
    """A call in the line of general."""
    return WaitingCall(CallId(call), GENERAL, clock(joined), skilled(**levels), priority)


def offer(choice: Choice | None = None) -> Offered:
    """To 101, rung after 2 s, answered 3 s later."""
    times = {"at": clock(60), "rang": clock(62), "ended": clock(65)}
    return Offered(attempt=1, agent=AgentId("101"), seat=SeatId("8101"), choice=choice, end=OfferEnd.ANSWERED, **times)


def english(lines: list[Line]) -> list[tuple[int, str]]:
    """How deep, and what."""
    return [(line.depth, line.en) for line in lines]


def test_an_account_goes_from_the_arrival_over_the_wait_to_the_end() -> None:
    """Each stretch with its place, its length, and the mean number of people kept by what."""
    wait = Span(Phase.ALL_BUSY, clock(5), clock(65), place=2)
    wait.kept = {Kept(Bar.TALKING): 90.0, Kept(Bar.ON_BREAK, "meal"): 30.0, Kept(Bar.SKILL, "english≥1"): 120.0}
    talk = Span(Phase.TALKING, clock(65), clock(125), agent=AgentId("101"))
    spans = [Span(Phase.ELSEWHERE, clock(0), clock(5)), wait, talk]
    account = Account(CALL, clock(0), "12345", waits(joined=5), clock(125), spans)

    assert list(told(account)) == [
        Line(clock(0), 0, "来电 c 接入,热线 12345", "call arrived, hotline 12345"),
        Line(clock(5), 0, "进入等候:队列 general", "joined: queue general"),
        Line(
            *(clock(5), 0, "排第 2 位;能接的人都在忙,1分"),
            "place 2; everybody who can serve it is busy, for 1 min",
        ),
        Line(
            *(None, 1, "能接的人,平均:1.5 人通话、0.5 人小休(用餐)"),
            "who could serve it, on average: 1.5 talking, 0.5 on break (meal)",
        ),
        Line(
            *(None, 1, "不能接的人,平均:2.0 人技能不够(english≥1)"),
            "who could not, on average: 2.0 lacks a skill (english≥1)",
        ),
        Line(clock(65), 0, "由 101 接听", "answered by 101"),
        Line(clock(125), 0, "来电结束", "the call ended"),
    ]


def test_a_priority_is_said_as_the_time_that_it_is_worth() -> None:
    """Five minutes a step, earlier or later; none is not spoken of."""
    joins = [list(told(Account(CALL, joined=waits(priority=steps)))) for steps in (2, 0, -1)]
    assert "earlier" in next(told(Account(CALL, joined=waits(priority=1)))).en

    assert joins == [
        [
            Line(
                *(clock(0), 0, "进入等候:队列 general;优先级 2,等于早进入 10分"),
                "joined: queue general; priority 2, as if it had joined 10 min earlier",
            )
        ],
        [Line(clock(0), 0, "进入等候:队列 general", "joined: queue general")],
        [
            Line(
                *(clock(0), 0, "进入等候:队列 general;优先级 -1,等于晚进入 5分"),
                "joined: queue general; priority -1, as if it had joined 5 min later",
            )
        ],
    ]


def test_what_was_asked_for_less_by_the_recipe_is_said_where_it_was() -> None:
    """Only of stretches in which it was less than the call came with."""
    first = Span(Phase.NOBODY, clock(0), clock(30), asks=Ask(GENERAL, skilled(english=2)))
    then = Span(Phase.NOBODY, clock(30), clock(35.5), asks=Ask(GENERAL, skilled(english=1)))
    account = Account(CALL, joined=waits(english=2), spans=[first, then])

    assert list(told(account))[1:] == [
        Line(clock(0), 0, "签入的人中没有人能接,30秒", "nobody on duty can serve it, for 30 s"),
        Line(clock(30), 0, "签入的人中没有人能接,5.5秒", "nobody on duty can serve it, for 5.5 s"),
        Line(
            *(None, 1, "已按方案放宽为:队列 general,技能 english≥1"),
            "relaxed by the recipe: queue general, skills english≥1",
        ),
    ]


def test_an_agent_whom_a_call_was_held_for_is_named() -> None:
    """And who was kept by what at its beginning, where names were asked for."""
    held = Span(Phase.HELD, clock(0), clock(20), agent=AgentId("7"))
    held.names = {Kept(Bar.TALKING): [AgentId("101"), AgentId("102")]}

    assert list(told(Account(CALL, spans=[held]))) == [
        Line(
            *(clock(0), 0, "只等上次接待的话务员 7,20秒"),
            "held for the agent who served the citizen last, 7, for 20 s",
        ),
        Line(None, 1, "开始时通话:101 102", "at the beginning talking: 101 102"),
    ]


def went_before(number: int, rule: CallRule) -> Before:
    """Another call that was offered first."""
    ahead = timedelta(seconds=20)
    return Before(clock(10 + number), CallId(f"b{number}"), AgentId("101"), rule, ahead, priority=3)


def test_who_went_before_is_said_by_rule_with_what_its_place_rests_on() -> None:
    """How much earlier, or which priority; nothing more of the others. All of a few are named."""
    rules = (CallRule.EARLIER, CallRule.PRIORITY, CallRule.MEANWHILE)
    few = [went_before(number, CallRule.NUMBER) for number in range(3, 3 + FEW)]
    span = Span(Phase.ALL_BUSY, clock(0), clock(60), before=[*map(went_before, range(3), rules), *few])

    assert english(list(told(Account(CALL, spans=[span]))))[1:] == [
        (1, "went before: b0→101 (20 s earlier): joined earlier"),
        (1, "went before: b1→101 (priority 3): joined later, with higher priority"),
        (1, "went before: b2→101: this one was being offered, could not be, or was held for its agent"),
        (1, "went before: b3→101, b4→101, b5→101, b6→101, b7→101: joined at the same moment: the lower id"),
    ]
    assert [line.at for line in told(Account(CALL, spans=[span]))] == [clock(at) for at in (0, 10, 11, 12, 13)]


def test_many_who_went_before_are_counted_unless_all_is_asked_for() -> None:
    """Five are named, and how many there were."""
    seven = [went_before(number, CallRule.NUMBER) for number in range(FEW + 2)]
    account = Account(CALL, spans=[Span(Phase.ALL_BUSY, clock(0), clock(60), before=seven)])

    [_, cut], [_, whole] = told(account), told(account, everything=True)
    assert cut.zh == "先派出 b0→101、b1→101、b2→101、b3→101、b4→101 等 7 个:同时进入,编号在前"
    assert cut.en.endswith("b4→101 and 2 more: joined at the same moment: the lower id")
    assert whole.en.endswith("b5→101, b6→101: joined at the same moment: the lower id")


def test_many_kinds_of_what_kept_people_are_cut_unless_all_is_asked_for() -> None:
    """Ten of a sort, those that kept most people first."""
    span = Span(Phase.ALL_BUSY, clock(0), clock(10))
    span.kept = {Kept(Bar.SKILL, f"s{number}≥1"): 10.0 * (number + 1) for number in range(2 * FEW + 1)}

    [_, cut], [_, whole] = (list(told(Account(CALL, spans=[span]), everything=all_)) for all_ in (False, True))
    assert cut.en.startswith("who could not, on average: 11.0 lacks a skill (s10≥1), 10.0 lacks a skill (s9≥1)")
    assert cut.en.endswith("2.0 lacks a skill (s1≥1)")
    assert whole.en.endswith("1.0 lacks a skill (s0≥1)")


def test_an_account_of_many_stretches_is_cut_and_says_how_much_is_left() -> None:
    """Forty are told; with all of them asked for, or no more than forty, nothing is left."""
    spans = [Span(Phase.NOBODY, clock(n), clock(n + 1)) for n in range(MANY + 2)]

    cut, whole = list(told(Account(CALL, spans=spans))), list(told(Account(CALL, spans=spans), everything=True))
    assert (len(cut), len(whole)) == (MANY + 1, MANY + 2)
    assert cut[-1] == Line(None, 0, "……另有 2 段(--all 全部列出)", "… 2 more (--all)")
    assert len(list(told(Account(CALL, spans=spans[:MANY])))) == MANY


def test_an_offer_says_to_whom_and_why_and_what_became_of_it() -> None:
    """Among rivals by skill and idle time; what else the agent could have served."""
    rivals = (Rival(AgentId("101"), 3, clock(20)), Rival(AgentId("102"), 2, clock(0)))
    choice = Choice(AgentId("101"), AgentRule.BEST_SKILLED, rivals, CallRule.EARLIER, (waits("d"), waits("e")))

    assert list(offered(Account(CALL), offer(choice))) == [
        Line(clock(60), 0, "第 1 次派出:101(坐席 8101)", "offer 1: 101 at seat 8101"),
        Line(
            None,
            1,
            "为何派给此人:空闲者中技能最好;可选 2 人:101(技能合计 3,空闲 40秒)、102(技能合计 2,空闲 1分)",
            "why this agent: the best skilled of those free; of 2: 101 (skill 3, idle 40 s), 102 (skill 2, idle 1 min)",
        ),
        Line(
            *(None, 1, "为何是 c:进入更早;此人还能接 2 个:d e"),
            "why this call: joined earlier; behind it: d e",
        ),
        Line(clock(62), 1, "2.0秒后振铃", "rang after 2.0 s"),
        Line(clock(65), 1, "3.0秒后:接听", "after 3.0 s: answered"),
    ]


def test_an_offer_stands_in_the_account_where_it_was_made() -> None:
    """With all it says, and who went before meanwhile; one that is not known is a stretch like others."""
    made = Span(Phase.OFFERED, clock(60), clock(65), offer=offer(), before=[went_before(0, CallRule.NUMBER)])
    unknown = Span(Phase.OFFERED, clock(70), clock(71))

    assert english(list(told(Account(CALL, spans=[made, unknown])))) == [
        *english(list(offered(Account(CALL), offer()))),
        (1, "went before: b0→101: joined at the same moment: the lower id"),
        (0, "being offered to, for 1.0 s"),
    ]


def test_an_offer_that_nobody_chose_says_so() -> None:
    """Made by the dialplan; without a ring its end is counted from its beginning, and an open one has none."""
    silent, running = offer(), offer()
    silent.rang, silent.end = None, OfferEnd.UNREACHABLE
    running.rang = running.ended = None

    assert english(list(offered(Account(CALL), silent))) == [
        (0, "offer 1: 101 at seat 8101"),
        (1, "made by the dialplan itself, or found after a gap"),
        (1, "after 5.0 s: phone unreachable"),
    ]
    assert len(list(offered(Account(CALL), running))) == 2


def test_many_rivals_and_calls_are_cut_unless_all_is_asked_for() -> None:
    """Five of each and a sign that there are more; exactly five need none. One alone has no rivals."""

    def page(count: int, *, everything: bool = False) -> tuple[str, str]:
        rivals = tuple(Rival(AgentId(f"a{n}"), 1, clock(0)) for n in range(count))
        behind = tuple(waits(f"d{n}") for n in range(count))
        choice = Choice(AgentId("a0"), AgentRule.NUMBER, rivals, CallRule.NUMBER, behind)
        how = {"everything": True} if everything else {}
        _, agent, call, *_ = offered(Account(CALL), offer(choice), **how)
        return agent.en, call.en

    assert [text[-1] for text in page(FEW + 1)] == ["…", "…"]
    assert "a4" in page(FEW + 1)[0]
    assert "a5" not in page(FEW + 1)[0]
    assert page(FEW + 1)[1].endswith("d4 …")
    assert page(FEW)[0].endswith("a4 (skill 1, idle 1 min)")
    assert page(FEW)[1].endswith("d4")
    assert page(FEW + 1, everything=True)[0].endswith("a5 (skill 1, idle 1 min)")
    assert page(FEW + 1, everything=True)[1].endswith("d5")
    assert page(1)[0] == "why this agent: equal in skill and idle time: the lower number"


def queue(first: WaitingCall | None, waiting: int = 1, offers: int = 0, *, blind: bool = False) -> list[Line]:
    """What is said of general two minutes after nine."""
    ringing = tuple((CallId(f"o{n}"), AgentId(f"a{n}")) for n in range(offers))
    kept = Counter({Kept(Bar.SKILL, "english≥1"): 3, Kept(Bar.TALKING): 2})
    seen = NobodyRings(queue=GENERAL, waiting=waiting, is_blind=blind, first=first, offered=ringing, kept=kept)
    return list(told_of_queue(seen, clock(120)))


KEPT = [
    Line(None, 1, "3 人技能不够(english≥1)", "3 lacks a skill (english≥1)"),
    Line(None, 1, "2 人通话", "2 talking"),
]


def test_a_queue_says_who_is_next_and_what_keeps_everybody() -> None:
    """Since when the first waits, what they ask for, whom they wait for."""
    held = WaitingCall(CALL, GENERAL, clock(30), skilled(english=1), prefers=AgentId("7"), held_until=clock(130))

    assert queue(held, waiting=2, offers=1) == [
        Line(clock(120), 0, "队列 general:2 人等候", "queue general: 2 waiting"),
        Line(None, 1, "o0 正在派给 a0", "o0 is being offered to a0"),
        Line(
            *(None, 0, "下一个:c,已等 1分30秒;队列 general,技能 english≥1"),
            "next: c, for 1 min 30 s; queue general, skills english≥1",
        ),
        Line(None, 1, "只等上次接待的话务员 7", "held for the agent who served the citizen last, 7"),
        *KEPT,
    ]


def test_a_queue_without_a_first_says_whether_nobody_waits_or_all_are_offered() -> None:
    """Nobody: so no phone rings. While facts are missing that is said before all."""
    assert queue(None, waiting=0)[1] == Line(None, 0, "无人等候,所以没有话机振铃", "nobody waits, so no phone rings")
    assert queue(None, waiting=1, offers=1)[2:] == KEPT
    assert queue(None, waiting=0, blind=True)[1] == Line(
        *(None, 0, "正在与电话系统核对,暂不派话"),
        "facts are missing: nothing is offered until the telephones were asked",
    )


def test_a_first_call_that_rests_or_is_on_its_way_to_a_message_says_so() -> None:
    """Under what it asks for."""
    rests = replace(waits(), rests_until=clock(121))

    assert queue(rests)[2] == Line(*(None, 1, "上一指令未执行,来电稍歇"), "rests: the last order was not carried out")
    assert queue(replace(rests, leaves=True))[2] == Line(
        *(None, 1, "按溢出方案转去留言"), "its recipe sends it to leave a message"
    )


def test_many_offers_of_a_queue_are_counted() -> None:
    """Five are named; of six one is more."""
    assert [line.en for line in queue(None, offers=FEW)][FEW] == "o4 is being offered to a4"
    assert queue(None, offers=FEW)[FEW + 1 :] == KEPT
    assert queue(None, offers=FEW + 1)[FEW + 1] == Line(
        *(None, 1, "另有 1 个来电正在派出"),
        "1 more are being offered",
    )


def test_a_clock_that_went_back_makes_nobody_wait_less_than_nothing() -> None:
    """Who joined in the future has waited no time."""
    assert "for 0.0 s" in queue(waits(joined=500))[1].en
