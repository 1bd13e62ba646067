"""演练自动生成: rehearsals that pass every edge of a hotline's journey, and what else callers do at every node.

They are made from the table alone (`ivr.menu.Journey`), and say beforehand where each must end; that the walk agrees is
what rehearsing them shows. For each node there is one rehearsal for each way out of it, one in which the caller hangs
up there, and, of a menu, one with a wrong key and then a right one; and one for each key that cuts the greeting short.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ivr.menu import (
    GREETING,
    KEPT,
    PERSON,
    PROMISED,
    REFUSED,
    SILENCE,
    THEN,
    TOLD,
    WRONG,
    CallBack,
    CallBackPromised,
    Digits,
    Edge,
    Goto,
    Join,
    Journey,
    Menu,
    Message,
    MessageLeft,
    Need,
    Progress,
)
from ivr.prompts import Say
from ivr.rehearsal import Ending, Expected, HangUp, Hear, Press, Rehearsal, Sound, Speak, StaySilent, Step
from ivr.rehearse import SAMPLE_TICKET

UNKNOWN_TICKET: Final = "20260101999999"
KEYS: Final = "123456789*#"
SPOKEN_S: Final = 3.0
INPUTS: Final = 2
"""So often a number is asked for that does not fit (ivr.dialogs.collect)."""
_CLASS: Final = re.compile(r"\[([0-9])-[0-9]\]|([0-9])")


@dataclass(frozen=True, slots=True)
class _Way:
    """How a node is come to: the edges passed, and what the caller did for it."""

    edges: tuple[Edge, ...]
    steps: tuple[Step, ...]

    @property
    def language(self) -> str:
        """The language chosen last."""
        chosen = (edge.to.language for edge in reversed(self.edges) if isinstance(edge.to, Goto | Join))
        return next((language for language in chosen if language), "")


class _Maker:
    def __init__(self, number: str, journey: Journey, length_s: Callable[[str], float], sent_to: str | None) -> None:
        self._number, self._journey, self._sent_to = number, journey, sent_to
        self._longest = max(journey.greeting, key=length_s)

    def all(self) -> Iterator[Rehearsal]:
        yield self._made("问候中挂机", _Way((), (HangUp(self._greeting()),)), None)
        yield from self._greetings()
        for name, way in self._reached():
            yield from self._at(name, way)

    def _greeting(self) -> Sound:
        """What is cut short in a greeting: its longest prompt, or the key would come too late."""
        return Sound(self._longest, is_name=True)

    def _greetings(self) -> Iterator[Rehearsal]:
        ways = {edge.by: edge for edge in self._journey.ways(GREETING)}
        yield self._made("问候中按 0", _Way((ways[PERSON],), (Press(PERSON, self._greeting()),)), ways[PERSON])
        yield self._made("不按键", _Way((ways[THEN],), ()), ways[THEN])
        start = self._journey.menus.get(self._journey.start or "")
        choices: Mapping[str, object] = start.choices if isinstance(start, Menu) else {}
        wrong = next(key for key in KEYS if key not in choices)
        yield self._made(f"问候中误按 {wrong}", _Way((ways[THEN],), (Press(wrong, self._greeting()),)), ways[THEN])
        for edge in self._journey.ways(self._journey.start) if self._journey.start else ():
            if edge.by in choices:
                way = _Way((ways[THEN], edge), (Press(edge.by, self._greeting()),))
                yield self._made(f"问候中按 {edge.by}", way, edge)

    def _reached(self) -> Iterator[tuple[str, _Way]]:
        """Every node that callers meet, by its shortest way."""
        if self._journey.start is None:
            return
        then = next(edge for edge in self._journey.ways(GREETING) if edge.by == THEN)
        due = [(self._journey.start, _Way((then,), ()))]
        met = {self._journey.start}
        while due:
            name, way = due.pop(0)
            yield name, way
            for edge in self._journey.ways(name):
                if isinstance(edge.to, Goto) and edge.to.menu not in met:
                    met.add(edge.to.menu)
                    due.append((edge.to.menu, self._by(name, way, edge)))

    def _by(self, name: str, way: _Way, edge: Edge) -> _Way:
        return _Way((*way.edges, edge), (*way.steps, *self._leave(name, edge.by, way.language)))

    def _at(self, name: str, way: _Way) -> Iterator[Rehearsal]:
        prompt = self._prompt(name, way.language)
        yield self._made(f"{name}:挂机", _Way(way.edges, (*way.steps, HangUp(prompt))), None)
        for edge in self._journey.ways(name):
            yield self._made(f"{name}:{edge.by}", self._by(name, way, edge), edge)
        node = self._journey.menus[name]
        if isinstance(node, Menu) and node.choices and node.attempts > 1:
            key = next(iter(node.choices))
            wrong = next(other for other in KEYS if other not in node.choices)
            edge = next(edge for edge in self._journey.ways(name) if edge.by == key)
            steps = (*way.steps, Hear(prompt), Press(wrong), Hear(prompt), Press(key))
            yield self._made(f"{name}:先按错再按 {key}", _Way((*way.edges, edge), steps), edge)

    def _made(self, name: str, way: _Way, last: Edge | None) -> Rehearsal:
        hidden = any(edge.by == REFUSED and isinstance(self._journey.menus[edge.node], CallBack) for edge in way.edges)
        made = Rehearsal(
            name=f"{self._number} {name}",
            number=self._number,
            steps=way.steps,
            expected=Expected(Ending.HUNG_UP) if last is None else self._end(way, last),
            file="generated",
        )
        return replace(made, caller="") if hidden else made

    def _end(self, way: _Way, last: Edge) -> Expected:
        """Where the call ends if the caller does nothing more."""
        language, to, met = way.language, last.to, {edge.node for edge in way.edges}
        while isinstance(to, Goto):
            language = to.language or language
            if to.menu in met:
                to = self._journey.person
                break
            met.add(to.menu)
            to = self._left_alone(to.menu)
        if isinstance(to, MessageLeft):
            return Expected(Ending.MESSAGE)
        if isinstance(to, CallBackPromised):
            return Expected(Ending.CALL_BACK)
        if self._sent_to is not None:
            return Expected(Ending.TRANSFER, number=self._sent_to)
        language = to.language or language
        skills = to.skills
        if language and language not in {need.skill for need in skills}:
            skills |= {Need(language, 1)}
        known = frozenset((need.skill, need.level) for need in skills)
        return Expected(Ending.QUEUE, queue=to.queue, skills=known, priority=to.priority)

    def _left_alone(self, name: str) -> Goto | Join | MessageLeft | CallBackPromised:
        ways = {edge.by: edge.to for edge in self._journey.ways(name)}
        return ways.get(SILENCE) or ways[THEN]

    def _prompt(self, name: str, language: str) -> Sound:
        slug = self._journey.menus[name].prompt
        return Sound(self._spoken(slug, language), is_name=True)

    def _spoken(self, slug: str, language: str) -> str:
        return self._journey.variants.get(language, {}).get(slug, slug)

    def _leave(self, name: str, by: str, language: str) -> tuple[Step, ...]:
        """What a caller does to leave a node by this edge."""
        node, heard = self._journey.menus[name], Hear(self._prompt(name, language))
        review, confirm, code, told = (
            Hear(self._said(slug, language))
            for slug in (Say.MESSAGE_REVIEW, Say.CONFIRM, Say.PROGRESS_ASK_CODE, Say.PROGRESS_NEXT)
        )
        match node:
            case Menu():
                return _leave_menu(node, by, heard)
            case Message():
                return _message(heard, review)[by]
            case CallBack():
                return _call_back(node, heard)[by]
            case Progress():
                return _progress(node, heard, (confirm, Press("1"), code), told)[by]
            case Digits():
                return _digits(node, heard, (confirm, Press("1")) if node.confirm else ())[by]

    def _said(self, slug: str, language: str) -> Sound:
        return Sound(self._spoken(slug, language), is_name=True)


_Ways = Mapping[str, tuple[Step, ...]]
"""What a caller does to leave a node, by `ivr.menu.Edge.by`."""


def _message(heard: Hear, review: Hear) -> _Ways:
    return {
        PERSON: (Press(PERSON, heard.sound),),
        SILENCE: (heard, StaySilent()),
        KEPT: (heard, Speak(SPOKEN_S), review, Press("1")),
    }


def _call_back(node: CallBack, heard: Hear) -> _Ways:
    asked: tuple[Step, ...] = (heard, Press("1"))
    wrong: tuple[Step, ...] = (heard, Press("9")) * node.attempts
    return {
        PERSON: (heard, Press(PERSON)),
        SILENCE: (heard, StaySilent()),
        WRONG: wrong,
        PROMISED: asked,
        REFUSED: asked,  # by a rule: the number is hidden
    }


def _progress(node: Progress, heard: Hear, confirmed: tuple[Step, ...], told: Hear) -> _Ways:
    unknown: tuple[Step, ...] = (heard, Press(UNKNOWN_TICKET), *confirmed, Press("000000"))
    return {
        PERSON: (heard, Press(f"{PERSON}#")),
        SILENCE: (heard, StaySilent()),
        WRONG: (heard, Press("*#")) * INPUTS,
        REFUSED: unknown * node.attempts,
        TOLD: (heard, Press(SAMPLE_TICKET.number), *confirmed, Press(SAMPLE_TICKET.check_code), told, StaySilent()),
    }


def _digits(node: Digits, heard: Hear, confirmed: tuple[Step, ...]) -> _Ways:
    return {
        PERSON: (heard, Press(f"{PERSON}#")),
        SILENCE: (heard, StaySilent()),
        WRONG: (heard, Press("*#")) * node.attempts,
        THEN: (heard, Press(f"{fitting(node)}#"), *confirmed),
    }


def _leave_menu(node: Menu, by: str, heard: Hear) -> tuple[Step, ...]:
    if not node.choices:
        return (Press(PERSON, heard.sound),) if by == PERSON else (heard,)
    if by == SILENCE:
        return (heard, StaySilent())
    if by == WRONG:
        wrong = next(key for key in KEYS if key not in node.choices)
        return (heard, Press(wrong)) * node.attempts
    return (heard, Press(by))


def fitting(node: Digits) -> str:
    """The first number that fits: of each place of its pattern, or as many ones as it needs."""
    places = [first or digit for first, digit in _CLASS.findall(node.pattern)]
    return "".join(places) if len(places) >= node.least and "*" not in node.pattern else "1" * node.least


def generated(
    number: str, journey: Journey, length_s: Callable[[str], float], sent_to: str | None = None
) -> tuple[Rehearsal, ...]:
    """Every rehearsal of a hotline, of the number that is dialled. `length_s`: of a prompt, in seconds.

    `sent_to`: the number outside at which who does not hang up is sent on, of a hotline that is served there.
    """
    return tuple(_Maker(number, journey, length_s, sent_to).all())
