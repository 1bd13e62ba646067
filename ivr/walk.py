"""Walk one caller from the greeting to the queue they will wait in.

Every second here counts inside the 15 to an answer (GB/T 33358, as we know it), so: a key interrupts the greeting and,
if it is a choice, is one; silence is not asked twice; and no menu is asked a second time. Whatever the caller does,
they reach a person after at most the sum of all menus' attempts; or they hang up, which the line raises and nobody here
catches.
"""

from __future__ import annotations

from ivr.line import Line
from ivr.menu import PERSON, Goto, Join, Journey, Menu, Step


async def walk(journey: Journey, line: Line) -> Join:
    """Greet and ask; the queue to wait in, with the skills and the priority that the caller's keys ask for."""
    early = await _greet(journey.greeting, line)
    if early == PERSON or journey.start is None:
        return journey.person
    step: Step = Goto(journey.start)
    asked: set[str] = set()
    while isinstance(step, Goto):
        if step.menu in asked:
            return journey.person
        asked.add(step.menu)
        step = await _choose(journey.menus[step.menu], journey.person, line, early)
        early = None
    return step


async def _greet(greeting: tuple[str, ...], line: Line) -> str | None:
    """The key that cut the greeting short, if one did."""
    for prompt in greeting:
        if key := await line.play(prompt):
            return key
    return None


async def _choose(menu: Menu, person: Join, line: Line, early: str | None) -> Step:
    """Where the caller's key leads. `early` came before the menu was said; if it means nothing, it is forgotten."""
    if early is not None and early in menu.choices:
        return menu.choices[early]
    for _ in range(menu.attempts):
        key = await line.ask(menu.prompt, menu.wait_s)
        if key is None:
            return menu.otherwise
        if key == PERSON:
            return person
        if key in menu.choices:
            return menu.choices[key]
    return menu.otherwise
