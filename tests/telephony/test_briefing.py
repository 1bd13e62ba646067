"""What Asterisk is told of the city while it runs: what differs, and no more; a queue it does not have gets a spare."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from acd.model import AgentId, QueueName, SeatId
from plumbing.lifecycle import background
from telephony.asterisk.config import Fallback
from telephony.asterisk.known import SPARES, digest_of, known
from telephony.briefing import Brief, Briefing
from telephony.errors import AsteriskUnreachable
from telephony.mirror import Member

GENERAL = Fallback(number="12345", queue="general", greeting=("hello", "notice"), dialled=("12345", "051812345"))
HEALTH = Fallback(number="12320", queue="health", greeting=("hello",), crisis=True)
NEW = Fallback(number="12399", queue="enterprise", greeting=("hello",))


class Asterisk:
    """Global variables, and queues that were there when it was started."""

    def __init__(self, *hotlines: Fallback) -> None:
        table = known(hotlines)
        self.variables = {**table, "KNOWN": digest_of(table)}
        self.queues = {"general", "health"}
        self.is_connected = True
        self.set: list[str] = []

    async def action(self, name: str, /, **fields: str) -> dict[str, str]:
        """Getvar and Setvar."""
        if not self.is_connected:
            raise AsteriskUnreachable("away")
        variable = fields["Variable"]
        if name == "Setvar":
            self.set.append(variable)
            self.variables[variable] = fields["Value"]
            return {}
        queue = variable.removeprefix("QUEUE_EXISTS(fallback-").removesuffix(")")
        value = str(int(queue in self.queues)) if queue != variable else self.variables.get(variable, "")
        return {"Value": value}


class House:
    """Somebody who is briefed about hotlines that may change."""

    def __init__(self, asterisk: Asterisk, *hotlines: Fallback) -> None:
        self.asterisk, self.hotlines, self.spares = asterisk, hotlines, 0
        self.briefing = Briefing(asterisk, self._brief, self._note)

    def _brief(self) -> Brief:
        return Brief(variables=known(self.hotlines), queues=[hotline.queue for hotline in self.hotlines])

    def _note(self) -> None:
        self.spares += 1

    async def until(self, true: Callable[[], bool]) -> None:
        """Run for so long."""
        async with background(self.briefing.run()), asyncio.timeout(5):
            while not true():  # noqa: ASYNC110 (no bell)
                await asyncio.sleep(0.001)

    async def rest(self) -> None:
        """Run until nothing is left to be said."""
        async with background(self.briefing.run()):
            await asyncio.sleep(0.05)


async def test_an_asterisk_that_knows_the_city_is_told_nothing() -> None:
    """One question is the whole cost of an ordinary login."""
    asterisk = Asterisk(GENERAL, HEALTH)
    house = House(asterisk, GENERAL, HEALTH)
    house.briefing.look()
    await house.rest()

    assert (asterisk.set, house.spares) == ([], 0)


async def test_a_new_hotline_is_told_and_its_queue_gets_a_spare_one() -> None:
    """Only what differs is said, the digest last; members of the queue go where Asterisk knows it."""
    asterisk = Asterisk(GENERAL, HEALTH)
    house = House(asterisk, GENERAL, HEALTH)
    house.briefing.look()
    await house.rest()
    house.hotlines = (GENERAL, HEALTH, NEW)
    house.briefing.change()
    await house.until(lambda: "KNOWN" in asterisk.set)

    its_own = {f"{what}_12399" for what in ("QUEUE", "GREETING", "LANE", "ROUTE")}
    assert set(asterisk.set) == {"SPARE_enterprise", "KNOWN", *its_own}
    assert asterisk.set[-1] == "KNOWN"
    assert (asterisk.variables["QUEUE_12399"], asterisk.variables["SPARE_enterprise"]) == ("enterprise", "SPARE_1")
    assert house.spares == 1
    here, there = (
        Member(queue=QueueName(queue), seat=SeatId("8001"), agent=AgentId("101"), is_paused=False)
        for queue in ("general", "enterprise")
    )
    assert {member.queue for member in house.briefing.natively(frozenset({here, there}))} == {"general", "SPARE_1"}


async def test_what_is_no_more_is_taken_back() -> None:
    """A number that no hotline lists any more lands on the default hotline, as with a controller."""
    asterisk = Asterisk(GENERAL, HEALTH)
    house = House(asterisk, GENERAL, HEALTH)
    house.briefing.look()
    await house.rest()
    house.hotlines = (GENERAL,)
    house.briefing.change()
    await house.until(lambda: "KNOWN" in asterisk.set)

    assert (asterisk.variables["ROUTE_12320"], asterisk.variables["LANE_12320"]) == ("", "")
    assert asterisk.variables["KNOWN"] == digest_of(known((GENERAL,)))


async def test_another_controller_gives_a_queue_the_spare_it_had() -> None:
    """Somebody may be waiting in it."""
    asterisk = Asterisk(GENERAL, HEALTH)
    asterisk.variables["SPARE_enterprise"] = "SPARE_7"
    house = House(asterisk, GENERAL, HEALTH, NEW)
    house.briefing.look()
    await house.until(lambda: house.spares > 0)

    assert asterisk.variables["SPARE_enterprise"] == "SPARE_7"


async def test_an_asterisk_that_was_started_anew_is_told_everything() -> None:
    """It knows what its folder said then: another city, perhaps."""
    asterisk = Asterisk(HEALTH)
    house = House(asterisk, GENERAL, HEALTH, NEW)
    asterisk.is_connected = False
    house.briefing.look()
    await house.rest()
    assert asterisk.set == []
    asterisk.is_connected = True
    house.briefing.look()
    await house.until(lambda: "KNOWN" in asterisk.set)

    assert known((GENERAL, HEALTH, NEW)).items() <= asterisk.variables.items()


async def test_more_new_queues_than_spare_ones_wait_with_everybody() -> None:
    """Each spare is given once; nobody is put where others wait."""
    many = [Fallback(number=str(13000 + n), queue=f"q{n}", greeting=("hello",)) for n in range(SPARES + 2)]
    asterisk = Asterisk(GENERAL)
    house = House(asterisk, GENERAL, *many)
    house.briefing.look()
    await house.until(lambda: "KNOWN" in asterisk.set)

    lent = [value for name, value in asterisk.variables.items() if name.startswith("SPARE_q")]
    assert (len(lent), len(set(lent))) == (SPARES, SPARES)


@pytest.mark.parametrize("hotlines", [(GENERAL,), (GENERAL, HEALTH)])
def test_the_digest_changes_with_whatever_is_known(hotlines: tuple[Fallback, ...]) -> None:
    """And with nothing else."""
    assert digest_of(known(hotlines)) == digest_of(dict(reversed(known(hotlines).items())))
    assert digest_of(known(hotlines)) != digest_of(known((*hotlines, NEW)))
