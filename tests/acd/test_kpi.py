"""The figures a hotline is judged by: each formula on a hand of calls, and a recount by plain SQL over the journal."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.call_facts import CallBackOwed, CallBackSettled, CallTransferredOut, Debt, TalkRecorded
from acd.events import AgentAnswered, CallArrived, CallEnded, CallJoined, CallRefused, Event
from acd.kpi import By, Fate, Figures, Kpis, Told
from acd.ledger import DECIDING
from acd.model import OUTWARD, CallId, QueueName, Refusal
from tests.acd.scene import clock
from tests.acd.test_journal import written

A, B = CallId("a"), CallId("b")


def kept(*facts: Event) -> Kpis:
    """Figures that were told these."""
    kpis = Kpis(since=clock(0))
    for fact in facts:
        kpis.note(fact)
    return kpis


def arrived(call: CallId, seconds: float = 0, hotline: str = "12345") -> CallArrived:
    """Asterisk answers a citizen."""
    return CallArrived(at=clock(seconds), call=call, hotline=hotline)


def answered(call: CallId, seconds: float) -> AgentAnswered:
    """An agent picks up."""
    return AgentAnswered(at=clock(seconds), call=call, attempt=1)


def test_each_formula_on_twenty_calls() -> None:
    """Reckoned by hand: 10 in time, 5 too late, 2 abandoned, 1 short, 1 refused, 1 in progress."""
    waits = [(Fate.ANSWERED, 15.0)] * 10 + [(Fate.ANSWERED, 30.0)] * 5
    waits += [(Fate.ABANDONED, 40.0), (Fate.ABANDONED, 100.0), (Fate.SHORT, 5.0)]
    unknown = [Told(Fate.REFUSED, None), Told(Fate.IN_PROGRESS, None)]
    figures = Figures([*(Told(fate, timedelta(seconds=s)) for fate, s in waits), *unknown])

    assert (figures.offered, figures.in_time) == (20, 10)
    assert figures.service_level == pytest.approx(10 / 19)
    assert figures.service_level_of_offered == pytest.approx(0.5)
    assert figures.connected_rate == pytest.approx(0.75)
    assert figures.abandonment == pytest.approx(3 / 20)
    assert figures.abandonment_without_short == pytest.approx(2 / 19)
    assert figures.average_speed_of_answer_s == pytest.approx(20)
    assert (figures.longest_wait_s, figures.p95_wait_s) == (100, 100)


def test_nothing_to_reckon_with_is_not_zero() -> None:
    """No call: no rate, no wait. A short abandon alone: nobody to be served in time."""
    nothing, mistake = Figures([]), Figures([Told(Fate.SHORT, timedelta(seconds=1))])

    assert (nothing.connected_rate, nothing.average_speed_of_answer_s, nothing.p95_wait_s) == (None, None, None)
    assert (mistake.service_level, mistake.service_level_of_offered) == (None, 0)


def test_the_95th_percentile_is_the_nearest_rank() -> None:
    """Of twenty waits the nineteenth, of twenty-one the twentieth, of one that one."""

    def p95(count: int) -> float | None:
        return Figures([Told(Fate.ANSWERED, timedelta(seconds=n)) for n in range(1, count + 1)]).p95_wait_s

    assert [p95(count) for count in (1, 20, 21, 100)] == [1, 19, 20, 95]
    assert Told(Fate.ANSWERED, None).reached is False


def test_what_became_of_a_call_has_its_fate_and_only_waits_that_are_known_count() -> None:
    """In progress, transferred out, asked to be called back; nobody waited in these, whenever they end."""
    asked = CallBackOwed(at=clock(40), call=B, why=Debt.ASKED), CallEnded(at=clock(50), call=B)
    out, on = CallId("handed"), CallId("on")
    gone = CallTransferredOut(at=clock(70), call=out, attempt=1, to_kind="110"), CallEnded(at=clock(99), call=out)
    kpis = kept(arrived(A), arrived(B), *asked, arrived(out), *gone, arrived(on))

    total = kpis.total()
    assert [total.count(fate) for fate in (Fate.IN_PROGRESS, Fate.OTHER, Fate.ANSWERED)] == [2, 2, 0]
    assert total.longest_wait_s is None
    assert [kpis.knows(call) for call in (on, CallId("nobody"))] == [True, False]


def test_a_debt_does_not_hide_an_abandon_or_a_refusal() -> None:
    """The ledger counts both as owed a call-back; the abandonment rate must not sink by that."""
    left = CallEnded(at=clock(60), call=A), CallBackOwed(at=clock(61), call=A, why=Debt.ABANDONED)
    refused = CallRefused(at=clock(0), call=B, hotline="12345", why=Refusal.LINES_FULL)
    total = kept(arrived(A), *left, refused, CallBackOwed(at=clock(1), call=B, why=Debt.REFUSED)).total()

    assert (total.count(Fate.ABANDONED), total.count(Fate.REFUSED)) == (1, 1)
    assert total.longest_wait_s == 60


def test_who_was_called_back_and_talked_with_within_two_hours_was_reached() -> None:
    """Two hours from their own call, by a call of ours; who rang again and was answered is counted there."""
    late, ours, theirs = CallId("late"), CallId("out-1"), CallId("again")
    gone = [(call, CallEnded(at=clock(60), call=call)) for call in (A, B, late)]
    owed = [CallBackOwed(at=clock(61), call=call, why=Debt.ABANDONED) for call in (A, B, late)]
    settled = [
        CallBackSettled(at=clock(7200), call=A, by=ours),
        CallBackSettled(at=clock(7201), call=late, by=ours),
        CallBackSettled(at=clock(90), call=B, by=theirs),
        CallBackSettled(at=clock(91), call=CallId("of yesterday"), by=ours),
    ]
    total = kept(*(arrived(call) for call, _ in gone), *(end for _, end in gone), *owed, *settled).total()

    assert (total.offered, total.reached, total.count(Fate.ABANDONED)) == (3, 1, 3)
    assert (total.connected_rate, total.person_rate) == (0, pytest.approx(1 / 3))


def test_an_answer_that_only_its_recording_proves_is_connected_but_not_in_time() -> None:
    """Nobody knows how long that caller waited."""
    total = kept(arrived(A), TalkRecorded(at=clock(90), call=A, attempt=1)).total()

    assert (total.connected_rate, total.in_time, total.average_speed_of_answer_s) == (1, 0, None)


def test_a_call_belongs_to_the_interval_of_its_first_fact() -> None:
    """Also when it is answered in the next one; intervals are counted from the beginning of the period."""
    kpis = kept(arrived(A, 895), answered(A, 905), arrived(B, 900, "12320"))
    quarters = kpis.figures(By.HOTLINE, timedelta(minutes=15))

    assert list(quarters) == [(clock(0), "12345"), (clock(900), "12320")]
    assert quarters[clock(0), "12345"].in_time == 1


def test_a_call_counts_for_the_first_queue_it_joined() -> None:
    """A transfer does not move it; who hung up in the greeting joined none."""
    joins = [CallJoined(at=clock(s), call=A, queue=QueueName(q)) for s, q in ((1, "general"), (50, "health"))]
    queues = kept(arrived(A), *joins, arrived(B), CallEnded(at=clock(2), call=B)).figures(By.QUEUE)

    assert {name: figures.offered for (_, name), figures in queues.items()} == {"": 1, "general": 1}


def a_day_of_calls(seed: int) -> list[Event]:
    """Three hundred calls over four hours, told in the order of time."""
    dice, facts = Random(seed), []
    for number in range(300):
        call, at = CallId(f"lx-{number}"), clock(dice.uniform(0, 14_400))
        waits = timedelta(seconds=dice.expovariate(1 / 20))
        facts.append(CallArrived(at=at, call=call, hotline=dice.choice(("12345", "12320"))))
        if number % 10:
            facts.append(CallJoined(at=at, call=call, queue=QueueName(("general", "health")[number % 2])))
        fate = dice.choice(("answered", "answered", "left", "lost", "refused", "goes on"))
        if fate == "answered":
            facts.append(AgentAnswered(at=at + waits, call=call, attempt=1))
        if fate == "refused":
            facts.append(CallRefused(at=at, call=call, hotline="12345", why=Refusal.LINES_FULL))
        if fate in ("answered", "left", "lost"):
            facts.append(CallEnded(at=at + waits * 3, call=call, missed=fate == "lost"))
        if fate == "left" and dice.random() < 0.5:
            facts.append(CallBackOwed(at=at + waits * 3, call=call, why=Debt.ABANDONED))
            by = CallId(dice.choice((f"{OUTWARD}{number}", f"lx-{number + 1}")))
            facts.append(CallBackSettled(at=at + timedelta(hours=dice.uniform(0.5, 3)), call=call, by=by))
    return sorted(facts, key=lambda fact: fact.at)


RECOUNT = """
with call as (
  select call_id, min(case kind when 'CallArrived' then json_extract(payload, '$.hotline') end) hotline,
    min(case kind when 'CallArrived' then json_extract(payload, '$.at') end) came,
    min(case kind when 'AgentAnswered' then json_extract(payload, '$.at') end) answered,
    max(kind = 'CallRefused') refused,
    min(case when kind = 'CallEnded' and not json_extract(payload, '$.missed')
        then json_extract(payload, '$.at') end) gone,
    min(case when kind = 'CallBackSettled' and json_extract(payload, '$.by') like '{ours}%'
        then json_extract(payload, '$.at') end) back,
    coalesce(min(case kind when 'CallJoined' then json_extract(payload, '$.queue') end), '') queue
  from journal group by call_id),
told as (
  select {by} name, floor((julianday(came) - julianday('{start}')) * 48) half_hour,
    case when answered then 'answered' when refused then 'refused' when gone then 'left' else 'other' end fate,
    (julianday(coalesce(answered, gone)) - julianday(came)) * 86400 waited,
    answered is null and (julianday(back) - julianday(came)) * 24 <= 2 reached
  from call),
placed as (
  select *, row_number() over (partition by half_hour, name, fate in ('answered', 'left') order by waited) place,
    count(*) over (partition by half_hour, name, fate in ('answered', 'left')) people
  from told)
select half_hour, name, count(*) offered, sum(fate = 'answered') answered, sum(fate = 'refused') refused,
  sum(fate = 'left') gone, sum(fate = 'left' and waited < 10) short, sum(fate = 'answered' and waited <= 15) in_time,
  sum(coalesce(reached, 0)) reached, avg(case fate when 'answered' then waited end) asa,
  max(case when fate in ('answered', 'left') then waited end) longest,
  min(case when fate in ('answered', 'left') and place * 100 >= people * 95 then waited end) p95
from placed group by half_hour, name
"""


@pytest.mark.parametrize("by", [By.HOTLINE, By.QUEUE])
async def test_the_figures_equal_a_recount_by_sql(database: AsyncEngine, by: By) -> None:
    """Another language, over the rows themselves, sharing no line with the fold; by half hour, hotline or queue."""
    log, kpis = await written(database, a_day_of_calls(seed=12345)), Kpis(since=clock(0))
    async for fact in log.events_of(DECIDING):
        kpis.note(fact)
    query = RECOUNT.format(by=by, ours=OUTWARD, start=clock(0).isoformat())
    async with database.connect() as connection:
        recount = {(row.half_hour, row.name): row for row in await connection.execute(text(query))}

    figures = kpis.figures(by, timedelta(minutes=30))

    assert len(figures) == len(recount) > 10
    assert sum(row.reached for row in recount.values()) > 5
    for (begins, name), seen in figures.items():
        row = recount[(begins - clock(0)) // timedelta(minutes=30), name]
        assert (seen.offered, seen.in_time, seen.reached) == (row.offered, row.in_time, row.reached)
        assert (seen.count(Fate.ANSWERED), seen.count(Fate.REFUSED)) == (row.answered, row.refused)
        assert (seen.count(Fate.SHORT), seen.count(Fate.ABANDONED)) == (row.short, row.gone - row.short)
        assert seen.service_level == share(row.in_time, row.offered - row.short)
        assert seen.service_level_of_offered == share(row.in_time, row.offered)
        assert seen.connected_rate == share(row.answered, row.offered)
        assert seen.person_rate == share(row.answered + row.reached, row.offered)
        assert seen.abandonment == share(row.gone, row.offered)
        assert seen.abandonment_without_short == share(row.gone - row.short, row.offered - row.short)
        waits = seen.average_speed_of_answer_s, seen.longest_wait_s, seen.p95_wait_s
        assert waits == tuple(again and pytest.approx(again, abs=0.002) for again in (row.asa, row.longest, row.p95))


def share(part: int, whole: int) -> float | None:
    """Of nothing there is none."""
    return part / whole if whole else None
