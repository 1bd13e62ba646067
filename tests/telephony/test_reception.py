"""The reception lets a number in so many times within a while, and never stands before a crisis hotline."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from acd.events import Event
from acd.model import AgentId, CallId, SeatId
from acd.phone_facts import PhoneFreed, PhoneTaken
from city.city import City
from city.load import load_city
from ivr.agent_codes import DONE, Answer, Desk
from telephony.counter import House
from telephony.errors import CallerHungUp
from telephony.reception import Reception
from tests.city.scene import SAMPLE, Copy

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


class Caller:
    """Presses nothing; remembers what was set on the channel."""

    def __init__(self, *arguments: str) -> None:
        self.arguments = arguments
        self.call_id = "lx1-1736125200.9"
        self.set: dict[str, str] = {}

    async def set_variable(self, name: str, value: str) -> None:
        """Remember."""
        self.set[name] = value

    async def set_variables(self, values: Mapping[str, str]) -> None:
        """Remember."""
        self.set |= values

    async def wait_at_most(self, seconds: int) -> None:
        """As long as it takes."""

    async def play(self, prompt: str) -> str | None:
        """Heard to the end."""

    async def ask(self, prompt: str, wait_s: float) -> str | None:
        """Silence."""


class Door:
    """A reception of a city, and a clock."""

    def __init__(self, city: City) -> None:
        self.now = NOON
        self.told: list[Event] = []
        self.served: dict[str, tuple[str, datetime]] = {}  # number: who served it, when
        self.ways: dict[CallId, dict[str, str]] = {}
        self._reception = Reception(
            lambda: city,
            cast("Desk", None),
            lambda: self.now,
            self._who_served,
            self.told.append,
            cast("House", None),
            lambda call, done: self.ways.update({call: dict(done)}),
        )

    async def _who_served(self, number: str, since: datetime) -> AgentId | None:
        agent, at = self.served.get(number, ("", NOON))
        return AgentId(agent) if agent and at >= since else None

    async def call(self, hotline: str, *number: str) -> str:
        """Where one call goes: the queue, or why it is refused."""
        caller = await self.receive(hotline, *number)
        assert ("WALKED" in caller.set) != ("REFUSAL" in caller.set)
        return caller.set.get("REFUSAL") or caller.set["QUEUE"]

    async def receive(self, hotline: str, *number: str) -> Caller:
        """One call, and all that was set on it."""
        caller = Caller(hotline, *number)
        await self._reception.receive(caller)  # type: ignore[arg-type]
        return caller


@pytest.fixture
def city(tmp_path: Path) -> Copy:
    """The sample city, without audio."""
    shutil.copytree(SAMPLE, tmp_path / "city", ignore=shutil.ignore_patterns("*.wav"))
    return Copy(tmp_path / "city")


@pytest.fixture
def door(city: Copy) -> Door:
    """Two calls of one number in a minute; 12320 is a crisis hotline; one number is a company's."""
    admission = city.folder / "admission.toml"
    admission.write_text('calls_per_number = 2\nwindow_s = 60\nshared_numbers = ["+86051888880000"]\n', "utf-8")
    city.replace("hotlines.toml", 'menu = "health"', "crisis = true")
    (city.folder / "levels.toml").unlink()  # one lends what the health queue has
    return Door(city.load())


async def test_a_number_that_calls_too_often_is_refused_until_the_window_has_passed(door: Door) -> None:
    """Another number is not touched by it."""
    calls = [await door.call("12345", "13800000001") for _ in range(3)]
    other = await door.call("12345", "13800000002")
    door.now += timedelta(minutes=1)

    assert calls == ["general", "general", "number_too_often"]
    assert [other, await door.call("12345", "13800000001")] == ["general", "general"]


async def test_a_crisis_hotline_and_hidden_or_shared_numbers_are_let_in_always(door: Door) -> None:
    """Also when the number has used up its budget elsewhere."""
    for _ in range(3):
        await door.call("12345", "13800000001")

    assert [await door.call("0518-12320", "13800000001") for _ in range(5)] == ["health"] * 5
    assert [await door.call("12345", *hidden) for hidden in ((), ("",), (), ("",))] == ["general"] * 4
    assert [await door.call("12345", "86051888880000") for _ in range(4)] == ["general"] * 4


async def test_how_a_caller_went_through_the_menu_is_told_once_they_are_through(city: Copy) -> None:
    """By what each node was left; where there is none, that the greeting was heard out."""
    door = Door(city.load())
    ways = []
    for hotline in ("12320", "12345"):
        caller = await door.receive(hotline)
        ways.append(door.ways[CallId(caller.call_id)])

    assert ways == [{"": "then", "health": "silence"}, {"": "then"}]


async def test_who_served_a_number_within_the_queues_days_is_preferred(city: Copy) -> None:
    """A queue that does not ask for it prefers nobody; nor does a crisis hotline, nor a number of many people."""
    (city.folder / "admission.toml").write_text('shared_numbers = ["051888880000"]\n', "utf-8")
    city.replace("queues.toml", "wrap_up_s = 30", "wrap_up_s = 30\nprefer_last_agent_days = 7")
    door = Door(city.load())
    served = ("101", NOON - timedelta(days=7))
    door.served = {"13800000001": served, "13800000002": ("102", served[1] - timedelta(seconds=1))}
    door.served["051888880000"] = served

    async def prefers(hotline: str, *number: str) -> str:
        return (await door.receive(hotline, *number)).set["PREFERS"]

    assert await prefers("12345", "13800000001") == "101"
    others = ("12345", "13800000002"), ("12345", "051888880000"), ("12345",), ("12320", "13800000001")
    assert [await prefers(*other) for other in others] == [""] * 4
    city.replace("hotlines.toml", 'queue = "general"', 'queue = "general"\ncrisis = true')
    city.replace("queues.toml", '[[queues.recipe]]\nafter_s = 900\nstep = "message"\n', "")
    crisis = Door(city.load())
    crisis.served = door.served
    assert (await crisis.receive("12345", "13800000001")).set["PREFERS"] == ""


def test_a_city_without_an_admission_file_has_the_defaults(city: Copy) -> None:
    """An older city folder still loads."""
    (city.folder / "admission.toml").unlink()

    limits = load_city(city.folder).admission

    assert (limits.calls_at_once, limits.calls_at_once_per_number, limits.calls_per_number) == (120, 3, 20)


class AskedReady:
    """A desk that grants whatever is asked, and remembers what the ACD had been told by then."""

    def __init__(self, told: list[Event]) -> None:
        self._told = told
        self.told_before: list[Event] = []

    async def ready(self, _: str) -> Answer:
        """Granted."""
        self.told_before = list(self._told)
        return DONE


@pytest.mark.parametrize("hangs_up", [False, True])
async def test_a_phone_is_taken_before_its_code_is_carried_out(city: Copy, hangs_up: bool) -> None:
    """That it is free again AMI tells; unless the agent hung up before we had begun, which nobody else may tell now."""
    told: list[Event] = []
    desk = AskedReady(told)
    who_served = Door(city.load())._who_served
    house = cast("House", None)
    reception = Reception(city.load, cast("Desk", desk), lambda: NOON, who_served, told.append, house)
    phone = Caller("*72", "8001")
    place = {"at": NOON, "seat": SeatId("8001"), "use": CallId(phone.call_id)}
    if hangs_up:
        phone.play = gone  # type: ignore[method-assign]

    with pytest.raises(CallerHungUp) if hangs_up else nullcontext():
        await reception.serve_agent(phone)  # type: ignore[arg-type]

    assert desk.told_before == [PhoneTaken(**place)]  # type: ignore[arg-type]
    assert told[1:] == [PhoneFreed(**place)] * hangs_up  # type: ignore[arg-type]
    assert phone.set == ({} if hangs_up else {"SERVED": "yes"})


async def gone(_: str) -> str | None:
    """Nobody listens any more."""
    raise CallerHungUp


async def test_who_calls_a_branch_or_a_closed_hotline_is_sent_there(city: Copy) -> None:
    """By number, or to leave a message; the queue is where they wait if nobody answers. At noon, and at two."""
    door = Door(city.load())
    way = ("WAY", "TRANSFER", "QUEUE", "SKILLS")

    async def sent(hotline: str) -> tuple[str, ...]:
        told = (await door.receive(hotline)).set
        return tuple(told[name] for name in way)

    assert await sent("12356") == ("", "", "crisis", "psychology:1")
    assert await sent("12380") == ("message", "", "general", "")  # closed from twelve to two
    assert await sent("12366") == ("", "", "general", "")
    door.now += timedelta(hours=2)
    assert await sent("12380") == ("", "", "general", "")
    assert await sent("12366") == ("transfer", "85562366", "general", "")
