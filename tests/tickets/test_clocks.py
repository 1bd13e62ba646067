"""A ticket's clock: started once with its draft, escalating once each, stopped when it is settled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from city.city import City
from city.local_time import CITY_TIME
from recordings.access import deeds_on
from tests.databases import BOTH
from tests.tickets.births import Births, clocking
from tickets import alerts, escalations
from tickets.alerts import AlertAcknowledged, AlertUnknown
from tickets.clocking import NoClock, NoSuchUrgency, NotToBeSettled, settle
from tickets.clocks import TicketClock, clocks_of
from tickets.escalations import EscalationAcknowledged, EscalationUnknown
from tickets.states import TicketState
from tickets.store import claim, confirm, discard, list_tickets, read_draft
from tickets.ticket import TicketId

pytestmark = BOTH

MONDAY = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)  # 10:00 in the city
DAYS = [timedelta(days=days) for days in range(9)]


@pytest.fixture
def births(spool: Path, archive: Path, engine: AsyncEngine, sample: City) -> Births:
    """Where tickets are born."""
    return Births(spool, archive, engine, sample)


async def clock_of(engine: AsyncEngine, ticket: TicketId) -> TicketClock:
    """The clock of a ticket."""
    async with engine.connect() as connection:
        return (await clocks_of(connection, [ticket]))[ticket]


async def raised(engine: AsyncEngine, at: datetime) -> list[int]:
    """The shares that are raised at a moment."""
    async with engine.begin() as connection:
        return [each.percent for each in await escalations.raise_due(connection, at)]


async def confirmed(engine: AsyncEngine, ticket: TicketId) -> None:
    """A person has confirmed it."""
    await claim(engine, ticket, version=1, by="operator#1", at=MONDAY)
    await confirm(engine, ticket, version=2, by="operator#1", at=MONDAY, edits={})


async def test_a_draft_is_born_with_its_clock_once(births: Births, engine: AsyncEngine, sample: City) -> None:
    """Deadline, rule and version are stored; following a transcript up twice changes nothing."""
    ticket = await births.born("我 要 投诉 公交车 拒载", MONDAY, again=True)
    clock = await clock_of(engine, ticket)

    assert (clock.urgency, clock.received_at) == (None, MONDAY)
    assert clock.deadline.at == datetime(2026, 6, 8, 9, 30, tzinfo=UTC)
    assert (clock.deadline.rule, clock.deadline.working_days) == ("一般诉求", 5)
    assert clock.deadline.policy_version == clocking(sample, MONDAY).counting.policy.version
    async with engine.connect() as connection:
        assert len((await connection.execute(escalations.escalations.select())).all()) == 3


@pytest.mark.parametrize(
    ("said", "working_days", "urgency"),
    [
        ("我 要 投诉 楼下 噪音", 3, None),  # the noise flow allows three days, the city five
        ("停水 两 天 了", 1, "民生急修"),  # the class of the words and of the flow
        ("我 要 投诉 公交车 拒载", 5, None),  # no flow
    ],
)
async def test_the_draft_says_the_deadline_by_which_its_ticket_is_counted(
    births: Births, engine: AsyncEngine, said: str, working_days: int, urgency: str | None
) -> None:
    """One decision: urgency and quick flow of the draft are those of the clock."""
    ticket = await births.born(said, MONDAY)
    clock = await clock_of(engine, ticket)
    async with engine.connect() as connection:
        draft = await read_draft(connection, ticket)

    assert (clock.deadline.working_days, clock.urgency) == (working_days, urgency)
    assert draft.urgency.value == urgency
    assert draft.deadline.value == clock.deadline.at.astimezone(CITY_TIME).strftime("%Y-%m-%d %H:%M")
    assert draft.deadline.rule == clock.deadline.said


async def test_a_class_corrected_while_confirming_moves_the_deadline(
    births: Births, engine: AsyncEngine, sample: City
) -> None:
    """As a corrected kind does; who set the class otherwise has the last word."""
    ticket = await births.born("我 要 投诉 公交车 拒载", MONDAY)
    await claim(engine, ticket, version=1, by="operator#1", at=MONDAY)
    confirmed = await confirm(engine, ticket, version=2, by="operator#1", at=MONDAY, edits={"urgency": "人身安全"})
    async with engine.begin() as connection:
        await clocking(sample, MONDAY).recount(connection, confirmed)

    clock = await clock_of(engine, ticket)
    assert (clock.urgency, clock.urgency_by, clock.deadline.at) == ("人身安全", None, MONDAY + DAYS[1])


async def test_urgent_drafts_come_first_in_the_list(births: Births, engine: AsyncEngine) -> None:
    """Also over pages; what is confirmed or discarded is listed by its age alone."""
    said = {"a": "停水 两 天 了", "b": "路灯 坏了", "c": "煤气 泄漏 了", "d": "路灯 坏了"}
    born = {name: await births.born(text, MONDAY + DAYS[n], call=f"c-{name}.1") for n, (name, text) in
            enumerate(said.items())}  # fmt: skip
    names = {ticket: name for name, ticket in born.items()}
    pages: list[str] = []
    last: TicketId | None = None
    async with engine.connect() as connection:
        while page := await list_tickets(connection, TicketState.DRAFT, limit=1, before=last):
            pages += [names[ticket.id] for ticket in page]
            last = page[-1].id
        whole = [names[ticket.id] for ticket in await list_tickets(connection, TicketState.DRAFT)]
        by_age = [names[ticket.id] for ticket in await list_tickets(connection)]

    assert pages == whole == ["c", "a", "d", "b"]
    assert by_age == ["d", "c", "b", "a"]


async def test_each_escalation_is_raised_once_in_its_order(births: Births, engine: AsyncEngine) -> None:
    """However often somebody looks, and whatever the clock does meanwhile."""
    await births.born("我 要 投诉 公交车 拒载", MONDAY)  # 8½ hours a day, 50 h in all less Monday's first hour

    assert await raised(engine, MONDAY + DAYS[1]) == []
    assert await raised(engine, MONDAY + DAYS[3]) == [50]
    assert await raised(engine, MONDAY - DAYS[1]) == []
    assert await raised(engine, MONDAY + DAYS[3]) == []
    assert await raised(engine, MONDAY + DAYS[8]) == [80, 100]
    assert await raised(engine, MONDAY + DAYS[8]) == []
    async with engine.connect() as connection:
        assert await escalations.next_due(connection) is None
        assert [each.percent for each in await escalations.listed(connection)] == [100, 80, 50]
        assert await escalations.unacknowledged(connection) == 3


async def test_the_next_instant_is_that_of_the_ticket_that_is_due_first(births: Births, engine: AsyncEngine) -> None:
    """An urgent ticket's half is twelve hours."""
    await births.born("我 要 投诉 公交车 拒载", MONDAY, call="c-1.1")
    await births.born("煤气 泄漏 了", MONDAY, call="c-2.1")

    async with engine.connect() as connection:
        assert await escalations.next_due(connection) == MONDAY + timedelta(hours=12)


async def test_nobody_is_told_of_what_is_discarded_or_settled(births: Births, engine: AsyncEngine) -> None:
    """Its clock matters to nobody any more."""
    wrong = await births.born("煤气 泄漏 了", MONDAY, call="c-1.1")
    done = await births.born("煤气 泄漏 了", MONDAY, call="c-2.1")
    await claim(engine, wrong, version=1, by="operator#1", at=MONDAY)
    await discard(engine, wrong, version=2, by="operator#1", at=MONDAY, reason="拨错号码")
    with pytest.raises(NotToBeSettled):
        await settle(engine, done, by="operator#1", at=MONDAY, outcome="燃气公司已上门")
    await confirmed(engine, done)
    clock = await settle(engine, done, by="operator#1", at=MONDAY, outcome="燃气公司已上门")

    assert (clock.settled_by, clock.outcome) == ("operator#1", "燃气公司已上门")
    assert await clock_of(engine, done) == clock
    assert await raised(engine, MONDAY + DAYS[8]) == []
    with pytest.raises(NoClock):
        await settle(engine, done, by="operator#1", at=MONDAY, outcome="再次办结")
    async with engine.connect() as connection:
        assert await escalations.running(connection, due_by=None, limit=9) == []
        assert [deed for _, _, deed in await deeds_on(connection, done)][-1] == "ticket.settled"


async def test_a_person_says_that_it_is_urgent_or_not(births: Births, engine: AsyncEngine, sample: City) -> None:
    """Deadline and what is still to be told follow; what was told stays told; who said so is kept."""
    ticket = await births.born("我 要 投诉 公交车 拒载", MONDAY)
    counting = clocking(sample, MONDAY)
    assert await raised(engine, MONDAY + DAYS[3]) == [50]

    urgent = await counting.set_urgency(engine, ticket, "人身安全", by="leader#1", at=MONDAY)
    assert (urgent.urgency, urgent.deadline.at) == ("人身安全", MONDAY + DAYS[1])
    assert await clock_of(engine, ticket) == urgent
    assert await raised(engine, MONDAY + DAYS[1]) == [80, 100]

    usual = await counting.set_urgency(engine, ticket, None, by="leader#1", at=MONDAY)
    assert (usual.urgency, usual.urgency_by, usual.deadline.working_days) == (None, "leader#1", 5)
    with pytest.raises(NoSuchUrgency):
        await counting.set_urgency(engine, ticket, "特急", by="leader#1", at=MONDAY)
    async with engine.connect() as connection:
        assert [deed for _, _, deed in await deeds_on(connection, ticket)] == ["ticket.urgency_set"] * 2


async def test_a_corrected_kind_moves_the_deadline(births: Births, engine: AsyncEngine, sample: City) -> None:
    """A complaint that turns out to be a consultation has one day."""
    ticket = await births.born("我 要 投诉 公交车 拒载", MONDAY)
    await claim(engine, ticket, version=1, by="operator#1", at=MONDAY)
    confirmed = await confirm(engine, ticket, version=2, by="operator#1", at=MONDAY, edits={"kind": "咨询"})
    async with engine.begin() as connection:
        await clocking(sample, MONDAY).recount(connection, confirmed)

    assert (await clock_of(engine, ticket)).deadline.rule == "咨询"


async def test_an_escalation_is_acknowledged_once_by_name(births: Births, engine: AsyncEngine) -> None:
    """And then is no longer among those that wait."""
    ticket = await births.born("煤气 泄漏 了", MONDAY)
    async with engine.begin() as connection:
        (first, *_) = await escalations.raise_due(connection, MONDAY + DAYS[1])
        found = await escalations.acknowledge(connection, first.number, by="operator#1", at=MONDAY + DAYS[2])
    async with engine.connect() as connection:
        assert (found.acknowledged_by, found.acknowledged_at) == ("operator#1", MONDAY + DAYS[2])
        assert first.number not in [each.number for each in await escalations.listed(connection)]
        assert first.number in [each.number for each in await escalations.listed(connection, acknowledged_too=True)]
        assert [deed for _, _, deed in await deeds_on(connection, ticket)] == ["escalation.acknowledged"]
        with pytest.raises(EscalationAcknowledged):
            await escalations.acknowledge(connection, first.number, by="operator#2", at=MONDAY)
        with pytest.raises(EscalationUnknown):
            await escalations.acknowledge(connection, 999, by="operator#2", at=MONDAY)


async def test_a_finished_talk_alerts_once_of_each_risk(births: Births, engine: AsyncEngine) -> None:
    """Written with its recording, announced once, acknowledged by a leader, all of it in the audit trail."""
    await births.born("我 不想 活 了 我 把 煤气 开 了 一 屋子 煤气味", MONDAY, again=True)
    async with engine.begin() as connection:
        fresh = await alerts.take_unannounced(connection, MONDAY)
        assert await alerts.take_unannounced(connection, MONDAY) == []
    assert [(each.risk, each.call, each.recording is not None) for each in fresh] == [
        ("self-harm", "c-1.1", True),
        ("gas", "c-1.1", True),
    ]

    async with engine.begin() as connection:
        number = fresh[0].number
        seen = await alerts.acknowledge(connection, number, by="leader#1", at=MONDAY, remark="已转心理援助")
        assert (seen.acknowledged_by, seen.remark) == ("leader#1", "已转心理援助")
        assert [each.risk for each in await alerts.listed(connection)] == ["gas"]
        assert len(await alerts.listed(connection, acknowledged_too=True)) == 2
        with pytest.raises(AlertAcknowledged):
            await alerts.acknowledge(connection, number, by="leader#2", at=MONDAY, remark=None)
        with pytest.raises(AlertUnknown):
            await alerts.acknowledge(connection, 999, by="leader#2", at=MONDAY, remark=None)
        deeds = [(who, deed) for _, who, deed in await deeds_on(connection, "c-1.1")]
    assert deeds == [("lianxin", "alert.raised")] * 2 + [("leader#1", "alert.acknowledged")]
