"""Who Asterisk's own queues may ring: what should be, what is, the difference; and the mirror that sends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.events import AgentAnswered, AgentBecameReady, GapClosed
from acd.model import Agent, AgentId, AgentState, BreakReason, CallId, QueueName, Seat, SeatId
from plumbing.lifecycle import background
from telephony.errors import AsteriskRefused
from telephony.message import AmiEvent
from telephony.mirror import Member, callers_found, difference, members_found, members_wanted
from telephony.mirroring import Mirror

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SEATS = {
    SeatId("8001"): Seat(id=SeatId("8001"), queues=frozenset({QueueName("general")})),
    SeatId("8007"): Seat(id=SeatId("8007"), queues=frozenset({QueueName("general"), QueueName("health")})),
}


def agent(state: AgentState, reason: BreakReason | None = None, seat: str = "8001") -> Agent:
    """Agent 101 in a state."""
    return Agent(id=AgentId("101"), skills=frozenset(), state=state, seat=SeatId(seat), reason=reason)


def member(queue: str = "general", seat: str = "8001", who: str = "101", *, is_paused: bool = False) -> Member:
    """A member of Asterisk's queue."""
    return Member(queue=QueueName(queue), seat=SeatId(seat), agent=AgentId(who), is_paused=is_paused)


@pytest.mark.parametrize(
    "state", [AgentState.READY, AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING, AgentState.WRAP_UP]
)
def test_who_serves_may_be_rung(state: AgentState) -> None:
    """Asterisk itself sees that a phone is in use; wrap-up is not enforced without a controller."""
    assert members_wanted([agent(state)], SEATS) == {member()}


@pytest.mark.parametrize("reason", [BreakReason.REST, BreakReason.MEAL, BreakReason.MISSED, None])
def test_who_is_on_a_break_that_a_person_ends_is_not_rung(reason: BreakReason | None) -> None:
    """Also somebody whose phone rang in vain: they are not at the desk."""
    assert members_wanted([agent(AgentState.ON_BREAK, reason)], SEATS) == {member(is_paused=True)}


def test_a_break_that_ends_by_itself_does_not_pause() -> None:
    """Nobody would be there to end it."""
    assert members_wanted([agent(AgentState.ON_BREAK, BreakReason.PHONE_BUSY)], SEATS) == {member()}


def test_who_is_logged_off_or_sits_at_a_closed_seat_is_not_there() -> None:
    """And a seat of two queues is in both."""
    assert members_wanted([agent(AgentState.LOGGED_OFF), agent(AgentState.READY, seat="8099")], SEATS) == set()
    assert members_wanted([agent(AgentState.READY, seat="8007")], SEATS) == {
        member("general", "8007"),
        member("health", "8007"),
    }


def test_each_difference_is_one_action_and_another_person_at_the_seat_two() -> None:
    """Added, paused, removed, exchanged."""
    assert difference(frozenset({member()}), frozenset()) == [
        (
            "QueueAdd",
            {"Queue": "fallback-general", "Interface": "PJSIP/8001", "MemberName": "101", "Paused": "false"},
        )
    ]
    assert [name for name, _ in difference(frozenset({member(is_paused=True)}), frozenset({member()}))] == [
        "QueuePause"
    ]
    assert [name for name, _ in difference(frozenset(), frozenset({member()}))] == ["QueueRemove"]
    assert [name for name, _ in difference(frozenset({member(who="102")}), frozenset({member()}))] == [
        "QueueRemove",
        "QueueAdd",
    ]


members = st.frozensets(
    st.builds(member, st.sampled_from(["general", "health"]), st.sampled_from(["8001", "8002", "8003"])), max_size=6
)


@given(wanted=members, found=members)
def test_what_is_becomes_what_should_be(wanted: frozenset[Member], found: frozenset[Member]) -> None:
    """Whatever was there; and there is nothing to do where both are the same."""
    there = {(m.queue, m.seat) for m in found}
    for name, fields in difference(wanted, found):
        place = (QueueName(fields["Queue"].removeprefix("fallback-")), SeatId(fields["Interface"][6:]))
        there = there | {place} if name == "QueueAdd" else there - {place}

    assert there == {(m.queue, m.seat) for m in wanted}
    assert difference(found, found) == []


STATUS = [
    {"Event": "QueueParams", "Queue": "fallback-general"},
    {
        "Event": "QueueMember",
        "Queue": "fallback-general",
        "Location": "PJSIP/8001",
        "Name": "101",
        "Paused": "1",
    },
    {"Event": "QueueMember", "Queue": "somebody-elses", "Location": "PJSIP/9", "Name": "9", "Paused": "0"},
    {"Event": "QueueEntry", "Queue": "fallback-general", "Uniqueid": "lx-1.1", "Position": "1"},
]


def test_queue_status_is_read() -> None:
    """Queues that are not ours are left alone."""
    assert members_found(STATUS) == {member(is_paused=True)}
    assert callers_found(STATUS) == [CallId("lx-1.1")]


class Pbx:
    """Remembers what it was told; refuses the way back once."""

    is_connected = True

    def __init__(self) -> None:
        self.told: list[str] = []
        self.looks = 0

    async def action(self, name: str, /, **fields: str) -> None:
        """Note it."""
        self.told.append(name)
        if name == "Redirect":
            raise AsteriskRefused("gone meanwhile")

    async def listing(self, name: str, /) -> list[dict[str, str]]:
        """The status above."""
        self.looks += 1
        return STATUS


async def until(claim: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(5):
        while not claim():  # noqa: ASYNC110 (the mirror tells nobody)
            await asyncio.sleep(0.01)


async def test_mirror_fetches_callers_and_sends_changes_only() -> None:
    """After a login it looks; a refusal keeps nothing else from being done; an ordinary call costs nothing."""
    pbx, wanted = Pbx(), {"now": frozenset({member()})}
    mirror = Mirror(pbx, lambda: wanted["now"], lambda _: False)  # type: ignore[arg-type]
    async with background(mirror.run()):
        mirror.look()
        await until(lambda: pbx.told == ["Redirect", "QueuePause"])
        wanted["now"] = frozenset()
        mirror.note(AgentAnswered(at=NOW, call=CallId("a"), attempt=1), ())
        await asyncio.sleep(0.3)  # nothing may happen
        assert len(pbx.told) == 2
        mirror.note(AgentBecameReady(at=NOW, agent=AgentId("101")), ())
        await until(lambda: pbx.told[2:] == ["QueueRemove"])
        assert pbx.looks == 1


async def test_who_falls_back_while_the_mirror_looks_is_looked_for_again() -> None:
    """News in the middle of a look is neither lost nor in its way."""
    pbx = Pbx()
    mirror = Mirror(pbx, lambda: frozenset({member()}), lambda _: False)  # type: ignore[arg-type]
    fell_back = AmiEvent(b"Event: UserEvent\r\nUserEvent: CallFallback")

    async def falls_back_meanwhile(name: str, /, **fields: str) -> None:
        if name == "Redirect" and pbx.looks == 1:
            mirror.hear(fell_back)
        await Pbx.action(pbx, name, **fields)

    pbx.action = falls_back_meanwhile  # type: ignore[method-assign]
    async with background(mirror.run()):
        mirror.look()
        await until(lambda: pbx.looks == 2)

    assert pbx.told[:2] == ["Redirect", "QueuePause"]


async def test_who_is_being_offered_is_not_fetched() -> None:
    """That order takes the caller out of Asterisk's queue by itself."""
    pbx = Pbx()
    mirror = Mirror(pbx, lambda: frozenset(), lambda call: call == "lx-1.1")  # type: ignore[arg-type]
    async with background(mirror.run()):
        mirror.look()
        await until(lambda: pbx.told == ["QueueRemove"])


async def test_who_could_not_be_fetched_before_the_telephones_were_looked_at_is_fetched_then() -> None:
    """A phone may be ringing for them in Asterisk's own queue, and a look says whether."""
    pbx, blind = Pbx(), [True]
    mirror = Mirror(pbx, lambda: frozenset(), lambda _: blind[0])  # type: ignore[arg-type]
    async with background(mirror.run()):
        mirror.look()
        await until(lambda: pbx.told == ["QueueRemove"])
        blind[0] = False
        mirror.note(GapClosed(at=NOW), ())
        await until(lambda: "Redirect" in pbx.told)


async def test_mirror_changes_nothing_while_it_is_not_known_who_serves() -> None:
    """After a restart, before the agents' states are back."""
    pbx = Pbx()
    mirror = Mirror(pbx, lambda: None, lambda _: False)  # type: ignore[arg-type]
    async with background(mirror.run()):
        mirror.look()
        await until(lambda: pbx.told == ["Redirect"])
        await asyncio.sleep(0.3)  # nothing may happen
        assert pbx.told == ["Redirect"]
