"""The board of calls: each fact moves its call, each watcher sees the same, nobody is waited for."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
from aiohttp.test_utils import make_mocked_request

from acd.call_facts import MessageBegun
from acd.commands import RingAgent
from acd.dial_facts import DialOutcome, DialOutOver
from acd.events import AgentAnswered, CallArrived, CallEnded, CallJoined, Event, RingFailed, RingStarted, TalkEnded
from acd.model import AgentId, CallId, QueueName, RingFailure, SeatId
from api.asked import Asked, Nothing
from api.board import BEHIND_MOST, Board, Stage
from api.calls import live
from api.news import DraftBorn
from api.people import Person, Role
from tests.api.face import NOW, Face

CALL = CallId("lx-1.1")
ARRIVED = CallArrived(at=NOW, call=CALL, hotline="12345")
JOINED = CallJoined(at=NOW, call=CALL, queue=QueueName("general"))


def ring(attempt: int = 1) -> RingAgent:
    """The order to ring agent 101."""
    return RingAgent(
        at=NOW, call=CALL, attempt=attempt, agent=AgentId("101"), seat=SeatId("8001"), ring_time=timedelta(seconds=20)
    )


def stages(board: Board, *happened: Event | RingAgent) -> list[Stage | None]:
    """The call's stage after each of these."""
    seen = []
    for fact in happened:
        board.note(fact)
        seen.append(board.calls[0].stage if board.calls else None)
    return seen


def test_a_call_goes_its_way() -> None:
    """Greeting, waiting, ringing, talking, over, gone."""
    way = stages(
        Board(),
        ARRIVED,
        JOINED,
        ring(),
        RingStarted(at=NOW, call=CALL, attempt=1),
        AgentAnswered(at=NOW, call=CALL, attempt=1),
        TalkEnded(at=NOW, call=CALL, attempt=1),
        CallEnded(at=NOW, call=CALL),
    )

    assert way == [
        Stage.GREETING,
        Stage.WAITING,
        Stage.WAITING,
        Stage.RINGING,
        Stage.TALKING,
        Stage.OVER,
        None,
    ]


def test_a_caller_who_is_asked_for_a_message_waits_no_more() -> None:
    """The board says so until they hang up."""
    begun, ended = MessageBegun(at=NOW, call=CALL), CallEnded(at=NOW, call=CALL)

    assert stages(Board(), ARRIVED, JOINED, begun, ended)[2:] == [Stage.MESSAGE, None]


def test_an_offer_that_failed_leaves_the_call_waiting() -> None:
    """Its agent is forgotten, and late facts of the old offer move nothing."""
    board = Board()
    failed = RingFailed(at=NOW, call=CALL, attempt=1, failure=RingFailure.BUSY)
    late = AgentAnswered(at=NOW, call=CALL, attempt=1)

    assert stages(board, ARRIVED, JOINED, ring(), failed, ring(2), late)[-1] is Stage.WAITING
    assert board.calls[0].attempt == 2


def test_facts_about_a_call_that_is_gone_move_nothing() -> None:
    """A late fact does not bring a call back."""
    board = Board()
    stages(board, ARRIVED, CallEnded(at=NOW, call=CALL), TalkEnded(at=NOW, call=CALL, attempt=0))

    assert board.calls == ()


def test_a_call_back_is_on_the_board_while_an_agent_is_rung_for_it() -> None:
    """Not while it stands in the line; and no longer than it is a call, though nobody hung up."""
    ours = CallId("out-1")
    order = replace(ring(), call=ours)
    rung, failed = (
        RingStarted(at=NOW, call=ours, attempt=1),
        RingFailed(at=NOW, call=ours, attempt=1, failure=RingFailure.NOT_CARRIED_OUT),
    )
    over = DialOutOver(at=NOW, call=ours, outcome=DialOutcome.UNKNOWN)

    assert stages(Board(), order, rung, failed) == [Stage.WAITING, Stage.RINGING, None]
    assert stages(Board(), order, over) == [Stage.WAITING, None]


async def events(response: aiohttp.ClientResponse, count: int) -> list[tuple[str, Any]]:
    """The next events of a stream."""
    read: list[tuple[str, Any]] = []
    async with asyncio.timeout(5):
        while len(read) < count:
            kind = (await response.content.readline()).decode().removeprefix("event: ").strip()
            payload = (await response.content.readline()).decode().removeprefix("data: ")
            await response.content.readline()
            read.append((kind, json.loads(payload)))
    return read


async def test_a_watcher_gets_the_board_and_then_what_moves(face: Face) -> None:
    """First what is there, then `now`, then changes and drafts; no telephone number anywhere."""
    board = face.services.board
    board.note(ARRIVED)
    headers = {"Authorization": f"Bearer {face.tokens[Role.OPERATOR]}"}
    async with face.http.get(face.url + "/api/live", headers=headers) as response:
        first = await events(response, 2)
        board.note(JOINED)
        board.note_draft(DraftBorn(draft="d1", call=CALL, seconds=2.5))
        then = await events(response, 2)

        assert response.content_type == "text/event-stream"
    assert [(kind, line.get("stage")) for kind, line in first] == [("call", "greeting"), ("now", None)]
    assert [(kind, line.get("stage")) for kind, line in then] == [("call", "waiting"), ("draft", None)]


async def test_who_cannot_keep_up_is_let_go() -> None:
    """The board does not wait and does not hoard: the slow watcher's stream ends."""
    board = Board()
    with board.watched() as watcher:
        for _ in range(BEHIND_MOST + 1):
            board.note(ARRIVED)

        assert watcher.get_nowait() is None


async def test_a_stopping_server_lets_watchers_go(face: Face) -> None:
    """A stream ends by itself, so that the stop does not wait for a terminal that somebody forgot."""
    headers = {"Authorization": f"Bearer {face.tokens[Role.OPERATOR]}"}
    async with face.http.get(face.url + "/api/live", headers=headers) as response:
        await events(response, 1)
        face.services.board.close()
        async with asyncio.timeout(5):
            assert await response.read() == b""


async def test_calls_are_listed_with_masked_numbers_and_times(face: Face) -> None:
    """The list shows the stage and how long it lasts; a hidden number is null."""
    board = face.services.board
    board.note(CallArrived(at=NOW - timedelta(seconds=12), call=CALL, hotline="12320"))
    board.note(CallArrived(at=NOW, call=CallId("lx-1.2"), hotline="12345"))
    face.callers.numbers = {CALL: "138****0000"}

    _, seen = await face.call("GET /api/calls")

    assert [(call["caller"], call["stage"], call["seconds"]) for call in seen["calls"]] == [
        ("138****0000", "greeting", 12.0),
        (None, "greeting", 0.0),
    ]


async def test_a_long_list_gives_others_their_turns_and_is_of_one_moment_all_the_same(face: Face) -> None:
    """Who is to be rung does not wait for a page; a call that ends while the page is written stands on it."""
    board, last = face.services.board, CallId("lx-2.59")
    for number in range(60):
        board.note(CallArrived(at=NOW, call=CallId(f"lx-2.{number}"), hotline="12345"))
    by, request = Person(token_id=0, name="anybody", role=Role.OPERATOR), make_mocked_request("GET", "/api/calls")
    asked = Asked(wish=Nothing(), by=by, path={}, services=face.services, now=NOW, request=request)

    looking, turns = asyncio.create_task(live(asked)), 0
    while not looking.done():
        await asyncio.sleep(0)
        turns += 1
        if turns == 1:
            board.note(CallEnded(at=NOW, call=last))

    assert turns == 3
    assert [call.call for call in looking.result().calls][-1] == last
