"""Walk one caller from the greeting to the queue they will wait in, or to what they wanted instead.

Every second here counts inside the 15 to an answer (GB/T 33358, as we know it), so: a key interrupts the greeting and,
if it is a choice, is one; silence is not asked twice; and no node is visited a second time. Whatever the caller does,
they reach a person after at most the sum of all nodes' attempts, or have what they wanted; or they hang up, which the
line raises and nobody here catches. Every edge that is passed is told to the caller's line (`Caller.passed`).
"""

from __future__ import annotations

from dataclasses import replace

from ivr.caller import Caller
from ivr.dialogs import Left, call_back, message, progress, take_digits
from ivr.menu import (
    GREETING,
    PERSON,
    SILENCE,
    THEN,
    WRONG,
    CallBack,
    Digits,
    End,
    Goto,
    Join,
    Journey,
    Keyed,
    Menu,
    Message,
    Need,
    Node,
    Progress,
)
from ivr.voice import Voice


async def walk(journey: Journey, caller: Caller) -> End:
    """Greet and ask; the queue to wait in, with the skills and the priority that the caller's keys ask for, or what
    they wanted instead."""
    return await _Walk(journey, caller).walk()


class _Walk:
    def __init__(self, journey: Journey, caller: Caller) -> None:
        self._journey, self._caller = journey, caller
        self._voice = Voice(caller, journey.variants)
        self._language = ""
        self._keyed: dict[str, str] = {}
        self._visited: set[str] = set()
        self._early: str | None = None

    async def walk(self) -> End:
        self._early = await self._voice.say(self._journey.greeting)
        to = await self._leave(GREETING, Left(PERSON if self._early == PERSON else THEN))
        while isinstance(to, Goto):
            if to.menu in self._visited:
                return self._with_all_known(self._journey.person)
            self._visited.add(to.menu)
            to = await self._leave(to.menu, await self._visit(to.menu))
        return self._with_all_known(to) if isinstance(to, Join) else to

    async def _leave(self, name: str, left: Left) -> Goto | End:
        """Pass the edge by which a node was left."""
        edge = next(way for way in self._journey.ways(name) if way.by == left.by)
        await self._caller.passed(edge)
        if left.keyed:
            self._keyed[left.keyed.name] = left.keyed.digits
        if isinstance(edge.to, Goto | Join) and edge.to.language:
            self._language = edge.to.language
            self._voice.speak(self._language)
        return edge.to

    async def _visit(self, name: str) -> Left:
        early, self._early = self._early, None
        node: Node = self._journey.menus[name]
        place = self._with_all_known
        match node:
            case Menu():
                return await _choose(node, self._voice, early)
            case Message():
                return await message(node, self._voice, self._caller)
            case CallBack():
                return await call_back(node, place(node.otherwise), self._voice, self._caller)
            case Progress():
                return await progress(node, self._voice, self._caller)
            case Digits():
                return await take_digits(node, self._voice)

    def _with_all_known(self, join: Join) -> Join:
        """A queue, for who speaks the language that was chosen, with what was keyed in."""
        spoken = frozenset({Need(self._language, 1)} if self._language else ())
        known = {need.skill for need in join.skills}
        skills = join.skills | {need for need in spoken if need.skill not in known}
        keyed = tuple(Keyed(*one) for one in self._keyed.items())
        return replace(join, skills=skills, language=self._language, keyed=keyed)


async def _choose(menu: Menu, voice: Voice, early: str | None) -> Left:
    """By what the caller leaves a menu. `early` came before the menu was said; if it means nothing, it is forgotten."""
    if early is not None and early in menu.choices:
        return Left(early)
    if not menu.choices:
        return Left(PERSON if await voice.play(menu.prompt) == PERSON else THEN)
    for _ in range(menu.attempts):
        key = await voice.ask(menu.prompt, menu.wait_s)
        if key is None:
            return Left(SILENCE)
        if key == PERSON or key in menu.choices:
            return Left(key)
    return Left(WRONG)
