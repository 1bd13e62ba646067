"""Who is asked to rate a call, and who is not, on a line that only remembers; each call with a talk is one of both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from acd.call_facts import CallTransferredOut
from acd.distributor import Distributor
from acd.engine import Engine
from acd.events import (
    AgentAnswered,
    AgentBecameReady,
    AgentLoggedOn,
    CallEnded,
    CallJoined,
    Event,
    QueuesLoaded,
    SeatOpened,
    TalkEnded,
)
from acd.journal import Journal
from acd.model import AgentId, CallId, QueueName, SeatId
from acd.rating_facts import CallRated, NotAsked, RatingAsked, RatingNotAsked
from city.city import City
from city.load import load_city
from city.rating import RatingsFile
from hotline.rating_desk import RatingDesk, why_not
from plumbing.database import connect, prepare
from plumbing.lifecycle import background
from tests.acd.scene import QUEUES, make_seat
from tests.city.scene import SAMPLE

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
CALL = CallId("lx1-1.1")
ARGUMENTS = ("12345", "12345", "general")


def city_with(**ratings: object) -> City:
    """The sample city, which asks unless it is told otherwise."""
    return replace(load_city(SAMPLE), ratings=RatingsFile.model_validate(ratings))


def with_line(city: City, **marks: bool) -> City:
    """The city, whose 12320 is a crisis or a confidential hotline."""
    marked = city.hotlines["12320"].model_copy(update={**marks, "menu": None})
    return replace(city, hotlines=MappingProxyType({**city.hotlines, "12320": marked}))


@dataclass
class Caller:
    """Presses these keys, one a question; remembers what was said and set."""

    keys: list[str | None]
    call_id: str = CALL
    arguments: tuple[str, ...] = ARGUMENTS
    noted: list[str] = field(default_factory=list)

    async def ask(self, prompt: str, wait_s: float) -> str | None:
        """At once."""
        assert wait_s
        self.noted.append(prompt)
        return self.keys.pop(0)

    async def play(self, prompt: str) -> str | None:
        """To the end."""
        self.noted.append(prompt)
        return None

    async def set_variable(self, name: str, value: str) -> None:
        """On the channel."""
        self.noted.append(f"{name}={value}")


class Nobody:
    """Carries nothing out."""

    def carry_out(self, command: object) -> None:
        """No telephones here."""


class House:
    """The real engine with one agent, whose caller is talking; the call book is a list."""

    def __init__(self, engine: Engine, city: City) -> None:
        self.engine, self.city, self.told = engine, city, list[Event]()
        self.is_away = False
        self.desk = RatingDesk(engine, lambda: self.city, self.written, within_s=0.2)
        engine.subscribe(lambda event, _: self.told.append(event))
        engine.subscribe(self.desk.note)

    async def written(self) -> None:
        """As soon as it is asked for, or never."""
        if self.is_away:
            raise TimeoutError

    async def hears(self, *events: Event) -> None:
        """The ACD is told, and has decided."""
        await self.engine.look(lambda: events)
        await self.engine.look(list)  # what was told while it decided

    def facts(self) -> list[Event]:
        """Of ratings alone."""
        return [fact for fact in self.told if isinstance(fact, RatingAsked | RatingNotAsked | CallRated)]

    def why(self) -> NotAsked:
        """Why the caller was not asked: the only fact there is."""
        (fact,) = self.facts()
        assert isinstance(fact, RatingNotAsked)
        return fact.why


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """Agent 101 talks with the caller."""
    database = connect(database_url)
    await prepare(database)
    journal = Journal(database)
    await journal.open()
    engine = Engine(Distributor(), Nobody(), journal, lambda: NOON)
    made = House(engine, city_with())
    async with background(journal.run(), engine.run()):
        agent = AgentId("101")
        await made.hears(
            QueuesLoaded(at=NOON, queues=QUEUES),
            SeatOpened(at=NOON, seat=make_seat("8001")),
            AgentLoggedOn(at=NOON, agent=agent, seat=SeatId("8001")),
            AgentBecameReady(at=NOON, agent=agent),
            CallJoined(at=NOON, call=CALL, queue=QueueName("general")),
            AgentAnswered(at=NOON, call=CALL, attempt=1),
        )
        assert CALL in engine.distributor.talking
        yield made
    await database.dispose()


async def test_the_key_is_the_score_of_whom_the_caller_talked_with(house: House) -> None:
    """The agent's wrap-up has begun before; thanks are said when it is on disk."""
    await house.hears(TalkEnded(at=NOON, call=CALL, attempt=1))
    caller = Caller(["4"])

    await house.desk.receive(caller)
    await house.hears(CallEnded(at=NOON, call=CALL))

    asked, rated = house.facts()
    assert isinstance(asked, RatingAsked)
    assert isinstance(rated, CallRated)
    assert (asked.agent, asked.queue, rated.score) == ("101", "general", 4)
    assert caller.noted == ["rate-ask", "rate-thanks", "RATED=yes"]


@pytest.mark.parametrize(("keys", "asked"), [([None], 1), (["0", None], 2), (["6", "#"], 2)])
async def test_silence_and_wrong_keys_are_no_rating(house: House, keys: list[str | None], asked: int) -> None:
    """A wrong key is asked about once more, silence is not."""
    caller = Caller(list(keys))

    await house.desk.receive(caller)
    await house.hears()

    assert caller.noted == ["rate-ask"] * asked + ["rate-goodbye", "RATED=yes"]
    assert [type(fact) for fact in house.facts()] == [RatingAsked]


async def test_what_is_not_on_disk_gets_no_thanks(house: House) -> None:
    """Nor is it lost: it is told."""
    house.is_away = True
    caller = Caller(["5"])

    await house.desk.receive(caller)

    assert caller.noted == ["rate-ask", "rate-goodbye", "RATED=yes"]
    assert isinstance(house.facts()[-1], CallRated)


@pytest.mark.parametrize(
    ("events", "why"),
    [
        ([CallEnded(at=NOON, call=CALL)], NotAsked.CALLER_LEFT),
        ([CallEnded(at=NOON, call=CALL, missed=True)], NotAsked.UNSEEN),
        ([TalkEnded(at=NOON, call=CALL, attempt=1), CallEnded(at=NOON, call=CALL)], NotAsked.UNSEEN),
        (
            [
                TalkEnded(at=NOON, call=CALL, attempt=1),
                CallJoined(at=NOON, call=CALL, queue=QueueName("general")),
                CallEnded(at=NOON, call=CALL),
            ],
            NotAsked.CALLER_LEFT,
        ),
        (
            [CallTransferredOut(at=NOON, call=CALL, attempt=2, to_kind="outside"), CallEnded(at=NOON, call=CALL)],
            NotAsked.OUTSIDE,
        ),
    ],
    ids=["the caller hung up", "nobody saw it end", "nobody came to ask", "passed on, and hung up", "outside"],
)
async def test_a_call_that_was_never_asked_says_why_when_it_ends(
    house: House, events: list[Event], why: NotAsked
) -> None:
    """Once."""
    await house.hears(*events)

    assert house.why() is why


async def test_a_call_that_nobody_talked_in_is_not_asked_about(house: House) -> None:
    """An abandoned one says nothing of ratings."""
    await house.hears(CallJoined(at=NOON, call=CallId("lx1-2.2"), queue=QueueName("general")))
    await house.hears(CallEnded(at=NOON, call=CallId("lx1-2.2")))

    assert house.facts() == []


async def test_after_a_restart_it_is_known_who_talks(house: House) -> None:
    """A new desk on the same ACD."""
    anew, caller = RatingDesk(house.engine, lambda: house.city, house.written), Caller([None])
    await anew.receive(caller)
    assert caller.noted == []

    anew.resume()
    await anew.receive(caller)
    assert caller.noted[-1] == "RATED=yes"


@pytest.mark.parametrize(
    ("ratings", "marks", "arguments", "why"),
    [
        ({}, {}, ("12345", "12345", "general"), None),
        ({"ask": False}, {}, ("12345", "12345", "general"), NotAsked.POLICY),
        ({"never": ("12345",)}, {}, ("12345", "12320", "health"), NotAsked.POLICY),
        ({}, {"crisis": True}, ("12345", "12320", "health"), NotAsked.CRISIS),
        ({}, {"crisis": True}, ("12345", "12345", "health"), NotAsked.CRISIS),
        ({"sensitive": ("12320",)}, {"crisis": True}, ("12320", "12320", "health"), None),
        ({}, {"confidential": True}, ("12320", "12345", "general"), NotAsked.CONFIDENTIAL),
        ({"sensitive": ("12320",)}, {"confidential": True}, ("12320", "12345", "general"), None),
        ({}, {}, ("", "", ""), None),
    ],
)
def test_crisis_and_confidential_callers_are_asked_only_where_the_city_says_so(
    ratings: dict[str, object], marks: dict[str, bool], arguments: tuple[str, str, str], why: NotAsked | None
) -> None:
    """The hotline that was dialled and the one they were passed on to both count."""
    assert why_not(with_line(city_with(**ratings), **marks), *arguments) is why
