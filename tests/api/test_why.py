"""Why, over HTTP: of a call and of an agent from the journal, by a child process; of a queue from the state now."""

from __future__ import annotations

import pytest

from acd.events import AgentBecameReady, CallArrived, SeatOpened
from acd.model import AgentId, CallId, QueueName, Seat, SeatId
from api.people import Role
from api.unanswered import TooLong, Unknown
from city.load import load_city
from hotline.aside import aside
from hotline.books import usage_of
from tests.api.face import NOW, SAMPLE, Face
from tests.api.test_measures import health_is_on_duty, made
from tests.databases import BOTH

pytestmark = BOTH


async def answered_call(face: Face) -> None:
    """101 at seat 8001 answers "a"; 102 is on break; "b" waits."""
    house = face.house
    for agent, seat in (("101", "8001"), ("102", "8002")):
        opened = Seat(SeatId(seat), frozenset({QueueName("general")}))
        await house.engine.ask(SeatOpened(at=NOW, seat=opened))
        await house.log_on(agent, seat)
    await house.engine.ask(AgentBecameReady(at=NOW, agent=AgentId("101")))
    house.engine.tell(CallArrived(at=NOW, call=CallId("a"), hotline="12345"))
    await house.waits("a")
    await house.answers("a")
    await house.waits("b")
    await house.journal.flushed(house.journal.last)


def page(seen: dict[str, object]) -> str:
    """All lines."""
    lines = seen["lines"]
    assert isinstance(lines, list)
    return "\n".join(f"{line['zh']} / {line['en']}" for line in lines)


async def test_a_call_an_agent_and_a_queue_are_explained(face: Face) -> None:
    """The first two by another process from what is on disk, the third from the state as it is."""
    await answered_call(face)

    status, call = await face.call("GET /api/calls/a/why?all=true", role=Role.OPERATOR)
    _, agent = await face.call("GET /api/agents/101/why", role=Role.OPERATOR)
    _, queue = await face.call("GET /api/queues/general/why", role=Role.OPERATOR)

    assert status == 200
    assert "由 101 接听" in page(call)
    assert "当时空闲且能接的只有此人" in page(agent)
    assert "1 人小休(休息)" in page(queue)
    assert "下一个:b" in page(queue)


async def test_what_never_was_cannot_be_explained(face: Face) -> None:
    """No such call, an agent who never was offered one, a queue that the city does not have; nobody without a token."""
    await answered_call(face)

    for path in ("calls/nobody/why", "agents/102/why", "queues/none/why"):
        assert (await face.call(f"GET /api/{path}"))[0] == 404
    assert (await face.call("GET /api/agents/102/why?x="))[0] == 422
    assert (await face.call("GET /api/calls/a/why", role=None))[0] == 401


async def test_a_question_that_takes_too_long_ends_its_child(face: Face) -> None:
    """Nobody waits for ever, and nothing is left over; the next question is answered."""
    await answered_call(face)
    usage = usage_of(load_city(SAMPLE))
    url = face.services.database.url.render_as_string(hide_password=False)

    async with aside(url, lambda: usage, lambda: SAMPLE, deadline_s=0.01) as hasty:
        with pytest.raises(TooLong):
            await hasty.why_call(CallId("a"), everything=False)
        assert hasty.quick.pid is None
    with pytest.raises(Unknown):
        await face.past.why_call(CallId("nobody"), everything=False)


async def test_borrowed_seat_is_named_with_the_order_that_brought_it(face: Face) -> None:
    """Of the call, of its agent, and, when the seat is given back, of the queue in which nobody rings any more."""
    await health_is_on_duty(face)
    await face.house.waits("a")
    await made(face, "lend", lender="health", borrower="general", count=1)
    await face.house.answers("a")
    await face.house.journal.flushed(face.house.journal.last)

    seen = [(await face.call(f"GET /api/{path}/why"))[1] for path in ("calls/a", "agents/107")]
    await made(face, "1/undo", why="够了")
    _, queue = await face.call("GET /api/queues/general/why")
    _, other = await face.call("GET /api/agents/108/why")

    for told in seen:
        assert "坐席 8007 借自 health(措施 1,leader#2:洪峰;至有人结束)" in page(told)
    assert "坐席 8007 归还 health(措施 1,leader#2 结束:够了)" in page(queue)
    assert other["rule"] == "unknown"
