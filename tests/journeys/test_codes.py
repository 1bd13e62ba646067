"""A plain SIP phone is enough for an agent: feature codes, each confirmed by a voice that the phone really hears."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from acd.events import AgentAnswered, AgentBecameReady, CallEnded, QueuesLoaded, RingFailed
from acd.model import AgentId, AgentState, BreakReason, Queue, QueueName, Skill, SkillLevel
from acd.phone_facts import PhoneFreed, PhoneTaken
from acd.staff import Staff, StaffMember
from ivr.aloud import number_aloud
from ivr.prompts import Say
from sandbox.ear import Ear
from sandbox.phones import Manner
from sandbox.sound import RATE_HZ, find

pytestmark = pytest.mark.asyncio(loop_scope="module")

PIN = "2580"
ENOUGH = RATE_HZ
"""Samples of a question after which a person knows what is asked, and keys it in."""


@pytest.fixture
def dialled(scene, prompt):
    """Dial a code, answer its questions by keys, and give back what the phone heard."""

    async def dial(phone, code, *answers):
        call = await phone.dial(code)
        await call.established()
        ear, since = Ear(call), 0
        for question, keys in answers:
            since = await ear.clip([prompt(question)[:ENOUGH]], 15, since=since)
            await phone.press(keys)
        await call.closed(20)
        return call.heard()

    return dial


@pytest.fixture
def hears(prompt):
    """Whether a prompt is in what was heard."""
    return lambda sound, *names: all(find(prompt(name), sound) is not None for name in names)


async def enter(scene, number="101", **skills):
    """Write a person into the directory."""
    mastered = frozenset(SkillLevel(Skill(name), level) for name, level in skills.items())
    member = StaffMember(number=AgentId(number), name="王芳", skills=mastered)
    await Staff(scene.controller.database).add(member, PIN)


def log_on(number="101", pin=PIN):
    """Answers to *71's questions."""
    return (Say.ASK_AGENT, f"{number}#"), (Say.ASK_PIN, f"{pin}#")


async def test_an_agent_works_a_whole_shift_by_codes(scene, dialled, hears):
    """*71 log on, *72 ready, a call, *74 wrap-up done, *73 break with its reason, *72, *70 log off."""
    await enter(scene)
    phone = await scene.phone(scene.line("8001"), Manner.ANSWER)

    assert hears(await dialled(phone, "*71", *log_on()), Say.LOGGED_ON, *number_aloud("101"), Say.THEN_READY)
    assert scene.agent_now("101").seat == "8001"
    assert scene.agent_now("101").state is AgentState.ON_BREAK
    assert hears(await dialled(phone, "*72"), Say.READY)
    assert scene.agent_now("101").state is AgentState.READY

    citizen = await scene.citizen()
    call = await scene.wait_in(citizen)
    await scene.fact(AgentAnswered, call=call)
    await citizen.hang_up()
    await scene.fact(CallEnded, call=call)
    await phone.calls[-1].closed()
    assert hears(await dialled(phone, "*73", (Say.ASK_BREAK, "2")), Say.ON_BREAK)
    assert scene.agent_now("101").reason is BreakReason.MEAL

    assert hears(await dialled(phone, "*72"), Say.READY)
    assert hears(await dialled(phone, "*74"), Say.NOT_NOW)
    assert hears(await dialled(phone, "*70"), Say.LOGGED_OFF)
    assert scene.agent_now("101").state is AgentState.LOGGED_OFF


async def test_wrap_up_is_made_longer_and_ended_by_its_codes(scene, dialled, hears):
    """*75 adds the queue's step, as often as it allows; *74 makes the agent ready before the time is up."""
    step = timedelta(seconds=30)
    slow = Queue(QueueName("general"), wrap_up_time=2 * step, extend_wrap_up=step, extensions_most=1)
    scene.controller.engine.tell(QueuesLoaded(at=datetime.now(UTC), queues=(slow,)))
    phone = await scene.agent("101", "8001", Manner.ANSWER)
    citizen = await scene.citizen()
    call = await scene.wait_in(citizen)
    await scene.fact(AgentAnswered, call=call)
    await citizen.hang_up()
    ends = (await scene.becomes("101", AgentState.WRAP_UP)).until
    await phone.calls[-1].closed()

    assert hears(await dialled(phone, "*75"), Say.WRAP_UP_EXTENDED)
    assert scene.agent_now("101").until == ends + step
    assert hears(await dialled(phone, "*75"), Say.NO_MORE_EXTENSIONS)
    assert scene.agent_now("101").until == ends + step
    assert hears(await dialled(phone, "*74"), Say.WRAP_UP_DONE)
    assert scene.agent_now("101").state is AgentState.READY


async def test_a_wrong_pin_thrice_is_too_many_and_an_unknown_number_is_refused_like_one(scene, dialled, hears):
    """It is asked again after each; who guesses learns nothing, who mistyped gets the next try right."""
    await enter(scene, "101")
    await enter(scene, "102")
    guesser, mistyper = await asyncio.gather(scene.phone(scene.line("8001")), scene.phone(scene.line("8002")))
    guessed, mistyped = await asyncio.gather(
        dialled(guesser, "*71", *log_on(pin="1111"), *log_on(pin="2222"), *log_on(pin="3333")),
        dialled(mistyper, "*71", *log_on("999"), *log_on("102")),
    )

    assert hears(guessed, Say.WRONG_PIN, Say.TOO_MANY_ATTEMPTS)
    assert "101" not in scene.controller.distributor.agents
    assert hears(mistyped, Say.WRONG_PIN, Say.LOGGED_ON)
    assert scene.agent_now("102").seat == "8002"


async def test_what_the_acd_refuses_is_said_by_name(scene, dialled, hears):
    """A seat that is taken, an agent who sits elsewhere, a seat that is not open, nobody logged on, no such code."""
    await enter(scene, "101")
    await enter(scene, "102")
    taken, elsewhere, closed = await asyncio.gather(
        *(scene.phone(scene.line(seat)) for seat in ("8001", "8002", "8011"))
    )
    await scene.log_on("101", "8001")

    heard = await asyncio.gather(
        dialled(taken, "*71", *log_on("102")),
        dialled(elsewhere, "*71", *log_on("101")),
        dialled(closed, "*71", *log_on("102")),
    )
    assert [
        hears(sound, prompt)
        for sound, prompt in zip(heard, (Say.SEAT_TAKEN, Say.ALREADY_LOGGED_ON, Say.UNKNOWN_SEAT), strict=True)
    ] == [True] * 3
    heard = await asyncio.gather(dialled(elsewhere, "*72"), dialled(closed, "*99"))
    assert hears(heard[0], Say.UNKNOWN_AGENT)
    assert hears(heard[1], Say.UNKNOWN_CODE)


async def test_whoever_says_ready_by_a_code_is_rung_when_the_phone_is_hung_up(scene):
    """A citizen waits all the while: no phone is found engaged by its own code, nobody is made to rest."""
    phone = await scene.agent("101", "8001", Manner.ANSWER, ready=False)
    call = await scene.wait_in(await scene.citizen())
    dialling = await phone.dial("*72")
    await dialling.established()
    await dialling.closed()
    freed = await scene.fact(PhoneFreed, seat="8001")
    await scene.fact(AgentAnswered, call=call, attempt=1)

    [order] = scene.orders(call)
    assert [order] == [command for fact, orders in scene.told for command in orders if fact is freed]
    assert scene.facts(RingFailed) == []
    [taken] = scene.facts(PhoneTaken, seat="8001", use=freed.use)
    [ready] = scene.facts(AgentBecameReady, agent="101")
    assert taken.at <= ready.at < freed.at


async def test_a_code_that_is_hung_up_in_the_middle_frees_the_phone(scene):
    """The agent does not wait for the voice to end: the next call rings then."""
    phone = await scene.agent("101", "8001", Manner.ANSWER, ready=False)
    call = await scene.wait_in(await scene.citizen())
    dialling = await phone.dial("*72")
    await dialling.established()
    await scene.becomes("101", AgentState.READY)

    assert scene.orders(call) == []
    await phone.hang_up()
    await scene.fact(AgentAnswered, call=call, attempt=1)


async def test_a_phone_in_the_middle_of_a_code_is_found_by_a_look(scene):
    """Whatever was missed: the telephones say that it dials a code, and later that it does not."""
    phone = await scene.agent("101", "8001", Manner.ANSWER)
    dialling = await phone.dial("*71")
    await dialling.established()
    taken = await scene.fact(PhoneTaken, seat="8001")
    scene.controller.engine.tell(PhoneFreed(at=taken.at, seat=taken.seat, use=taken.use))
    scene.controller.lookout.mark("a test")
    await scene.until(lambda: len(scene.facts(PhoneTaken, seat="8001", use=taken.use)) > 1)

    call = await scene.wait_in(await scene.citizen())
    assert scene.orders(call) == []
    await phone.hang_up()
    await scene.fact(AgentAnswered, call=call, attempt=1)
