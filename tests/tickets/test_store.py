"""Tickets in the database: one a recording, numbers without gaps, two people never at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from plumbing.database import connect
from recordings.access import audit, deeds_on
from recordings.calls import arrived, note_calls
from recordings.intake import Intake
from recordings.recording import Recording
from tests.databases import BOTH
from tests.recordings.scenes import NOON, count, leave_call
from tests.tickets.talks import PLACES, talk
from tickets.drafting import Drafting
from tickets.states import CLAIM_FOR, TicketState
from tickets.store import claim, confirm, discard, give_back, list_tickets, read_draft, read_ticket, take_over, tickets
from tickets.ticket import (
    AppealKind,
    ClaimedByAnother,
    ReasonMissing,
    Ticket,
    TicketChanged,
    TicketId,
    TicketRefused,
    TicketUnknown,
)

pytestmark = BOTH

HOTLINES = {"12345": "政务服务便民热线"}
SAID = talk("我 要 投诉 海州 区 解放 路 十 二 号 的 噪音")


async def recordings_of(spool: Path, archive: Path, engine: AsyncEngine, calls: int) -> list[Recording]:
    """So many recordings of so many calls."""
    for number in range(calls):
        leave_call(spool, call=f"c-{number}.1", seconds=0.02)
        await note_calls(engine, [arrived(f"c-{number}.1", dnis="12345", hotline="12345", ani="13812340000", at=NOON)])
    return await Intake(spool, archive, engine).sweep()


async def drafts(engine: AsyncEngine, *recordings: Recording) -> list[Ticket]:
    """Their drafts."""
    drafting = Drafting(PLACES, HOTLINES, clock=lambda: NOON)
    for recording in recordings:
        async with engine.begin() as connection:
            await drafting.draft_of(connection, recording, SAID)
    async with engine.connect() as connection:
        return list(await list_tickets(connection, TicketState.DRAFT))


@pytest.fixture
async def draft(spool: Path, archive: Path, engine: AsyncEngine) -> Ticket:
    """One draft."""
    (draft,) = await drafts(engine, *await recordings_of(spool, archive, engine, 1))
    return draft


@pytest.fixture
async def ticket(draft: Ticket, engine: AsyncEngine) -> Ticket:
    """The draft, claimed by 101."""
    return await claim(engine, draft.id, version=1, by="101", at=NOON)


async def claimed(engine: AsyncEngine, *waiting: Ticket) -> list[Ticket]:
    """All claimed by 101."""
    return [await claim(engine, each.id, version=1, by="101", at=NOON) for each in waiting]


async def test_draft_holds_what_was_said_and_who_called(draft: Ticket, engine: AsyncEngine) -> None:
    """Fields as columns, evidence beside them, the number in a column of its own."""
    assert (draft.kind, draft.place) == (AppealKind.COMPLAINT, "海州区解放路12号")
    assert (draft.hotline, draft.caller_number) == ("12345 政务服务便民热线", "13812340000")
    async with engine.connect() as connection:
        proposed = await read_draft(connection, draft.id)
    assert (proposed.caller.value, proposed.place.evidence[0].words) == ("138****0000", "海州区解放路12号")


async def test_draft_of_a_confidential_hotline_is_secret_and_holds_no_number(
    spool: Path, archive: Path, engine: AsyncEngine
) -> None:
    """The number is nowhere in the ticket, so nobody can be shown it or told it."""
    (recording,) = await recordings_of(spool, archive, engine, 1)
    drafting = Drafting(PLACES, HOTLINES, is_confidential=lambda hotline: hotline == "12345", clock=lambda: NOON)
    async with engine.begin() as connection:
        await drafting.draft_of(connection, recording, SAID)
        (draft,) = await list_tickets(connection, TicketState.DRAFT)
        proposed = await read_draft(connection, draft.id)

    assert (draft.caller_number, draft.confidential) == (None, True)
    assert (proposed.caller.value, proposed.confidential.rule) == (None, "保密热线")


async def test_recording_is_drafted_once(spool: Path, archive: Path, engine: AsyncEngine) -> None:
    """However often its transcript comes."""
    (recording,) = await recordings_of(spool, archive, engine, 1)

    await drafts(engine, recording, recording, recording)

    assert await count(engine, tickets) == 1


async def test_confirming_gives_the_days_next_number_and_leaves_a_trace(ticket: Ticket, engine: AsyncEngine) -> None:
    """Who and when, in the ticket and in the audit; the machine's proposal stays."""
    confirmed = await confirm(engine, ticket.id, version=2, by="101", at=NOON, edits={"place": "解放路14号"})

    async with engine.connect() as connection:
        assert await read_ticket(connection, ticket.id) == confirmed
        assert (await read_draft(connection, ticket.id)).place.value == "海州区解放路12号"
        deeds = [("101", "ticket.claimed"), ("101", "ticket.confirmed")]
        assert await deeds_on(connection, ticket.id) == [(NOON, *deed) for deed in deeds]
    assert (confirmed.number, confirmed.place) == ("20261123-000001", "解放路14号")


async def test_refused_confirming_uses_up_no_number(spool: Path, archive: Path, engine: AsyncEngine) -> None:
    """A day's numbers have no gaps."""
    first, second = await claimed(engine, *await drafts(engine, *await recordings_of(spool, archive, engine, 2)))
    with pytest.raises(TicketRefused):
        await confirm(engine, first.id, version=7, by="101", at=NOON, edits={})
    with pytest.raises(TicketUnknown):
        await confirm(engine, TicketId("' OR 1=1"), version=2, by="101", at=NOON, edits={})

    numbers = [
        (await confirm(engine, ticket.id, version=2, by="101", at=at, edits={})).number
        for ticket, at in ((first, NOON), (second, NOON + timedelta(days=1)))
    ]

    assert numbers == ["20261123-000001", "20261124-000001"]
    assert await count(engine, audit) == 4


async def test_two_who_confirm_at_once_are_one(ticket: Ticket, engine: AsyncEngine, database_url: str) -> None:
    """The other is told to look again."""
    patient = connect(database_url)
    both = await asyncio.gather(
        confirm(patient, ticket.id, version=2, by="101", at=NOON, edits={}),
        discard(patient, ticket.id, version=2, by="101", at=NOON, reason="重复"),
        return_exceptions=True,
    )
    await patient.dispose()

    assert sorted(isinstance(each, TicketRefused) for each in both) == [False, True]


async def test_many_confirmed_at_once_have_different_numbers(
    spool: Path, archive: Path, engine: AsyncEngine, database_url: str
) -> None:
    """One to ten, each once."""
    waiting = await claimed(engine, *await drafts(engine, *await recordings_of(spool, archive, engine, 10)))
    patient = connect(database_url)

    done = await asyncio.gather(*(confirm(patient, t.id, version=2, by="101", at=NOON, edits={}) for t in waiting))

    await patient.dispose()
    assert sorted(str(ticket.number) for ticket in done) == [f"20261123-{n:06d}" for n in range(1, 11)]


async def test_discarded_draft_is_listed_with_its_reason(ticket: Ticket, engine: AsyncEngine) -> None:
    """And no longer among the drafts."""
    await discard(engine, ticket.id, version=2, by="101", at=NOON, reason="骚扰电话")

    async with engine.connect() as connection:
        (found,) = await list_tickets(connection, TicketState.DISCARDED)
        assert await list_tickets(connection, TicketState.DRAFT) == []
    assert (found.discard_reason, found.discarded_by) == ("骚扰电话", "101")
    with pytest.raises(TicketRefused):
        await confirm(engine, ticket.id, version=3, by="101", at=NOON, edits={})


async def test_list_goes_on_page_by_page(spool: Path, archive: Path, engine: AsyncEngine) -> None:
    """Newest first, nothing twice."""
    await drafts(engine, *await recordings_of(spool, archive, engine, 5))

    async with engine.connect() as connection:
        first = await list_tickets(connection, limit=3)
        rest = await list_tickets(connection, limit=3, before=first[-1].id)

    ids = [ticket.id for ticket in (*first, *rest)]
    assert (len(ids), ids) == (5, sorted(set(ids), reverse=True))


async def test_version_that_slipped_in_between_is_noticed(ticket: Ticket, engine: AsyncEngine) -> None:
    """Confirming what someone confirmed is refused with a sentence in Chinese."""
    await confirm(engine, ticket.id, version=2, by="101", at=NOON, edits={})

    with pytest.raises(TicketRefused) as refused:
        await confirm(engine, ticket.id, version=2, by="102", at=NOON, edits={})
    assert not isinstance(refused.value, TicketChanged)
    assert refused.value.zh


async def test_two_who_claim_at_once_are_one(draft: Ticket, engine: AsyncEngine, database_url: str) -> None:
    """The other is told who has it, or to look again."""
    patient = connect(database_url)
    people = [f"10{number}" for number in range(1, 9)]

    both = await asyncio.gather(
        *(claim(patient, draft.id, version=1, by=person, at=NOON) for person in people), return_exceptions=True
    )

    await patient.dispose()
    (winner,) = [each for each in both if isinstance(each, Ticket)]
    assert all(isinstance(each, ClaimedByAnother | TicketChanged) for each in both if each is not winner)
    async with engine.connect() as connection:
        assert (await read_ticket(connection, draft.id)).claimed_by == winner.claimed_by


async def test_claimed_draft_is_among_the_drafts_again_when_the_claim_is_over(
    ticket: Ticket, engine: AsyncEngine
) -> None:
    """Nothing has to run for that: the list looks at the time."""
    during, over = NOON + CLAIM_FOR / 2, NOON + CLAIM_FOR

    async with engine.connect() as connection:
        seen = [
            [each.id for each in await list_tickets(connection, state, at=at)]
            for at in (during, over)
            for state in (TicketState.DRAFT, TicketState.CLAIMED)
        ]

    assert seen == [[], [ticket.id], [ticket.id], []]


async def test_who_returns_or_takes_over_says_why_and_it_is_written_down(ticket: Ticket, engine: AsyncEngine) -> None:
    """The reason of a return stands on the draft, that of a leader in the audit; no reason, no deed."""
    with pytest.raises(ReasonMissing):
        await give_back(engine, ticket.id, version=2, by="101", at=NOON, reason=" \u202e ")

    await give_back(engine, ticket.id, version=2, by="101", at=NOON, reason="请建设口处理")
    await claim(engine, ticket.id, version=3, by="102", at=NOON)
    taken = await take_over(engine, ticket.id, version=4, by="班长#3", at=NOON, reason="102 已下班")

    async with engine.connect() as connection:
        deeds = [(who, deed) for _, who, deed in await deeds_on(connection, ticket.id)]
    assert (taken.return_reason, taken.returned_by, taken.claimed_by) == ("请建设口处理", "101", "班长#3")
    assert deeds == [
        ("101", "ticket.claimed"),
        ("101", "ticket.returned"),
        ("102", "ticket.claimed"),
        ("班长#3", "ticket.taken_over"),
    ]
