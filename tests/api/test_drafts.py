"""Draft tickets by HTTP, on real recordings: read with evidence, heard and written down, confirmed, discarded."""

from __future__ import annotations

import json

from sqlalchemy.ext.asyncio import AsyncEngine

from api.drafts import Edits
from api.people import Role
from recordings.access import deeds_on, listed
from tests.api.draft_scene import NUMBER, RATE_HZ, SECONDS, draft
from tests.api.face import Face
from tests.databases import BOTH
from tickets.store import list_tickets

__all__ = ["draft"]

pytestmark = BOTH

HOSTILE = "=cmd|'/c calc'!A1\r\n<script>\x00\x1b[31m\u202e\u2066投诉"
MADE_HARMLESS = "＝cmd|'/c calc'!A1 ＜script＞[31m投诉"


async def claimed(face: Face, draft: str, role: Role = Role.OPERATOR) -> int:
    """Somebody of this role works on it; its version."""
    _, read = await face.call(f"GET /api/drafts/{draft}", role=role)
    status, ticket = await face.call(
        f"POST /api/drafts/{draft}/claim", {"version": read["ticket"]["version"]}, role=role
    )
    assert (status, ticket["state"]) == (200, "claimed")
    return int(ticket["version"])


async def test_a_draft_is_listed_and_read_with_its_evidence(face: Face, draft: str, database: AsyncEngine) -> None:
    """Fields with spans in seconds, the words said, the number masked; reading is written down."""
    _, listed = await face.call("GET /api/drafts", role=Role.OPERATOR)
    status, read = await face.call(f"GET /api/drafts/{draft}", role=Role.OPERATOR)

    assert [each["id"] for each in listed["drafts"]] == [draft]
    assert status == 200
    assert read["proposed"]["kind"]["evidence"] == [{"start_s": 0.5, "end_s": 1.5, "words": "我要投诉"}]
    assert (read["proposed"]["place"]["value"], read["proposed"]["place"]["rule"]) == (None, "未听到地名")
    assert [(turn["speaker"], turn["text"]) for turn in read["transcript"]] == [("caller", "我要投诉")]
    assert NUMBER not in json.dumps([listed, read])
    async with database.connect() as connection:
        assert [(who, deed) for _, who, deed in await deeds_on(connection, draft)] == [("operator#1", "ticket.read")]


async def test_the_recording_of_a_draft_is_heard_by_a_grant_for_it(face: Face, draft: str) -> None:
    """The same gate as the recording's own route: without a grant there is no sound."""
    _, read = await face.call(f"GET /api/drafts/{draft}", role=Role.OPERATOR)
    line = f"POST /api/recordings/{read['ticket']['recording']}/grants"
    _, grant = await face.call(line, {"reason": "核对草稿"}, role=Role.OPERATOR)

    status, problem = await face.call(f"GET /api/drafts/{draft}/audio", role=Role.OPERATOR)
    headers = {"Authorization": f"Bearer {face.tokens[Role.OPERATOR]}"}
    url = f"{face.url}/api/drafts/{draft}/audio?grant={grant['token']}"
    async with face.http.get(url, headers=headers) as response:
        assert (response.status, response.content_type) == (200, "audio/wav")
        assert len(await response.read()) == 44 + SECONDS * RATE_HZ * 4

    assert (status, problem["rule"]) == (403, "grant_unknown")


async def test_a_draft_is_confirmed_once_with_corrections(face: Face, draft: str) -> None:
    """It gets a number; what was corrected is corrected; the second one is told that it is done."""
    wish = {"version": await claimed(face, draft), "edits": {"place": "海州区", "kind": "求助"}}
    status, ticket = await face.call(f"POST /api/drafts/{draft}/confirm", wish, role=Role.OPERATOR)

    assert status == 200
    assert (ticket["state"], ticket["kind"], ticket["place"], ticket["subject"]) == (
        "confirmed",
        "求助",
        "海州区",
        "我要投诉",
    )
    assert (ticket["number"], ticket["confirmed_by"]) == ("20261123-000001", "operator#1")
    status, problem = await face.call(f"POST /api/drafts/{draft}/confirm", wish, role=Role.OPERATOR)
    assert (status, problem["rule"]) == (409, "ticket_refused")


async def test_a_contact_number_is_corrected_and_shown_masked(face: Face, draft: str) -> None:
    """What is typed is kept whole and shown masked; what is no number is refused, and the draft stays a draft."""
    line, version = f"POST /api/drafts/{draft}/confirm", await claimed(face, draft, Role.ADMIN)
    status, problem = await face.call(line, {"version": version, "edits": {"contact": "明天再说"}})
    assert (status, problem["rule"]) == (422, "edit_not_allowed")

    _, ticket = await face.call(line, {"version": version, "edits": {"contact": "138-1234-5678"}})

    assert (ticket["state"], ticket["contact"]) == ("confirmed", "138****5678")
    async with face.services.database.connect() as connection:
        assert (await list_tickets(connection))[0].contact_number == "13812345678"


async def test_an_old_version_is_not_confirmed(face: Face, draft: str) -> None:
    """Somebody else was faster: 409, read again."""
    await claimed(face, draft, Role.ADMIN)
    wish = {"version": 7, "reason": "拨错号码"}

    for line in ("claim", "return", "discard", "confirm", "take-over"):
        named = wish if line in ("return", "discard", "take-over") else {"version": 7}
        status, problem = await face.call(f"POST /api/drafts/{draft}/{line}", named)
        assert (line, status, problem["rule"]) == (line, 409, "changed_meanwhile")


async def test_only_who_has_claimed_a_draft_confirms_discards_or_returns_it(face: Face, draft: str) -> None:
    """Unclaimed: claim it first. Claimed by another: it is said by whom."""
    wishes: dict[str, dict[str, object]] = {
        "confirm": {"version": 1},
        "discard": {"version": 1, "reason": "x"},
        "return": {"version": 1, "reason": "x"},
    }
    for line, wish in wishes.items():
        status, problem = await face.call(f"POST /api/drafts/{draft}/{line}", wish)
        assert (line, status, problem["rule"]) == (line, 409, "claim_first")

    version = await claimed(face, draft, Role.OPERATOR)

    for line, wish in (wishes | {"claim": {"version": 1}}).items():
        status, problem = await face.call(f"POST /api/drafts/{draft}/{line}", wish | {"version": version})
        assert (line, status, problem["rule"]) == (line, 409, "claimed_by_another")
        assert "operator#1" in problem["zh"]


async def test_a_leader_takes_a_claim_over_and_nobody_else_does(face: Face, draft: str, database: AsyncEngine) -> None:
    """Why is written down; from then on it is theirs alone."""
    wish = {"version": await claimed(face, draft), "reason": "话务员已下班,13812340000"}
    assert (await face.call(f"POST /api/drafts/{draft}/take-over", wish, role=Role.OPERATOR))[0] == 403

    status, ticket = await face.call(f"POST /api/drafts/{draft}/take-over", wish, role=Role.LEADER)

    assert (status, ticket["claimed_by"], ticket["state"]) == (200, "leader#2", "claimed")
    late = {"version": ticket["version"]}
    _, problem = await face.call(f"POST /api/drafts/{draft}/confirm", late, role=Role.OPERATOR)
    assert problem["rule"] == "claimed_by_another"
    async with database.connect() as connection:
        (line,) = await listed(connection, deed="ticket.taken_over", subject=draft)
    assert (line.who, line.detail) == ("leader#2", "话务员已下班,138****0000")


async def test_a_returned_draft_is_among_the_drafts_with_its_reason(face: Face, draft: str) -> None:
    """And somebody else claims it."""
    wish = {"version": await claimed(face, draft), "reason": "请建设口处理"}

    await face.call(f"POST /api/drafts/{draft}/return", wish, role=Role.OPERATOR)

    (listed_draft,) = (await face.call("GET /api/drafts"))[1]["drafts"]
    assert (listed_draft["state"], listed_draft["return_reason"]) == ("draft", "请建设口处理")
    assert (listed_draft["returned_by"], listed_draft["claimed_by"]) == ("operator#1", None)
    await claimed(face, draft, Role.LEADER)


async def test_what_is_typed_is_made_harmless_in_every_field(face: Face, draft: str) -> None:
    """Markup, a formula at the start, control and direction characters, in edits as in reasons."""
    version = await claimed(face, draft)
    _, returned = await face.call(
        f"POST /api/drafts/{draft}/return", {"version": version, "reason": HOSTILE}, role=Role.OPERATOR
    )
    assert returned["return_reason"] == MADE_HARMLESS
    version, line = await claimed(face, draft), f"POST /api/drafts/{draft}/confirm"
    strict = ("contact", "kind", "occurred_at", "confidential")
    free = [name for name in Edits.model_fields if name not in strict]

    for name in strict:
        refused = {"version": version, "edits": {name: HOSTILE[:30]}}
        assert (await face.call(line, refused, role=Role.OPERATOR))[0] == 422
    wish = {"version": version, "edits": dict.fromkeys(free, HOSTILE)}
    _, ticket = await face.call(line, wish, role=Role.OPERATOR)

    assert {ticket[name] for name in free} == {MADE_HARMLESS}


async def test_a_draft_is_discarded_with_a_reason(face: Face, draft: str) -> None:
    """No reason, no discarding."""
    line, version = f"POST /api/drafts/{draft}/discard", await claimed(face, draft, Role.ADMIN)
    assert (await face.call(line, {"version": version, "reason": " "}))[0] == 422
    status, problem = await face.call(line, {"version": version, "reason": "\u202e"})
    assert (status, problem["rule"]) == (409, "ticket_refused")

    _, ticket = await face.call(line, {"version": version, "reason": "拨错号码"})

    assert (ticket["state"], ticket["discard_reason"]) == ("discarded", "拨错号码")
    assert (await face.call("GET /api/drafts"))[1] == {"drafts": [], "clocks": {}}
    assert len((await face.call("GET /api/drafts?state=discarded"))[1]["drafts"]) == 1


async def test_a_draft_that_is_not_there_is_not_found(face: Face) -> None:
    """Whatever the id looks like."""
    for odd in ("x", "..%2f..%2fetc", "0" * 36):
        for line in (f"GET /api/drafts/{odd}", f"GET /api/drafts/{odd}/audio"):
            status, problem = await face.call(line)
            assert (status, problem["rule"]) == (404, "unknown_ticket")


async def test_only_kinds_that_exist_are_taken(face: Face, draft: str) -> None:
    """A kind that is none of the six is refused, naming the field."""
    _, problem = await face.call(f"POST /api/drafts/{draft}/confirm", {"version": 1, "edits": {"kind": "闲聊"}})

    assert [(wrong["field"], wrong["zh"]) for wrong in problem["fields"]] == [("edits.kind", "不在可选范围内")]
