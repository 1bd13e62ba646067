"""The autopilot at work on a real core and a real audit trail; hands of five lines where capacity would be changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.advice import Action, AdviceGone, Mode, Turn
from acd.errors import NotNow
from acd.events import AgentAnswered, AgentBecameReady, AgentLoggedOn, CallEnded, CallJoined, Event, SeatOpened
from acd.model import AgentId, CallId, QueueName, Seat, SeatId
from hotline.pilot import Pilot
from recordings.access import listed
from tests.acd.running import Clock
from tests.api.face import NOW, House
from tests.api.fakes import FakeHands

GENERAL, HEALTH = QueueName("general"), QueueName("health")


@dataclass
class Watch:
    """A pilot, its hands, and its clock."""

    pilot: Pilot
    hands: FakeHands
    clock: Clock
    database: AsyncEngine
    crisis: set[QueueName]

    async def held(self, seconds: float = 60) -> list[str]:
        """What is proposed after so long, looking twice."""
        await self.pilot.look()
        self.clock.move(seconds)
        await self.pilot.look()
        return [advice.id for advice in self.pilot.standing]

    async def trail(self) -> list[tuple[str, str, str]]:
        """Who did what to which advice, oldest first."""
        async with self.database.connect() as connection:
            return [(line.who, line.deed, line.subject) for line in reversed(await listed(connection))]


@pytest.fixture
async def watch(house: House, database: AsyncEngine) -> Watch:
    """One agent, whose calls take a minute and a half; one talks, three wait: four minutes and more for the next."""
    facts: list[Event] = [
        SeatOpened(at=NOW, seat=Seat(SeatId("8001"), frozenset({GENERAL}))),
        AgentLoggedOn(at=NOW, agent=AgentId("101"), seat=SeatId("8001")),
    ]
    for number in range(20):
        facts += call_of_a_minute(f"past{number}", NOW + timedelta(minutes=2 * number))
    later = NOW + timedelta(minutes=40)
    facts.append(AgentBecameReady(at=later, agent=AgentId("101")))
    facts += [CallJoined(at=later, call=CallId(call), queue=GENERAL) for call in ("now", "a", "b", "c")]
    facts.append(AgentAnswered(at=later, call=CallId("now"), attempt=1))
    for fact in facts:
        house.engine.tell(fact)
    await house.settled()
    clock, hands, crisis = Clock(), FakeHands(), set[QueueName]()
    clock.time = later
    return Watch(Pilot(house.engine, hands, database, lambda: crisis, clock), hands, clock, database, crisis)


def call_of_a_minute(call: str, at: datetime) -> list[Event]:
    """Ready, joined, answered, over, written up."""
    return [
        AgentBecameReady(at=at, agent=AgentId("101")),
        CallJoined(at=at, call=CallId(call), queue=GENERAL),
        AgentAnswered(at=at, call=CallId(call), attempt=1),
        CallEnded(at=at + timedelta(seconds=60), call=CallId(call)),
        AgentBecameReady(at=at + timedelta(seconds=90), agent=AgentId("101")),
    ]


async def test_it_lists_and_does_nothing_by_itself(watch: Watch) -> None:
    """Mode advise, where nobody has said anything."""
    assert watch.pilot.mode is Mode.ADVISE
    assert await watch.held() == ["general.announce.begin"]
    [advice] = watch.pilot.standing
    assert (advice.sight.waiting, advice.sight.serving) == (3, 1)
    assert advice.sight.wait is not None
    assert advice.sight.wait.mean_s > 240

    assert watch.hands.done == []


async def test_whoever_accepts_does_it_in_their_own_name(watch: Watch) -> None:
    """Written down; the second one to accept is told that it is gone."""
    await watch.held()
    await watch.pilot.accept("general.announce.begin", who="leader#2", why="确认")

    assert watch.hands.done == [("general.announce.begin", "leader#2")]
    assert await watch.trail() == [("leader#2", "autopilot.accepted", "general.announce.begin")]
    with pytest.raises(AdviceGone, match="not proposed"):
        await watch.pilot.accept("general.announce.begin", who="other#3", why="确认")


async def test_what_is_refused_stays_proposed_and_unwritten(watch: Watch) -> None:
    """By the same rule as a person's own change."""
    await watch.held()
    watch.hands.refusal = NotNow("not now", "现在不行")
    with pytest.raises(NotNow):
        await watch.pilot.accept("general.announce.begin", who="leader#2", why="确认")

    assert [advice.id for advice in watch.pilot.standing] == ["general.announce.begin"]
    assert await watch.trail() == []


async def test_a_dismissed_advice_is_away_for_a_while(watch: Watch) -> None:
    """A quarter of an hour; written down."""
    await watch.held()
    await watch.pilot.dismiss("general.announce.begin", who="leader#2", why="已另行安排")

    assert await watch.held(600) == []
    assert await watch.held(400) == ["general.announce.begin"]
    assert await watch.trail() == [("leader#2", "autopilot.dismissed", "general.announce.begin")]


async def test_in_mode_act_it_acts_in_its_own_name(watch: Watch) -> None:
    """Once; the mode outlives the process."""
    await watch.pilot.set_mode(Mode.ACT, who="leader#2", why="夜间无人值守")
    await watch.held()
    await watch.held(5)

    assert watch.hands.done == [("general.announce.begin", "autopilot")]
    assert [who for who, _, _ in await watch.trail()] == ["leader#2", "autopilot"]
    again = Pilot(watch.pilot._engine, watch.hands, watch.database, set, watch.clock)
    await again.recall()
    assert again.mode is Mode.ACT


async def test_what_is_refused_to_it_is_not_tried_again_at_once(watch: Watch) -> None:
    """Nor does a refusal end it."""
    await watch.pilot.set_mode(Mode.ACT, who="leader#2", why="x")
    watch.hands.refusal = NotNow("not now", "现在不行")
    await watch.held()
    watch.hands.refusal = None
    await watch.held(600)
    assert watch.hands.done == []

    await watch.held(400)
    assert len(watch.hands.done) == 1


@pytest.mark.parametrize(("ours", "ended"), [({Action.ANNOUNCE}, 1), (set[Action](), 0)])
async def test_it_ends_only_what_it_began(house: House, watch: Watch, ours: set[Action], ended: int) -> None:
    """What a person switched on is proposed to end, and left to them."""
    watch.hands.on, watch.hands.ours = {Action.ANNOUNCE}, ours
    for call in ("now", "a", "b", "c"):
        house.engine.tell(CallEnded(at=watch.clock.time, call=CallId(call)))
    house.engine.tell(AgentBecameReady(at=watch.clock.time, agent=AgentId("101")))
    await house.settled()
    await watch.pilot.set_mode(Mode.ACT, who="leader#2", why="x")
    await watch.held(300)

    assert len(watch.hands.done) == ended
    assert [advice.turn for advice in watch.pilot.standing] == [Turn.END] * (1 - ended)


async def test_off_it_looks_at_nothing(watch: Watch) -> None:
    """And what was proposed is gone."""
    await watch.held()
    await watch.pilot.set_mode(Mode.OFF, who="leader#2", why="演练")

    assert watch.pilot.standing == ()
    assert await watch.held() == []


async def test_a_crisis_lane_is_left_alone(watch: Watch) -> None:
    """In every mode."""
    watch.crisis.add(GENERAL)
    await watch.pilot.set_mode(Mode.ACT, who="leader#2", why="x")

    assert await watch.held() == []
    assert watch.hands.done == []
