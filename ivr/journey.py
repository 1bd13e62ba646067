"""From the city's files to a caller's journey: what is left out there is taken from the hotline."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from city import menu_nodes as written
from city.city import City
from city.dialling import pattern_regex
from city.hotline import Hotline
from city.menu import LANGUAGE_LEVEL
from city.menu import Menu as WrittenMenu
from city.menu import Step as WrittenStep
from ivr.menu import CallBack, Digits, Goto, Join, Journey, Menu, Message, Need, Node, Progress, Step


def journey_of(city: City, hotline: Hotline) -> Journey:
    """The journey of a hotline's callers. Menus the hotline does not reach are in it and do no harm."""
    needs = frozenset(Need(skill, level) for skill, level in hotline.skills.items())
    person = Join(hotline.queue, needs, hotline.priority)
    menus = {name: _node(node, person) for name, node in city.menus.items()}
    return Journey(
        greeting=hotline.greeting,
        person=person,
        start=hotline.menu,
        menus=MappingProxyType(menus),
        variants=variants_of(city),
    )


def variants_of(city: City) -> Mapping[str, Mapping[str, str]]:
    """By language: the prompts that are also there in it. `menu-12320-en` is `menu-12320` in the language `en`."""
    return MappingProxyType(
        {
            skill.name: MappingProxyType(
                {slug: spoken for slug in city.prompts if (spoken := f"{slug}-{skill.spoken}") in city.prompts}
            )
            for skill in city.about.skills
            if skill.spoken
        }
    )


def _node(node: written.AnyNode, person: Join) -> Node:
    match node:
        case WrittenMenu(choices=choices):
            steps = {key: _step(step, person) for key, step in choices.items()}
            return Menu(node.prompt, MappingProxyType(steps), _person(node, person), node.attempts, node.wait_s)
        case written.SayNode(prompt=prompt, otherwise=otherwise):
            on = _step(otherwise, person) if otherwise else person
            return Menu(prompt, MappingProxyType({}), on, 1, 0.0)
    return _dialog(node, person)


def _dialog(
    node: written.MessageNode | written.CallBackNode | written.ProgressNode | written.DigitsNode, person: Join
) -> Node:
    prompt, attempts, wait_s, otherwise = node.prompt, node.attempts, node.wait_s, _person(node, person)
    match node:
        case written.MessageNode(most_s=most_s):
            return Message(prompt=prompt, otherwise=otherwise, attempts=attempts, wait_s=wait_s, most_s=most_s)
        case written.CallBackNode(other_number=other):
            return CallBack(prompt=prompt, otherwise=otherwise, attempts=attempts, wait_s=wait_s, other_number=other)
        case written.ProgressNode(classes=classes):
            return Progress(prompt=prompt, otherwise=otherwise, attempts=attempts, wait_s=wait_s, classes=classes)
    return Digits(
        prompt=prompt,
        name=node.name,
        least=node.least,
        most=node.most,
        pattern=pattern_regex(node.pattern).pattern if node.pattern else "[0-9]*",
        confirm=node.confirm,
        then=_step(node.then, person),
        otherwise=otherwise,
        attempts=attempts,
        wait_s=wait_s,
    )


def _person(node: written.AnyNode, person: Join) -> Join:
    """Whom silence and mistakes reach."""
    step = _step(node.otherwise, person) if node.otherwise else person
    return step if isinstance(step, Join) else person


def _step(step: WrittenStep, person: Join) -> Step:
    language = step.language or ""
    if step.goto is not None:
        return Goto(step.goto, language)
    spoken = {language: LANGUAGE_LEVEL} if language else {}
    skills = dict(person.skills) | spoken | dict(step.skills)  # the choice knows better than the hotline
    priority = person.priority if step.priority is None else step.priority
    return Join(step.join or person.queue, frozenset(Need(*need) for need in skills.items()), priority, language)
