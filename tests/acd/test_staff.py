"""The directory of persons: who gets in with a PIN, and who does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from acd.model import AgentId, Skill, SkillLevel
from acd.staff import LOCK_TIME, WRONG_PINS_MOST, BadNumberOrPin, LockedOut, NumberTaken, Staff, StaffMember, WrongPin
from plumbing.database import connect, metadata
from tests.databases import BOTH

pytestmark = BOTH

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
WANG = StaffMember(number=AgentId("101"), name="王芳", skills=frozenset({SkillLevel(Skill("psychology"), 3)}))


@pytest.fixture
async def directory(database_url: str) -> AsyncIterator[Staff]:
    """A directory with one person, hashing cheaply."""
    engine = connect(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    staff = Staff(engine, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    await staff.add(WANG, "246810")
    yield staff
    await engine.dispose()


async def guess_wrong(directory: Staff, times: int) -> None:
    """So many wrong PINs, one after the other."""
    for _ in range(times):
        with pytest.raises(WrongPin):
            await directory.verify_pin("101", "000000", now=NOW)


async def test_the_right_pin_gives_the_person(directory: Staff) -> None:
    """Number and PIN give name and skills back."""
    assert await directory.verify_pin("101", "246810", now=NOW) == WANG


async def test_unknown_number_is_answered_like_a_wrong_pin(directory: Staff) -> None:
    """The answer does not say whether the number exists."""
    with pytest.raises(WrongPin) as unknown:
        await directory.verify_pin("999", "246810", now=NOW)
    with pytest.raises(WrongPin) as wrong:
        await directory.verify_pin("101", "135790", now=NOW)

    assert str(unknown.value) == str(wrong.value)


async def test_five_wrong_pins_lock_the_number_for_five_minutes(directory: Staff) -> None:
    """Even the right PIN is refused until the lock ends by itself."""
    await guess_wrong(directory, WRONG_PINS_MOST)

    with pytest.raises(LockedOut) as locked:
        await directory.verify_pin("101", "246810", now=NOW + LOCK_TIME - timedelta(seconds=1))
    assert locked.value.until == NOW + LOCK_TIME
    assert await directory.verify_pin("101", "246810", now=NOW + LOCK_TIME) == WANG


async def test_after_a_lock_the_count_begins_anew(directory: Staff) -> None:
    """One wrong PIN after a lock that ran out does not lock again."""
    await guess_wrong(directory, WRONG_PINS_MOST)
    later = NOW + LOCK_TIME
    with pytest.raises(WrongPin):
        await directory.verify_pin("101", "000000", now=later)

    assert await directory.verify_pin("101", "246810", now=later) == WANG


async def test_a_right_pin_forgives_the_wrong_ones(directory: Staff) -> None:
    """Four wrong, one right, four wrong: not locked."""
    for _ in range(2):
        await guess_wrong(directory, WRONG_PINS_MOST - 1)
        assert await directory.verify_pin("101", "246810", now=NOW) == WANG


async def test_guesses_at_once_are_counted_one_by_one(directory: Staff) -> None:
    """Twenty guesses in parallel are five guesses, and fifteen refusals."""
    guesses = (directory.verify_pin("101", f"0000{n:02}", now=NOW) for n in range(20))
    ends = await asyncio.gather(*guesses, return_exceptions=True)

    assert sum(isinstance(end, WrongPin) for end in ends) == WRONG_PINS_MOST
    assert sum(isinstance(end, LockedOut) for end in ends) == 20 - WRONG_PINS_MOST


async def test_who_left_does_not_get_in(directory: Staff) -> None:
    """An inactive person is answered like a wrong PIN."""
    await directory.add(StaffMember(number=AgentId("102"), name="李强", skills=frozenset(), active=False), "246810")

    with pytest.raises(WrongPin):
        await directory.verify_pin("102", "246810", now=NOW)


async def test_a_number_is_given_once(directory: Staff) -> None:
    """The second person with a number is refused, the first stays."""
    with pytest.raises(NumberTaken):
        await directory.add(StaffMember(number=AgentId("101"), name="李强", skills=frozenset()), "1357")

    assert [member.name for member in await directory.everybody()] == ["王芳"]


@pytest.mark.parametrize(
    ("number", "pin"), [("10", "2468"), ("1o1", "2468"), ("103", "246"), ("103", "24a8"), ("103", "１２３４")]
)
async def test_numbers_and_pins_are_digits_a_phone_has(directory: Staff, number: str, pin: str) -> None:
    """What cannot be keyed on a phone is refused when the person is entered."""
    with pytest.raises(BadNumberOrPin):
        await directory.add(StaffMember(number=AgentId(number), name="李强", skills=frozenset()), pin)


async def test_names_are_known_without_asking_the_database_again(directory: Staff) -> None:
    """Of who was entered here, at once; of others once they are asked about; of nobody who is not there."""
    assert await directory.names([]) == {"101": "王芳"}
    other = Staff(directory._engine, directory._hasher)
    await other.add(StaffMember(number=AgentId("102"), name="李强", skills=frozenset()), "1357")

    assert await directory.names([AgentId("101"), AgentId("102"), AgentId("999")]) == {"101": "王芳", "102": "李强"}
    await directory._engine.dispose()
    assert (await directory.names([AgentId("102")]))[AgentId("102")] == "李强"
