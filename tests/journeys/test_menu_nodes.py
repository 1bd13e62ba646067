"""What is more than a choice: a message with review, a ticket's progress, a call-back elsewhere, another language.

Real keypad tones, real recordings; the city is the quick one with a hotline of its own, 12399, whose menu has them all.
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from acd.call_back_facts import CallBackAsked, CallBackLined
from acd.call_facts import CallBackOwed, VoiceMessageLeft
from acd.events import CallEnded, CallJoined
from acd.model import SkillLevel
from city.local_time import CITY_TIME
from ivr.aloud import date_aloud, number_aloud
from sandbox.citizens import voice
from sandbox.ear import Ear
from sandbox.phones import Manner
from sandbox.sound import tone, write_wav
from tests.journeys.api import api_of
from tests.journeys.conftest import calling_back, house_of, quick_city

pytestmark = pytest.mark.asyncio(loop_scope="module")

MENUS = {
    "fund": """
prompt = "menu-fund"
[choices]
1 = { join = "general" }
2 = { goto = "fund-progress" }
3 = { goto = "fund-message" }
4 = { goto = "fund-call-back" }
5 = { goto = "fund-spoken", language = "english" }
""",
    "fund-progress": 'kind = "progress"\nprompt = "ask-fund-ticket"\n',
    "fund-message": 'kind = "message"\nprompt = "invite-fund-message"\n',
    "fund-call-back": 'kind = "call_back"\nprompt = "offer-fund"\notherwise = { join = "general", priority = 3 }\n',
    "fund-spoken": 'kind = "say"\nprompt = "say-fund"\n',
}
TEXTS = {
    "menu-fund": "咨询请按1,查工单请按2,留言请按3,回拨请按4,英语请按5,人工请按0。",
    "ask-fund-ticket": "请输入工单编号。",
    "invite-fund-message": "请留言。",
    "offer-fund": "回拨本机请按1,其他号码请按2,人工请按0。",
    "say-fund": "正在转接。",
    "say-fund-en": "正在转接英语坐席。",
}
HOTLINE = """
[[hotlines]]
number = "12399"
zh = "住房公积金热线"
en = "Housing fund"
queue = "general"
greeting = ["greeting-12345"]
menu = "fund"
"""
SKILL = """
[[skills]]
name = "english"
zh = "英语"
en = "English"
spoken = "en"
"""
MENU_HZ, SPOKEN_HZ, ENGLISH_HZ = 600, 800, 1200
ELSEWHERE = "13900008333"
"""Where the citizen wants to be called back."""


def city_with_nodes(folder: Path) -> Path:
    """The quick city, which calls back by rule, and 12399."""
    city = calling_back(quick_city(folder / "quick"), folder / "city")
    for name, text in MENUS.items():
        (city / f"menus/{name}.toml").write_text(text, encoding="utf-8")
    for file, more in (("hotlines.toml", HOTLINE), ("city.toml", SKILL)):
        with (city / file).open("a", encoding="utf-8") as written:
            written.write(more)
    with (city / "prompts/prompts.toml").open("a", encoding="utf-8") as written:
        written.writelines(f'\n[{slug}]\nzh = "{text}"\nen = "{slug}"\n' for slug, text in TEXTS.items())
    for slug in TEXTS:
        write_wav(city / f"prompts/{slug}.wav", tone(SPOKEN_HZ, 0.3))
    write_wav(city / "prompts/menu-fund.wav", tone(MENU_HZ, 0.4))
    write_wav(city / "prompts/say-fund-en.wav", tone(ENGLISH_HZ, 0.4))
    return city


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(carrier, tmp_path_factory):
    """A PBX of this city."""
    folder = tmp_path_factory.mktemp("house")
    async with house_of(city_with_nodes(folder), folder / "state", carrier) as booted:
        yield booted


async def choose(scene, prompt, keys, number="13812345678"):
    """Dial 12399, hear the menu out, press these keys one after the other."""
    citizen = await scene.citizen(number)
    call = await scene.dial(citizen, "12399")
    ear = Ear(citizen.calls[-1])
    await ear.clip([prompt("menu-fund")], 10)
    await citizen.press(keys)
    return citizen, call, ear


async def speak(citizen, ear, prompt, said, since):
    """After the tone."""
    heard = await ear.clip([prompt("beep")], 10, since=since)
    await citizen.play(said)
    return heard


async def recordings(scene, call, many=1):
    """What is kept of a call: how many, and each attempt."""
    query = "select attempt, seconds from recordings where call_id = :call and state = 'kept' order by attempt"
    return await scene.rows(query, until=lambda rows: len(rows) == many, call=call)


async def test_a_message_is_heard_again_spoken_anew_and_kept(scene, prompt):
    """Of two takes the second is meant: one recording, one draft; the caller is thanked and let go."""
    first, second = await voice([("citizen", "幸福小区停水了"), ("citizen", "人民路路灯不亮了")])
    citizen, call, ear = await choose(scene, prompt, "3")
    heard = await speak(citizen, ear, prompt, first.sound, 0)
    await citizen.press("#")
    heard = await ear.clip([prompt("message-review")], 20, since=heard)
    await citizen.press("2")
    heard = await speak(citizen, ear, prompt, second.sound, heard)
    await citizen.press("#")
    heard = await ear.clip([prompt("message-review")], 20, since=heard)
    await citizen.press("1")
    await ear.clip([prompt("message-thanks")], 10, since=heard)

    await scene.fact(CallEnded, call=call)
    left = await scene.fact(VoiceMessageLeft, call=call)
    (kept,) = await recordings(scene, call)
    assert kept.attempt == left.attempt == 9101
    await scene.rows("select id from tickets where call_id = :call", call=call)
    await scene.rows("select outcome from calls where call_id = :call and outcome = 'voice_message'", call=call)
    assert not scene.facts(CallJoined, call=call)


@pytest.mark.parametrize("key", ["", "#"], ids=["while speaking", "in the review"])
async def test_who_hangs_up_after_speaking_has_left_a_message(scene, prompt, key):
    """Nothing is lost."""
    (said,) = await voice([("citizen", "幸福小区停水三天了")])
    citizen, call, ear = await choose(scene, prompt, "3")
    heard = await speak(citizen, ear, prompt, said.sound, 0)
    if key:
        await citizen.press(key)
        await ear.voice(10)
    await citizen.hang_up()

    await scene.fact(VoiceMessageLeft, call=call)
    assert len(await recordings(scene, call)) == 1
    assert heard


async def test_who_says_nothing_is_passed_to_a_person_and_leaves_nothing(scene, prompt):
    """Five seconds of silence after the tone."""
    citizen, call, ear = await choose(scene, prompt, "3")
    await ear.clip([prompt("message-nothing")], 20)
    joined = await scene.fact(CallJoined, call=call)
    await citizen.hang_up()
    await scene.fact(CallEnded, call=call)

    assert joined.queue == "general"
    await asyncio.sleep(1)  # a recording would be taken in by now
    assert not await scene.rows("select id from recordings where call_id = :call", until=lambda _: True, call=call)


async def test_a_ticket_is_told_to_who_calls_from_its_number_and_to_nobody_else(scene, prompt):
    """Its number is keyed in and read back; another caller guesses a code and hears what everybody hears."""
    (said,) = await voice([("citizen", "幸福小区停水三天了")])
    citizen, call, ear = await choose(scene, prompt, "3")
    await speak(citizen, ear, prompt, said.sound, 0)
    await citizen.hang_up()
    (ticket,) = await scene.rows("select id, version from tickets where call_id = :call", call=call)
    async with api_of(scene) as api:
        claimed = await api.send("POST", f"/api/drafts/{ticket.id}/claim", version=ticket.version)
        confirmed = await api.send("POST", f"/api/drafts/{ticket.id}/confirm", version=claimed["version"])
    digits = confirmed["number"].replace("-", "")
    (clock,) = await scene.rows("select deadline_at from ticket_clocks where ticket = :ticket", ticket=ticket.id)

    citizen, call, ear = await choose(scene, prompt, f"2{digits}")
    heard = await ear.clip([prompt("keyed-confirm")], 30)
    await citizen.press("1")
    due = datetime.fromisoformat(str(clock.deadline_at)).replace(tzinfo=UTC).astimezone(CITY_TIME).date()
    for name in ("progress-ticket", *number_aloud(digits), "progress-in-hand", "progress-due", *date_aloud(due)):
        heard = await ear.clip([prompt(name)], 10, since=heard)
    await citizen.press("0")
    assert (await scene.fact(CallJoined, call=call)).queue == "general"
    await citizen.hang_up()

    stranger, call, ear = await choose(scene, prompt, f"2{digits}", "13912345678")
    heard = await ear.clip([prompt("keyed-confirm")], 30)
    await stranger.press("1")
    heard = await ear.clip([prompt("progress-ask-code")], 10, since=heard)
    await stranger.press("123456")
    await ear.clip([prompt("progress-not-found")], 10, since=heard)
    await stranger.hang_up()
    await scene.fact(CallEnded, call=call)


async def test_a_call_back_is_made_to_the_number_that_was_keyed_in(scene, prompt, carrier):
    """Read back, confirmed, promised; an agent first, then the other phone rings; nobody calls the first one."""
    citizen, call, ear = await choose(scene, prompt, "4")
    heard = await ear.clip([prompt("offer-fund")], 10)
    await citizen.press("2")
    heard = await ear.clip([prompt("call-back-ask-number")], 10, since=heard)
    await citizen.press(f"{ELSEWHERE}#")
    heard = await ear.clip([prompt("keyed-confirm")], 30, since=heard)
    await citizen.press("1")
    await ear.clip([prompt("call-back-promised")], 10, since=heard)
    asked = await scene.fact(CallBackAsked, call=call)
    await scene.fact(CallEnded, call=call)
    await scene.fact(CallBackOwed, call=call)
    lined = await scene.fact(CallBackLined, owed=call)

    assert (lined.queue, lined.priority, lined.joined) == ("general", 3, asked.at)
    async with carrier.phone(ELSEWHERE, manner=Manner.ANSWER) as phone:
        await scene.agent("101", "8001", Manner.ANSWER)
        await (await phone.incoming()).established()
        await phone.hang_up()


async def test_a_language_is_spoken_and_asked_of_the_agent(scene, prompt):
    """The prompt with the ending is played; who answers must speak it."""
    citizen, call, ear = await choose(scene, prompt, "5")
    await ear.clip([prompt("say-fund-en")], 10)

    joined = await scene.fact(CallJoined, call=call)
    assert joined.skills == frozenset({SkillLevel("english", 1)})
    await citizen.hang_up()
