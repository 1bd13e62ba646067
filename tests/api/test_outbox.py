"""Messages to other systems by HTTP: what leaves when a draft is confirmed, what is stuck and why, trying again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.people import Role
from city.webhooks import WebhooksFile
from recordings.access import deeds_on, pages
from recordings.calls import arrived, note_calls
from recordings.chain import Line
from tests.api.draft_scene import NUMBER, draft
from tests.api.face import NOW, Face
from tests.city.conftest import copy
from tests.city.scene import Copy
from tests.databases import BOTH
from tests.hotline.confirming import webhooks as receivers
from tests.hotline.receiver import Receiver, receiving
from tests.recordings.scenes import until
from tickets import clocks, outbox
from tickets.deadlines import deadline_of
from tickets.outbox import Letter, LetterState
from tickets.ticket import TicketId
from tickets.webhook import Destination

__all__ = ["copy", "draft"]

pytestmark = BOTH


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Case system and text messages at one address."""
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
def webhooks(receiver: Receiver) -> WebhooksFile:
    """The city has both."""
    return receivers(receiver.url, receiver.url)


@pytest.fixture
def city_folder(copy: Copy) -> Path:
    """A copy of the sample, to be edited while the face is there."""
    return copy.folder


async def confirm(face: Face, draft: str) -> str:
    """An operator claims it and confirms it; its number."""
    _, claimed = await face.call(f"POST /api/drafts/{draft}/claim", {"version": 1}, role=Role.OPERATOR)
    wish = {"version": claimed["version"]}
    status, ticket = await face.call(f"POST /api/drafts/{draft}/confirm", wish, role=Role.OPERATOR)
    assert status == 200
    return str(ticket["number"])


async def stuck(face: Face, draft: str) -> Letter:
    """A message of this draft that was given up."""
    async with face.services.database.begin() as connection:
        await outbox.enclose(connection, Destination.TICKETS, "e1", TicketId(draft), "{}", NOW)
        (letter,) = await outbox.due(connection, Destination.TICKETS, NOW, limit=9)
        assert await outbox.begin(connection, letter, NOW, NOW)
        assert await outbox.fail(connection, letter, "HTTP 500", last=True)
    return letter


async def test_confirming_tells_the_case_system_and_the_citizen(face: Face, draft: str, receiver: Receiver) -> None:
    """At once, with the number."""
    number = await confirm(face, draft)

    await until(lambda: len(receiver.kept) == 2)
    told = {body["type"]: body for body in map(json.loads, receiver.kept.values())}
    assert told["ticket.confirmed"]["ticket"]["number"] == number
    assert (told["ticket.number"]["to"], number in told["ticket.number"]["text"]) == (NUMBER, True)


async def test_case_system_is_told_all_that_was_confirmed(face: Face, draft: str, receiver: Receiver) -> None:
    """What a person put right, and the deadline as it is by that: the message leaves with both, or with neither."""
    ticket, counting = TicketId(draft), face.services.clocking.counting
    facts = dict.fromkeys(("kind", "category", "urgency", "hotline", "days_most"))
    usual = deadline_of(counting, **facts, received_at=NOW)
    async with face.services.database.begin() as connection:
        await clocks.start(connection, ticket, urgency=None, received_at=NOW, deadline=usual)
    right: dict[str, str] = {
        "kind": "咨询",
        "category": "公用事业/供水/停水",
        "asked_for": "何时来水",
        "department": "市自来水公司",
        "urgency": "民生保障",
        "occurred_at": "2026-11-23T12:00:00Z",
        "contact": "13900001111",
    }
    _, claimed = await face.call(f"POST /api/drafts/{draft}/claim", {"version": 1})
    wish = {"version": claimed["version"], "edits": right}
    assert (await face.call(f"POST /api/drafts/{draft}/confirm", wish))[0] == 200

    await until(lambda: len(receiver.kept) == 2)
    told = next(body for body in map(json.loads, receiver.kept.values()) if body["type"] == "ticket.confirmed")
    same = told["ticket"] | {"contact": told["ticket"]["contact_number"]}
    assert {name: same[name] for name in right} == right
    assert (told["version"], same["deadline_rule"]) == (2, "咨询")
    assert same["deadline_policy"] == counting.policy.version
    assert datetime.fromisoformat(same["deadline_at"]) < usual.at


@pytest.mark.parametrize("withheld", [True, None])
async def test_who_withheld_the_number_gets_no_text_message(
    face: Face, draft: str, receiver: Receiver, database: AsyncEngine, withheld: bool | None
) -> None:
    """And the case system is not told it either; who did not, does."""
    await note_calls(
        database, [arrived("lx-1.1", dnis="12345", hotline="12345", ani=NUMBER, at=NOW, withheld=bool(withheld))]
    )

    await confirm(face, draft)

    await until(lambda: len(receiver.kept) == (1 if withheld else 2))
    told = b"".join(receiver.kept.values()).decode()
    assert (NUMBER in told) is not bool(withheld)


@pytest.mark.parametrize("secret", [{"confidential": True}, {"kind": "举报"}])
async def test_confidential_ticket_names_nobody(
    face: Face, draft: str, receiver: Receiver, secret: dict[str, object]
) -> None:
    """Neither number leaves, and no text message does; a report is secret when nobody spoke of it."""
    _, claimed = await face.call(f"POST /api/drafts/{draft}/claim", {"version": 1})
    wish = {"version": claimed["version"], "edits": {"contact": "13900001111", **secret}}
    assert (await face.call(f"POST /api/drafts/{draft}/confirm", wish))[0] == 200

    await until(lambda: receiver.kept)
    async with face.services.database.connect() as connection:
        assert sum((await outbox.counted(connection)).values()) == 1
    (told,) = map(json.loads, receiver.kept.values())
    ticket = told["ticket"]
    assert (ticket["caller_number"], ticket["contact_number"], ticket["withheld"]) == (None, None, True)


async def test_refused_confirming_tells_nobody(face: Face, draft: str, database: AsyncEngine) -> None:
    """The message stands or falls with the confirmation."""
    wish = {"version": 1, "edits": {"place": "x"}}

    assert (await face.call(f"POST /api/drafts/{draft}/confirm", wish))[0] == 409

    async with database.connect() as connection:
        assert sum((await outbox.counted(connection)).values()) == 0


async def test_stuck_messages_are_listed_with_their_reason_and_no_number(face: Face, draft: str) -> None:
    """To leaders."""
    letter = await stuck(face, draft)

    status, seen = await face.call("GET /api/outbox", role=Role.LEADER)

    assert status == 200
    (shown,) = seen["letters"]
    assert (shown["number"], shown["state"], shown["reason"]) == (letter.seq, "stuck", "HTTP 500")
    assert (shown["ticket"], shown["attempts"], "body" in shown) == (draft, 1, False)
    assert seen["counts"] == {"waiting": 0, "delivered": 0, "stuck": 1}
    assert seen["receivers"] == ["tickets", "sms"]
    async with face.services.database.connect() as connection:
        assert await outbox.undelivered(connection) == {LetterState.STUCK: 1}
    assert (await face.call("GET /api/outbox", role=Role.OPERATOR))[0] == 403
    assert (await face.call("GET /api/outbox?state=delivered"))[1]["letters"] == []


async def test_stuck_message_is_sent_again_by_a_person(
    face: Face, draft: str, receiver: Receiver, database: AsyncEngine
) -> None:
    """Written down; one that arrived is not sent again."""
    letter = await stuck(face, draft)

    status, again = await face.call(f"POST /api/outbox/{letter.seq}/retry", role=Role.LEADER)

    assert (status, again["state"], again["attempts"]) == (200, "waiting", 0)
    await until(lambda: receiver.kept == {"e1": b"{}"})
    async with database.connect() as connection:
        assert [(who, deed) for _, who, deed in await deeds_on(connection, draft)] == [("leader#2", "message.retried")]


async def test_receivers_are_taken_anew_while_calls_go_on(
    face: Face, draft: str, receiver: Receiver, copy: Copy, database: AsyncEngine
) -> None:
    """Not before it is asked for, by an administrator with a reason; then the next message leaves for there."""
    path, wish = "POST /api/outbox/receivers/reload", {"why": "工单系统换了地址"}
    async with receiving() as other:
        write(copy, f'[tickets]\nurl = "{other.url}?key=secret"\n')
        refused, _ = await face.call(path, wish, role=Role.LEADER)
        _, before = await face.call("GET /api/outbox")
        status, taken = await face.call(path, wish, role=Role.ADMIN)
        _, again = await face.call(path, wish, role=Role.ADMIN)
        await confirm(face, draft)
        await until(lambda: other.kept)

    assert (refused, before["receivers"], receiver.arrivals) == (403, ["tickets", "sms"], [])
    assert (status, taken) == (200, {"changed": True, "receivers": ["tickets"]})
    assert not again["changed"]
    (line,) = await audited(database)
    assert (line.who, line.deed) == ("admin#3", "webhooks.taken")
    old = f"tickets {receiver.url}, sms {receiver.url}"
    assert line.detail == f"工单系统换了地址: {old} → tickets {other.url}"


async def test_receivers_with_a_mistake_are_refused_by_file_and_line(
    face: Face, draft: str, receiver: Receiver, copy: Copy, database: AsyncEngine
) -> None:
    """What was in force still is; the attempt is written down."""
    write(copy, '[tickets]\ntimeout_s = 5\nurl = "http://8.8.8.8/"\n')
    status, problem = await face.call("POST /api/outbox/receivers/reload", {"why": "换地址"}, role=Role.ADMIN)
    await confirm(face, draft)

    await until(lambda: len(receiver.kept) == 2)
    (wrong,) = problem["fields"]
    assert (status, problem["rule"]) == (422, "receivers_refused")
    assert wrong["field"] == "webhooks.toml:3:1 [bad_receiver] tickets.url"
    (line,) = await audited(database)
    assert (line.deed, line.detail) == ("webhooks.refused", "webhooks.toml:3 bad_receiver (1)")


def write(copy: Copy, webhooks: str) -> None:
    """What the city's file says now."""
    (copy.folder / "webhooks.toml").write_text(webhooks, encoding="utf-8")


async def audited(database: AsyncEngine) -> list[Line]:
    """What was done to webhooks.toml."""
    async with database.connect() as connection:
        return [line async for page in pages(connection) for line in page if line.subject == "webhooks.toml"]


async def test_message_that_arrived_or_is_not_there_is_not_sent_again(
    face: Face, draft: str, receiver: Receiver, database: AsyncEngine
) -> None:
    """Refused by name; nothing is written down."""
    async with database.begin() as connection:
        await outbox.enclose(connection, Destination.TICKETS, "e2", TicketId(draft), "{}", NOW)
        (letter,) = await outbox.due(connection, Destination.TICKETS, NOW, limit=9)
        await outbox.begin(connection, letter, NOW, NOW)
        assert await outbox.deliver(connection, letter, NOW)

    for number, answer in (
        (letter.seq, (409, "message_delivered")),
        (99, (404, "unknown_message")),
        ("x", (404, "unknown")),
    ):
        status, problem = await face.call(f"POST /api/outbox/{number}/retry")
        assert (status, problem["rule"]) == answer

    async with database.connect() as connection:
        assert await deeds_on(connection, draft) == []
        (kept,) = await outbox.listed(connection, LetterState.DELIVERED, limit=9)
    assert (kept.body, receiver.kept) == (None, {})
