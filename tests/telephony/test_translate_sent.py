"""A caller put through to a branch centre, in AMI's words: transferred once somebody there answers, and not before."""

from __future__ import annotations

from datetime import UTC, datetime

from acd.call_facts import CallTransferredOut
from acd.events import AgentAnswered, CallEnded, Event
from acd.model import CallId
from telephony.translate import Arrival, Translator

NINE = datetime(2026, 1, 6, 9, 0, tzinfo=UTC)
CALL = CallId("lx1-1736125200.7")
SENT = {"Event": "UserEvent", "UserEvent": "BranchDialled", "CallId": CALL}
BACK = {"Event": "UserEvent", "UserEvent": "BranchOver", "CallId": CALL, "Status": "BUSY"}
RING = {"Event": "DialBegin", "Uniqueid": CALL}
ANSWER = {"Event": "DialEnd", "Uniqueid": CALL, "DialStatus": "ANSWER"}
BUSY = {"Event": "DialEnd", "Uniqueid": CALL, "DialStatus": "BUSY"}
OFFER = {"Event": "UserEvent", "UserEvent": "Connecting", "CallId": CALL, "Attempt": "1", "Seat": "8001"}
GONE = {"Event": "Hangup", "Uniqueid": CALL, "Linkedid": CALL, "Context": "branch"}


def kinds(*messages: dict[str, str]) -> list[type[Event | Arrival]]:
    """The kinds of all facts of one conversation with Asterisk."""
    translator = Translator()
    return [type(fact) for message in messages for fact in translator.facts(message, NINE)]


def test_an_answer_there_is_a_transfer() -> None:
    """Told once; the end of the call is the caller's."""
    assert kinds(SENT, RING, ANSWER, ANSWER, GONE) == [CallTransferredOut, CallEnded]


def test_nobody_there_is_no_news_and_the_next_answer_is_an_agents() -> None:
    """The caller waits, is offered, and answered by one of ours."""
    assert kinds(SENT, RING, BUSY, BACK, OFFER, ANSWER) == [AgentAnswered]


def test_a_caller_who_leaves_meanwhile_is_forgotten() -> None:
    """Ids are never used again, and nothing is kept of them."""
    assert kinds(SENT, RING, GONE, ANSWER) == [CallEnded]


def test_after_a_hole_nothing_is_believed() -> None:
    """Who is there is found by looking."""
    translator = Translator()
    translator.facts(SENT, NINE)
    translator.resume({}, ())

    assert translator.facts(ANSWER, NINE) == ()
