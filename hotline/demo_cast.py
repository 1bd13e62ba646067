"""The people of the demonstration: simulated agents on plain phones, simulated citizens who dial and speak Mandarin.

Nobody here knows the controller: an agent knows who is calling by the (masked) number on the phone's display, as in
life, and so finds the citizen to talk with.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass

from sandbox.citizens import Agent, Citizen, Party, Turn, converse, voice
from sandbox.dialogues import Dialogue, load_dialogues
from sandbox.ear import Ear
from sandbox.lexicon import words_of
from sandbox.lines import Line
from sandbox.phone_call import Call
from sandbox.phone_errors import NoCall, PhoneError
from sandbox.phones import Manner, Phone
from sandbox.voices import AGENT_VOICES, CITIZEN_VOICES
from tickets.ticket import masked

ANSWER_AFTER_S = 0.8
OVER_THE_QUESTION_S = 0.6
CONFIRMED_S = 10.0
WAIT_S = 120.0  # a citizen's patience
LONGEST_TALK_S = 180.0
BRIEF_TALK_S = 4.0  # with the citizens of a surge, who say nothing
CROWD = "139"
"""Their numbers begin so, those of the cast do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Who sits where: number and PIN of the agent, extension and password of the phone."""

    agent: str
    pin: str
    name: str
    seat: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """One citizen's matter: who calls, what is said on both sides."""

    number: str
    dialogue: Dialogue
    turns: tuple[Turn, ...]

    @property
    def said(self) -> str:
        """What the citizen says, all lines."""
        return "；".join(turn.text for turn in self.turns if turn.party is Party.CITIZEN)

    @property
    def spelt(self) -> str:
        """The same as the words that sound: what a transcript can be held against."""
        return "".join(words_of(self.said))


async def prepare_appeal(number: str, dialogue: Dialogue, *, lines: int, rank: int) -> Appeal:
    """Speak the first `lines` lines of a dialogue in the voices of citizen and agent number `rank`."""
    turns = await voice(
        dialogue.turns[:lines],
        citizen=CITIZEN_VOICES[rank % len(CITIZEN_VOICES)],
        agent=AGENT_VOICES[rank % len(AGENT_VOICES)],
    )
    return Appeal(number=number, dialogue=dialogue, turns=turns)


def dialogues_for(say: str | None) -> list[Dialogue]:
    """The calls to be made: one that says `say`, or all there are, in a fixed order that begins with a short one."""
    if say is None:
        every = sorted(load_dialogues(), key=lambda dialogue: (len("".join(dialogue.citizen[:1])), dialogue.name))
        first, *others = every
        random.Random(12345).shuffle(others)  # noqa: S311 - the order of a play
        return [first, *others]
    words_of(say)  # whatever the model does not know is told before anything starts
    greeting = "您好,请问有什么可以帮您"
    return [Dialogue(name="said", hotline="12345", keys="", kind="", places=(), citizen=(say,), agent=(greeting,))]


async def _dial_in_a_hurry(phone: Phone, code: str, keys: str) -> None:
    """A feature code as old hands dial it: they key over the questions and hang up when the confirmation begins."""
    call = await phone.dial(code)
    await call.established()
    if keys:
        await asyncio.sleep(OVER_THE_QUESTION_S)
        await phone.press(keys)
    await Ear(call).voice(CONFIRMED_S)
    with suppress(NoCall):
        await phone.hang_up()


def _number(call: Call) -> str:
    """What the phone's display says of the caller."""
    return call.peer.removeprefix("sip:").partition("@")[0]


class Cast:
    """Everybody who takes part. Agents are logged on with `staff`; each citizen is one `call`."""

    def __init__(self, sip_port: int, tell: Callable[[str, str], None]) -> None:
        """`tell` is told what the cast does, in Chinese and English."""
        self._sip_port, self._tell = sip_port, tell
        self._appeals: dict[str, Appeal] = {}  # by the masked number an agent sees
        self._phones: dict[str, Phone] = {}
        self._group: asyncio.TaskGroup | None = None
        self._duties: list[asyncio.Task[None]] = []
        self._awaited = 0
        self.everybody = asyncio.Event()  # who is on duty has logged on

    @asynccontextmanager
    async def on_duty(self, posts: Sequence[Post]) -> AsyncIterator[None]:
        """Agents register, log on by feature codes and take calls as long as the block lasts."""
        self._awaited = len(posts)
        async with asyncio.TaskGroup() as self._group:
            self._duties += [self._group.create_task(self._serve(post)) for post in posts]
            yield
            for duty in self._duties:
                duty.cancel()

    async def sit_down(self, posts: Sequence[Post]) -> None:
        """More agents beside those on duty: at switched-on phones when this returns, logged on by nobody yet."""
        assert self._group is not None  # noqa: S101 (on_duty lasts)
        present = [asyncio.Event() for _ in posts]
        self._duties += [
            self._group.create_task(self._man(post, here)) for post, here in zip(posts, present, strict=True)
        ]
        for here in present:
            await here.wait()

    async def _man(self, post: Post, here: asyncio.Event) -> None:
        async with self._phone_of(post) as phone:
            here.set()
            await self._take_calls(phone, post)

    def _phone_of(self, post: Post) -> AbstractAsyncContextManager[Phone]:
        line = Line.seat(self._sip_port, post.seat, post.password)
        return Phone.start(line, manner=Manner.ANSWER, after_s=ANSWER_AFTER_S)

    async def _serve(self, post: Post) -> None:
        async with self._phone_of(post) as phone:
            await _dial_in_a_hurry(phone, "*71", f"{post.agent}#{post.pin}#")
            await _dial_in_a_hurry(phone, "*72", "")
            self._tell(f"话务员 {post.agent} 在 {post.seat} 就绪", f"agent {post.agent} is ready at {post.seat}")
            self._awaited -= 1
            if not self._awaited:
                self.everybody.set()
            await self._take_calls(phone, post)

    async def _take_calls(self, phone: Phone, post: Post) -> None:
        agent = Agent(phone, post.agent, post.pin)
        while True:
            call = await phone.incoming(deadline_s=24 * 3600)
            with suppress(PhoneError, TimeoutError):
                await call.established()
                if _number(call).startswith(CROWD):
                    await asyncio.sleep(BRIEF_TALK_S)
                    await phone.hang_up()
                    await _dial_in_a_hurry(phone, "*74", "")
                    continue
                await self._talk(phone, _number(call))
                await call.closed(LONGEST_TALK_S)
                await agent.finish_wrap_up()

    async def _talk(self, agent: Phone, number: str) -> None:
        appeal, citizen = self._appeals.get(number), self._phones.get(number)
        if appeal is None or citizen is None:
            return
        await converse(citizen, agent, appeal.turns)
        await citizen.hang_up()

    async def call(self, appeal: Appeal) -> None:
        """One citizen's call, from dialling to the end."""
        shown = masked(appeal.number)
        async with Phone.start(Line.citizen(self._sip_port, appeal.number)) as phone:
            self._appeals[shown], self._phones[shown] = appeal, phone
            call = await Citizen(phone).reach(appeal.dialogue.hotline, appeal.dialogue.keys)
            await call.closed(WAIT_S + LONGEST_TALK_S)
        del self._appeals[shown], self._phones[shown]
