"""Repeated appeals by HTTP and on the command line: offered with their reasons, merged and parted by a person."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.people import Role
from city.webhooks import WebhooksFile
from recordings.access import deeds_on
from tests.api.draft_scene import NUMBER, draft
from tests.api.face import NOW, Face
from tests.databases import BOTH
from tests.hotline.confirming import claimed
from tests.hotline.confirming import webhooks as receivers
from tests.hotline.receiver import Receiver, receiving
from tests.recordings.scenes import until
from tickets.store import confirm
from tickets.ticket import masked

__all__ = ["draft"]

pytestmark = BOTH


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """The case system."""
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
def webhooks(receiver: Receiver) -> WebhooksFile:
    """The city has one."""
    return receivers(receiver.url)


@pytest.fixture
async def first(face: Face, database: AsyncEngine) -> str:
    """An earlier ticket of the same citizen with the same words, confirmed."""
    early = await claimed(database, "lx-0.1")
    edits = {"kind": "投诉", "subject": "我要投诉", "summary": "我要投诉"}
    return (await confirm(database, early, version=2, by="101", at=NOW, edits=edits)).id


async def test_repeat_is_offered_with_its_reasons_and_without_numbers(
    face: Face, first: str, draft: str, database: AsyncEngine
) -> None:
    """What they have in common and how much; that somebody looked is written down."""
    status, seen = await face.call(f"GET /api/drafts/{draft}/repeats", role=Role.OPERATOR)

    assert (status, seen["version"], seen["repeat_of"], seen["links"]) == (200, 1, None, [])
    (offered,) = seen["offered"]
    assert (offered["id"], offered["score"]) == (first, 0.6)
    assert offered["signs"] == {"number": 1.0, "topic": 0.4, "words": 1.0}
    assert NUMBER not in json.dumps(seen)
    async with database.connect() as connection:
        assert [(who, deed) for _, who, deed in await deeds_on(connection, draft)] == [
            ("operator#1", "ticket.compared")
        ]


async def test_neighbours_are_offered_as_one_matter_and_not_told_of_each_other(
    face: Face, draft: str, database: AsyncEngine
) -> None:
    """Two citizens, one street lamp: no number of either is shown, not even its end."""
    neighbour = "13900001111"
    lamp = {"kind": "求助", "category": "市政设施/路灯照明", "subject": "路灯不亮", "summary": "路灯坏了三天"}
    early = await claimed(database, "lx-0.1", ani=neighbour)
    edits = {**lamp, "place": "海州区海连中路"}
    first = (await confirm(database, early, version=2, by="101", at=NOW, edits=edits)).id
    _, taken = await face.call(f"POST /api/drafts/{draft}/claim", {"version": 1})
    wish = {"version": taken["version"], "edits": {**lamp, "place": "海州区海连中路"}}
    assert (await face.call(f"POST /api/drafts/{draft}/confirm", wish))[0] == 200

    _, seen = await face.call(f"GET /api/drafts/{draft}/repeats", role=Role.OPERATOR)

    (offered,) = seen["offered"]
    assert (offered["id"], set(offered["signs"])) == (first, {"place", "topic", "words"})
    for part in (neighbour, NUMBER, masked(neighbour), masked(NUMBER)):
        assert part not in json.dumps(seen["offered"])


async def test_merging_and_parting_are_told_to_who_knows_the_ticket(
    face: Face, first: str, draft: str, receiver: Receiver
) -> None:
    """In order: confirmed as a repeat, parted, merged again; the first ticket by its id and number."""
    why = {"into": first, "reason": "同一工地"}
    status, merged = await face.call(f"POST /api/drafts/{draft}/merge", {"version": 1, **why}, role=Role.OPERATOR)
    assert (status, merged["version"], merged["state"]) == (200, 2, "draft")
    _, taken = await face.call(f"POST /api/drafts/{draft}/claim", {"version": 2})
    _, ticket = await face.call(f"POST /api/drafts/{draft}/confirm", {"version": taken["version"]})

    parting = {"version": ticket["version"], "reason": "不是"}
    status, parted = await face.call(f"POST /api/drafts/{draft}/unmerge", parting)
    assert status == 200
    await face.call(f"POST /api/drafts/{draft}/merge", {"version": parted["version"], **why})

    await until(lambda: len(receiver.kept) == 3)
    told = [json.loads(body) for body in receiver.kept.values()]
    assert [(each["type"], each["ticket"]["repeat_of"]) for each in told] == [
        ("ticket.confirmed", first),
        ("ticket.unmerged", None),
        ("ticket.merged", first),
    ]
    assert told[0]["ticket"]["repeat_of_number"] == "20261123-000001"
    _, seen = await face.call(f"GET /api/drafts/{draft}/repeats")
    assert seen["repeat_of"] == first
    assert [(link["undone_by"], link["undone_why"]) for link in seen["links"]] == [("admin#3", "不是"), (None, None)]


async def test_bad_merging_is_refused_and_changes_nothing(face: Face, first: str, draft: str) -> None:
    """Itself, nobody, an old version, no reason, what is not merged."""
    line, undo = f"POST /api/drafts/{draft}/merge", f"POST /api/drafts/{draft}/unmerge"
    refused = [
        (line, {"version": 1, "into": draft, "reason": "x"}, 409, "cannot_merge"),
        (line, {"version": 1, "into": "' OR 1=1", "reason": "x"}, 404, "unknown_ticket"),
        (line, {"version": 9, "into": first, "reason": "x"}, 409, "changed_meanwhile"),
        (line, {"version": 1, "into": first, "reason": "\u202e"}, 409, "ticket_refused"),
        (line, {"version": 1, "into": first}, 422, "not_valid"),
        (undo, {"version": 1, "reason": "x"}, 409, "cannot_merge"),
    ]
    for path, wish, status, rule in refused:
        found, problem = await face.call(path, wish)
        assert (wish, found, problem["rule"]) == (wish, status, rule)

    assert (await face.call(f"GET /api/drafts/{draft}"))[1]["ticket"]["version"] == 1
