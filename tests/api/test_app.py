"""Every request goes one way: may they, is it well-formed, then act; and nothing leaks on the way out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from acd.events import CallArrived
from acd.model import CallId
from api.answering import SECURITY_HEADERS
from api.app import BODY_BYTES_MOST, ROUTES, VERSION
from api.asked import Nothing, Route
from api.openapi import document
from api.people import Role
from tests.api.face import NOW, Face

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"


def in_concrete(route: Route[Nothing]) -> str:
    """A route with something in its braces."""
    path = route.path
    names = (
        "agent",
        "call",
        "queue",
        "seat",
        "change",
        "draft",
        "job",
        "letter",
        "token",
        "recording",
        "grant",
        "measure",
        "advice",
        "ticket",
        "version",
        "letter",
        "escalation",
        "alert",
        "follow_up",
        "flow",
        "prompt",
    )
    for name in names:
        path = path.replace("{" + name + "}", "1")
    return f"{route.method} {path}"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
async def test_every_route_asks_for_its_role(face: Face, route: Route[Nothing]) -> None:
    """Without a token 401; with a role below the one needed 403; with a foreign token 401."""
    if route.needs is None:
        assert (await face.call(in_concrete(route), role=None))[0] == 200
        return

    status, problem = await face.call(in_concrete(route), role=None)
    assert (status, problem["rule"]) == (401, "token_needed")
    if route.needs > Role.OPERATOR:
        status, problem = await face.call(in_concrete(route), role=Role(route.needs - 1))
        assert (status, problem["rule"]) == (403, "not_allowed")


def test_routes_do_not_hide_each_other() -> None:
    """Names are unique, and so are method and path."""
    assert len({route.name for route in ROUTES}) == len(ROUTES)
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


def test_the_document_is_what_the_table_says() -> None:
    """docs/openapi.json is made from the table; to renew it: `hotline openapi > docs/openapi.json`."""
    assert json.loads(DOCUMENT.read_text(encoding="utf-8")) == document(ROUTES, VERSION)


def test_the_document_refers_to_nothing_that_is_missing() -> None:
    """Every $ref of the document leads somewhere."""
    whole = document(ROUTES, VERSION)
    references = {part.split('"')[0] for part in json.dumps(whole).split('"$ref": "')[1:]}

    assert references
    assert all(ref.removeprefix("#/components/schemas/") in whole["components"]["schemas"] for ref in references)


async def test_every_answer_carries_the_security_headers(face: Face) -> None:
    """Also a refusal, and a path that does not exist."""
    for path in ("/api/alive", "/api/seats", "/nowhere"):
        async with face.http.get(face.url + path) as response:
            assert {name: response.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


async def test_an_unknown_field_is_refused_by_name(face: Face) -> None:
    """A misspelt field is not ignored: 422 naming it, in Chinese and English."""
    status, problem = await face.call("POST /api/seats", {"seat": "8001", "queue": ["general"], "why": "x"})

    assert (status, problem["rule"]) == (422, "not_valid")
    assert {wrong["field"]: wrong["zh"] for wrong in problem["fields"]} == {"queues": "必填", "queue": "没有这一项"}


async def test_a_refusal_does_not_repeat_what_was_sent(face: Face) -> None:
    """A PIN that is too long does not come back in the error."""
    secret = "1234567890123"
    status, problem = await face.call("POST /api/staff", {"number": "101", "name": "王芳", "pin": secret})

    assert status == 422
    assert secret not in json.dumps(problem)


@pytest.mark.parametrize(
    ("body", "status", "rule"),
    [
        (b"{", 422, "not_valid"),
        (b"[]", 422, "not_valid"),
        (b"\xff\xfe", 422, "not_valid"),
        (b'{"seat": "8001", "why": "' + b"x" * BODY_BYTES_MOST + b'"}', 413, "too_large"),
        (b"[" * 20_000, 422, "not_valid"),
    ],
    ids=["half", "list", "not UTF-8", "too large", "deep"],
)
async def test_a_broken_body_is_refused(face: Face, body: bytes, status: int, rule: str) -> None:
    """Whatever comes, the answer is a Problem."""
    headers = {"Authorization": f"Bearer {face.tokens[Role.ADMIN]}", "Content-Type": "application/json"}
    async with face.http.post(face.url + "/api/seats", data=body, headers=headers) as response:
        assert (response.status, (await response.json())["rule"]) == (status, rule)


async def test_a_form_is_not_json(face: Face) -> None:
    """A body of another type is refused, so that no foreign page's form can be posted here."""
    headers = {"Authorization": f"Bearer {face.tokens[Role.ADMIN]}"}
    async with face.http.post(face.url + "/api/seats", data={"seat": "8001"}, headers=headers) as response:
        assert (response.status, (await response.json())["rule"]) == (415, "not_json")


async def test_an_error_of_ours_tells_the_client_nothing(face: Face) -> None:
    """500 in two languages; kind and place go to the log, the words of the error nowhere."""
    face.callers.numbers = "13800000000"  # type: ignore[assignment]
    face.services.board.note(CallArrived(at=NOW, call=CallId("lx-1.1"), hotline="12345"))
    with capture_logs() as logged:
        status, problem = await face.call("GET /api/calls")

    assert (status, problem["rule"]) == (500, "our_fault")
    assert "AttributeError" not in json.dumps(problem)
    assert [entry["error"] for entry in logged] == ["AttributeError"]
    assert "13800000000" not in repr(logged)


async def test_unknown_paths_and_methods_are_problems_too(face: Face) -> None:
    """404 and 405 have the same shape as every refusal."""
    assert (await face.call("GET /api/nowhere"))[1]["rule"] == "no_such_path"
    assert (await face.call("PUT /api/seats"))[1]["rule"] == "no_such_method"
