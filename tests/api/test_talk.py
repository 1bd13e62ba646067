"""Routes of a conversation: who may, what reaches the telephones, what a refusal says."""

from __future__ import annotations

import pytest

from acd.errors import NotNow
from acd.model import AgentId, CallId
from api.people import Role
from api.ports import CallMark
from telephony.errors import AsteriskUnreachable
from telephony.talk import NoAgentLeg
from tests.api.face import NOW, Face

CALL = CallId("lx1-1736125200.7")
CODES = {"hold": "*81", "retrieve": "*82", "pause": "*83", "resume": "*84"}


@pytest.mark.parametrize("deed", CODES)
async def test_an_agent_acts_in_their_own_call_and_a_leader_in_any(face: Face, deed: str) -> None:
    """An operator's token is an agent's when it bears the agent's number."""
    path = f"POST /api/calls/{CALL}/{deed}"
    face.talks.agents[CALL] = AgentId("101")
    status, answer = await face.call(path, role=Role.OPERATOR)
    assert (status, answer["rule"]) == (403, "not_allowed")

    face.talks.agents[CALL] = AgentId("operator")  # the name of the operator's token
    assert (await face.call(path, role=Role.OPERATOR))[0] == 200
    assert (await face.call(path, role=Role.LEADER))[0] == 200
    assert face.talks.asked == [(CALL, CODES[deed])] * 2


@pytest.mark.parametrize(
    ("refusal", "status", "rule"),
    [
        (NotNow("on hold already", "已在保持中"), 409, "not_now"),
        (NoAgentLeg("over"), 409, "not_now"),
        (AsteriskUnreachable("no connection"), 503, "not_carried_out"),
        (TimeoutError(), 503, "too_slow"),
    ],
)
async def test_what_is_not_carried_out_is_never_called_done(
    face: Face, refusal: Exception, status: int, rule: str
) -> None:
    """Refused by the state of the call, by Asterisk, or by its silence."""
    face.talks.refusal = refusal
    got, answer = await face.call(f"POST /api/calls/{CALL}/pause")

    assert (got, answer["rule"]) == (status, rule)


async def test_an_agent_passes_their_own_caller_on_to_a_hotline(face: Face) -> None:
    """Nobody else's; and a hotline is named by its number."""
    path, wish = f"POST /api/calls/{CALL}/transfer", {"hotline": "12320"}
    assert (await face.call(path, wish, role=Role.OPERATOR))[0] == 403
    face.talks.agents[CALL] = AgentId("operator")
    assert (await face.call(path, {"hotline": "12320,1"}, role=Role.OPERATOR))[0] == 422
    assert (await face.call(path, wish, role=Role.OPERATOR))[0] == 200

    assert face.talks.asked == [(CALL, "pass_on", "12320")]


@pytest.mark.parametrize("wish", [{}, {"seat": "8002", "agent": "102"}, {"number": "110;x"}, {"agent": "*"}])
async def test_a_caller_is_handed_to_one_named_target_and_no_other(face: Face, wish: dict[str, str]) -> None:
    """None, two, or what is no number: nothing reaches the telephones."""
    for deed in ("transfer", "consult"):
        assert (await face.call(f"POST /api/calls/{CALL}/{deed}", wish))[0] == 422

    assert face.talks.asked == []


async def test_whoever_is_asked_is_let_go_given_the_caller_or_joined(face: Face) -> None:
    """By the call's own agent, and by nobody else below a leader."""
    deeds = {"consult": {"number": "110"}, "rejoin": {}, "complete": {}, "three-way": {}}
    for deed, wish in deeds.items():
        assert (await face.call(f"POST /api/calls/{CALL}/{deed}", wish, role=Role.OPERATOR))[0] == 403
    face.talks.agents[CALL] = AgentId("operator")
    for deed, wish in deeds.items():
        assert (await face.call(f"POST /api/calls/{CALL}/{deed}", wish, role=Role.OPERATOR))[0] == 200

    assert face.talks.asked == [(CALL, "consult", "110"), (CALL, "rejoin"), (CALL, "complete"), (CALL, "three_way")]


async def test_only_a_leader_stands_beside_a_talk(face: Face) -> None:
    """With the name that the audit trail bears."""
    path, wish = f"POST /api/calls/{CALL}/supervise", {"seat": "8009", "manner": "whisper"}
    assert (await face.call(path, wish, role=Role.OPERATOR))[0] == 403
    assert (await face.call(path, {"seat": "8009;x"}, role=Role.LEADER))[0] == 422
    assert (await face.call(path, wish, role=Role.LEADER))[0] == 200

    [(call, seat, manner, who)] = face.talks.asked
    assert (call, seat, manner, who.partition("#")[0]) == (CALL, "8009", "whisper", "leader")


async def test_a_calls_timeline_is_what_happened_or_404(face: Face) -> None:
    """In order, each with its moment."""
    assert (await face.call(f"GET /api/calls/{CALL}/timeline"))[0] == 404
    face.talks.agents[CALL] = AgentId("101")
    face.talks.told.append(CallMark(at=NOW, what="call_held", attempt=1))
    status, answer = await face.call(f"GET /api/calls/{CALL}/timeline")

    assert status == 200
    assert [(mark["what"], mark["attempt"]) for mark in answer["marks"]] == [("call_held", 1)]
    assert answer["recordings"] == []
